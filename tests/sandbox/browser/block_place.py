"""The place for a block on a page: whether it is filled, and what the page's script is told to fill it."""

import json
from typing import Any

from flask import request, url_for

from tests.sandbox.browser.block_values import Visit, block_values
from tests.sandbox.browser.shopside import Shopside
from tests.sandbox.shopify.placed_blocks import read_placed
from tests.sandbox.shopify.switches import Switches, switches_of

LOGIN_COOKIE = "sandbox_customer"

NETWORK_WORDS = {
    "fine": "reach its server",
    "slow": "are slow",
    "drop": "are lost",
    "server_error": "are answered 500",
    "html": "are answered with HTML",
    "wrong_cors": "are answered without CORS headers",
}
SWITCH_WORDS = {
    "has_network_access": "The block has network access",
    "knows_checkout_token": "The block is told the checkout token",
    "allows_analytics": "The shopper allows analytics",
    "is_logged_in": "The shopper is logged in",
    "is_order_late": "New orders reach the Admin API and webhooks late",
}

WHY_EMPTY = {
    "not_installed": "No block: the app is not installed in this shop.",
    "not_placed": "No block: the merchant has not placed it here (Settings, Checkout).",
    "not_deployed": "No block: the app's block was not deployed to this shop.",
}


def why_empty(sandbox: Shopside, target: str) -> str | None:
    """Return why no block stands at a target (a key of WHY_EMPTY), or None when one does."""
    with sandbox.world.read() as connection:
        installed = connection.execute(
            "SELECT 1 FROM installation WHERE client_id = ? AND uninstalled_at IS NULL", (sandbox.settings.client_id,)
        ).fetchone()
    if installed is None:
        return "not_installed"
    if target not in read_placed(sandbox.world):
        return "not_placed"
    return None if sandbox.settings.block_path.is_file() else "not_deployed"


def network_of(sandbox: Shopside, switches: Switches) -> dict[str, Any]:
    """Return how an extension's requests to its server go, for the worker."""
    weather = None
    if switches.network != "fine":
        # The stand-in answers under the other name of this machine, so that its answer crosses origins.
        other = "localhost" if sandbox.settings.host == "127.0.0.1" else "127.0.0.1"
        weather = {
            "kind": switches.network,
            "milliseconds": switches.network_milliseconds,
            "faultUrl": f"http://{other}:{sandbox.settings.port}/sandbox/weather/{switches.network}",
        }
    return {"weather": weather, "isGranted": switches.has_network_access}


def drawer_context(sandbox: Shopside) -> dict[str, Any]:
    """Return what the drawer of sandbox controls shows of the switches."""
    return {"switches": switches_of(sandbox.world), "networks": NETWORK_WORDS, "switch_words": SWITCH_WORDS}


def is_logged_in(token: str, switches: Switches) -> bool:
    """Return whether the buyer of an order is known by a login in this browser."""
    return switches.is_logged_in or request.cookies.get(LOGIN_COOKIE) == token


def tell_block(
    sandbox: Shopside, *, target: str, token: str, order_id: int, language: str, is_editor: bool = False
) -> dict[str, Any]:
    """Return what the page's script needs to run the block for one order."""
    texts = _texts(sandbox)
    switches = switches_of(sandbox.world)
    visit = Visit(
        target=target,
        order_id=order_id,
        origin=sandbox.settings.origin,
        switches=switches,
        is_logged_in=is_logged_in(token, switches),
        language=language,
        languages=frozenset(texts["locales"]),
        fallback=texts["fallback"],
        is_editor=is_editor,
    )
    return {
        "target": target,
        "workerUrl": url_for("checkout.host_script", name="block_worker.js"),
        "bundleUrl": url_for("checkout.block_bundle"),
        "storageKey": f"block:{sandbox.settings.client_id}",
        "urls": {
            "sessionToken": url_for("checkout.session_token", token=token),
            "consent": url_for("checkout.consent", token=token),
            "login": url_for("checkout.log_in", token=token),
        },
        "texts": texts,
        "network": network_of(sandbox, switches),
        "values": block_values(sandbox.world, visit),
    }


def _texts(sandbox: Shopside) -> dict[str, Any]:
    try:
        texts = json.loads(sandbox.settings.block_texts_path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {"fallback": "en", "locales": {"en": {}}}
    return dict(texts)
