"""Checks of each shop: may we still speak for it, and does it still speak to us."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from server.domain.impressions import Drop
from server.ports import AccessGrant
from server.storage.db import Session
from server.storage.secrets import SecretBox, SecretsUnreadable
from server.storage.shops import Connection, Connections, ShopRow, Shops
from server.usecases.diagnosis.finding import Finding, Severity
from server.usecases.impressions import read_drop

_SILENT = timedelta(days=7)
_UNCHECKED = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class ShopState:
    """A shop with what its seals hold; `is_readable` is false where the key they were made with is not ours."""

    row: ShopRow
    grant: AccessGrant | None
    connections: tuple[Connection, ...]
    is_readable: bool
    needs_old_key: bool
    drop: Drop | None = None


def read_shops(session: Session, *, keys: tuple[str, ...]) -> tuple[ShopState, ...]:
    """Return every installed shop, whether or not its secrets can be read with `keys`, of which the first seals."""
    return tuple(
        replace(_read(session, row, keys), drop=read_drop(session, row.id))
        for row in Shops(session, SecretBox(keys)).installed()
    )


def check_seals(shop: ShopState) -> Iterator[Finding]:
    """The shop's credentials can be read."""
    if not shop.is_readable:
        yield Finding(
            "shop_sealed",
            Severity.FAULT,
            "Its stored credentials cannot be read: AFTERS_SECRET_KEY is not the one they were written with.",
            "Set AFTERS_SECRET_KEY_OLD to the key that was in use before.",
            shop.row.domain,
        )
    elif shop.needs_old_key:
        yield Finding(
            "old_key_needed",
            Severity.WARNING,
            "Some of its credentials are still sealed with AFTERS_SECRET_KEY_OLD.",
            "Keep that setting, and run: afters secrets reseal",
            shop.row.domain,
        )


def check_grant(shop: ShopState, wanted_scopes: frozenset[str], now: datetime) -> Iterator[Finding]:
    """We may ask the platform in its name, for everything we need."""
    row = shop.row
    has_ended = shop.grant is not None and shop.grant.refresh_expires_at <= now
    if row.needs_reopen or row.grant is None or has_ended:
        yield Finding(
            "shop_reopen",
            Severity.FAULT,
            "Its grant has ended: nothing can be asked or sent in its name.",
            "Its merchant must open the app in the admin once.",
            row.domain,
        )
    # A write scope holds the read scope of its name.
    held = {str(scope) for scope in row.scopes} | {str(scope).replace("write_", "read_", 1) for scope in row.scopes}
    missing = sorted(wanted_scopes - held)
    if missing:
        yield Finding(
            "shop_scopes",
            Severity.WARNING,
            f"It has not granted {', '.join(missing)}.",
            "Its merchant is asked when they next open the app, after `shopify app deploy`.",
            row.domain,
        )


def check_contact_data(shop: ShopState) -> Iterator[Finding]:
    """The platform shows us who the shopper is, without which nobody can be written to."""
    if shop.row.withheld:
        yield Finding(
            "shop_data_withheld",
            Severity.WARNING,
            f"Shopify keeps its shoppers' {', '.join(shop.row.withheld)} from the app: follow-ups lack them.",
            "Ask for level 2 of protected customer data: Partner Dashboard, your app, API access requests.",
            shop.row.domain,
        )


def check_page(shop: ShopState, now: datetime) -> Iterator[Finding]:
    """The one-click page is ours, by a recent word of the platform."""
    row = shop.row
    if row.is_post_purchase_app is False:
        yield Finding(
            "shop_page",
            Severity.WARNING,
            "Its one-click page belongs to another app, or to none.",
            "Its merchant chooses Afters under Settings > Checkout > Post-purchase page.",
            row.domain,
        )
    if now - (row.checked_at or row.installed_at) > _UNCHECKED:
        yield Finding(
            "shop_unchecked",
            Severity.WARNING,
            "The platform was not asked about it for 3 days, which happens daily.",
            "See whether a worker runs, and its log for schedule.failed.",
            row.domain,
        )


def check_impressions(shop: ShopState) -> Iterator[Finding]:
    """The one-click page is shown as often as it was."""
    drop = shop.drop
    if drop is not None:
        days = "24 hours" if drop.days == 1 else f"{drop.days} days"
        yield Finding(
            "impressions_fell",
            Severity.WARNING,
            f"Its one-click page was shown to {drop.late.shown} of the {drop.late.orders} orders of {days} that could "
            f"see it ({drop.late.rate:.0%}); in the weeks before to {drop.before.rate:.0%}.",
            "See shop_page and the web side's log for slow or failed answers (post_purchase.offers), and place an "
            "order yourself.",
            shop.row.domain,
        )


def check_connections(shop: ShopState) -> Iterator[Finding]:
    """No vendor connection is paused."""
    for connection in shop.connections:
        if connection.is_paused:
            yield Finding(
                "connection_paused",
                Severity.WARNING,
                f"Its connection to {connection.slug} is paused: {connection.pause_reason or 'no reason was stored'}",
                "Its merchant saves the connection anew on the Integrations page.",
                shop.row.domain,
            )


def check_silence(shop: ShopState, now: datetime) -> Iterator[Finding]:
    """The platform sends us its deliveries."""
    if now - (shop.row.last_delivery_at or shop.row.installed_at) > _SILENT:
        yield Finding(
            "shop_silent",
            Severity.WARNING,
            "No delivery of it was handled for a week; Shopify drops subscriptions whose deliveries fail.",
            "A shop without orders is silent by nature; else `shopify app deploy` subscribes anew.",
            shop.row.domain,
        )


def _read(session: Session, row: ShopRow, keys: tuple[str, ...]) -> ShopState:
    try:
        grant, connections = _opened(session, row, SecretBox(keys))
    except SecretsUnreadable:
        return ShopState(row, None, (), is_readable=False, needs_old_key=False)
    try:
        _opened(session, row, SecretBox(keys[:1]))
    except SecretsUnreadable:
        return ShopState(row, grant, connections, is_readable=True, needs_old_key=True)
    return ShopState(row, grant, connections, is_readable=True, needs_old_key=False)


def _opened(session: Session, row: ShopRow, box: SecretBox) -> tuple[AccessGrant | None, tuple[Connection, ...]]:
    return Shops(session, box).grant_of(row), Connections(session, row.id, box).all()
