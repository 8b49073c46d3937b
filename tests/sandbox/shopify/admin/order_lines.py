"""Resolvers of an order's lines."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from graphql import GraphQLResolveInfo as Info

from tests.sandbox.shopify.admin import ids
from tests.sandbox.shopify.admin.amounts import Bag, bag_maker
from tests.sandbox.shopify.admin.connections import Connection, from_list
from tests.sandbox.shopify.admin.fields import Fields, Resolver, always, column, flag, of
from tests.sandbox.shopify.admin.loaders import orders_by_id, products_by_id, variants_by_id
from tests.sandbox.shopify.admin.records import Record, Session, children, grouped, related
from tests.sandbox.shopify.admin.selling_plans import plan_of_line
from tests.sandbox.shopify.payload_orders import net_of


def load_lines(session: Session, order_ids: list[int]) -> Mapping[int, list[Record]]:
    rows = session.rows(
        "SELECT * FROM order_line WHERE order_id IN (SELECT value FROM json_each(?)) ORDER BY id",
        json.dumps(order_ids),
    )
    return grouped(session.batch("LineItem", rows), "order_id")


def lines_of(order: Record) -> list[Record]:
    """Return all lines of an order, those that an edit added included."""
    return children(order, "lines", load_lines)


def page_of_lines(order: Record, _info: Info, **arguments: Any) -> Connection:
    return from_list(lines_of(order), arguments, "id")


def share(line: Record, quantity: int) -> int:
    """Return what so many pieces of the line cost after all discounts, in minor units."""
    row = line.row
    return net_of(row["price"], row["discount"], row["quantity"], quantity) if row["quantity"] else 0


def current_subtotal(order: Record) -> int:
    """Return what the pieces still on the order cost after discounts, in minor units."""
    return sum(share(line, line.row["current_quantity"]) for line in lines_of(order))


def order_of(line: Record) -> Record:
    """Return the order that a line or refund belongs to.

    Raises:
        LookupError: the order is too old for this app, and so is the line.
    """
    found = related(line, "order_id", orders_by_id)
    if found is None:
        raise LookupError(f"{line.kind} {line.id} without order")
    return found


def bags_of(line: Record) -> Callable[[int], Bag]:
    """Return the function that turns minor shop money of the line's order into a bag."""
    batch = line.batch
    makers = batch.once("bags", dict[int, Callable[[int], Bag]])
    order_id = line.row["order_id"]
    if order_id not in makers:
        makers[order_id] = bag_maker(order_of(line).row)
    return makers[order_id]


def money(read: Callable[[Record], int]) -> Resolver:
    """Return a resolver for minor units that are computed from a line."""
    return lambda line, _info, **_arguments: bags_of(line)(read(line))


def _line_discount(line: Record) -> int:
    # A discount of the line itself has a title; what a code took off the order was spread without one.
    discount: int = line.row["discount"] if line.row["discount_title"] else 0
    return discount


def discounted_total(line: Record, _info: Info, **arguments: Any) -> Bag:
    row = line.row
    discount = row["discount"] if arguments.get("withCodeDiscounts") else _line_discount(line)
    return bags_of(line)(row["price"] * row["quantity"] - discount)


def _discounted_unit_price(line: Record) -> int:
    row = line.row
    return net_of(row["price"], _line_discount(line), row["quantity"], 1) if row["quantity"] else 0


def _name(line: Record) -> str:
    title: str = line.row["title"]
    return f"{title} - {line.row['variant_title']}" if line.row["variant_title"] else title


def _unfulfilled(line: Record) -> int:
    is_open = order_of(line).row["fulfillment_status"] == "UNFULFILLED"
    quantity: int = line.row["current_quantity"] if is_open else 0
    return quantity


def _allocations(line: Record) -> list[Bag]:
    return [bags_of(line)(line.row["discount"])] if line.row["discount"] else []


def _vendor(line: Record) -> str | None:
    product = related(line, "product_id", products_by_id)
    return product.row["vendor"] if product else None


FIELDS: Fields = {
    "LineItem": {
        "id": of(lambda line: ids.gid("LineItem", line.id)),
        "title": column("title"),
        "variantTitle": column("variant_title"),
        "name": of(_name),
        "sku": column("sku"),
        "vendor": of(_vendor),
        "quantity": column("quantity"),
        "currentQuantity": column("current_quantity"),
        "refundableQuantity": column("current_quantity"),
        "unfulfilledQuantity": of(_unfulfilled),
        "requiresShipping": flag("requires_shipping"),
        # Nothing in this shop is a gift card, and no line carries notes of its own.
        "isGiftCard": always(False),
        "sellingPlan": of(plan_of_line),
        "customAttributes": always([]),
        "variant": of(lambda line: related(line, "variant_id", variants_by_id)),
        "product": of(lambda line: related(line, "product_id", products_by_id)),
        "originalUnitPriceSet": money(lambda line: line.row["price"]),
        "originalTotalSet": money(lambda line: line.row["price"] * line.row["quantity"]),
        "discountedTotalSet": discounted_total,
        "discountedUnitPriceSet": money(_discounted_unit_price),
        "discountedUnitPriceAfterAllDiscountsSet": money(lambda line: share(line, 1)),
        "totalDiscountSet": money(_line_discount),
        "discountAllocations": of(_allocations),
    },
    "DiscountAllocation": {"allocatedAmountSet": lambda both, _info: both},
}
