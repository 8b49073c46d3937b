"""The tag on orders with an accepted offer: off by default, once per order, and no news to ourselves."""

from dataclasses import replace
from datetime import timedelta

import pytest

from server.domain.rules import FaultyDocument
from server.ports import PermanentFailure, TemporaryFailure
from server.storage.order_tags import OrderTagRow, OrderTags
from server.storage.shops import Shops
from server.usecases.changesets import sign_changeset
from server.usecases.order_tags import LONGEST, set_order_tag, want_order_tag, write_order_tags
from server.usecases.reconcile import reconcile_orders
from tests.factories import NOW, SHOP, line, order, purchase
from tests.usecases.house import House

WITH_OFFER = order(lines=(line("1"), line("2", total=850)), updated_at=NOW)


@pytest.fixture
def accepted(house: House) -> House:
    """A shop that lets orders be changed, wants none to be tagged, and in which an offer was accepted."""
    with house.database.write() as session:
        row = Shops(session, house.box).by_id(house.shop_id)
        row.scopes = [*row.scopes, "write_orders"]
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


def choose(house: House, text: str) -> str | None:
    return set_order_tag(database=house.database, box=house.box, shop_id=house.shop_id, text=text)


def write(house: House) -> int:
    return write_order_tags(access=house.access, now=house.clock.now())


def kept(house: House) -> OrderTagRow | None:
    with house.database.read() as session:
        return OrderTags(session, house.shop_id).get("500")


def test_nothing_is_tagged_unless_the_merchant_wants_it(accepted: House) -> None:
    accepted.record(WITH_OFFER)
    assert (kept(accepted), write(accepted), accepted.api.order_tags) == (None, 0, {})


def test_an_order_is_tagged_once_whatever_news_come(accepted: House) -> None:
    assert choose(accepted, "  upsell   accepted ") == "upsell accepted"
    accepted.record(order())
    assert kept(accepted) is None, "nothing was accepted on it yet"
    accepted.record(WITH_OFFER)
    accepted.record(replace(WITH_OFFER, updated_at=NOW + timedelta(seconds=5)))
    assert (write(accepted), write(accepted)) == (1, 0)
    choose(accepted, "another")
    accepted.record(replace(WITH_OFFER, updated_at=NOW + timedelta(seconds=9)))
    assert write(accepted) == 0
    assert accepted.api.order_tags == {"500": ["upsell accepted"]}


def test_our_own_tag_is_no_news(accepted: House) -> None:
    """The platform says that the order changed: nothing is drawn from it, and nothing was missed."""
    choose(accepted, "upsell")
    accepted.record(WITH_OFFER)
    write(accepted)
    accepted.api.held_orders["500"] = replace(WITH_OFFER, updated_at=NOW + timedelta(minutes=1))
    accepted.clock.move(minutes=30)
    accepted.api.calls.clear()
    done = reconcile_orders(access=accepted.access, shop_id=accepted.shop_id, now=accepted.clock.now())
    assert (done.compared, done.found) == (1, 0)
    assert (write(accepted), accepted.api.order_tags) == (0, {"500": ["upsell"]})
    assert "tag_order" not in accepted.api.calls


def test_a_platform_that_is_busy_is_asked_later(accepted: House) -> None:
    choose(accepted, "upsell")
    accepted.record(WITH_OFFER)
    accepted.api.fail("tag_order", TemporaryFailure("busy"), TemporaryFailure("busy"))
    assert write(accepted) == 0
    assert write(accepted) == 0
    assert accepted.api.calls.count("tag_order") == 1, "not before its time"
    accepted.clock.move(minutes=1)
    assert write(accepted) == 0
    accepted.clock.move(minutes=1)
    assert accepted.api.calls.count("tag_order") == 2
    accepted.clock.move(minutes=1)
    assert write(accepted) == 1
    row = kept(accepted)
    assert row is not None
    assert (row.failures, row.error, row.done_at) == (2, None, accepted.clock.now())


def test_a_refusal_ends_it(accepted: House) -> None:
    choose(accepted, "upsell")
    accepted.record(WITH_OFFER)
    accepted.api.fail("tag_order", PermanentFailure("no such order"))
    assert write(accepted) == 0
    accepted.clock.move(days=1)
    assert write(accepted) == 0
    row = kept(accepted)
    assert row is not None
    assert row.error == "no such order"


def test_it_is_given_up_at_last(accepted: House) -> None:
    choose(accepted, "upsell")
    accepted.record(WITH_OFFER)
    accepted.api.fail("tag_order", *[TemporaryFailure("busy")] * 99)
    for _ in range(30):
        write(accepted)
        accepted.clock.move(hours=4)
    assert accepted.api.calls.count("tag_order") == 12


@pytest.mark.parametrize(
    ("text", "says"), [("a,b", "two tags"), ("x" * (LONGEST + 1), "at most 40"), ("é" * LONGEST, None), ("  ", None)]
)
def test_a_tag_is_what_the_platform_takes_as_one(accepted: House, text: str, says: str | None) -> None:
    if says is None:
        assert choose(accepted, text) == (text.strip() or None)
        return
    with pytest.raises(FaultyDocument, match=says):
        choose(accepted, text)


def test_without_the_scope_none_is_kept_and_none_is_wanted(accepted: House) -> None:
    choose(accepted, "upsell")
    with accepted.database.write() as session:
        Shops(session, accepted.box).by_id(accepted.shop_id).scopes = ["read_orders"]
    with pytest.raises(FaultyDocument, match="allow it first"):
        choose(accepted, "another")
    assert choose(accepted, "") is None, "it can be given up all the same"
    accepted.record(WITH_OFFER)
    assert kept(accepted) is None


def test_an_order_without_an_accepted_offer_wants_none(accepted: House) -> None:
    choose(accepted, "upsell")
    with accepted.database.write() as session:
        assert not want_order_tag(session, accepted.shop_id, "500", [], now=NOW)
