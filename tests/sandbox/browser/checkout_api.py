"""JSON control of checkouts, for tests and scripts that buy without a window."""

from typing import Any

from flask import Blueprint, Response, jsonify, request

from tests.sandbox.browser.buyers import PRESETS, NoSuchBuyer, buyer
from tests.sandbox.browser.cart import BadPermalink, read_permalink
from tests.sandbox.browser.checkout_form import CheckoutForm, form_content, form_of
from tests.sandbox.browser.checkouts import Checkout, Checkouts
from tests.sandbox.browser.shopside import Shopside

_Answer = Response | tuple[Response, int]


def add_routes(pages: Blueprint, sandbox: Shopside) -> None:
    """Add `/sandbox/api/checkouts`: POST opens one, GET tells what became of it."""
    checkouts = Checkouts(sandbox.world)

    @pages.post("/sandbox/api/checkouts")
    def open_checkout() -> _Answer:
        """`{"cart": "<variant>:<quantity>,...", "buyer": "new"|...|null}` -> token and the form's fields.

        The fields can be changed and posted to `/checkout/<token>/pay`.
        """
        body = request.get_json(force=True, silent=True)
        if not isinstance(body, dict):
            return _refused("the body must be a JSON object")
        try:
            cart = read_permalink(str(body.get("cart")), [], "/")
        except BadPermalink as error:
            return _refused(f"cart: {error}")
        token = checkouts.open(cart)
        checkout = checkouts.find(token)
        preset = body.get("buyer", "new")
        if checkout is None or (preset is not None and preset not in PRESETS):
            return _refused(f"buyer must be one of {', '.join(PRESETS)}, or null")
        form = CheckoutForm()
        if preset is not None:
            try:
                with sandbox.world.read() as connection:
                    form = form_of(buyer(connection, preset, token), form)
            except NoSuchBuyer:
                return _refused("this shop has no such customer")
        return jsonify(token=token, fields=_as_posted(form_content(form))), 201

    @pages.get("/sandbox/api/checkouts/<token>")
    def show_checkout(token: str) -> _Answer:
        checkout = checkouts.find(token)
        if checkout is None:
            return jsonify(error={"code": "not_found", "message": "no such checkout"}), 404
        return jsonify(_content(sandbox, checkout))


def _as_posted(fields: dict[str, Any]) -> dict[str, str]:
    """Return the fields as a browser posts them: an unticked box is not there at all."""
    return {name: "1" if value is True else str(value) for name, value in fields.items() if value is not False}


def _refused(message: str) -> _Answer:
    return jsonify(error={"code": "invalid", "message": message}), 422


def _content(sandbox: Shopside, checkout: Checkout) -> dict[str, Any]:
    with sandbox.world.read() as connection:
        changesets = connection.execute(
            "SELECT jti, status, applied_at FROM changeset WHERE reference_id = ? ORDER BY applied_at, jti",
            (checkout.token,),
        ).fetchall()
    return {
        "token": checkout.token,
        "stage": checkout.stage,
        "order_id": checkout.order_id,
        "should_render": checkout.should_render,
        "not_shown": checkout.not_shown,
        "changesets": [dict(row) for row in changesets],
    }
