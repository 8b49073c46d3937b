"""Back-fill of a large shop: gathered by the platform, read from a file, stored once whatever happens between."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from server.ports import BulkResult, BulkState, ItemStock, LocationStock, PermanentFailure, StockLevel, TemporaryFailure
from server.storage.catalog import Catalog
from server.storage.contacts import Contacts
from server.storage.orders import Orders
from server.storage.shops import DONE, WANTED, ImportRow, Imports, Shops
from server.storage.stock import StockByLocation
from server.usecases.backfill import Backfill
from server.usecases.imports import HISTORY, import_customers, import_orders, import_products, import_stock, postpone
from tests.factories import NOW, customer, order, product, variant
from tests.usecases.house import House

COUNT = 450  # more than two batches
WORK: dict[str, Callable[..., None]] = {
    "products": import_products, "orders": import_orders, "customers": import_customers, "stock": import_stock,
}  # fmt: skip


@pytest.fixture
def large(bare: House) -> House:
    """A shop that says it has more than is fetched page by page."""
    bare.shop_id = bare.open()
    bare.api.claimed = 5_000
    for number in range(COUNT):
        placed = NOW - timedelta(minutes=COUNT - number)
        bare.api.held_orders[str(number)] = order(str(number), created_at=placed, reference_id=str(number))
        bare.api.held_customers[str(number)] = customer(customer_id=f"{number:04}", email=f"{number}@example.com")
        bare.api.held_products[str(number)] = product(variant(f"{number:04}"))
        lying = ItemStock(f"i{number:04}", (LocationStock("1", "Leeds", number),))
        bare.api.levels[f"i{number:04}"] = StockLevel(f"{number:04}", number, lying)
    return bare


def progress(house: House, kind: str) -> ImportRow:
    with house.database.read() as session:
        found = Imports(session, house.shop_id).get(kind)
    assert found is not None
    return found


def run(house: House, kind: str) -> None:
    WORK[kind](access=house.access, shop_id=house.shop_id, clock_now=house.clock.now)


def stored(house: House, kind: str) -> int:
    with house.database.read() as session:
        match kind:
            case "products":
                return Catalog(session, house.shop_id).count()
            case "orders":
                return len(Orders(session, house.shop_id).recent(limit=9_999))
            case "stock":
                lying = StockByLocation(session, house.shop_id)
                return sum(bool(lying.of(f"i{number:04}")) for number in range(COUNT))
        contacts = Contacts(session, house.shop_id)
        return sum(contacts.customer(f"{number:04}") is not None for number in range(COUNT))


@pytest.mark.parametrize("kind", WORK)
def test_a_large_listing_is_gathered_and_read_once(large: House, kind: str) -> None:
    run(large, kind)
    row = progress(large, kind)
    assert (row.state, row.done, row.total, row.cursor, row.error) == (DONE, COUNT, 5_000, None, None)
    assert stored(large, kind) == COUNT
    assert large.api.read_from_file == list(range(COUNT))
    assert kind not in large.api.calls, "no page was asked for"


@pytest.mark.parametrize("scopes", [(), ("read_all_orders",)])
def test_the_history_starts_where_the_scopes_let_it(large: House, scopes: tuple[str, ...]) -> None:
    with large.database.write() as session:
        Shops(session, large.box).by_id(large.shop_id).scopes = list(scopes)
    run(large, "orders")
    assert large.api.gathered_since == (None if scopes else NOW - HISTORY)
    with large.database.read() as session:
        starts_at = Shops(session, large.box).by_id(large.shop_id).history_starts_at
    assert starts_at == (NOW - timedelta(minutes=COUNT) if scopes else NOW - HISTORY)
    assert progress(large, "orders").since == (None if scopes else NOW - HISTORY)


def test_while_the_platform_gathers_the_import_waits_and_says_how_far_it_is(large: House) -> None:
    large.api.bulk = BulkResult(BulkState.RUNNING, 1_200)
    with pytest.raises(TemporaryFailure) as failure:
        run(large, "orders")
    postpone(database=large.database, shop_id=large.shop_id, kind="orders", failure=failure.value, now=NOW)
    row = progress(large, "orders")
    assert (row.state, row.retry_at, row.error) == (
        WANTED, NOW + timedelta(seconds=5), "Shopify is gathering the orders: 1200 so far.",
    )  # fmt: skip
    large.api.bulk = BulkResult(BulkState.DONE, COUNT, url="https://files.example/1", size=1)
    run(large, "orders")
    assert (progress(large, "orders").state, stored(large, "orders")) == (DONE, COUNT)
    assert large.api.calls.count("gather") == 1, "what is under way is not begun again"


@pytest.mark.parametrize("kind", WORK)
@pytest.mark.parametrize("at", [0, 1, 199, 200, 201, COUNT - 1])
def test_a_file_that_breaks_off_is_read_on_from_there(large: House, kind: str, at: int) -> None:
    large.api.breaks_off_at = at
    with pytest.raises(TemporaryFailure):
        run(large, kind)
    assert stored(large, kind) == at, "what came is stored"
    run(large, kind)
    assert (progress(large, kind).done, stored(large, kind)) == (COUNT, COUNT)
    assert large.api.read_from_file == list(range(COUNT)), "nothing is read twice"


def test_a_worker_that_is_killed_reads_at_most_its_last_batch_again(large: House) -> None:
    large.api.breaks_off_at, large.api.break_with = 250, RuntimeError("killed")
    with pytest.raises(RuntimeError):
        run(large, "orders")
    assert (progress(large, "orders").done, stored(large, "orders")) == (200, 200)
    run(large, "orders")
    assert (progress(large, "orders").done, stored(large, "orders")) == (COUNT, COUNT)
    assert large.api.read_from_file == [*range(250), *range(200, COUNT)]


@pytest.mark.parametrize(
    "ended",
    [
        BulkResult(BulkState.FAILED, 10, error="timeout"),
        BulkResult(BulkState.FAILED, 10, error="canceled"),
        BulkResult(BulkState.FAILED, 0, error="unknown"),
    ],
)
def test_what_cannot_be_gathered_is_fetched_page_by_page(large: House, ended: BulkResult) -> None:
    large.api.bulk, large.api.page_size = ended, 100
    run(large, "orders")
    assert (progress(large, "orders").state, stored(large, "orders")) == (DONE, COUNT)
    assert large.api.calls.count("orders") == 5


def test_a_file_that_is_gone_in_the_middle_is_followed_by_pages(large: House) -> None:
    large.api.breaks_off_at, large.api.break_with, large.api.page_size = 250, PermanentFailure("gone"), 100
    run(large, "orders")
    row = progress(large, "orders")
    assert (row.state, row.done, stored(large, "orders")) == (DONE, COUNT, COUNT)


def test_a_platform_that_does_not_gather_is_asked_page_by_page(large: House) -> None:
    large.api.fail("gather", PermanentFailure("OPERATION_IN_PROGRESS"))
    large.api.page_size = 100
    run(large, "orders")
    assert (progress(large, "orders").state, stored(large, "orders")) == (DONE, COUNT)
    assert "gathered" not in large.api.calls


def test_a_throttled_page_after_a_refused_file_goes_on_with_pages(large: House) -> None:
    large.api.bulk, large.api.page_size = BulkResult(BulkState.FAILED, 0, error="timeout"), 100
    large.api.fail("orders", None, TemporaryFailure("throttled"))
    with pytest.raises(TemporaryFailure):
        run(large, "orders")
    run(large, "orders")
    assert (progress(large, "orders").done, stored(large, "orders")) == (COUNT, COUNT)
    assert large.api.calls.count("gather") == 1


def test_what_is_not_gathered_for_a_field_that_is_withheld_comes_page_by_page(large: House) -> None:
    large.api.bulk = BulkResult(BulkState.FAILED, 0, error="access_denied")
    run(large, "customers")
    assert (progress(large, "customers").state, stored(large, "customers")) == (DONE, COUNT)


def test_what_the_app_may_not_see_at_all_stops_the_import_with_a_word(large: House) -> None:
    large.api.bulk = BulkResult(BulkState.FAILED, 0, error="access_denied")
    large.api.fail("customers", PermanentFailure("The app has no access to what it asked for; check its scopes."))
    with pytest.raises(PermanentFailure, match="check its scopes"):
        run(large, "customers")


def test_a_run_that_was_taken_over_stops_at_its_next_step(large: House) -> None:
    def take_over(*_arguments: object) -> None:
        with large.database.write() as session:
            row = Imports(session, large.shop_id).get("orders")
            assert row is not None
            row.attempt += 1

    large.api.on_read = take_over
    run(large, "orders")
    assert (progress(large, "orders").state, progress(large, "orders").done) == (WANTED, 0)
    large.api.on_read = None
    run(large, "orders")
    assert (progress(large, "orders").state, stored(large, "orders")) == (DONE, COUNT)


def test_positions_are_written_and_read_back() -> None:
    held = Backfill("orders", "5104000000000", 123_456)
    assert Backfill.held_in(held.cursor) == held
    for other in (None, "", "eyJsYXN0X2lkIjox", "2"):
        assert Backfill.held_in(other) is None
