"""Two at once, with real threads and real commits: what is asked is always how many of it there are in the end."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import func, select

from server.domain.attribution import Credit
from server.domain.reasons import Reason
from server.storage.catalog import Catalog
from server.storage.contacts import Assignments, ContactRow, Contacts
from server.storage.db import Session
from server.storage.decisions import DecisionRow, Decisions, EventRow, Events
from server.storage.erasure import Erasure
from server.storage.ledger import Ledger
from server.storage.orders import OrderRow, Orders
from server.storage.rules import DraftChanged, Rules, RuleVersionRow
from server.storage.shops import ShopRow, Shops
from server.storage.touches import REFUSED, SENDING, Touches, TouchRow
from tests.factories import (
    NOW,
    PHONE,
    REFERENCE,
    SHOP,
    consent,
    customer,
    grant,
    line,
    order,
    product,
    rules_json,
    variant,
)
from tests.storage.conftest import Stores
from tests.storage.sequences import open_sequence
from tests.storage.test_decisions import save as save_decision
from tests.threads import at_once, overlapping

Work = Callable[[Session], Any]


def in_runs(stores: Stores, *works: Work) -> list[Any]:
    return at_once(*(partial(stores.database.run, work) for work in works))


def after(stores: Stores, first: Work, second: Work) -> Any:
    """Do `second` while `first` is done and not yet committed; return what `second` came to."""
    return overlapping(stores.database, first, partial(stores.database.run, second))


def count(stores: Stores, table: Any) -> int:
    with stores.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_touch_is_claimed_by_one_of_many(stores: Stores) -> None:
    with stores.database.write() as session:
        text, _ = open_sequence(session, stores.ours)
    results = in_runs(stores, *[lambda session: Touches(session, stores.ours).claim(text.id, attempt=1, now=NOW)] * 6)
    assert Counter(results) == {True: 1, False: 5}


def test_a_touch_is_either_claimed_or_cancelled(stores: Stores) -> None:
    with stores.database.write() as session:
        text, _ = open_sequence(session, stores.ours)
    claimed, _ = in_runs(
        stores,
        lambda session: Touches(session, stores.ours).claim(text.id, attempt=1, now=NOW),
        lambda session: Touches(session, stores.ours).cancel_open("500", reason=Reason.ORDER_CANCELLED),
    )
    with stores.database.read() as session:
        found = session.get_one(TouchRow, text.id)
        assert found.state == (SENDING if claimed else REFUSED)


def test_an_orders_sequence_is_opened_once(stores: Stores) -> None:
    def plan(session: Session) -> int:
        touches = Touches(session, stores.ours)
        if touches.sequence_of("500") is None:
            open_sequence(session, stores.ours)
        return len(touches.of_order("500"))

    assert after(stores, plan, plan) == 2
    assert count(stores, TouchRow) == 2


def test_one_decision_is_made_and_all_are_told_it(stores: Stores) -> None:
    def decide(session: Session) -> str:
        held = Decisions(session, stores.ours).lock(REFERENCE, "one_click")
        return (held or save_decision(session, stores.ours)).id

    first = after(stores, decide, decide)
    assert set(in_runs(stores, *[decide] * 3)) == {first}
    assert count(stores, DecisionRow) == 1


def test_an_event_is_kept_once(stores: Stores) -> None:
    with stores.database.write() as session:
        stored = save_decision(session, stores.ours)

    def record(session: Session) -> bool:
        return Events(session, stores.ours).record(stored, "shown", status=None, data={}, now=NOW)

    assert after(stores, record, record) is False
    assert Counter(in_runs(stores, *[record] * 3)) == {False: 3}
    assert count(stores, EventRow) == 1


def test_the_newest_news_of_an_order_stay_and_are_settled_once(stores: Stores) -> None:
    def record(seconds: int, session: Session) -> bool:
        news = order(updated_at=NOW + timedelta(seconds=seconds), lines=(line("1", total=seconds * 100),))
        if not Orders(session, stores.ours).save(news, unit_id="u"):
            return False
        earned = Credit("touch:t", "l1", news.lines[0].total)
        Ledger(session, stores.ours).settle("500", [earned], currency="GBP", versions={}, now=NOW)
        return True

    assert after(stores, partial(record, 4), partial(record, 3)) is False, "first news of the order"
    assert after(stores, partial(record, 9), partial(record, 5)) is False, "news of an order that is known"
    results = in_runs(stores, *(partial(record, seconds) for seconds in (3, 10, 4, 10, 4, 1)))
    assert all(type(each) is bool for each in results), results
    with stores.database.read() as session:
        found = Orders(session, stores.ours).get("500")
        assert found is not None
        assert [each.total for each in found.lines] == [1_000]
        assert Ledger(session, stores.ours).net_since(NOW) == 1_000
    assert count(stores, OrderRow) == 1


def test_the_latest_word_on_consent_stays(stores: Stores) -> None:
    def mirror(seconds: int, session: Session) -> None:
        said = consent(state=f"s{seconds}", occurred_at=NOW + timedelta(seconds=seconds))
        Contacts(session, stores.ours).save_consent(said, source="platform", now=NOW)

    after(stores, partial(mirror, 2), partial(mirror, 1))
    after(stores, partial(mirror, 5), partial(mirror, 4))
    with stores.database.read() as session:
        found = Contacts(session, stores.ours).get("sms", PHONE)
        assert found is not None
        assert found.consent == "s5"
    assert count(stores, ContactRow) == 1


def test_an_opt_out_is_not_lost_to_news_of_consent(stores: Stores) -> None:
    def opt_out(session: Session) -> None:
        Contacts(session, stores.ours).suppress("sms", PHONE, reason="opted out", now=NOW)

    def mirror(session: Session) -> None:
        Contacts(session, stores.ours).save_customer(customer())

    assert after(stores, mirror, opt_out) is None
    assert after(stores, opt_out, mirror) is None
    with stores.database.read() as session:
        found = Contacts(session, stores.ours).get("sms", PHONE)
        assert found is not None
        assert (found.suppressed_for, found.consent) == ("opted out", "subscribed")


def test_a_shopper_is_drawn_once(stores: Stores) -> None:
    def draw(arm: str, session: Session) -> str:
        return Assignments(session, stores.ours).assign("holdout", "u", arm=arm, now=NOW)

    assert after(stores, partial(draw, "first"), partial(draw, "second")) == "first"
    assert set(in_runs(stores, *(partial(draw, f"arm{number}") for number in range(6)))) == {"first"}


def test_the_newest_snapshot_of_a_product_stays(stores: Stores) -> None:
    def save(seconds: int, session: Session) -> bool:
        fresh = product(variant("2", price=seconds), updated_at=NOW + timedelta(seconds=seconds))
        return Catalog(session, stores.ours).save(fresh)

    assert after(stores, partial(save, 2), partial(save, 1)) is False
    assert after(stores, partial(save, 5), partial(save, 4)) is False
    with stores.database.read() as session:
        assert Catalog(session, stores.ours).variants(["2"])["2"].price == 5


def test_two_editors_do_not_overwrite_each_other(stores: Stores) -> None:
    with stores.database.write() as session:
        Rules(session, stores.ours).save_draft(rules_json(), revision=0, now=NOW)

    def edit(minimum: int, session: Session) -> int:
        rules = Rules(session, stores.ours)
        assert rules.draft() is not None, "an editor has looked at the draft before"
        return rules.save_draft(rules_json(stock={"minimum": minimum}), revision=1, now=NOW).revision

    assert isinstance(after(stores, partial(edit, 1), partial(edit, 2)), DraftChanged)
    with stores.database.read() as session:
        draft = Rules(session, stores.ours).draft()
        assert draft is not None
        assert draft.document["stock"] == {"minimum": 1}


def test_publishing_twice_at_once_makes_two_versions(stores: Stores) -> None:
    with stores.database.write() as session:
        Rules(session, stores.ours).save_draft(rules_json(), revision=0, now=NOW)
    results = in_runs(stores, *[lambda session: Rules(session, stores.ours).publish(by=None, now=NOW).number] * 4)
    assert sorted(results) == [1, 2, 3, 4]
    assert count(stores, RuleVersionRow) == 4


def test_a_shop_that_opens_twice_at_once_is_installed_once(stores: Stores) -> None:
    def install(session: Session) -> tuple[int, bool]:
        row, is_new = Shops(session, stores.box).install("new.myshopify.com", grant=grant(), now=NOW)
        return row.id, is_new

    _, is_new = after(stores, install, install)
    assert not is_new


def test_reports_on_a_touch_do_not_overtake_each_other(stores: Stores) -> None:
    with stores.database.write() as session:
        text, _ = open_sequence(session, stores.ours)
        text.vendor_id = "SM1"

    def report(kind: str, session: Session) -> None:
        touches = Touches(session, stores.ours)
        found = touches.lock_by_vendor_id("SM1")
        assert found is not None
        touches.record_receipt(found, kind=kind, code=None)

    assert after(stores, partial(report, "delivered"), partial(report, "sent")) is None
    with stores.database.read() as session:
        assert session.get_one(TouchRow, text.id).receipt == "delivered"


def test_two_shops_do_not_wait_for_each_others_orders(stores: Stores) -> None:
    def save(shop_id: int, session: Session) -> bool:
        return Orders(session, shop_id).save(replace(order(), name=SHOP), unit_id="u")

    assert in_runs(stores, partial(save, stores.ours), partial(save, stores.theirs)) == [True, True]


def _leave(stores: Stores) -> str:
    with stores.database.write() as session:
        shops = Shops(session, stores.box)
        shop = shops.by_id(stores.ours)
        shops.uninstall(shop, now=NOW)
        return shop.domain


def test_a_shop_that_comes_back_while_it_is_to_be_erased_stays(stores: Stores) -> None:
    domain = _leave(stores)

    def install(session: Session) -> bool:
        return Shops(session, stores.box).install(domain, grant=grant(), now=NOW)[1]

    assert after(stores, install, lambda session: Erasure(session, stores.ours).shop()) is False
    with stores.database.read() as session:
        assert Shops(session, stores.box).by_id(stores.ours).is_installed


def test_a_shop_that_comes_back_just_after_it_was_erased_begins_anew(stores: Stores) -> None:
    domain = _leave(stores)

    def install(session: Session) -> tuple[int, bool]:
        row, is_new = Shops(session, stores.box).install(domain, grant=grant(), now=NOW)
        return row.id, is_new

    shop_id, is_new = after(stores, lambda session: Erasure(session, stores.ours).shop(), install)
    assert (shop_id == stores.ours, is_new) == (False, True)
    assert count(stores, ShopRow) == 2
