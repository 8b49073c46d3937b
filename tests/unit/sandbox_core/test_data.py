import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sandbox.data import online_retail
from tests.sandbox.data.codec import OrderRow, decode, encode

# Of the original file's lines, written out the way `online_retail.digest` does.
ORIGINAL_DIGEST = "004048175ec48c181895ac3ffc986d486a2fdd44d7568e35895c891e211ff442"

SKUS = st.from_regex(r"[0-9]{5}[A-Z]?", fullmatch=True)
LINES = st.dictionaries(
    SKUS,
    st.tuples(st.text(max_size=20), st.integers(1, 80_000), st.integers(1, 200_000)),
    min_size=1,
    max_size=5,
).map(lambda found: [(sku, *rest) for sku, rest in sorted(found.items())])
ORDERS = st.lists(
    st.builds(
        OrderRow,
        order_id=st.integers(0, 2**30),
        customer_id=st.none() | st.integers(0, 2**31),
        minute=st.integers(0, 2**30),
        country=st.text(max_size=10),
        lines=LINES,
    ),
    max_size=8,
)


@pytest.fixture(scope="module")
def orders() -> list[OrderRow]:
    return online_retail.read_orders()


def test_the_packed_file_holds_every_line_of_the_original(orders: list[OrderRow]) -> None:
    assert len(orders) == 29_998 == online_retail.ORDER_COUNT
    assert sum(len(order.lines) for order in orders) == 727_625
    assert len({line[0] for order in orders for line in order.lines}) == 4_396
    assert online_retail.digest(orders) == ORIGINAL_DIGEST


def test_one_penny_elsewhere_is_another_digest(orders: list[OrderRow]) -> None:
    first = orders[0]
    sku, title, quantity, price = first.lines[0]
    changed = OrderRow(
        first.order_id,
        first.customer_id,
        first.minute,
        first.country,
        [(sku, title, quantity, price + 1), *first.lines[1:]],
    )
    assert online_retail.digest([first]) != online_retail.digest([changed])


def test_the_file_is_small_and_the_attribution_is_given() -> None:
    assert online_retail.FILE.stat().st_size < 5_000_000
    assert online_retail.ATTRIBUTION in online_retail.FILE.with_name("README.md").read_text(encoding="utf-8")


def test_a_limit_takes_the_latest_orders(orders: list[OrderRow]) -> None:
    assert online_retail.read_orders(25) == orders[-25:]


def test_products_sum_up_their_sales(orders: list[OrderRow]) -> None:
    latest = orders[-200:]
    products = {product.sku: product for product in online_retail.read_products(latest)}
    lines = [line for order in latest for line in order.lines]
    assert set(products) == {line[0] for line in lines}
    assert sum(product.revenue for product in products.values()) == sum(line[2] * line[3] for line in lines)
    assert all(product.first_minute <= product.last_minute for product in products.values())
    assert all(product.title in product.titles for product in products.values())


@given(ORDERS)
@settings(max_examples=60, deadline=None)
def test_packing_and_unpacking_gives_the_same(orders: list[OrderRow]) -> None:
    assert list(decode(encode(orders, preset=0)))[::-1] == orders


@pytest.mark.parametrize("raw", [b"", b"AFTERS-ORDERS 2\n", b"PK\x03\x04"])
def test_other_files_are_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match="not a packed order file"):
        next(decode(raw))
