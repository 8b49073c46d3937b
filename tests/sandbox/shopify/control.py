"""JSON for tests and for people who want something to happen in the shop: stock, refunds, products, faults.

Under `/sandbox/api` on the sandbox's own host. Bodies are JSON objects; a wrong one answers 422 with `error`, an id
that does not exist 404.
"""

import hmac
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, Response, jsonify, request

from tests.sandbox.shopify import collections, oauth, orders, products, selling_plans, stock
from tests.sandbox.shopify.admin.bulk import FAILURES
from tests.sandbox.shopify.admin.customers import unsubscribe_token
from tests.sandbox.shopify.admin.faults import KINDS, UnknownFault
from tests.sandbox.shopify.admin.side import ServerSide
from tests.sandbox.shopify.admin.state import state_of
from tests.sandbox.shopify.admin.throttle import PLANS
from tests.sandbox.shopify.control_body import WrongBody, body_of, integers, one_of, take
from tests.sandbox.shopify.customers import set_consent
from tests.sandbox.shopify.generator_collections import Rule
from tests.sandbox.shopify.order_payments import PaymentRefused, mark_paid

Answer = Response | tuple[Response, int]
LATEST = 50


def blueprint(sandbox: ServerSide) -> Blueprint:
    """Return the control routes of the shop, and the page behind a customer's own unsubscribe link."""
    routes = Blueprint("shop_control", __name__)
    control = _Control(sandbox)
    for method, path, view in (
        ("POST", "/stock", control.stock),
        ("GET", "/orders", control.orders),
        ("GET", "/orders/<int:order_id>", control.order),
        ("POST", "/orders/<int:order_id>/refund", control.refund),
        ("POST", "/orders/<int:order_id>/cancel", control.cancel),
        ("POST", "/orders/<int:order_id>/pay", control.pay),
        ("POST", "/products/<int:product_id>", control.change_product),
        ("DELETE", "/products/<int:product_id>", control.delete_product),
        ("POST", "/collections", control.create_collection),
        ("POST", "/collections/<int:collection_id>", control.change_collection),
        ("DELETE", "/collections/<int:collection_id>", control.delete_collection),
        ("POST", "/products/<int:product_id>/collections", control.put_into_collection),
        ("POST", "/variants/<int:variant_id>", control.change_variant),
        ("POST", "/selling-plans", control.add_plans),
        ("DELETE", "/selling-plans/<int:group_id>", control.remove_plans),
        ("POST", "/customers/<int:customer_id>/consent", control.consent),
        ("POST", "/shop", control.change_shop),
        ("POST", "/installation", control.install),
        ("DELETE", "/installation", control.uninstall),
        ("GET", "/webhooks", control.webhooks),
        ("POST", "/webhooks/<int:delivery_id>/duplicate", control.duplicate_webhook),
        ("GET", "/faults", control.faults),
        ("POST", "/faults", control.add_fault),
        ("DELETE", "/faults", control.clear_faults),
        ("GET", "/throttle", control.throttle),
        ("POST", "/throttle", control.set_throttle),
        ("POST", "/bulk", control.set_bulk),
        ("POST", "/protected-data", control.set_protected_data),
    ):
        routes.add_url_rule(f"/sandbox/api{path}", f"{method} {path}", _refusals_as_json(view), methods=[method])
    routes.add_url_rule("/store/unsubscribe/<token>", "unsubscribe", control.unsubscribe, methods=["GET", "POST"])
    return routes


def _refusals_as_json(view: Callable[..., Answer]) -> Callable[..., Answer]:
    @wraps(view)
    def call(**arguments: Any) -> Answer:
        try:
            return view(**arguments)
        except LookupError as error:
            return jsonify(error=str(error)), 404
        except (WrongBody, UnknownFault, orders.RefundRefused, PaymentRefused, ValueError) as error:
            return jsonify(error=str(error)), 422

    return call


class _Control:
    def __init__(self, sandbox: ServerSide) -> None:
        self._sandbox = sandbox
        self._world = sandbox.world
        self._sender = sandbox.sender
        self._state = state_of(sandbox.world)

    def stock(self) -> Answer:
        body = body_of(request)
        variant, available = take(body, "variant_id", int), take(body, "available", int)
        location = take(body, "location_id", int, default=None)
        if location is not None:
            return jsonify(inventory_item_id=stock.set_at(self._world, self._sender, variant, location, available))
        return jsonify(inventory_item_id=stock.set_available(self._world, self._sender, variant, available))

    def orders(self) -> Answer:
        """List the latest orders; `?checkout_token=` finds one, `?limit=` sets how many."""
        token, limit = request.args.get("checkout_token"), request.args.get("limit", LATEST, type=int)
        with self._world.read() as connection:
            rows = connection.execute(
                "SELECT * FROM orders WHERE ? IS NULL OR checkout_token = ? ORDER BY created_at DESC, id DESC LIMIT ?",
                (token, token, limit),
            ).fetchall()
        return jsonify(orders=[dict(row) for row in rows])

    def order(self, order_id: int) -> Answer:
        """Show one order with its lines, refunds, payments and edits, as the world has them."""
        with self._world.read() as connection:
            row = connection.execute("SELECT * FROM orders WHERE id = ?", (order_id,)).fetchone()
            if row is None:
                raise LookupError(f"no order {order_id}")
            parts = {
                name: [
                    dict(part)
                    for part in connection.execute(f"SELECT * FROM {table} WHERE order_id = ? ORDER BY id", (order_id,))
                ]
                for name, table in (
                    ("lines", "order_line"),
                    ("refunds", "refund"),
                    ("payments", "payment"),
                    ("edits", "order_edit"),
                )
            }
        return jsonify({**dict(row), **parts})

    def refund(self, order_id: int) -> Answer:
        """Refund `lines` ({line id: units}; left out: everything) and `shipping` pence; `restock`, `note`."""
        body = body_of(request)
        units = integers(take(body, "lines", dict, default=None)) if "lines" in body else self._units_left(order_id)
        refund_id = orders.refund_lines(
            self._world,
            self._sender,
            order_id,
            units,
            restock=take(body, "restock", bool, default=True),
            shipping=take(body, "shipping", int, default=0),
            note=take(body, "note", str, default=None),
        )
        return jsonify(refund_id=refund_id), 201

    def _units_left(self, order_id: int) -> dict[int, int]:
        with self._world.read() as connection:
            rows = connection.execute(
                "SELECT id, current_quantity FROM order_line WHERE order_id = ? AND current_quantity > 0", (order_id,)
            ).fetchall()
        return {row["id"]: row["current_quantity"] for row in rows}

    def cancel(self, order_id: int) -> Answer:
        reason = take(body_of(request), "reason", str, default="CUSTOMER")
        return jsonify(refund_id=orders.cancel_order(self._world, self._sender, order_id, reason=reason)), 201

    def pay(self, order_id: int) -> Answer:
        """Let the buyer pay what the order owes."""
        return jsonify(amount=mark_paid(self._world, self._sender, order_id)), 201

    def add_plans(self) -> Answer:
        """Make a group of selling plans: `name`, `plans`, `product_ids`, `variant_ids` as selling_plans has them."""
        body = body_of(request)
        made = selling_plans.create_group(
            self._world,
            self._sender,
            name=take(body, "name", str),
            plans=take(body, "plans", list),
            product_ids=take(body, "product_ids", list, default=[]),
            variant_ids=take(body, "variant_ids", list, default=[]),
        )
        return jsonify(made), 201

    def remove_plans(self, group_id: int) -> Answer:
        selling_plans.delete_group(self._world, self._sender, group_id)
        return jsonify(group_id=group_id)

    def change_product(self, product_id: int) -> Answer:
        products.update_product(self._world, self._sender, product_id, **body_of(request))
        return jsonify(product_id=product_id)

    def delete_product(self, product_id: int) -> Answer:
        products.delete_product(self._world, self._sender, product_id)
        return jsonify(product_id=product_id)

    def create_collection(self) -> Answer:
        """Make a collection with a `title`, of `products` (ids) or by a `rule` (column, relation, condition)."""
        body = body_of(request)
        rule = take(body, "rule", list, default=None)
        if rule is not None and len(rule) != len(Rule._fields):
            raise WrongBody("rule must be a column, a relation and a condition")
        made = collections.create_collection(
            self._world,
            self._sender,
            take(body, "title", str),
            products=take(body, "products", list, default=None) or (),
            rule=Rule(*map(str, rule)) if rule is not None else None,
        )
        return jsonify(collection_id=made), 201

    def change_collection(self, collection_id: int) -> Answer:
        """Change its `title`, `add` products (ids) and `remove` some."""
        body = body_of(request)
        collections.change_collection(
            self._world,
            self._sender,
            collection_id,
            title=take(body, "title", str, default=None),
            add=take(body, "add", list, default=None) or (),
            remove=take(body, "remove", list, default=None) or (),
        )
        return jsonify(collection_id=collection_id)

    def delete_collection(self, collection_id: int) -> Answer:
        collections.delete_collection(self._world, self._sender, collection_id)
        return jsonify(collection_id=collection_id)

    def put_into_collection(self, product_id: int) -> Answer:
        """Put a product into the collection `collection_id`, as on the product's own page."""
        collection_id = take(body_of(request), "collection_id", int)
        collections.put_into_collection(self._world, self._sender, product_id, collection_id)
        return jsonify(product_id=product_id)

    def change_variant(self, variant_id: int) -> Answer:
        products.update_variant(self._world, self._sender, variant_id, **body_of(request))
        return jsonify(variant_id=variant_id)

    def consent(self, customer_id: int) -> Answer:
        body = body_of(request)
        channel = one_of(body, "channel", ("email", "sms"))
        set_consent(
            self._world,
            self._sender,
            customer_id,
            "email" if channel == "email" else "sms",
            state=take(body, "state", str),
            opt_in_level=take(body, "opt_in_level", str, default="SINGLE_OPT_IN"),
        )
        return jsonify(customer_id=customer_id)

    def change_shop(self) -> Answer:
        """Choose the app of the post-purchase page: `post_purchase_app` is a client id or null."""
        chosen = take(body_of(request), "post_purchase_app", str, default=None)
        with self._world.write() as connection:
            connection.execute("UPDATE shop SET post_purchase_app = ?", (chosen,))
        return jsonify(post_purchase_app=chosen)

    def install(self) -> Answer:
        """Grant `scopes` (a list; left out: those of shopify.app.toml) to the app, as the grant screen does."""
        settings = self._sandbox.settings
        body = body_of(request)
        scopes = take(body, "scopes", list, default=None) or list(oauth.declared_scopes(settings.app_root))
        oauth.install(self._world, settings.client_id, [str(scope) for scope in scopes], settings.app_origin)
        return jsonify(scopes=scopes), 201

    def uninstall(self) -> Answer:
        oauth.uninstall(self._world, self._sender, self._sandbox.settings.client_id)
        return jsonify(uninstalled=True)

    def webhooks(self) -> Answer:
        """List deliveries, oldest first; `?topic=` keeps one topic."""
        rows = self._sender.deliveries(request.args.get("topic"))
        return jsonify(deliveries=[{**dict(row), "body": row["body"].decode()} for row in rows])

    def duplicate_webhook(self, delivery_id: int) -> Answer:
        return jsonify(delivery_id=self._sender.duplicate(delivery_id)), 201

    def faults(self) -> Answer:
        """List the armed faults of the Admin API and the token endpoint, and the kinds there are."""
        return jsonify(armed=[fault.as_json() for fault in self._state.faults.armed()], kinds=KINDS)

    def add_fault(self) -> Answer:
        """Arm a fault: `kind`, and what admin.faults.Fault may be told."""
        body = body_of(request)
        kind = take(body, "kind", str)
        told = {name: value for name, value in body.items() if name != "kind"}
        return jsonify(self._state.faults.add(kind, **told).as_json()), 201

    def clear_faults(self) -> Answer:
        self._state.faults.clear()
        return jsonify(armed=[])

    def throttle(self) -> Answer:
        return jsonify(self._state.throttle.status(self._sandbox.settings.client_id))

    def set_throttle(self) -> Answer:
        """Choose a `plan`, or `maximum` and `restored` points, or how many points are `available` now."""
        body, throttle = body_of(request), self._state.throttle
        if "plan" in body:
            maximum, restored = PLANS[one_of(body, "plan", tuple(PLANS))]
            throttle.configure(maximum=maximum, restored=restored)
        elif "maximum" in body:
            throttle.configure(maximum=take(body, "maximum", float), restored=take(body, "restored", float))
        if "available" in body:
            throttle.empty(self._sandbox.settings.client_id, take(body, "available", float))
        return self.throttle()

    def set_bulk(self) -> Answer:
        """Say what goes wrong: `fails_with` (an error code or null), `cut_after` bytes of a download, `is_expired`."""
        body, bulk = body_of(request), self._state.bulk
        bulk.fails_with = one_of(body, "fails_with", FAILURES) if body.get("fails_with") else None
        bulk.cut_after = take(body, "cut_after", int, default=None)
        bulk.is_expired = take(body, "is_expired", bool, default=False)
        return jsonify(fails_with=bulk.fails_with, cut_after=bulk.cut_after, is_expired=bulk.is_expired)

    def set_protected_data(self) -> Answer:
        """Say which `level` of protected customer data the app is approved for: 1, or 2 with who the people are."""
        level = take(body_of(request), "level", int)
        if level not in {1, 2}:
            raise WrongBody("level must be 1 or 2")
        with self._world.write() as connection:
            connection.execute("UPDATE shop SET protected_data_level = ?", (level,))
        return jsonify(level=level)

    def unsubscribe(self, token: str) -> Answer:
        """Ask, and after a click leave the shop's e-mail marketing: the page behind marketingUnsubscribeUrl."""
        number = token.partition("-")[0]
        settings = self._sandbox.settings
        is_ours = number.isdigit() and hmac.compare_digest(unsubscribe_token(settings, int(number)), token)
        if not is_ours:
            return Response("<p>This link is not one of ours.</p>", status=404, mimetype="text/html")
        if request.method == "GET":
            page = '<form method="post"><p>Leave our e-mails?</p><button>Unsubscribe</button></form>'
            return Response(page, mimetype="text/html")
        set_consent(self._world, self._sender, int(number), "email", state="UNSUBSCRIBED")
        return Response("<p>You are unsubscribed.</p>", mimetype="text/html")
