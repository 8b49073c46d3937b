"""The pages and calls around a block: the order-status page, the editor's preview, tokens, consent and login."""

import sqlite3
from datetime import timedelta
from uuid import uuid4

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from tests.sandbox.browser.block_place import (
    LOGIN_COOKIE,
    WHY_EMPTY,
    drawer_context,
    is_logged_in,
    tell_block,
    why_empty,
)
from tests.sandbox.browser.block_values import privacy
from tests.sandbox.browser.order_view import find_order, order_context
from tests.sandbox.browser.shopside import Shopside
from tests.sandbox.shopify.placed_blocks import ORDER_STATUS, PAGES, THANK_YOU
from tests.sandbox.shopify.signing import make_jwt
from tests.sandbox.shopify.switches import set_switches, switches_of

_TOKEN_LIFE = timedelta(minutes=5)
_SURFACES = {"thank-you": THANK_YOU, "order-status": ORDER_STATUS}
_Answer = Response | tuple[Response, int]


def add_routes(pages: Blueprint, sandbox: Shopside) -> None:
    """Add `/orders/<checkout token>`, what its block calls, and `/checkout/editor/<page>`."""
    _add_pages(pages, sandbox)
    _add_calls(pages, sandbox)


def _add_pages(pages: Blueprint, sandbox: Shopside) -> None:
    @pages.get("/orders/<token>")
    def order_status(token: str) -> AnyResponse | str | tuple[str, int]:
        """The page of every visit after the first, as links in e-mails and the account lead to it."""
        order = find_order(sandbox.world, token)
        if order is None:
            return no_such_order()
        reason = why_empty(sandbox, ORDER_STATUS)
        return render_template(
            "store/order_status.html",
            **order_context(sandbox.world, order),
            **drawer_context(sandbox),
            is_logged_in=is_logged_in(token, switches_of(sandbox.world)),
            block=None if reason else _block(sandbox, ORDER_STATUS, order),
            block_story=WHY_EMPTY[reason] if reason else "The app's block stands on this page.",
        )

    @pages.get("/orders/<token>/login")
    def log_in(token: str) -> AnyResponse | tuple[str, int]:
        order = find_order(sandbox.world, token)
        if order is None:
            return no_such_order()
        response = redirect(url_for("checkout.order_status", token=token), 303)
        response.set_cookie(LOGIN_COOKIE, token, httponly=True, samesite="Lax", path="/orders")
        return response

    @pages.get("/checkout/editor/<page>")
    def editor(page: str) -> AnyResponse | str | tuple[str, int]:
        """The checkout editor's preview: the shop's last order stands for the sample that Shopify shows there."""
        target = _SURFACES.get(page)
        with sandbox.world.read() as connection:
            order = connection.execute("SELECT * FROM orders ORDER BY id DESC LIMIT 1").fetchone()
        if target is None or order is None:
            return no_such_order()
        return render_template(
            "store/editor.html",
            **order_context(sandbox.world, order),
            **drawer_context(sandbox),
            page=page,
            page_name=PAGES[target],
            pages={name: PAGES[each] for name, each in _SURFACES.items()},
            block=_block(sandbox, target, order, is_editor=True) if sandbox.settings.block_path.is_file() else None,
            block_story=WHY_EMPTY["not_deployed"],
        )


def _block(sandbox: Shopside, target: str, order: sqlite3.Row, *, is_editor: bool = False) -> dict[str, object]:
    return tell_block(
        sandbox,
        target=target,
        token=order["checkout_token"],
        order_id=order["id"],
        language=request.args.get("language") or order["customer_locale"],
        is_editor=is_editor,
    )


def no_such_order() -> tuple[str, int]:
    """Return the page for an order that does not exist."""
    words = "No order of this shop has this address."
    return render_template("store/pay_missing.html", heading="No such order", words=words), 404


def _add_calls(pages: Blueprint, sandbox: Shopside) -> None:
    world, settings = sandbox.world, sandbox.settings

    @pages.post("/orders/<token>/session-token")
    def session_token(token: str) -> _Answer:
        """The token that a block sends to its server: for five minutes, and of a customer only once logged in."""
        order = find_order(world, token)
        if order is None:
            return jsonify(error={"code": "not_found", "message": "no such order"}), 404
        now = sandbox.clock.now()
        claims = {
            "dest": settings.shop_domain,
            "aud": settings.client_id,
            "exp": int((now + _TOKEN_LIFE).timestamp()),
            "nbf": int(now.timestamp()),
            "iat": int(now.timestamp()),
            "jti": str(uuid4()),
        }
        if is_logged_in(token, switches_of(world)) and order["customer_id"] is not None:
            claims["sub"] = f"gid://shopify/Customer/{order['customer_id']}"
        return jsonify(token=make_jwt(settings.client_secret, claims))

    @pages.post("/orders/<token>/consent")
    def consent(token: str) -> _Answer:
        """What a block's own consent banner decided; it holds for the whole sandbox until it is changed."""
        body = request.get_json(force=True, silent=True)
        allows = body.get("analytics") if isinstance(body, dict) else None
        if find_order(world, token) is None or not isinstance(allows, bool):
            return jsonify(error={"code": "invalid", "message": "analytics must be true or false"}), 422
        switches = set_switches(world, {"allows_analytics": allows})
        return jsonify(privacy(switches, None))
