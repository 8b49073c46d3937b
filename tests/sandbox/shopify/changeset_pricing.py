"""What a list of changes would add to an order: prices, discounts, shipping, VAT and stock.

Readings of Shopify's documents that only a real store could settle are all made here:
a fixed discount counts per unit; the shop's prices hold VAT, so the added tax lines name the VAT that is inside
the added prices and never raise the total; a shipping line costs what it says, VAT inside.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, TypeGuard

from tests.sandbox.shopify import money
from tests.sandbox.shopify.selling_plans import first_price, plan_of

MOST_CHANGES = 20
VAT_RATE = 0.2
_METAFIELD_TYPES = {"integer", "string", "json_string"}


class ChangesetFault(Exception):
    """A changeset that is not processed: `code` is one of the platform's error codes."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, kw_only=True)
class AddedLine:
    """One line to add; money in minor units of the shop's currency, `discount` for the whole line.

    A subscription has a `plan` (id and name), and its price is the plan's for the first time.
    """

    variant_id: int
    product_id: int
    handle: str
    quantity: int
    price: int
    discount: int
    discount_title: str | None
    plan: tuple[int, str] | None = None

    @property
    def total(self) -> int:
        return self.price * self.quantity - self.discount


@dataclass(frozen=True, kw_only=True)
class AddedShipping:
    """One shipping line to add."""

    price: int
    title: str


@dataclass(frozen=True, kw_only=True)
class Priced:
    """A whole changeset with its prices."""

    lines: Sequence[AddedLine] = ()
    shipping: Sequence[AddedShipping] = ()
    metafields: Sequence[Mapping[str, Any]] = field(default=())
    tax: int = 0

    @property
    def goods(self) -> int:
        return sum(line.total for line in self.lines)

    @property
    def total(self) -> int:
        return self.goods + sum(line.price for line in self.shipping)


def price_changes(
    connection: sqlite3.Connection,
    changes: Any,
    *,
    country_code: str | None,
    buyer_consents: bool,
    has_subscription: bool = False,
) -> Priced:
    """Return what the changes add.

    Raises:
        ChangesetFault: `invalid_request` for a change that makes no sense, `insufficient_inventory`,
            `buyer_consent_required`, `subscription_no_shipping_address_error`, `subscription_limit_error` where the
            order `has_subscription` or would get two.
    """
    if not isinstance(changes, list) or not 0 < len(changes) <= MOST_CHANGES:
        raise ChangesetFault("invalid_request", f"changes must hold 1 to {MOST_CHANGES} changes")
    lines: list[AddedLine] = []
    shipping: list[AddedShipping] = []
    metafields: list[Mapping[str, Any]] = []
    for change in changes:
        kind = change.get("type") if isinstance(change, dict) else None
        if kind == "add_variant":
            lines.append(_line(connection, change))
        elif kind == "add_shipping_line":
            shipping.append(_shipping(change))
        elif kind == "set_metafield":
            metafields.append(_metafield(change))
        elif kind == "add_subscription":
            _check_subscription(
                country_code=country_code,
                buyer_consents=buyer_consents,
                is_taken=has_subscription or any(line.plan for line in lines),
            )
            lines.append(_subscribed(connection, change))
            shipping.append(_first_shipping(change))
        else:
            raise ChangesetFault("invalid_request", f"{kind!r} is not a type of change")
    _check_stock(connection, lines)
    gross = sum(line.total for line in lines) + sum(line.price for line in shipping)
    return Priced(
        lines=lines,
        shipping=shipping,
        metafields=metafields,
        tax=money.included_tax(country_code, gross),
    )


def _line(connection: sqlite3.Connection, change: Mapping[str, Any]) -> AddedLine:
    variant_id, quantity = change.get("variantId"), change.get("quantity")
    if not _is_count(variant_id) or not _is_count(quantity):
        raise ChangesetFault("invalid_request", "variantId and quantity must be whole numbers above 0")
    row = connection.execute(
        "SELECT v.id, v.product_id, v.price, p.handle FROM variant v JOIN product p ON p.id = v.product_id"
        " WHERE v.id = ? AND p.status = 'ACTIVE'",
        (variant_id,),
    ).fetchone()
    if row is None:
        raise ChangesetFault("invalid_request", f"variant {variant_id} is not on sale")
    discount, title = _discount(change.get("discount"), row["price"], quantity)
    return AddedLine(
        variant_id=row["id"],
        product_id=row["product_id"],
        handle=row["handle"],
        quantity=quantity,
        price=row["price"],
        discount=discount,
        discount_title=title,
    )


def _discount(discount: Any, price: int, quantity: int) -> tuple[int, str | None]:
    if discount is None:
        return 0, None
    if not isinstance(discount, dict):
        raise ChangesetFault("invalid_request", "discount must be an object")
    value = _decimal(discount.get("value"), "discount.value")
    title = discount.get("title")
    if not isinstance(title, str) or not title:
        raise ChangesetFault("invalid_request", "discount.title must be a text")
    if discount.get("valueType") == "percentage":
        if not 0 < value <= 100:
            raise ChangesetFault("invalid_request", "a percentage lies above 0 and is at most 100")
        return _pence(Decimal(price * quantity) * value / 10_000), title
    if discount.get("valueType") == "fixed_amount":
        if value <= 0:
            raise ChangesetFault("invalid_request", "a fixed amount lies above 0")
        return min(_pence(value), price) * quantity, title
    raise ChangesetFault("invalid_request", "discount.valueType must be percentage or fixed_amount")


def _shipping(change: Mapping[str, Any]) -> AddedShipping:
    price = _decimal(change.get("price"), "price")
    if price < 0:
        raise ChangesetFault("invalid_request", "price must not be negative")
    title = change.get("presentmentTitle") or change.get("title") or "Delivery"
    return AddedShipping(price=_pence(price), title=str(title))


def _metafield(change: Mapping[str, Any]) -> Mapping[str, Any]:
    if not all(isinstance(change.get(name), str) and change[name] for name in ("namespace", "key")):
        raise ChangesetFault("invalid_request", "a metafield needs a namespace and a key")
    if change.get("valueType") not in _METAFIELD_TYPES or "value" not in change:
        raise ChangesetFault("invalid_request", "a metafield needs a value and its valueType")
    return change


def _check_subscription(*, country_code: str | None, buyer_consents: bool, is_taken: bool) -> None:
    if not buyer_consents:
        raise ChangesetFault("buyer_consent_required", "the buyer has not agreed to a subscription")
    if country_code is None:
        raise ChangesetFault("subscription_no_shipping_address_error", "the order has no shipping address")
    if is_taken:
        raise ChangesetFault("subscription_limit_error", "the order has a subscription already")


def _subscribed(connection: sqlite3.Connection, change: Mapping[str, Any]) -> AddedLine:
    line, plan_id = _line(connection, {**change, "discount": None}), change.get("sellingPlanId")
    plan = plan_of(connection, plan_id, variant_id=line.variant_id) if _is_count(plan_id) else None
    if plan is None or plan["category"] != "SUBSCRIPTION":
        raise ChangesetFault("invalid_request", f"variant {line.variant_id} is not sold by plan {plan_id}")
    price = first_price(plan, line.price)
    discount, title = _discount(change.get("discount"), price, line.quantity)
    return replace(line, price=price, discount=discount, discount_title=title, plan=(plan["id"], plan["name"]))


def _first_shipping(change: Mapping[str, Any]) -> AddedShipping:
    if _decimal(change.get("recurringShippingPrice"), "recurringShippingPrice") < 0:
        raise ChangesetFault("invalid_request", "recurringShippingPrice must not be negative")
    option = change.get("shippingOption")
    if not isinstance(option, dict):
        raise ChangesetFault("invalid_request", "shippingOption must be an object")
    return _shipping({**option, "price": change.get("initialShippingPrice")})


def _check_stock(connection: sqlite3.Connection, lines: Sequence[AddedLine]) -> None:
    wanted: dict[int, int] = {}
    for line in lines:
        wanted[line.variant_id] = wanted.get(line.variant_id, 0) + line.quantity
    for variant_id, quantity in wanted.items():
        left = connection.execute(
            "SELECT COALESCE(SUM(l.available), 0) FROM variant v"
            " LEFT JOIN inventory_level l ON l.inventory_item_id = v.inventory_item_id"
            " WHERE v.id = ? AND v.tracked AND v.inventory_policy = 'DENY' GROUP BY v.id",
            (variant_id,),
        ).fetchone()
        if left is not None and left[0] < quantity:
            raise ChangesetFault("insufficient_inventory", f"only {max(left[0], 0)} of variant {variant_id} left")


def _is_count(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _decimal(value: Any, name: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ChangesetFault("invalid_request", f"{name} must be a number")
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise ChangesetFault("invalid_request", f"{name} must be a number") from error
    if not number.is_finite() or abs(number) > 1_000_000:
        raise ChangesetFault("invalid_request", f"{name} is out of range")
    return number


def _pence(amount: Decimal) -> int:
    return int((amount * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))
