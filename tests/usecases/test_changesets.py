from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from server.core.errors import AppError
from server.domain.orders import PurchaseLine
from server.storage.catalog import Catalog
from server.storage.decisions import Decisions
from server.usecases.changesets import AlreadySigned, OfferExpired, OfferUnavailable, OfferUnknown, sign_changeset
from server.usecases.offers import ShopNotServed
from tests.factories import NOW, OTHER_SHOP, REFERENCE, SHOP, funnel_json, offer_json, purchase, rules_json, variant
from tests.storage.test_decisions import save as save_decision
from tests.threads import at_once, overlapping
from tests.usecases.house import House


def accept(
    house: House, *, decision_id: str | None = None, option_id: str = "0", domain: str = SHOP, **changes: Any
) -> str:
    """Accept what was offered to the purchase, or what the test says."""
    if decision_id is None:
        with house.database.read() as session:
            held = Decisions(session, house.shop_id).find(REFERENCE, "one_click")
        decision_id = held.id if held else "none"
    return sign_changeset(
        database=house.database,
        signer=house.signer,
        shop_domain=domain,
        purchase=purchase(**changes),
        decision_id=decision_id,
        option_id=option_id,
        now=house.clock.now(),
    )


def refusal(house: House, error: type[AppError], **changes: Any) -> AppError:
    with pytest.raises(error) as caught:
        accept(house, **changes)
    assert house.signer.signed == []
    return caught.value


@pytest.fixture
def asked(house: House) -> House:
    """A shop that has just offered variant 2 at 15 percent off."""
    house.ask()
    return house


def test_what_was_stored_is_signed(asked: House) -> None:
    decision = asked.ask().decision
    assert accept(asked) == f"{REFERENCE}|{decision.id}:0|10:00:00|1x2-15%"
    with asked.database.read() as session:
        (signed,) = Decisions(session, asked.shop_id).signed_for(REFERENCE)
    assert (signed.id, signed.signed_at) == (decision.id, NOW)


def test_quantity_and_discount_are_the_stored_ones(house: House) -> None:
    house.publish(rules_json(funnel_json(offer=offer_json("4", quantity=3, discount=None))))
    house.ask()
    assert accept(house).endswith("|3x4-0%")


class TestRepeats:
    def test_a_repeat_while_the_token_is_fresh_gets_the_identical_token(self, asked: House) -> None:
        first = accept(asked)
        asked.clock.move(minutes=9, seconds=59)
        assert accept(asked) == first

    def test_a_repeat_is_answered_though_the_goods_are_gone_by_now(self, asked: House) -> None:
        first = accept(asked)
        with asked.database.write() as session:
            Catalog(session, asked.shop_id).remove_product("p2")
        assert accept(asked) == first

    def test_a_repeat_after_the_token_ran_out_is_refused(self, asked: House) -> None:
        accept(asked)
        asked.clock.move(minutes=10)
        with pytest.raises(AlreadySigned):
            accept(asked)
        assert len(asked.signer.signed) == 1

    def test_accepting_many_times_at_once_gives_one_token(self, asked: House) -> None:
        assert len(set(at_once(*[partial(accept, asked)] * 6))) == 1
        assert len(set(asked.signer.signed)) == 1

    def test_a_changed_basket_after_the_signature_changes_nothing(self, asked: House) -> None:
        first = accept(asked)
        asked.publish(rules_json(funnel_json("4")))
        asked.ask(total=9)
        assert accept(asked) == first

    def test_a_new_answer_that_comes_with_the_signature_does_not_undo_it(self, asked: House) -> None:
        decision = asked.ask().decision

        def sign(session: Any) -> None:
            decisions = Decisions(session, asked.shop_id)
            decisions.lock(REFERENCE, "one_click")
            decisions.mark_signed(decision, "0", now=NOW)

        again = overlapping(asked.database, sign, lambda: asked.ask(total=9).decision.id)
        assert again == decision.id
        with asked.database.read() as session:
            assert [each.id for each in Decisions(session, asked.shop_id).signed_for(REFERENCE)] == [decision.id]


class TestRefusals:
    def test_a_decision_that_nobody_made(self, asked: House) -> None:
        refusal(asked, OfferUnknown, decision_id="nobody")
        refusal(asked, OfferUnknown, decision_id="")

    def test_an_option_that_was_not_offered(self, asked: House) -> None:
        refusal(asked, OfferUnknown, option_id="cheaper")

    def test_the_decision_of_another_purchase(self, asked: House) -> None:
        decision_id = asked.ask().decision.id
        refusal(asked, OfferUnknown, decision_id=decision_id, reference_id="ff" * 16)
        asked.ask(reference_id="ff" * 16)
        refusal(asked, OfferUnknown, decision_id=decision_id, reference_id="ff" * 16)

    def test_the_decision_of_another_shop(self, asked: House) -> None:
        decision_id = asked.ask().decision.id
        asked.open(OTHER_SHOP)
        refusal(asked, OfferUnknown, decision_id=decision_id, domain=OTHER_SHOP)

    def test_a_shop_without_the_app(self, asked: House) -> None:
        asked.deliver("app/uninstalled")
        refusal(asked, ShopNotServed)

    def test_an_answer_that_was_replaced(self, asked: House) -> None:
        old = asked.ask().decision.id
        asked.ask(total=9)
        refusal(asked, OfferUnknown, decision_id=old)

    def test_a_decision_without_an_offer(self, house: House) -> None:
        house.stock(*(variant(each, available=0) for each in ("2", "3")))
        house.ask()
        refusal(house, OfferUnknown)

    def test_a_held_out_shopper(self, house: House) -> None:
        house.publish(rules_json(holdout={"percent": 100}))
        house.ask()
        refusal(house, OfferUnknown)

    def test_a_message_s_decision_is_no_offer_of_the_page(self, house: House) -> None:
        with house.database.write() as session:
            stored = save_decision(session, house.shop_id, surface="message:t")
        refusal(house, OfferUnknown, decision_id=stored.id)

    def test_an_offer_that_has_ended(self, asked: House) -> None:
        asked.clock.move(minutes=59, seconds=59)
        accept(asked)
        asked.signer.signed.clear()
        asked.ask(reference_id="b")
        with asked.database.read() as session:
            held = Decisions(session, asked.shop_id).find("b", "one_click")
        assert held is not None
        asked.clock.move(minutes=60)
        refusal(asked, OfferExpired, decision_id=held.id, reference_id="b")

    @pytest.mark.parametrize(
        ("happens", "reason"),
        [
            (lambda house: house.stock(variant("2", available=0)), "stock_below_minimum"),
            (lambda house: house.stock(variant("2", is_sellable=False)), "not_sellable"),
            (lambda house: house.stock(variant("2", price=1_001)), "price_changed"),
            (lambda house: house.stock(variant("2", price=999)), "price_changed"),
            (lambda house: house.deliver("products/delete", b"p"), "unknown_product"),
        ],
        ids=["sold out", "withdrawn", "dearer", "cheaper", "deleted"],
    )
    def test_goods_that_changed_between_decision_and_click(
        self, asked: House, happens: Callable[[House], object], reason: str
    ) -> None:
        asked.inbound.references[b"p"] = "p2"
        happens(asked)
        assert refusal(asked, OfferUnavailable).data["reason"] == reason
        with asked.database.read() as session:
            assert Decisions(session, asked.shop_id).signed_for(REFERENCE) == ()

    def test_the_last_one_may_be_accepted_though_it_would_no_longer_be_offered(self, asked: House) -> None:
        asked.stock(variant("2", available=1))
        assert accept(asked)

    def test_what_is_in_the_order_by_now(self, asked: House) -> None:
        lines = (PurchaseLine("2", "p2", 1, 1_000),)
        assert refusal(asked, OfferUnavailable, lines=lines).data["reason"] == "already_in_order"

    def test_a_refusal_can_be_mended_in_time(self, asked: House) -> None:
        asked.stock(variant("2", available=0))
        refusal(asked, OfferUnavailable)
        asked.stock(variant("2", available=5))
        assert accept(asked)


def test_a_signature_that_fails_leaves_nothing_behind(asked: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: object) -> str:
        raise RuntimeError

    monkeypatch.setattr(asked.signer, "sign", fail)
    with pytest.raises(RuntimeError):
        accept(asked)
    monkeypatch.undo()
    asked.clock.move(minutes=30)
    assert "|10:30:00|" in accept(asked)
    assert asked.signer.lifetime == timedelta(minutes=10)
