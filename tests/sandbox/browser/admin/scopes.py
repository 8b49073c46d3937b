"""What the app may touch: what it was granted, and what may still be asked for."""

from collections.abc import Iterable
from typing import TypedDict

from tests.sandbox.browser.admin.configuration import AppConfiguration
from tests.sandbox.browser.shopside import Shopside
from tests.sandbox.shopify.action import acting
from tests.sandbox.shopify.admin.access import split_scopes
from tests.sandbox.shopify.payloads import scopes_body

# After the wording of grant screens: what a merchant understands by a scope.
_SUBJECTS = {
    "products": "products",
    "inventory": "inventory",
    "orders": "orders of the last 60 days",
    "all_orders": "all orders, also older ones",
    "customers": "customers",
    "discounts": "discounts",
    "order_edits": "edits of orders",
    "marketing_events": "marketing reports",
    "markets": "markets",
    "pixels": "web pixels",
    "customer_events": "customer events",
    "own_subscription_contracts": "subscriptions that the app made",
}


class ScopesRefused(Exception):
    """The scopes cannot be granted or revoked; the message is for the app's developer."""


class ScopesDetail(TypedDict):
    """What `shopify.scopes.query()` answers."""

    granted: list[str]
    required: list[str]
    optional: list[str]


def describe(scope: str) -> str:
    """Return a scope as a grant screen says it, e.g. `View products`."""
    verb, _, subject = scope.partition("_")
    return f"{'Edit' if verb == 'write' else 'View'} {_SUBJECTS.get(subject, subject.replace('_', ' '))}"


def detail(sandbox: Shopside, app: AppConfiguration) -> ScopesDetail:
    """Return granted, required and optional scopes."""
    return {
        "granted": list(granted(sandbox)),
        "required": list(app.scopes),
        "optional": list(app.optional_scopes),
    }


def granted(sandbox: Shopside) -> tuple[str, ...]:
    """Return the scopes of the living installation; none without one."""
    with sandbox.world.read() as connection:
        row = connection.execute(
            "SELECT scopes FROM installation WHERE client_id = ? AND uninstalled_at IS NULL",
            (sandbox.settings.client_id,),
        ).fetchone()
    return tuple(split_scopes(row["scopes"])) if row else ()


def grant(sandbox: Shopside, app: AppConfiguration, wanted: Iterable[str]) -> ScopesDetail:
    """Add optional scopes and send app/scopes_update.

    Raises:
        ScopesRefused: one is not declared, or the app is not installed.
    """
    asked = list(wanted)
    if undeclared := [scope for scope in asked if scope not in {*app.optional_scopes, *app.scopes}]:
        raise ScopesRefused(f"not declared in shopify.app.toml: {', '.join(undeclared)}")
    before = granted(sandbox)
    change(sandbox, (*before, *(scope for scope in asked if scope not in before)))
    return detail(sandbox, app)


def revoke(sandbox: Shopside, app: AppConfiguration, unwanted: Iterable[str]) -> ScopesDetail:
    """Take optional scopes back and send app/scopes_update.

    Raises:
        ScopesRefused: one is required or not granted, or the app is not installed.
    """
    asked = set(unwanted)
    before = granted(sandbox)
    if required := asked & set(app.scopes):
        raise ScopesRefused(f"required scopes stay: {', '.join(sorted(required))}")
    if strange := asked - set(before):
        raise ScopesRefused(f"not granted: {', '.join(sorted(strange))}")
    change(sandbox, tuple(scope for scope in before if scope not in asked))
    return detail(sandbox, app)


def change(sandbox: Shopside, scopes: tuple[str, ...]) -> None:
    """Set the installation's scopes, for its living tokens too; say so unless nothing changed.

    Raises:
        ScopesRefused: the app is not installed.
    """
    client_id = sandbox.settings.client_id
    with acting(sandbox.world, sandbox.sender) as action:
        row = action.connection.execute(
            "SELECT scopes FROM installation WHERE client_id = ? AND uninstalled_at IS NULL", (client_id,)
        ).fetchone()
        if row is None:
            raise ScopesRefused("the app is not installed")
        before = split_scopes(row["scopes"])
        if set(before) == set(scopes):
            return
        for table in ("installation", "access_token", "refresh_token"):
            action.connection.execute(
                f"UPDATE {table} SET scopes = ? WHERE client_id = ?", (",".join(scopes), client_id)
            )
        action.say("app/scopes_update", scopes_body(action.connection, before, scopes, action.now_text))
