"""The merchant's pages of the app."""

from flask import Flask

from server.web.guards import runtime
from server.web.pages import (
    calls,
    deliveries,
    follow_ups,
    home,
    integrations,
    keys,
    lift,
    markets,
    offers,
    order_tag,
    orders,
    pairings,
    previews,
    privacy,
    rules,
    settings,
    tiers,
)


def register_pages(app: Flask) -> None:
    """Add the pages, and what every template may name."""
    rule_pages = (offers, previews, follow_ups, tiers, pairings, markets, rules, settings)
    for page in (home, *rule_pages, order_tag, orders, calls, lift, integrations, keys, deliveries, privacy):
        app.register_blueprint(page.blueprint())

    @app.context_processor
    def scripts() -> dict[str, str]:
        settings = runtime().settings
        return {"client_id": settings.client_id, "cdn_url": settings.cdn_url}
