"""What a checkout costs: lines, discount, shipping and the VAT inside, in pence."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from tests.sandbox.shopify import money
from tests.sandbox.shopify.checkout_state import CheckoutState, DiscountCode

MOST_OF_ONE = 1_000_000


class CheckoutRefused(Exception):
    """The shop does not take this checkout; `code` says why in one word, the message in a sentence.

    Codes: empty_cart, invalid_quantity, not_on_sale, insufficient_inventory, one_code_only, invalid_code,
    unknown_currency, unknown_customer, already_completed.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class QuotedLine:
    """One line with its price; `discount` is for the whole line."""

    variant_id: int
    product_id: int
    inventory_item_id: int
    sku: str
    title: str
    variant_title: str | None
    quantity: int
    price: int
    discount: int
    requires_shipping: bool
    is_tracked: bool

    @property
    def gross(self) -> int:
        """The line before its discount."""
        return self.price * self.quantity


@dataclass(frozen=True, slots=True)
class Quote:
    """`subtotal` is after discounts; `tax` is inside `total`, not on top of it."""

    lines: tuple[QuotedLine, ...]
    subtotal: int
    discounts: int
    shipping: int
    tax: int
    total: int


def quote(connection: sqlite3.Connection, state: CheckoutState) -> Quote:
    """Price a checkout on the world as it is now.

    Raises:
        CheckoutRefused: the cart cannot be sold like this.
    """
    if not state["lines"]:
        raise CheckoutRefused("empty_cart", "There is nothing in the cart.")
    wanted: dict[int, int] = {}
    for line in state["lines"]:
        if not 0 < line["quantity"] <= MOST_OF_ONE:
            raise CheckoutRefused("invalid_quantity", f"{line['quantity']} is no quantity.")
        wanted[line["variant_id"]] = wanted.get(line["variant_id"], 0) + line["quantity"]
    bare = [_line(connection, variant_id, quantity) for variant_id, quantity in wanted.items()]
    discounts = _discounts(state["discount_codes"], bare)
    lines = tuple(replace(line, discount=part) for line, part in zip(bare, discounts, strict=True))
    subtotal = sum(line.gross - line.discount for line in lines)
    address = state["shipping_address"]
    country = address["country_code"] if address else None
    shipping = money.shipping(country, subtotal)
    total = subtotal + shipping
    return Quote(lines, subtotal, sum(discounts), shipping, money.included_tax(country, total), total)


def spread(amount: int, shares: Sequence[int]) -> list[int]:
    """Split `amount` in proportion to `shares` without losing a penny, nobody getting more than their share.

    `amount` may not be more than all shares together.
    """
    whole = sum(shares)
    if not 0 <= amount <= whole:
        raise ValueError(f"{amount} cannot be spread over {whole}")
    if whole == 0:
        return [0] * len(shares)
    parts = [amount * share // whole for share in shares]
    # A rounded-down part is below its share whenever something was cut off, so one more penny always fits.
    by_rest = sorted(range(len(shares)), key=lambda at: (-(amount * shares[at] % whole), at))
    for at in by_rest[: amount - sum(parts)]:
        parts[at] += 1
    return parts


def available(connection: sqlite3.Connection, inventory_item_id: int) -> int:
    """Return what can be sold of an inventory item, over all locations."""
    found = connection.execute(
        "SELECT coalesce(sum(available), 0) FROM inventory_level WHERE inventory_item_id = ?", (inventory_item_id,)
    ).fetchone()
    return int(found[0])


def _line(connection: sqlite3.Connection, variant_id: int, quantity: int) -> QuotedLine:
    row = connection.execute(
        """SELECT v.*, p.title AS product_title FROM variant v JOIN product p ON p.id = v.product_id
           WHERE v.id = ? AND p.status = 'ACTIVE'""",
        (variant_id,),
    ).fetchone()
    if row is None:
        raise CheckoutRefused("not_on_sale", f"Variant {variant_id} is not on sale.")
    is_limited = row["tracked"] and row["inventory_policy"] == "DENY"
    if is_limited and available(connection, row["inventory_item_id"]) < quantity:
        raise CheckoutRefused("insufficient_inventory", f"There are not {quantity} of {row['product_title']} left.")
    return QuotedLine(
        variant_id=variant_id,
        product_id=row["product_id"],
        inventory_item_id=row["inventory_item_id"],
        sku=row["sku"],
        title=row["product_title"],
        variant_title=None if row["title"] == "Default Title" else row["title"],
        quantity=quantity,
        price=row["price"],
        discount=0,
        requires_shipping=bool(row["requires_shipping"]),
        is_tracked=bool(row["tracked"]),
    )


def _discounts(codes: Sequence[DiscountCode], lines: Sequence[QuotedLine]) -> list[int]:
    """Return what the code takes off each line."""
    if not codes:
        return [0] * len(lines)
    if len(codes) > 1:
        raise CheckoutRefused("one_code_only", "This shop takes one discount code.")
    code = codes[0]
    meant = code.get("variant_ids")
    shares = [line.gross if not meant or line.variant_id in meant else 0 for line in lines]
    if not sum(shares):
        raise CheckoutRefused("invalid_code", f"{code['code']} is not for anything in this cart.")
    if code["type"] == "fixed_amount" and code["value"] > 0 and code.get("is_each"):
        pieces = zip(shares, lines, strict=True)
        return [min(int(code["value"]) * line.quantity, share) for share, line in pieces]
    return spread(_discount(code, sum(shares)), shares)


def _discount(code: DiscountCode, goods: int) -> int:
    if code["type"] == "fixed_amount" and code["value"] > 0:
        return min(int(code["value"]), goods)
    if code["type"] == "percentage" and 0 < code["value"] <= 100:
        return int((goods * Decimal(str(code["value"])) + 50) // 100)
    raise CheckoutRefused("invalid_code", f"{json.dumps(code)} is no discount.")
