"""The merchant's pages of the app."""

from flask import Flask

from server.web.guards import runtime
from server.web.pages import calls, deliveries, home, integrations, keys, offers, orders, privacy, rules, settings


def register_pages(app: Flask) -> None:
    """Add the pages, and what every template may name."""
    for page in (home, offers, orders, calls, integrations, keys, deliveries, privacy, rules, settings):
        app.register_blueprint(page.blueprint())

    @app.context_processor
    def scripts() -> dict[str, str]:
        settings = runtime().settings
        return {"client_id": settings.client_id, "cdn_url": settings.cdn_url}
