"""Turns SKUs into products with variants, prices, costs and stock."""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tests.sandbox.data.online_retail import ProductRow
from tests.sandbox.shopify import ids
from tests.sandbox.shopify.generator_dice import Dice
from tests.sandbox.shopify.generator_parameters import Parameters
from tests.sandbox.shopify.generator_titles import COLOURS, display_title, product_type, tags

DAY = 1440
DEFAULT_VARIANT = "Default Title"
_VENDORS = ("Harbour & Finch", "Meadowlane", "Old Quay Trading", "Pimlico Paper Co", "Sunday Parlour",
            "The Gilded Wren", "Thistle Row", "Wicklow Wares")  # fmt: skip
_MAX_OPTION_WORDS = 2


@dataclass(frozen=True, slots=True)
class Family:
    """SKUs that are one product; `options` are the variants' titles in the order of `rows`."""

    title: str
    option_name: str
    rows: tuple[ProductRow, ...]
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """Where a SKU ended up: ids, and the titles an order line shows."""

    product_id: int
    variant_id: int
    inventory_item_id: int
    title: str
    variant_title: str | None
    requires_shipping: bool


def families(rows: Sequence[ProductRow]) -> list[Family]:
    """Group the SKUs (in order) into products.

    SKUs with the same five digits and a letter are variants of one product when their titles differ in one
    run of at most two words and share at least two others; else each is a product of its own.
    """
    groups: dict[str, list[ProductRow]] = defaultdict(list)
    for row in rows:
        match = re.fullmatch(r"(\d{5})[A-Za-z]+", row.sku)
        groups[match[1] if match else row.sku].append(row)
    found: list[Family] = []
    for group in groups.values():
        family = _family(group) if len(group) > 1 else None
        if family:
            found.append(family)
        else:
            found.extend(Family(display_title(row.title), "Title", (row,), (DEFAULT_VARIANT,)) for row in group)
    return found


def _family(group: list[ProductRow]) -> Family | None:
    titles = [row.title.split() for row in group]
    head = _shared(titles)
    tail = _shared([title[head:][::-1] for title in titles])
    middles = [title[head : len(title) - tail] for title in titles]
    options = [display_title(" ".join(words).replace('"', "")) for words in middles]
    common = titles[0][:head] + titles[0][len(titles[0]) - tail :]
    if len(common) < 2 or len(set(options)) < len(options):
        return None
    if any(not words or len(words) > _MAX_OPTION_WORDS for words in middles) or "" in options:
        return None
    is_colour = all(word in COLOURS for option in options for word in re.findall("[a-z]+", option.lower()))
    return Family(display_title(" ".join(common)), "Colour" if is_colour else "Design", tuple(group), tuple(options))


def _shared(titles: list[list[str]]) -> int:
    count = 0
    while all(len(title) > count for title in titles) and len({title[count] for title in titles}) == 1:
        count += 1
    return count


class Catalogue:
    """The products of the world and the rows that describe them; `text` turns minutes into time texts."""

    def __init__(
        self, rows: Sequence[ProductRow], end_minute: int, parameters: Parameters, text: Callable[[int], str]
    ) -> None:
        self._dice = Dice(parameters.seed)
        self._parameters = parameters
        self._end = end_minute
        self._text = text
        self._families = families(rows)
        best_first = sorted(rows, key=lambda row: (-row.revenue, row.sku))
        self._rank = {row.sku: number for number, row in enumerate(best_first, start=1)}
        self.listed: dict[str, Listed] = dict(self._list())

    def _list(self) -> Iterator[tuple[str, Listed]]:
        for family in self._families:
            product_id = _product_id(family)
            shipped = product_type(family.title) != "Services"
            for row, option in zip(family.rows, family.options, strict=True):
                place = _place(row.sku)
                yield (
                    row.sku,
                    Listed(
                        product_id=product_id,
                        variant_id=ids.VARIANT + place,
                        inventory_item_id=ids.INVENTORY_ITEM + place,
                        title=family.title,
                        variant_title=None if option == DEFAULT_VARIANT else option,
                        requires_shipping=shipped,
                    ),
                )

    def product_rows(self) -> Iterator[tuple[object, ...]]:
        """Yield rows of the table product, in its order of columns."""
        handles: set[str] = set()
        for family in self._families:
            kind = product_type(family.title)
            handle = re.sub(r"[^a-z0-9]+", "-", family.title.lower().replace("'", "")).strip("-")
            if handle in handles:
                handle = f"{handle}-{family.rows[0].sku.lower()}"
            handles.add(handle)
            first = min(row.first_minute for row in family.rows)
            words = sorted({tag for row in family.rows for tag in tags(display_title(row.title))})
            yield (
                _product_id(family),
                handle,
                family.title,
                f"{family.title}, from our {kind.lower()} range.",
                self._dice.pick(_VENDORS, "vendor", kind, family.rows[0].sku[:3]),
                kind,
                json.dumps(words),
                self._status(family),
                family.option_name,
                self._text(first - 30 * DAY),
                self._text(max(row.last_minute for row in family.rows)),
            )

    def for_collections(self) -> tuple[list[int], list[int]]:
        """Return the products from the one that brought in most on, and those that lay a table at Christmas."""
        best = [self.listed[sku].product_id for sku in sorted(self._rank, key=self._rank.__getitem__)]
        christmas = [
            _product_id(family)
            for family in self._families
            if "christmas" in family.title.lower()
            and re.search("plate|bowl|napkin|candle|garland", family.title.lower())
        ]
        return list(dict.fromkeys(best)), christmas

    def variant_rows(self) -> Iterator[tuple[object, ...]]:
        """Yield rows of the table variant, in its order of columns."""
        for family in self._families:
            for position, (row, option) in enumerate(zip(family.rows, family.options, strict=True), start=1):
                at = self.listed[row.sku]
                policy = self._dice.hits(self._parameters.continue_selling, "policy", row.sku)
                yield (
                    at.variant_id, at.product_id, at.inventory_item_id, row.sku, option, position, row.price,
                    self._compare_at(row), self._cost(row), "CONTINUE" if policy else "DENY",
                    int(at.requires_shipping), 1, int(self._is_tracked(row, at)), self._text(row.last_minute),
                )  # fmt: skip

    def stock_rows(self) -> Iterator[tuple[object, ...]]:
        """Yield rows of the table inventory_level, in its order of columns."""
        for family in self._families:
            is_sold = self._status(family) == "ACTIVE"
            for row in family.rows:
                available = self._available(row) if is_sold else 0
                awaited = is_sold and available < 12 and self._dice.hits(500, "incoming", row.sku)
                incoming = 24 * self._dice.between((1, 10), "incoming units", row.sku) if awaited else 0
                yield (
                    self.listed[row.sku].inventory_item_id, ids.LOCATION_ID, available, 0, incoming,
                    self._text(row.last_minute),
                )  # fmt: skip

    def _status(self, family: Family) -> str:
        last = max(row.last_minute for row in family.rows)
        if self._end - last <= self._parameters.archived_after_days * DAY:
            return "ACTIVE"
        return "DRAFT" if self._dice.hits(200, "draft", family.rows[0].sku) else "ARCHIVED"

    def _available(self, row: ProductRow) -> int:
        by_rank = self._parameters.stock_by_rank.get(self._rank[row.sku])
        if by_rank is not None:
            return by_rank
        draw = self._dice.below(1000, "stock", row.sku)
        for units, share in self._parameters.stock_exact:
            if draw < share:
                return units
            draw -= share
        if draw < self._parameters.stock_scarce:
            return 1 + self._dice.below(8, "scarce", row.sku)
        weeks = self._dice.between(self._parameters.stock_weeks, "weeks", row.sku)
        return max(12, row.recent_units * 7 * weeks // 90) + self._dice.below(20, "more", row.sku)

    def _is_tracked(self, row: ProductRow, at: Listed) -> bool:
        return at.requires_shipping and not self._dice.hits(self._parameters.untracked, "untracked", row.sku)

    def _cost(self, row: ProductRow) -> int | None:
        if self._dice.hits(self._parameters.unit_cost_missing, "no cost", row.sku):
            return None
        return max(1, row.price * self._dice.between(self._parameters.unit_cost_percent, "cost", row.sku) // 100)

    def _compare_at(self, row: ProductRow) -> int | None:
        if not self._dice.hits(self._parameters.compare_at, "compare", row.sku):
            return None
        raised = row.price * self._dice.between((115, 150), "raised", row.sku) // 100
        return raised - raised % 10 + 9


def _product_id(family: Family) -> int:
    return ids.PRODUCT + _place(family.rows[0].sku)


def _place(sku: str) -> int:
    # Five digits and up to two letters, read as one number: equal in the whole world and in a small one.
    letters = 0
    for letter in sku[5:]:
        letters = letters * 59 + ord(letter) - ord("@")
    return (int(sku[:5]) * 59 * 59 + letters) * 37
