from datetime import timedelta

from server.domain.attribution import Credit
from server.storage.db import Session
from server.storage.ledger import Ledger
from tests.factories import NOW
from tests.storage.conftest import Stores

LATER = NOW + timedelta(hours=1)


def settle(session: Session, shop_id: int, *credits_due: Credit, order_id: str = "500") -> int:
    versions = {"decision:d": 3}
    return Ledger(session, shop_id).settle(order_id, credits_due, currency="GBP", versions=versions, now=NOW)


def bookings(session: Session, shop_id: int) -> list[tuple[str, str, int, int]]:
    return [
        (each.source, each.line_id, each.amount, each.rules_version)
        for each in Ledger(session, shop_id).of_order("500")
    ]


def test_settling_again_books_nothing(stores: Stores) -> None:
    earned = Credit("decision:d", "l2", 850)
    with stores.database.write() as session:
        assert settle(session, stores.ours, earned) == 850
    with stores.database.write() as session:
        assert settle(session, stores.ours, earned) == 0
        assert bookings(session, stores.ours) == [("decision:d", "l2", 850, 3)]
        assert bookings(session, stores.theirs) == []


def test_a_refund_gives_back_and_nothing_is_ever_rewritten(stores: Stores) -> None:
    with stores.database.write() as session:
        settle(session, stores.ours, Credit("decision:d", "l2", 850))
    with stores.database.write() as session:
        assert settle(session, stores.ours, Credit("decision:d", "l2", 350)) == -500
    with stores.database.write() as session:
        assert settle(session, stores.ours) == -350
    with stores.database.read() as session:
        assert [amount for _, _, amount, _ in bookings(session, stores.ours)] == [850, -500, -350]


def test_a_line_that_changes_hands_is_given_back_and_booked(stores: Stores) -> None:
    with stores.database.write() as session:
        settle(session, stores.ours, Credit("touch:t", "l1", 1_000))
    with stores.database.write() as session:
        assert settle(session, stores.ours, Credit("touch:u", "l1", 1_000)) == 0
        assert bookings(session, stores.ours) == [
            ("touch:t", "l1", 1_000, 0),
            ("touch:t", "l1", -1_000, 0),
            ("touch:u", "l1", 1_000, 0),
        ]


def test_nothing_earned_is_no_booking(stores: Stores) -> None:
    with stores.database.write() as session:
        assert settle(session, stores.ours, Credit("decision:d", "l2", 0)) == 0
        assert bookings(session, stores.ours) == []


def test_sums_are_of_one_shop_and_beyond_four_bytes(stores: Stores) -> None:
    with stores.database.write() as session:
        settle(session, stores.ours, Credit("decision:d", "l2", 3_000_000_000))
        settle(session, stores.ours, Credit("decision:d", "l2", 3_000_000_000), order_id="501")
        settle(session, stores.theirs, Credit("decision:d", "l2", 5))
    with stores.database.write() as session:
        settle(session, stores.ours, Credit("decision:d", "l2", 1), order_id="501")
    with stores.database.read() as session:
        ledger = Ledger(session, stores.ours)
        assert ledger.net_of_orders(["500", "501", "502"]) == {"500": 3_000_000_000, "501": 1}
        assert ledger.net_of_orders([]) == {}
        assert ledger.net_since(NOW) == 3_000_000_001
        assert ledger.net_since(LATER) == 0
        assert type(ledger.net_since(NOW)) is int
