from dataclasses import replace
from datetime import timedelta
from typing import Any

from server.storage.earlier import EarlierOrders
from server.storage.orders import Orders
from tests.factories import NOW, REFERENCE, line, order
from tests.storage.conftest import Stores

HOUR = timedelta(hours=1)
UNIT = "customer:77"


def save(stores: Stores, *orders: object, unit_id: str = UNIT, shop_id: int | None = None) -> None:
    with stores.database.write() as session:
        for each in orders:
            Orders(session, shop_id or stores.ours).save(each, unit_id=unit_id)  # type: ignore[arg-type]  # orders


def test_an_order_comes_back_as_it_was_saved(stores: Stores) -> None:
    placed = order(
        lines=(line("1", sku="A"), line("2", quantity=3), line(None, line_id="l9", title="Wrapping")),
        refunded=5_000_000_000,
        outstanding=6_000_000_000,
        total=7_000_000_000,
        current_total=8_000_000_000,
        gateways=("shopify_payments", "gift_card"),
        attributes=(("_afters", "t"), ("gift", "ja ü")),
        cancelled_at=NOW,
        province_code="LND",
        is_test=True,
        has_shipping_address=False,
    )
    save(stores, placed)
    with stores.database.read() as session:
        orders = Orders(session, stores.ours)
        assert orders.get("500") == placed
        assert orders.by_reference(REFERENCE) == placed
        assert orders.unit_of("500") == UNIT
        assert (orders.get("501"), orders.by_reference("x"), orders.unit_of("501")) == (None, None, None)
        theirs = Orders(session, stores.theirs)
        assert (theirs.get("500"), theirs.by_reference(REFERENCE), theirs.unit_of("500")) == (None, None, None)
        assert theirs.recent(limit=9) == ()
        assert list(theirs.baskets()) == []


def test_newer_news_replace_lines_and_older_are_refused(stores: Stores) -> None:
    first = order(updated_at=NOW)
    edited = replace(first, updated_at=NOW + timedelta(seconds=1), lines=(line("2"),), email=None, customer_id=None)
    with stores.database.write() as session:
        orders = Orders(session, stores.ours)
        assert orders.save(first, unit_id=UNIT)
        assert orders.save(first, unit_id=UNIT), "the same news again is no older news"
        assert orders.save(edited, unit_id="reference:x")
        assert not orders.save(first, unit_id=UNIT)
        assert orders.get("500") == edited
        assert orders.unit_of("500") == "reference:x"
    save(stores, replace(edited, lines=()))
    with stores.database.read() as session:
        assert Orders(session, stores.ours).get("500") == replace(edited, lines=())


def test_the_history_counts_orders_that_stand(stores: Stores) -> None:
    day = timedelta(days=1)
    save(
        stores,
        order("1", created_at=NOW - 3 * day, current_total=3_000_000_000),
        order("2", created_at=NOW - 2 * day, current_total=2),
        order("3", created_at=NOW - day, cancelled_at=NOW, current_total=100),
        order("4", created_at=NOW, current_total=100),
    )
    save(stores, order("5", created_at=NOW - day), unit_id="customer:78")
    save(stores, order("6", created_at=NOW - day), shop_id=stores.theirs)
    with stores.database.read() as session:
        orders = EarlierOrders(session, stores.ours)
        assert orders.history(UNIT, before=NOW) == (2, 3_000_000_002, NOW - 2 * day)
        assert orders.history(UNIT, before=NOW, excluding="2") == (1, 3_000_000_000, NOW - 3 * day)
        assert orders.history(UNIT, before=NOW - 3 * day) == (0, 0, None)
        assert all(type(number) is int for number in orders.history(UNIT, before=NOW)[:2])


def test_a_later_order_that_stands_is_seen(stores: Stores) -> None:
    second = timedelta(seconds=1)
    save(
        stores,
        order("1", created_at=NOW),
        order("2", created_at=NOW + second, cancelled_at=NOW),
        order("3", created_at=NOW),
    )
    save(stores, order("4", created_at=NOW + second), unit_id="customer:78")
    save(stores, order("5", created_at=NOW + second), shop_id=stores.theirs)
    with stores.database.write() as session:
        orders = Orders(session, stores.ours)
        assert not orders.has_ordered_since(UNIT, after=NOW, excluding="1")
        orders.save(order("6", created_at=NOW + second), unit_id=UNIT)
        assert orders.has_ordered_since(UNIT, after=NOW, excluding="1")
        assert not orders.has_ordered_since(UNIT, after=NOW, excluding="6")


def test_baskets_hold_the_variants_of_each_order_that_stands(stores: Stores) -> None:
    save(
        stores,
        order("1", lines=(line("1"), line("2"), line(None, line_id="x"))),
        order("2", lines=(line("3"),)),
        order("3", lines=(line("1"), line("3")), cancelled_at=NOW),
        order("4", lines=()),
        order("5", lines=(line("2"), line("2", line_id="l2b"))),
    )
    save(stores, order("1", lines=(line("9"),)), shop_id=stores.theirs)
    with stores.database.read() as session:
        assert [sorted(each) for each in Orders(session, stores.ours).baskets()] == [["1", "2"], ["3"], ["2", "2"]]


def test_the_latest_orders_are_paged_through_without_loss(stores: Stores) -> None:
    save(stores, *(order(str(number), created_at=NOW - timedelta(seconds=number // 4)) for number in range(10)))
    with stores.database.read() as session:
        orders = Orders(session, stores.ours)
        everything = [each.id for each in orders.recent(limit=99)]
        assert everything == ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]
        assert all(each.lines for each in orders.recent(limit=2))
        paged, before = [], None
        while page := orders.recent(limit=3, before=before):
            paged += [each.id for each in page]
            before = (page[-1].created_at, page[-1].id)
        assert paged == everything


def test_many_orders_at_once_leave_what_one_after_another_does(stores: Stores) -> None:
    """Back-fill stores batches, webhooks single orders: both must mean the same."""
    old = [order(str(number), lines=(line("1"), line("2"))) for number in range(4)]
    new = [
        replace(old[0], updated_at=NOW + HOUR, total=1, lines=(line("3"),)),
        replace(old[1], updated_at=NOW - 2 * HOUR, total=2),
        old[2],
        order("9", lines=()),
    ]
    with stores.database.write() as session:
        together, singly = Orders(session, stores.ours), Orders(session, stores.theirs)
        for each in old:
            together.save(each, unit_id="u")
            singly.save(each, unit_id="u")
        assert together.save_all([(each, "v") for each in new]) == 3, "what is older than the stored is no news"
        assert [singly.save(each, unit_id="v") for each in new] == [True, False, True, True]
        for each in (*old, new[3]):
            assert together.get(each.id) == singly.get(each.id)
            assert together.unit_of(each.id) == singly.unit_of(each.id)
        assert together.oldest_at() == old[0].created_at


def test_of_an_order_that_comes_twice_in_a_batch_the_newest_counts(stores: Stores) -> None:
    first, later = order(total=1), replace(order(total=2), updated_at=order().updated_at + HOUR)
    with stores.database.write() as session:
        orders = Orders(session, stores.ours)
        assert orders.save_all([(later, "u"), (first, "u")]) == 1
        assert orders.get(later.id) == later


def test_what_the_shopper_paid_comes_back_in_their_money(stores: Stores) -> None:
    placed = order(
        presentment_currency="JPY",
        presentment_total=7_000_000_000,
        presentment_current_total=6_000_000_000,
        lines=(line("1", presentment_unit_price=4_000_000_000, presentment_total=3_999_999_999), line("2")),
    )
    save(stores, placed)
    with stores.database.read() as session:
        assert Orders(session, stores.ours).get("500") == placed


def test_news_that_are_silent_on_selling_plans_leave_what_was_told(stores: Stores) -> None:
    first = order(updated_at=NOW, starts_subscription=True)
    save(stores, first)
    save(stores, replace(first, updated_at=NOW + HOUR, starts_subscription=None, name="#later"))
    with stores.database.write() as session:
        orders = Orders(session, stores.ours)
        found = orders.get("500")
        assert found is not None
        assert (found.name, found.starts_subscription) == ("#later", True)
        # Of the same second, and with nothing else to say: no reason to ask the platform which came later.
        assert orders.save(replace(found, starts_subscription=None), unit_id=UNIT, is_certain=False)
    save(stores, replace(first, updated_at=NOW + 2 * HOUR, starts_subscription=False))
    with stores.database.read() as session:
        again = Orders(session, stores.ours).get("500")
    assert again is not None
    assert again.starts_subscription is False


def test_news_that_are_silent_leave_what_only_the_api_tells(stores: Stores) -> None:
    told = order(updated_at=NOW, payment_kind="apple_pay", fulfilment="on_hold", needs_shipping=True, has_duties=False)
    save(stores, told)
    silent: dict[str, Any] = dict.fromkeys(("payment_kind", "fulfilment", "needs_shipping", "has_duties"))
    save(stores, replace(told, updated_at=NOW + HOUR, name="#later", **silent))
    with stores.database.read() as session:
        orders = Orders(session, stores.ours)
        found = orders.get("500")
        assert found == replace(told, updated_at=NOW + HOUR, name="#later")
