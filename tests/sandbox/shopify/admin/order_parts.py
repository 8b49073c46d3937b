"""Resolvers of what hangs on an order besides its lines: refunds, payments, fulfilment, the postal address."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from graphql import GraphQLResolveInfo as Info

from tests.sandbox.shopify.admin import ids
from tests.sandbox.shopify.admin.amounts import Bag
from tests.sandbox.shopify.admin.connections import Connection, from_list
from tests.sandbox.shopify.admin.fields import Fields, always, column, identity, key, of
from tests.sandbox.shopify.admin.loaders import variants_by_id
from tests.sandbox.shopify.admin.order_lines import bags_of, lines_of, order_of
from tests.sandbox.shopify.admin.records import Record, Session, children, grouped, related


def load_refunds(session: Session, order_ids: list[int]) -> Mapping[int, list[Record]]:
    rows = session.rows(
        "SELECT * FROM refund WHERE order_id IN (SELECT value FROM json_each(?)) ORDER BY created_at, id",
        json.dumps(order_ids),
    )
    return grouped(session.batch("Refund", rows), "order_id")


def refunds(order: Record, _info: Info, **arguments: Any) -> list[Record]:
    return children(order, "refunds", load_refunds)[: arguments.get("first")]


def load_payments(session: Session, order_ids: list[int]) -> Mapping[int, list[Record]]:
    rows = session.rows(
        "SELECT * FROM payment WHERE order_id IN (SELECT value FROM json_each(?)) ORDER BY created_at, id",
        json.dumps(order_ids),
    )
    return grouped(session.batch("OrderTransaction", rows), "order_id")


def payments_of(order: Record) -> list[Record]:
    """Return an order's payments and refunds of money, oldest first."""
    return children(order, "payments", load_payments)


def transactions(order: Record, _info: Info, **arguments: Any) -> list[Record]:
    if arguments.get("capturable") or arguments.get("manuallyResolvable"):
        return []
    return payments_of(order)[: arguments.get("first")]


class RefundLine:
    """One line of a refund; it has no row of its own in the world."""

    __slots__ = ("entry", "refund")

    def __init__(self, refund: Record, entry: dict[str, Any]) -> None:
        self.refund = refund
        self.entry = entry

    @property
    def id(self) -> int:
        """The refund line's number."""
        number: int = self.entry["id"]
        return number

    def money(self, minor: int) -> Bag:
        """Return minor shop money as the order's money."""
        return bags_of(self.refund)(minor)

    def line(self) -> Record:
        """Return the order line that was refunded."""
        lines = lines_of(order_of(self.refund))
        return next(line for line in lines if line.id == self.entry["line_item_id"])


def page_of_refund_lines(refund: Record, _info: Info, **arguments: Any) -> Connection:
    entries = [RefundLine(refund, entry) for entry in json.loads(refund.row["lines"])]
    return from_list(entries, arguments, "id")


def is_held(order: Record) -> bool:
    """Tell whether the order waits for the buyer's answer on the one-click page."""
    until = order.row["held_until"]
    return until is not None and until > order.session.now_text


def _fulfilment_status(order: Record) -> str:
    if order.row["cancelled_at"]:
        return "CANCELLED"
    if order.row["fulfillment_status"] == "FULFILLED":
        return "CLOSED"
    return "ON_HOLD" if is_held(order) else "OPEN"


def page_of_fulfilment(order: Record, _info: Info, **arguments: Any) -> Connection:
    # The shop sends every order whole from its one location.
    return from_list([order.seen_as("FulfillmentOrder")], arguments, "id")


def _holds(order: Record) -> list[Record]:
    return [order.seen_as("FulfillmentHold")] if _fulfilment_status(order) == "ON_HOLD" else []


def _remaining(line: Record) -> int:
    is_open = order_of(line).row["fulfillment_status"] == "UNFULFILLED"
    return line.row["current_quantity"] if is_open else 0


class PaymentDetails(NamedTuple):
    """What a payment was made with, as one of the types of the union."""

    kind: str
    wallet: str | None = None


# A wallet runs on the card gateway: what was paid with stands in the payment's details alone.
_WALLETS = {
    "shopify_payments": "SHOPIFY_PAY",
    "apple_pay": "APPLE_PAY",
    "google_pay": "GOOGLE_PAY",
    "amazon_pay": "AMAZON_PAY",
}
_OTHER_DETAILS = {
    "paypal": "PaypalWalletPaymentDetails",
    **dict.fromkeys(("klarna", "affirm", "afterpay"), "LocalPaymentMethodsPaymentDetails"),
}


def _payment_details(payment: Record) -> PaymentDetails | None:
    gateway: str = payment.row["gateway"]
    if gateway in _OTHER_DETAILS:
        return PaymentDetails(_OTHER_DETAILS[gateway])
    if gateway == "bogus" or gateway in _WALLETS:
        return PaymentDetails("CardPaymentDetails", _WALLETS.get(gateway))
    return None


def _full_name(address: dict[str, Any]) -> str | None:
    parts = [address.get("first_name"), address.get("last_name")]
    return " ".join(part for part in parts if part) or None


def _address_part(name: str) -> Any:
    return lambda address, _info: address.get(name)


FIELDS: Fields = {
    "Refund": {
        **identity("Refund"),
        "createdAt": column("created_at"),
        "processedAt": column("created_at"),
        "updatedAt": column("created_at"),
        "note": column("note"),
        "order": of(order_of),
        "totalRefundedSet": of(lambda refund: bags_of(refund)(refund.row["amount"])),
        "refundLineItems": page_of_refund_lines,
    },
    "RefundLineItem": {
        "id": lambda item, _info: ids.gid("RefundLineItem", item.id),
        "lineItem": lambda item, _info: item.line(),
        "quantity": lambda item, _info: item.entry["quantity"],
        "restockType": lambda item, _info: item.entry["restock_type"].upper(),
        "restocked": lambda item, _info: item.entry["restock_type"] != "no_restock",
        "subtotalSet": lambda item, _info: item.money(item.entry["subtotal"]),
        "priceSet": lambda item, _info: item.money(item.line().row["price"]),
    },
    "OrderTransaction": {
        "id": of(lambda payment: ids.gid("OrderTransaction", payment.id)),
        "kind": of(lambda payment: payment.row["kind"].upper()),
        "status": of(lambda payment: payment.row["status"].upper()),
        "gateway": column("gateway"),
        "amountSet": of(lambda payment: bags_of(payment)(payment.row["amount"])),
        "createdAt": column("created_at"),
        "processedAt": column("created_at"),
        "order": of(order_of),
        "test": of(lambda payment: bool(order_of(payment).row["test"])),
        "paymentDetails": of(_payment_details),
    },
    "CardPaymentDetails": {"wallet": lambda details, _info: details.wallet},
    "FulfillmentOrder": {
        "id": of(lambda order: ids.gid("FulfillmentOrder", order.id)),
        "status": of(_fulfilment_status),
        "requestStatus": always("UNSUBMITTED"),
        "createdAt": column("created_at"),
        "updatedAt": column("updated_at"),
        "order": of(lambda order: order.seen_as("Order")),
        "orderId": of(lambda order: ids.gid("Order", order.id)),
        "orderName": column("name"),
        "orderProcessedAt": column("processed_at"),
        "fulfillmentHolds": of(_holds),
        "lineItems": lambda order, _info, **arguments: from_list(
            [line.seen_as("FulfillmentOrderLineItem") for line in lines_of(order) if line.row["current_quantity"]],
            arguments,
            "id",
        ),
    },
    "FulfillmentHold": {
        "id": of(lambda order: ids.gid("FulfillmentHold", order.id)),
        "reason": always("ONLINE_STORE_POST_PURCHASE_CROSS_SELL"),
        "displayReason": always("Waiting for the buyer's answer to a post-purchase offer"),
        "heldByRequestingApp": always(False),  # the checkout holds, not the app
        "handle": always(None),
        "reasonNotes": always(None),
    },
    "FulfillmentOrderLineItem": {
        "id": of(lambda line: ids.gid("FulfillmentOrderLineItem", line.id)),
        "lineItem": of(lambda line: line.seen_as("LineItem")),
        "productTitle": column("title"),
        "variantTitle": column("variant_title"),
        "sku": column("sku"),
        "requiresShipping": of(lambda line: bool(line.row["requires_shipping"])),
        "totalQuantity": column("current_quantity"),
        "remainingQuantity": of(_remaining),
        "variant": of(lambda line: related(line, "variant_id", variants_by_id)),
    },
    "ShippingLine": {"id": key("id"), "title": key("title"), "code": key("code")},
    "MailingAddress": {
        "id": lambda address, _info: f"{ids.gid('MailingAddress', address['id'])}?model_name=Address",
        "firstName": _address_part("first_name"),
        "lastName": _address_part("last_name"),
        "name": lambda address, _info: _full_name(address),
        "address1": _address_part("address1"),
        "address2": _address_part("address2"),
        "city": _address_part("city"),
        "provinceCode": _address_part("province_code"),
        "zip": _address_part("zip"),
        "countryCodeV2": key("country_code"),
    },
}
