from datetime import timedelta

from server.domain.attribution import Credit
from server.storage.catalog import Catalog
from server.storage.decisions import Events
from server.storage.ledger import Ledger
from server.storage.listings import Listings
from server.storage.orders import Orders
from server.storage.reports import Period, Reports
from server.storage.touches import SENT, UNKNOWN, Touches
from tests.factories import NOW, order, product, variant
from tests.storage.conftest import Stores
from tests.storage.sequences import minutes, open_sequence
from tests.storage.test_decisions import NOTHING, save

YESTERDAY = NOW - timedelta(days=1)


def test_a_period_is_counted_from_its_first_moment_on(stores: Stores) -> None:
    with stores.database.write() as session:
        orders, events, ledger = (
            Orders(session, stores.ours),
            Events(session, stores.ours),
            Ledger(session, stores.ours),
        )
        for order_id, at in (("1", NOW), ("2", minutes(5)), ("3", YESTERDAY)):
            orders.save(order(order_id, created_at=at), unit_id="u")
        accepted, failed = save(session, stores.ours), save(session, stores.ours, reference_id="f")
        save(session, stores.ours, NOTHING, reference_id="n")
        save(session, stores.ours, surface="message:t")
        for decision, status in ((accepted, "processed"), (failed, "unprocessed")):
            events.record(decision, "shown", status=None, data={}, now=NOW)
            events.record(decision, "outcome", status=status, data={}, now=NOW)
        text, mail = open_sequence(session, stores.ours)
        text.state, text.sent_at, text.claimed_at = SENT, NOW, NOW
        mail.state, mail.claimed_at = UNKNOWN, NOW
        ledger.settle("1", [Credit("decision:d", "l", 850)], currency="GBP", versions={}, now=NOW)
        ledger.settle("3", [Credit("decision:d", "l", 100)], currency="GBP", versions={}, now=YESTERDAY)
        session.flush()
        assert Reports(session, stores.ours).since(NOW) == Period(
            orders=2, offers=2, shown=2, accepted=1, touches=1, unknown=1, revenue=850
        )
        assert Reports(session, stores.ours).since(YESTERDAY).revenue == 950
        nothing = Period(orders=0, offers=0, shown=0, accepted=0, touches=0, unknown=0, revenue=0)
        assert Reports(session, stores.theirs).since(YESTERDAY) == nothing
        assert Reports(session, stores.ours).since(minutes(9)) == nothing


def test_messages_of_unknown_fate_are_listed_latest_first(stores: Stores) -> None:
    with stores.database.write() as session:
        for order_id, at in (("500", minutes(1)), ("501", minutes(9)), ("502", YESTERDAY)):
            text, mail = open_sequence(session, stores.ours, order_id=order_id, reference_id=order_id)
            text.state, text.claimed_at = UNKNOWN, at
            mail.state, mail.claimed_at = SENT, at
        session.flush()
        ours, theirs = Listings(session, stores.ours), Listings(session, stores.theirs)
        assert ours.count_unknown(since=NOW) == 2
        assert ours.orders_with_unknown(since=NOW, limit=9) == ("501", "500")
        assert ours.orders_with_unknown(since=YESTERDAY, limit=1) == ("501",)
        assert (theirs.count_unknown(since=YESTERDAY), theirs.orders_with_unknown(since=YESTERDAY, limit=9)) == (0, ())


def test_products_and_clicks_are_listed(stores: Stores) -> None:
    with stores.database.write() as session:
        Catalog(session, stores.ours).save(product(variant("2"), variant("21", product_id="p2", image_url=None)))
        text, _ = open_sequence(session, stores.ours)
        for at in (minutes(3), minutes(1)):
            Touches(session, stores.ours).record_click(text.id, token="t", now=at)
        session.flush()
        ours, theirs = Listings(session, stores.ours), Listings(session, stores.theirs)
        found = ours.products(["p2", "p9"])
        assert {key: name.title for key, name in found.items()} == {"p2": "Product 2"}
        assert (ours.products([]), theirs.products(["p2"])) == ({}, {})
        assert [each.clicked_at for each in ours.clicks_of([text.id, "x"])] == [minutes(1), minutes(3)]
        assert theirs.clicks_of([text.id]) == ()
