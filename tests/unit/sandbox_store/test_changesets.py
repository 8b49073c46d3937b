import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.sandbox.shopify.changeset_faults import ERROR_CODES, ForcedOutcomes
from tests.sandbox.shopify.changesets import MOST_APPLIED, NoAnswer
from tests.sandbox.shopify.checkout_state import CheckoutState
from tests.sandbox.shopify.orders import Placed, cancel_order, place_order, release_hold
from tests.unit.sandbox_store.conftest import Shop

Sign = Callable[..., str]


def codes(answer: dict[str, object]) -> list[str]:
    errors = answer["errors"]
    assert isinstance(errors, list)
    return [error["code"] for error in errors]


def test_an_accepted_changeset_edits_the_order_once(
    shop: Shop, state: CheckoutState, placed: Placed, sign: Sign
) -> None:
    token = state["checkout_token"]
    before = shop.one("SELECT current_total FROM orders WHERE id = ?", placed.order_id)
    price = shop.one("SELECT price FROM variant WHERE id = ?", shop.variants[1])
    signed = sign()
    assert shop.changesets.apply(token, signed) == {
        "status": "processed",
        "errors": [],
        "changesetApplicationsRemaining": MOST_APPLIED - 1,
    }
    again = shop.changesets.apply(token, signed)
    assert (again["status"], codes(again)) == ("unprocessed", ["changeset_already_applied"])
    assert again["changesetApplicationsRemaining"] == MOST_APPLIED - 1
    assert shop.one("SELECT current_total FROM orders WHERE id = ?", placed.order_id) == before + price  # type: ignore[operator]  # numbers
    assert shop.topics().count("orders/edited") == 1


def test_two_equal_calls_at_once_edit_the_order_once(
    shop: Shop, state: CheckoutState, placed: Placed, sign: Sign
) -> None:
    signed = sign()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: shop.changesets.apply(state["checkout_token"], signed), range(4)))
    assert sorted(answer["status"] for answer in answers) == ["processed", *["unprocessed"] * 3]
    assert shop.one("SELECT COUNT(*) FROM order_edit WHERE order_id = ?", placed.order_id) == 1


@pytest.mark.usefixtures("placed")
def test_a_fourth_changeset_is_refused(shop: Shop, state: CheckoutState, sign: Sign) -> None:
    token = state["checkout_token"]
    answers = [shop.changesets.apply(token, sign()) for _ in range(4)]
    assert [answer["status"] for answer in answers] == ["processed"] * 3 + ["unprocessed"]
    assert [answer["changesetApplicationsRemaining"] for answer in answers] == [2, 1, 0, 0]
    assert codes(answers[3]) == ["invalid_request"]


@pytest.mark.usefixtures("placed")
def test_a_refused_card_leaves_the_line_on_the_order_unpaid(shop: Shop, state: CheckoutState, sign: Sign) -> None:
    answer = shop.changesets.apply(state["checkout_token"], sign(), card_refuses=True)
    assert (answer["status"], codes(answer)) == ("partially_processed", ["payment_required"])
    assert answer["changesetApplicationsRemaining"] == MOST_APPLIED - 1
    price = shop.one("SELECT price FROM variant WHERE id = ?", shop.variants[1])
    token = state["checkout_token"]
    assert shop.one("SELECT outstanding FROM orders WHERE checkout_token = ?", token) == price
    assert shop.one("SELECT financial_status FROM orders WHERE checkout_token = ?", token) == "PARTIALLY_PAID"


@pytest.mark.usefixtures("placed")
@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "another app"},
        {"iss": None},
        {"sub": "0" * 32},
        {"jti": None},
        {"jti": ""},
        {"iat": None},
        {"iat": 1_900_000_000_000},
        {"iat": 1_000_000_000},
        {"iat": 1.5},
        {"exp": 1_000_000_000},
        {"exp": "soon"},
        {"changes": None},
        {"changes": []},
        {"changes": {"type": "add_variant"}},
        {"secret": "shpss_" + "0" * 32},
    ],
)
def test_tokens_that_shopify_refuses_are_refused(
    shop: Shop, state: CheckoutState, sign: Sign, changes: dict[str, object]
) -> None:
    answer = shop.changesets.apply(state["checkout_token"], sign(**changes))
    assert (answer["status"], codes(answer)) == ("unprocessed", ["invalid_request"])
    assert answer["changesetApplicationsRemaining"] == MOST_APPLIED


@pytest.mark.usefixtures("placed")
@pytest.mark.parametrize("token", [None, "", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", 7, {"changes": []}])
def test_what_is_no_token_is_refused(shop: Shop, state: CheckoutState, token: object) -> None:
    assert codes(shop.changesets.apply(state["checkout_token"], token)) == ["invalid_request"]


@pytest.mark.usefixtures("placed")
def test_an_unsigned_token_of_the_right_claims_is_refused(shop: Shop, state: CheckoutState, sign: Sign) -> None:
    _, claims, _ = sign().split(".")
    unsigned = f"eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{claims}."
    assert codes(shop.changesets.apply(state["checkout_token"], unsigned)) == ["invalid_request"]


def test_a_token_signed_before_the_purchase_completed_is_refused(shop: Shop, state: CheckoutState, sign: Sign) -> None:
    early = sign()
    shop.clock.move(90)
    place_order(shop.world, shop.sender, state)
    answer = shop.changesets.apply(state["checkout_token"], early)
    assert codes(answer) == ["invalid_request"]
    assert "before" in answer["errors"][0]["message"]


def test_nothing_is_applied_to_a_purchase_that_is_not_completed(shop: Shop, state: CheckoutState, sign: Sign) -> None:
    assert codes(shop.changesets.apply(state["checkout_token"], sign())) == ["invalid_request"]
    assert codes(shop.changesets.calculate(state["checkout_token"], [])) == ["invalid_request"]


def test_a_released_order_takes_no_changeset(shop: Shop, state: CheckoutState, placed: Placed, sign: Sign) -> None:
    release_hold(shop.world, placed.order_id)
    assert codes(shop.changesets.apply(state["checkout_token"], sign())) == ["order_released_error"]


@pytest.mark.usefixtures("placed")
@pytest.mark.parametrize(("minutes", "expected"), [(59, []), (60, ["order_released_error"])])
def test_the_hold_ends_after_an_hour(
    shop: Shop, state: CheckoutState, sign: Sign, minutes: int, expected: list[str]
) -> None:
    shop.clock.move(minutes * 60 - (5 if minutes == 59 else 0))
    assert codes(shop.changesets.apply(state["checkout_token"], sign())) == expected


def test_a_wallet_cannot_be_charged_again(shop: Shop, state: CheckoutState, sign: Sign) -> None:
    place_order(shop.world, shop.sender, {**state, "payment_gateway": "paypal"})
    assert codes(shop.changesets.apply(state["checkout_token"], sign())) == ["unsupported_payment_method"]


def test_too_little_stock_leaves_everything_as_it_was(
    shop: Shop, state: CheckoutState, placed: Placed, sign: Sign
) -> None:
    shop.change(
        "UPDATE inventory_level SET available = 1 WHERE inventory_item_id ="
        " (SELECT inventory_item_id FROM variant WHERE id = ?)",
        shop.variants[1],
    )
    one = {"type": "add_variant", "variantId": shop.variants[1], "quantity": 1}
    token = sign(changes=[one, one])
    assert codes(shop.changesets.apply(state["checkout_token"], token)) == ["insufficient_inventory"]
    assert codes(shop.changesets.calculate(state["checkout_token"], [one, one])) == ["insufficient_inventory"]
    assert shop.one("SELECT COUNT(*) FROM order_edit WHERE order_id = ?", placed.order_id) == 0
    # What was not processed may come again, once there is stock.
    shop.change("UPDATE inventory_level SET available = 9")
    assert shop.changesets.apply(state["checkout_token"], token)["status"] == "processed"


def test_a_cancelled_order_is_not_edited(shop: Shop, state: CheckoutState, placed: Placed, sign: Sign) -> None:
    cancel_order(shop.world, shop.sender, placed.order_id)
    answer = shop.changesets.apply(state["checkout_token"], sign())
    assert codes(answer) == ["order_released_error"]
    assert shop.one("SELECT COUNT(*) FROM changeset") == 0


@pytest.mark.usefixtures("placed")
def test_metafields_alone_are_kept_with_the_changeset_and_edit_nothing(
    shop: Shop, state: CheckoutState, sign: Sign
) -> None:
    field = {"type": "set_metafield", "namespace": "a", "key": "b", "value": "c", "valueType": "string"}
    answer = shop.changesets.apply(state["checkout_token"], sign(changes=[field]), card_refuses=True)
    assert answer["status"] == "processed"
    assert json.loads(str(shop.one("SELECT changes FROM changeset"))) == [field]
    assert "orders/edited" not in shop.topics()


@pytest.mark.usefixtures("placed")
@pytest.mark.parametrize("code", ERROR_CODES)
def test_each_error_code_can_be_forced_and_holds_once(shop: Shop, state: CheckoutState, sign: Sign, code: str) -> None:
    token, signed = state["checkout_token"], sign()
    for call in ("apply", "calculate"):
        shop.forced.add(checkout_token=token, call=call, outcome=code)
    answer = shop.changesets.apply(token, signed)
    assert (answer["status"], codes(answer)) == ("unprocessed", [code])
    assert codes(shop.changesets.calculate_signed(token, signed)) == [code]
    assert shop.changesets.calculate_signed(token, signed)["status"] == "processed"
    assert shop.changesets.apply(token, signed)["status"] == "processed"


@pytest.mark.usefixtures("placed")
def test_partial_processing_and_silence_can_be_forced(shop: Shop, state: CheckoutState, sign: Sign) -> None:
    token = state["checkout_token"]
    shop.forced.add(checkout_token=None, call="apply", outcome="no_answer")
    shop.forced.add(checkout_token=None, call="apply", outcome="partially_processed")
    with pytest.raises(NoAnswer):
        shop.changesets.apply(token, sign())
    assert shop.changesets.apply(token, sign())["status"] == "partially_processed"
    shop.forced.add(checkout_token=token, call="calculate", outcome="no_answer")
    with pytest.raises(NoAnswer):
        shop.changesets.calculate(token, [])


def test_forced_outcomes_belong_to_their_checkout() -> None:
    forced = ForcedOutcomes()
    forced.add(checkout_token="a", call="apply", outcome="server_error")
    forced.add(checkout_token=None, call="apply", outcome="processed")
    assert forced.take(checkout_token="b", call="calculate") is None
    assert forced.take(checkout_token="b", call="apply") == "processed"
    assert forced.take(checkout_token="a", call="apply") == "server_error"
    assert forced.take(checkout_token="a", call="apply") is None
    forced.add(checkout_token="a", call="apply", outcome="processed")
    forced.clear()
    assert forced.take(checkout_token="a", call="apply") is None


@pytest.mark.parametrize(("call", "outcome"), [("render", "processed"), ("apply", "exploded"), ("apply", "")])
def test_only_outcomes_that_exist_can_be_forced(call: str, outcome: str) -> None:
    with pytest.raises(ValueError, match="must be one of"):
        ForcedOutcomes().add(checkout_token=None, call=call, outcome=outcome)
