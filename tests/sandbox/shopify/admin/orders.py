"""Resolvers of orders: the order's own columns, its money, and how orders are found."""

import json
from typing import Any

from graphql import GraphQLResolveInfo as Info

from tests.sandbox.shopify.admin import ids
from tests.sandbox.shopify.admin.amounts import Bag, bag_maker
from tests.sandbox.shopify.admin.connections import Clause, Connection, Sort, Table, from_table
from tests.sandbox.shopify.admin.fields import Fields, Resolver, always, column, flag, identity, names, of, session_of
from tests.sandbox.shopify.admin.gaps import Unsupported
from tests.sandbox.shopify.admin.loaders import customers_by_id, oldest_order, orders_by_id
from tests.sandbox.shopify.admin.metafields import owner_fields
from tests.sandbox.shopify.admin.order_lines import current_subtotal, lines_of, page_of_lines
from tests.sandbox.shopify.admin.order_parts import is_held, page_of_fulfilment, payments_of, refunds, transactions
from tests.sandbox.shopify.admin.order_visit import JOURNEY
from tests.sandbox.shopify.admin.records import Record, Session, related
from tests.sandbox.shopify.admin.search import (
    Matcher,
    Term,
    choice_matcher,
    compiled,
    flag_matcher,
    list_matcher,
    number_matcher,
    text_matcher,
    time_matcher,
    within,
)
from tests.sandbox.shopify.money import shipping_title

TABLE = Table("Order", "orders.*", "orders", "orders.id")
SORTS = {
    "ID": "orders.id",
    "CREATED_AT": "orders.created_at",
    "PROCESSED_AT": "orders.processed_at",
    "UPDATED_AT": "orders.updated_at",
    "ORDER_NUMBER": "orders.number",
    "TOTAL_PRICE": "orders.total",
    "CURRENT_TOTAL_PRICE": "orders.current_total",
}


def _name_matcher(term: Term) -> Clause:
    # The search takes a name with its number sign and without it.
    return text_matcher("orders.name")(term._replace(value=f"#{term.value.lstrip('#')}"))


def search_fields(session: Session) -> dict[str, Matcher]:
    """Return what orders can be searched by."""
    zone = session.shop["iana_timezone"]
    return {
        "id": number_matcher("orders.id"),
        "name": _name_matcher,
        "default": _name_matcher,
        "confirmation_number": text_matcher("orders.confirmation_number"),
        "checkout_token": text_matcher("orders.checkout_token"),
        "cart_token": text_matcher("orders.cart_token"),
        "customer_id": number_matcher("orders.customer_id"),
        "email": text_matcher("orders.email"),
        "created_at": time_matcher("orders.created_at", zone),
        "processed_at": time_matcher("orders.processed_at", zone),
        "updated_at": time_matcher("orders.updated_at", zone),
        "financial_status": choice_matcher("orders.financial_status"),
        "fulfillment_status": choice_matcher("orders.fulfillment_status"),
        "source_name": text_matcher("orders.source_name"),
        "tag": list_matcher("orders.tags"),
        "test": flag_matcher("orders.test"),
        "sku": within("order_line WHERE order_id = orders.id", text_matcher("sku")),
    }


def search_clause(session: Session, text: str | None) -> Clause:
    """Return the condition of an order search, within what this app may see."""
    found = compiled(text, search_fields(session))
    seen = "orders.created_at >= ? AND orders.created_at < ?"
    return Clause(f"({found.sql}) AND {seen}", (*found.parameters, oldest_order(session), session.late_since))


def page_of_orders(session: Session, where: Clause, arguments: dict[str, Any]) -> Connection:
    """Return a page of the orders that meet a condition.

    Raises:
        Unsupported: the sandbox does not sort by that key.
    """
    key = arguments["sortKey"]
    if key not in SORTS:
        raise Unsupported(f"sortKey {key} of orders")
    return from_table(session, TABLE, Sort(key.lower(), SORTS[key]), where, arguments)


def orders(_root: Any, info: Info, **arguments: Any) -> Connection:
    session = session_of(info)
    return page_of_orders(session, search_clause(session, arguments.get("query")), arguments)


def orders_count(_root: Any, info: Info, **arguments: Any) -> dict[str, Any]:
    session = session_of(info)
    where = search_clause(session, arguments.get("query"))
    found = session.rows(f"SELECT count(*) AS n FROM orders WHERE {where.sql}", *where.parameters)
    return {"count": found[0]["n"], "limit": arguments.get("limit")}


def order(_root: Any, info: Info, **arguments: Any) -> Record | None:
    number = ids.number_of(arguments["id"], "Order")
    return orders_by_id(session_of(info), [number]).get(number)


def bag(record: Record, minor: int) -> Bag:
    """Return minor units of the shop's currency as this order's money."""
    return bag_maker(record.row)(minor)


def money(name: str) -> Resolver:
    """Return a resolver for a column of minor units."""
    return lambda record, _info: bag_maker(record.row)(record.row[name])


def amount(read: Any) -> Resolver:
    """Return a resolver for minor units that are computed."""
    return lambda record, _info: bag_maker(record.row)(read(record))


def _received(record: Record) -> int:
    return sum(
        payment.row["amount"]
        for payment in payments_of(record)
        if payment.row["kind"] == "sale" and payment.row["status"] == "success"
    )


def _fulfilment_status(record: Record) -> str:
    status: str = record.row["fulfillment_status"]
    return "ON_HOLD" if status == "UNFULFILLED" and is_held(record) else status


def _codes(record: Record) -> list[str]:
    return [entry["code"] for entry in json.loads(record.row["discount_codes"])]


def _shipping_line(record: Record) -> dict[str, Any] | None:
    if record.row["shipping_address"] is None:
        return None
    title = shipping_title(record.row["shipping"])
    return {"id": record.id, "title": title, "code": title}


def _status_page(record: Record) -> str:
    origin = record.session.settings.origin
    return f"{origin}/orders/{record.row['checkout_token']}"


def _address(record: Record) -> dict[str, Any] | None:
    if record.row["shipping_address"] is None:
        return None
    return {"id": record.id, **json.loads(record.row["shipping_address"])}


def _current_quantity(record: Record) -> int:
    return sum(line.row["current_quantity"] for line in lines_of(record))


FIELDS: Fields = {
    "QueryRoot": {"orders": orders, "ordersCount": orders_count, "order": order},
    "Order": {
        **identity("Order"),
        **owner_fields(),
        "name": column("name"),
        "number": column("number"),
        "confirmationNumber": column("confirmation_number"),
        "checkoutToken": column("checkout_token"),
        "cartToken": column("cart_token"),
        "createdAt": column("created_at"),
        "processedAt": column("processed_at"),
        "updatedAt": column("updated_at"),
        "cancelledAt": column("cancelled_at"),
        "cancelReason": column("cancel_reason"),
        "confirmed": always(True),
        "test": flag("test"),
        "edited": flag("edited"),
        "sourceName": column("source_name"),
        "tags": names("tags"),
        "email": column("email"),
        "phone": column("phone"),
        "customerLocale": column("customer_locale"),
        "customerAcceptsMarketing": flag("buyer_accepts_marketing"),
        "currencyCode": column("currency"),
        "presentmentCurrencyCode": column("presentment_currency"),
        "taxesIncluded": always(True),
        "displayFinancialStatus": column("financial_status"),
        "displayFulfillmentStatus": of(_fulfilment_status),
        "fullyPaid": of(lambda record: record.row["financial_status"] in {"PAID", "PARTIALLY_REFUNDED", "REFUNDED"}),
        "unpaid": of(lambda record: record.row["financial_status"] == "PENDING"),
        "paymentGatewayNames": of(lambda record: [record.row["payment_gateway"]]),
        "discountCode": of(lambda record: next(iter(_codes(record)), None)),
        "discountCodes": of(_codes),
        "shippingLine": of(_shipping_line),
        "customAttributes": of(
            lambda record: [
                {"key": entry["name"], "value": entry["value"]} for entry in json.loads(record.row["note_attributes"])
            ]
        ),
        "statusPageUrl": of(_status_page),
        "requiresShipping": of(lambda record: any(line.row["requires_shipping"] for line in lines_of(record))),
        "totalPriceSet": money("total"),
        "originalTotalDutiesSet": always(None),  # the shop charges none
        "originalTotalPriceSet": amount(
            lambda record: record.row["total"] if record.row["original_total"] is None else record.row["original_total"]
        ),
        "currentTotalPriceSet": money("current_total"),
        "subtotalPriceSet": money("subtotal"),
        "currentSubtotalPriceSet": amount(current_subtotal),
        "totalDiscountsSet": money("discounts"),
        "totalShippingPriceSet": money("shipping"),
        "totalTaxSet": money("tax"),
        "totalRefundedSet": money("refunded"),
        "totalOutstandingSet": money("outstanding"),
        "totalReceivedSet": amount(_received),
        "netPaymentSet": amount(lambda record: _received(record) - record.row["refunded"]),
        "totalTipReceivedSet": amount(lambda _record: 0),
        "subtotalLineItemsQuantity": of(lambda record: sum(line.row["quantity"] for line in lines_of(record))),
        "currentSubtotalLineItemsQuantity": of(_current_quantity),
        "customer": of(lambda record: related(record, "customer_id", customers_by_id)),
        "shippingAddress": of(_address),
        "displayAddress": of(_address),
        "lineItems": page_of_lines,
        "refunds": refunds,
        "transactions": transactions,
        "fulfillmentOrders": page_of_fulfilment,
        "customerJourneySummary": of(lambda record: record.seen_as("CustomerJourneySummary")),
    },
    "MoneyBag": {
        "shopMoney": lambda both, _info: both[0],
        "presentmentMoney": lambda both, _info: both[1],
    },
    "MoneyV2": {"amount": lambda one, _info: one, "currencyCode": lambda one, _info: one[1]},
    "Attribute": {"key": lambda source, _info: source["key"], "value": lambda source, _info: source["value"]},
    **JOURNEY,
}
