"""Everything outside the app: Shopify's token endpoint and Admin API for all shops, Twilio, and a mail server.

It answers from the town's truth and writes down each message it takes, with the time of the town's clock.
"""

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from aiosmtpd.controller import Controller

from tests.soak import bodies
from tests.soak.town import GOODS, Shopper, Town

SCOPES = "read_products,read_inventory,read_locations,read_orders,read_customers,write_discounts"
# What a link in a message carries: the touch's id, a point, and a signature that is none of our business.
LINK = re.compile(r"/c/([A-Za-z0-9_-]+)\.")
_OPERATION = re.compile(r"(?:query|mutation)\s+(\w+)")


@dataclass(frozen=True, slots=True)
class Taken:
    """One message as its vendor took it."""

    vendor: str
    recipient: str
    text: str
    at: datetime

    @property
    def touch_id(self) -> str:
        found = LINK.search(self.text)
        return found[1] if found else ""


class Outside:
    """Shopify, Twilio and a mail server on loopback; `port` serves HTTP for every name, `smtp_port` takes mail."""

    def __init__(self, town: Town, *, port: int, smtp_port: int, now: Callable[[], datetime]) -> None:
        self.town, self.now = town, now
        self.messages: list[Taken] = []
        self.withdrawn: dict[tuple[str, int], datetime] = {}
        self._codes: set[tuple[str, str]] = set()
        self._texts: dict[str, list[dict[str, Any]]] = {}
        self._lock = threading.Lock()
        self._numbers = count(1)
        handler = type("Handler", (_Handler,), {"outside": self})
        self._http = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._http.daemon_threads = True
        self._mail = Controller(_Mailbox(self), hostname="127.0.0.1", port=smtp_port, ready_timeout=30.0)

    def start(self) -> None:
        threading.Thread(target=self._http.serve_forever, name="outside", daemon=True).start()
        self._mail.start()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._mail.stop()

    def withdraw(self, shopper: Shopper) -> None:
        self.withdrawn[shopper.shop, shopper.id] = self.now()

    def take(self, vendor: str, recipient: str, text: str) -> None:
        with self._lock:
            self.messages.append(Taken(vendor, recipient, text, self.now()))

    def text(self, account: str, form: dict[str, str]) -> dict[str, Any]:
        """Take a text as Twilio does; it keeps no idempotency key."""
        self.take("twilio", form["To"], form["Body"])
        now = self.now()
        with self._lock:
            made = {
                "sid": f"SM{next(self._numbers):032x}",
                "account_sid": account,
                "to": form["To"],
                "from": form.get("From"),
                "body": form["Body"],
                "status": "queued",
                "direction": "outbound-api",
                "num_segments": "1",
                "error_code": None,
                "date_created": now.strftime("%a, %d %b %Y %H:%M:%S +0000"),
            }
            self._texts.setdefault(account + form["To"], []).append(made)
        return made

    def make_code(self, shop: str, code: str) -> bool:
        """Make a discount code; False when the shop has it already."""
        with self._lock:
            is_new = (shop, code) not in self._codes
            self._codes.add((shop, code))
            return is_new

    def texts(self, account: str, recipient: str) -> list[dict[str, Any]]:
        with self._lock:
            return list(self._texts.get(account + recipient, ()))

    def graphql(self, shop: str, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        """Return the data of one operation for one shop.

        Raises:
            KeyError: an operation that the town does not know: the soak must learn it.
        """
        found = _OPERATION.search(query)
        return _ANSWERS[found[1] if found else ""](self, shop, variables)


def _shop(_outside: Outside, shop: str, _variables: dict[str, Any]) -> dict[str, Any]:
    return {
        "shop": {
            "id": f"gid://shopify/Shop/{abs(hash(shop)) % 10**9}",
            "name": shop.partition(".")[0].title(),
            "email": f"owner@{shop}.example",
            "myshopifyDomain": shop,
            "currencyCode": bodies.CURRENCY,
            "ianaTimezone": "Europe/London",
            "shopAddress": {"countryCodeV2": "GB"},
        }
    }


def _app_state(_outside: Outside, _shop: str, _variables: dict[str, Any]) -> dict[str, Any]:
    scopes = [{"handle": each} for each in SCOPES.split(",")]
    app = {"isPostPurchaseAppInUse": True}
    return {"currentAppInstallation": {"accessScopes": scopes, "app": app}}


def _customer(outside: Outside, shop: str, variables: dict[str, Any]) -> dict[str, Any]:
    shopper = outside.town.by_customer.get((shop, _number(variables["id"])))
    if shopper is None:
        return {"customer": None}
    at = outside.withdrawn.get((shop, shopper.id))
    return {"customer": bodies.customer_node(shopper, withdrawn_at=at)}


def _order(outside: Outside, shop: str, variables: dict[str, Any]) -> dict[str, Any]:
    order = outside.town.by_order.get((shop, _number(variables["id"])))
    return {"order": bodies.order_node(order) if order and order.placed_at else None}


def _orders_updated(outside: Outside, shop: str, variables: dict[str, Any]) -> dict[str, Any]:
    """Return what changed since, all of it in one page however much."""
    since = datetime.fromisoformat(variables["query"].partition("'")[2].rstrip("'"))
    placed = [order for order in outside.town.orders if order.shop == shop and order.placed_at]
    nodes = sorted((bodies.order_node(order) for order in placed), key=lambda node: node["updatedAt"])
    return {"orders": bodies.listing([each for each in nodes if datetime.fromisoformat(each["updatedAt"]) >= since])}


def _variants(_outside: Outside, _shop: str, variables: dict[str, Any]) -> dict[str, Any]:
    nodes = [bodies.variant_node(_number(each)) for each in variables["ids"]]
    return {"shop": {"currencyCode": bodies.CURRENCY}, "nodes": nodes}


def _products(_outside: Outside, _shop: str, _variables: dict[str, Any]) -> dict[str, Any]:
    return {"shop": {"currencyCode": bodies.CURRENCY}, "products": bodies.listing(bodies.product_nodes())}


def _plan_groups(_outside: Outside, _shop: str, _variables: dict[str, Any]) -> dict[str, Any]:
    return {"shop": {"currencyCode": bodies.CURRENCY}, "sellingPlanGroups": bodies.listing([])}


def _discount_code(outside: Outside, shop: str, variables: dict[str, Any]) -> dict[str, Any]:
    """Make a code once: who asks again, having missed the answer, is told that it is taken."""
    if outside.make_code(shop, variables["code"]["code"]):
        node: dict[str, Any] = {"id": "gid://shopify/DiscountCodeNode/1"}
        return {"discountCodeBasicCreate": {"codeDiscountNode": node, "userErrors": []}}
    taken = {"field": ["basicCodeDiscount", "code"], "message": "Code must be unique.", "code": "TAKEN"}
    return {"discountCodeBasicCreate": {"codeDiscountNode": None, "userErrors": [taken]}}


_ANSWERS: dict[str, Callable[[Outside, str, dict[str, Any]], dict[str, Any]]] = {
    "Shop": _shop,
    "AppState": _app_state,
    "ProductsCount": lambda *_: {"productsCount": {"count": len(GOODS)}},
    "Products": _products,
    "CollectionsCount": lambda *_: {"collectionsCount": {"count": 0}},
    "Collections": lambda *_: {"collections": bodies.listing([])},
    "PlanGroups": _plan_groups,
    "DiscountCode": _discount_code,
    "OrderTag": lambda *_: {"tagsAdd": {"userErrors": []}},
    "Locations": lambda *_: {"locations": bodies.listing([])},
    "OrdersCount": lambda *_: {"ordersCount": {"count": 0}},
    "OrdersUpdated": _orders_updated,
    "Orders": lambda *_: {"orders": bodies.listing([])},
    # Shoppers come to be known by their orders alone.
    "CustomersCount": lambda *_: {"customersCount": {"count": 0}},
    "Customers": lambda *_: {"customers": bodies.listing([])},
    "VariantsCount": lambda *_: {"productVariantsCount": {"count": 0}},
    "StockLevels": lambda *_: {"inventoryItems": bodies.listing([])},
    "ContactData": lambda *_: {"customers": bodies.listing([])},
    "Customer": _customer,
    "Order": _order,
    "Variants": _variants,
    "VariantPrices": lambda *_: {"nodes": []},  # everybody pays in the currency of the shop
}


def _number(gid: str) -> int:
    return int(gid.rpartition("/")[2])


class _Handler(BaseHTTPRequestHandler):
    """Picks the vendor by the Host header, as the app's sandbox transport keeps it."""

    outside: Outside
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        host, path = self.headers["Host"].partition(":")[0], urlsplit(self.path).path
        if host == "api.twilio.com":
            form = {name: values[0] for name, values in parse_qs(raw.decode()).items()}
            self._answer(201, self.outside.text(path.split("/")[3], form))
        elif path == "/admin/oauth/access_token":
            self._answer(200, _grant())
        else:
            asked = json.loads(raw)
            data = self.outside.graphql(host, asked["query"], asked["variables"])
            self._answer(200, {"data": data})

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        recipient = parse_qs(parts.query)["To"][0]
        found = self.outside.texts(parts.path.split("/")[3], recipient)
        self._answer(200, {"messages": found, "next_page_uri": None})

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Keep quiet: there are tens of thousands of requests."""


def _grant() -> dict[str, Any]:
    return {
        "access_token": f"shpat_{uuid4().hex}",
        "scope": SCOPES,
        "expires_in": 3600,
        "refresh_token": f"shprt_{uuid4().hex}",
        "refresh_token_expires_in": 7_776_000,
    }


class _Mailbox:
    def __init__(self, outside: Outside) -> None:
        self._outside = outside

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:
        message = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        part = message.get_body(("plain",))
        for recipient in envelope.rcpt_tos:
            self._outside.take("smtp", recipient, part.get_content() if part else "")
        return "250 2.0.0 Taken"
