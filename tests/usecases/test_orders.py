"""Revenue: booked from the order as it stands, once, and given back when the order says so."""

from dataclasses import replace
from datetime import timedelta

import pytest

from server.domain.orders import Order
from server.storage.decisions import Decisions
from server.storage.ledger import Ledger
from server.storage.orders import Orders
from server.usecases.changesets import sign_changeset
from tests.factories import NOW, REFERENCE, SHOP, line, order, purchase
from tests.usecases.house import House


@pytest.fixture
def accepted(house: House) -> House:
    """A shop whose offer of variant 2 for 8.50 was accepted, and which has not heard of the order yet."""
    house.happen("shown")
    sign_changeset(
        database=house.database,
        signer=house.signer,
        shop_domain=SHOP,
        purchase=purchase(),
        decision_id=house.ask().decision.id,
        option_id="0",
        now=house.clock.now(),
    )
    return house


def edited(seconds: int, total: int = 850, **changes: object) -> Order:
    """Return the order with the accepted goods in it, as it stands some seconds later."""
    made = order(lines=(line("1"), line("2", total=total)), updated_at=NOW + timedelta(seconds=seconds))
    return replace(made, **changes)  # type: ignore[arg-type]  # a table of fields


def revenue(house: House) -> list[int]:
    with house.database.read() as session:
        return [each.amount for each in Ledger(session, house.shop_id).of_order("500")]


def test_the_edit_books_the_offer_once(accepted: House) -> None:
    accepted.record(order())
    assert revenue(accepted) == [], "an acceptance alone is no revenue"
    accepted.record(edited(5))
    accepted.record(edited(5))
    accepted.record(edited(9))
    assert revenue(accepted) == [850]
    with accepted.database.read() as session:
        (booking,) = Ledger(session, accepted.shop_id).of_order("500")
        (decision,) = Decisions(session, accepted.shop_id).of_reference(REFERENCE)
    assert (booking.source, booking.currency, booking.rules_version) == (f"decision:{decision.id}", "GBP", 1)


def test_a_failed_charge_that_recovers_and_is_then_refunded(accepted: House) -> None:
    accepted.record(edited(5, outstanding=850))
    assert revenue(accepted) == []
    accepted.record(edited(60))
    assert revenue(accepted) == [850]
    accepted.record(edited(90, total=0, refunded=850))
    assert revenue(accepted) == [850, -850]


def test_a_partial_refund_gives_back_a_part(accepted: House) -> None:
    accepted.record(edited(5))
    accepted.record(edited(60, total=425))
    assert revenue(accepted) == [850, -425]


def test_a_cancelled_order_gives_everything_back(accepted: House) -> None:
    accepted.record(edited(5))
    accepted.record(edited(60, cancelled_at=NOW))
    assert revenue(accepted) == [850, -850]


def test_old_news_book_nothing(accepted: House) -> None:
    accepted.record(edited(60))
    assert not accepted.record(edited(5, total=1))
    assert revenue(accepted) == [850]


def test_an_order_of_the_same_goods_without_a_signature_earns_nothing(house: House) -> None:
    house.happen("shown")
    house.record(edited(5))
    assert revenue(house) == []


def test_an_order_without_a_reference_earns_nothing(accepted: House) -> None:
    accepted.record(edited(5, reference_id=None))
    assert revenue(accepted) == []


def test_an_attribute_that_names_no_touch_of_ours_is_harmless(house: House) -> None:
    house.record(order(attributes=(("_afters", "forged"), ("gift", ""))))
    assert revenue(house) == []


def test_whose_order_it_is_is_kept(house: House) -> None:
    house.record(order(customer_id=None))
    with house.database.read() as session:
        unit = Orders(session, house.shop_id).unit_of("500")
    assert unit is not None
    assert unit.startswith("email:")
