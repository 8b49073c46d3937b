"""Reads the packed orders of a real gift shop; see README.md beside it for licence and format."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path

from tests.sandbox.data.codec import OrderRow, decode

FILE = Path(__file__).with_name("orders.bin")
ATTRIBUTION = (
    "Chen, D. (2012). Online Retail II. UCI Machine Learning Repository. "
    "https://doi.org/10.24432/C5CG6D, CC BY 4.0; cleaned and split by this project."
)
ORDER_COUNT = 29_998
_RECENT_LINES = 50


@dataclass(frozen=True, slots=True)
class ProductRow:
    """One SKU as its sales tell: `price` in pence is the usual one of its latest sales.

    `titles` are all its titles, the latest first, as written in the data (upper case); `title` is the one
    seen most. `first_minute` and `last_minute` are its first and last sale, `recent_units` what was sold in
    the 90 days before the last order, `revenue` everything it brought, in pence.
    """

    sku: str
    title: str
    titles: tuple[str, ...]
    price: int
    first_minute: int
    last_minute: int
    recent_units: int
    revenue: int


def read_orders(limit: int | None = None) -> list[OrderRow]:
    """Return the orders, oldest first; with a limit only the latest so many."""
    return list(islice(decode(FILE.read_bytes()), limit))[::-1]


def read_products(orders: list[OrderRow]) -> list[ProductRow]:
    """Return the SKUs that the orders (oldest first) name, in order of SKU."""
    end = orders[-1].minute
    titles: dict[str, Counter[str]] = {}
    prices: dict[str, list[int]] = {}
    last: dict[str, int] = {}
    first: dict[str, int] = {}
    recent: Counter[str] = Counter()
    revenue: Counter[str] = Counter()
    for order in reversed(orders):
        is_recent = end - order.minute <= 90 * 1440
        for sku, title, quantity, price in order.lines:
            if sku not in last:
                last[sku], titles[sku], prices[sku] = order.minute, Counter(), []
            first[sku] = order.minute
            titles[sku][title] += 1
            revenue[sku] += quantity * price
            if len(prices[sku]) < _RECENT_LINES:
                prices[sku].append(price)
            if is_recent:
                recent[sku] += quantity
    return [
        ProductRow(
            sku=sku,
            title=titles[sku].most_common(1)[0][0],
            titles=tuple(titles[sku]),
            price=Counter(prices[sku]).most_common(1)[0][0],
            first_minute=first[sku],
            last_minute=last[sku],
            recent_units=recent[sku],
            revenue=revenue[sku],
        )
        for sku in sorted(last)
    ]


def digest(orders: list[OrderRow]) -> str:
    """Return the SHA-256 of all lines written out as text, to compare with the original file.

    One line each: order id, customer id or nothing, minute as ISO text, SKU, title, quantity, price in
    pounds with two decimals, country; joined by `|`, ended by a line feed.
    """
    found = sha256()
    for order in orders:
        customer = "" if order.customer_id is None else order.customer_id
        head = f"{order.order_id}|{customer}|{_minute_text(order.minute)}"
        for sku, title, quantity, price in order.lines:
            found.update(f"{head}|{sku}|{title}|{quantity}|{price // 100}.{price % 100:02}|{order.country}\n".encode())
    return found.hexdigest()


def _minute_text(minute: int) -> str:
    return datetime.fromtimestamp(minute * 60, UTC).strftime("%Y-%m-%dT%H:%M")
