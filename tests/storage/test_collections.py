"""Which products are in which collections: each read whole, newest word first, each shop its own."""

from datetime import timedelta

from server.domain.goods import Memberships
from server.ports import CollectionSnapshot
from server.storage.collections import Collections
from server.storage.db import Database
from tests.factories import NOW
from tests.storage.conftest import Stores

LATER = NOW + timedelta(minutes=1)
FIRST = NOW - timedelta(days=1)


def collection(collection_id: str, *products: str, title: str = "") -> CollectionSnapshot:
    return CollectionSnapshot(collection_id, title or f"Collection {collection_id}", products)


def save(stores: Stores, *found: CollectionSnapshot, at: object = NOW, shop_id: int | None = None) -> list[bool]:
    with stores.database.write() as session:
        held = Collections(session, shop_id or stores.ours)
        return [held.save(each, read_at=at) for each in found]  # type: ignore[arg-type]  # a moment


def finish(stores: Stores, *, since: object = FIRST) -> None:
    with stores.database.write() as session:
        Collections(session, stores.ours).finish_reading(since=since, now=NOW)  # type: ignore[arg-type]  # a moment


def within(database: Database, shop_id: int, *products: str) -> dict[str, set[str]]:
    with database.read() as session:
        found = Collections(session, shop_id).memberships(products)
    return {each: set(ids) for each, ids in found.of_products.items()}


def test_nothing_is_known_until_all_collections_were_read(stores: Stores) -> None:
    save(stores, collection("31", "p1"))
    with stores.database.read() as session:
        held = Collections(session, stores.ours)
        assert held.memberships(["p1"]) == Memberships({"p1": {"31"}}, is_known=False)
        assert not held.are_read()
    finish(stores)
    with stores.database.read() as session:
        held = Collections(session, stores.ours)
        assert held.memberships(["p1", "p2"]) == Memberships({"p1": {"31"}}, is_known=True)
        assert held.memberships([]) == Memberships({}, is_known=True)
        assert held.everything() == Memberships({"p1": {"31"}}, is_known=True)
        assert held.are_read()
        theirs = Collections(session, stores.theirs)
        assert theirs.memberships(["p1"]) == Memberships()
        assert theirs.everything() == Memberships()
        assert (theirs.are_read(), theirs.named(["31"])) == (False, {})


def test_a_collection_read_anew_lets_go_what_is_no_longer_in_it(stores: Stores) -> None:
    save(stores, collection("31", "p1", "p2"), collection("32", "p1"))
    assert save(stores, collection("31", "p2", "p3", title="Gifts"), at=LATER) == [True]
    assert within(stores.database, stores.ours, "p1", "p2", "p3") == {"p1": {"32"}, "p2": {"31"}, "p3": {"31"}}
    with stores.database.read() as session:
        named = Collections(session, stores.ours).named(["31", "99"])
    assert {each: (found.title, found.read_at) for each, found in named.items()} == {"31": ("Gifts", LATER)}


def test_older_news_changes_nothing(stores: Stores) -> None:
    save(stores, collection("31", "p1"), at=LATER)
    assert save(stores, collection("31", "p2")) == [False]
    assert within(stores.database, stores.ours, "p1", "p2") == {"p1": {"31"}}


def test_a_product_tells_what_it_is_in(stores: Stores) -> None:
    save(stores, collection("31", "p1"), collection("32"), collection("33", "p1", "p2"))
    with stores.database.write() as session:
        missing = Collections(session, stores.ours).sort("p1", ["32", "33", "77"], read_at=LATER)
    assert missing == {"77"}, "a collection that nobody told us of"
    assert within(stores.database, stores.ours, "p1", "p2") == {"p1": {"32", "33"}, "p2": {"33"}}


def test_a_product_asked_for_before_a_collection_was_read_does_not_unsay_it(stores: Stores) -> None:
    save(stores, collection("31", "p1"), collection("32"), at=LATER)
    with stores.database.write() as session:
        assert Collections(session, stores.ours).sort("p1", ["32"], read_at=NOW) == frozenset()
    assert within(stores.database, stores.ours, "p1") == {"p1": {"31"}}


def test_a_collection_that_goes_takes_its_memberships_along(stores: Stores) -> None:
    save(stores, collection("31", "p1"), collection("32", "p1"))
    save(stores, collection("31", "p1"), shop_id=stores.theirs)
    with stores.database.write() as session:
        Collections(session, stores.ours).remove("31")
    assert within(stores.database, stores.ours, "p1") == {"p1": {"32"}}
    assert within(stores.database, stores.theirs, "p1") == {"p1": {"31"}}


def test_what_an_import_did_not_meet_is_gone(stores: Stores) -> None:
    save(stores, collection("31", "p1"), at=FIRST)
    save(stores, collection("32", "p1"))
    save(stores, collection("31", "p1"), at=FIRST, shop_id=stores.theirs)
    finish(stores, since=NOW)
    assert within(stores.database, stores.ours, "p1") == {"p1": {"32"}}
    assert within(stores.database, stores.theirs, "p1") == {"p1": {"31"}}
