"""The compact file of orders: integer columns in byte planes, packed with xz. See README.md beside it."""

import json
import lzma
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

MAGIC = b"AFTERS-ORDERS 1\n"
PLANES = 4


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order of the data.

    `order_id` and `customer_id` are the data set's numbers (None: a guest), `minute` counts minutes since
    1970 of the shop's own wall clock, `country` is the data set's word for it. `lines` are
    (sku, title, quantity, unit price in pence), ordered by SKU.
    """

    order_id: int
    customer_id: int | None
    minute: int
    country: str
    lines: list[tuple[str, str, int, int]]


def encode(orders: Sequence[OrderRow], *, preset: int = 9 | lzma.PRESET_EXTREME) -> bytes:
    """Return the file's bytes for orders sorted by time, oldest first; `preset` is xz's effort."""
    skus = sorted({line[0] for order in orders for line in order.lines})
    titles: dict[str, list[str]] = {sku: [] for sku in skus}
    countries = sorted({order.country for order in orders})
    rank = {sku: number for number, sku in enumerate(skus)}
    place = {country: number for number, country in enumerate(countries)}
    columns: dict[str, list[int]] = {name: [] for name in _COLUMNS}
    last_price: dict[str, int] = {}
    last_title: dict[str, int] = {}
    newest_first = orders[::-1]
    columns["order_id"] = [_zigzag(step) for step in _steps(order.order_id for order in newest_first)]
    columns["minute"] = [_zigzag(step) for step in _steps(order.minute for order in newest_first)]
    for order in newest_first:
        columns["customer"].append(0 if order.customer_id is None else order.customer_id + 1)
        columns["country"].append(place[order.country])
        columns["line_count"].append(len(order.lines))
        previous = -1
        for sku, title, quantity, price in order.lines:
            columns["sku"].append(rank[sku] - previous - 1)
            previous = rank[sku]
            columns["quantity"].append(quantity - 1)
            columns["price"].append(_zigzag(price - last_price.get(sku, 0)))
            last_price[sku] = price
            if title not in titles[sku]:
                titles[sku].append(title)
            number = titles[sku].index(title)
            columns["title"].append(number ^ last_title.get(sku, 0))
            last_title[sku] = number
    packed = {name: _pack(columns[name], preset) for name in _COLUMNS}
    header = {
        "skus": skus,
        "titles": [titles[sku] for sku in skus],
        "countries": countries,
        "orders": len(orders),
        "lines": len(columns["sku"]),
        "columns": {name: len(data) for name, data in packed.items()},
    }
    head = lzma.compress(json.dumps(header, separators=(",", ":")).encode(), preset=preset)
    return b"".join([MAGIC, len(head).to_bytes(4, "little"), head, *packed.values()])


def decode(raw: bytes) -> Iterator[OrderRow]:
    """Yield the orders of the file's bytes, newest first; stopping early costs little.

    Raises:
        ValueError: the bytes are not such a file.
    """
    if not raw.startswith(MAGIC):
        raise ValueError("not a packed order file")
    start = len(MAGIC) + 4
    end = start + int.from_bytes(raw[len(MAGIC) : start], "little")
    header = json.loads(lzma.decompress(raw[start:end]))
    columns: dict[str, array[int]] = {}
    for name, length in header["columns"].items():
        columns[name] = _unpack(raw[end : end + length])
        end += length
    skus, titles, countries = header["skus"], header["titles"], header["countries"]
    last_price, last_title = [0] * len(skus), [0] * len(skus)
    line_columns = iter(zip(columns["sku"], columns["quantity"], columns["price"], columns["title"], strict=True))
    order_columns = zip(
        accumulate(map(_unzigzag, columns["order_id"])),
        columns["customer"],
        accumulate(map(_unzigzag, columns["minute"])),
        columns["country"],
        columns["line_count"],
        strict=True,
    )
    for order_id, customer, minute, country, count in order_columns:
        lines = []
        number = -1
        for _ in range(count):
            skip, quantity, price_step, title_change = next(line_columns)
            number += skip + 1
            last_price[number] += price_step >> 1 if not price_step & 1 else -(price_step + 1 >> 1)
            last_title[number] ^= title_change
            lines.append((skus[number], titles[number][last_title[number]], quantity + 1, last_price[number]))
        yield OrderRow(order_id, customer - 1 if customer else None, minute, countries[country], lines)


_COLUMNS = (
    "order_id", "minute", "customer", "country", "line_count", "sku", "quantity", "price", "title",
)  # fmt: skip


def _steps(values: Iterable[int]) -> Iterator[int]:
    yield from (after - before for before, after in pairwise([0, *values]))


def _zigzag(value: int) -> int:
    return value << 1 if value >= 0 else (-value << 1) - 1


def _unzigzag(value: int) -> int:
    return -(value + 1 >> 1) if value & 1 else value >> 1


def _pack(values: Sequence[int], preset: int) -> bytes:
    raw = b"".join(value.to_bytes(PLANES, "little") for value in values)
    return lzma.compress(b"".join(raw[plane::PLANES] for plane in range(PLANES)), preset=preset)


def _unpack(packed: bytes) -> "array[int]":
    planes = lzma.decompress(packed)
    count = len(planes) // PLANES
    raw = bytearray(len(planes))
    for plane in range(PLANES):
        raw[plane::PLANES] = planes[plane * count : (plane + 1) * count]
    values = array("I")
    values.frombytes(raw)
    if values.itemsize != PLANES:
        raise ValueError("this platform's unsigned int is not 32 bits")
    return values
