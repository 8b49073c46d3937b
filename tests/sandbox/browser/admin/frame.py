"""What every page of the shell shows around itself, and the words that go with stored states."""

import json
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request

from tests.sandbox.browser.admin.configuration import AppConfiguration
from tests.sandbox.browser.money_text import money_text
from tests.sandbox.browser.shopside import Shopside

# Tone and words of every state a badge shows.
STATES = {
    "PAID": ("", "Paid"),
    "PENDING": ("warning", "Payment pending"),
    "PARTIALLY_PAID": ("warning", "Partially paid"),
    "PARTIALLY_REFUNDED": ("", "Partially refunded"),
    "REFUNDED": ("", "Refunded"),
    "VOIDED": ("", "Voided"),
    "FULFILLED": ("", "Fulfilled"),
    "UNFULFILLED": ("caution", "Unfulfilled"),
    "ACTIVE": ("success", "Active"),
    "DRAFT": ("info", "Draft"),
    "ARCHIVED": ("", "Archived"),
    "SUBSCRIBED": ("success", "Subscribed"),
    "UNSUBSCRIBED": ("critical", "Unsubscribed"),
    "NOT_SUBSCRIBED": ("", "Not subscribed"),
    "CONSENT_PENDING": ("warning", "Pending confirmation"),
    "INVALID": ("warning", "Invalid"),
    "REDACTED": ("", "Redacted"),
}

# What was done by the request before, by the word in the query.
DONE = {
    "refunded": "The refund was made.",
    "cancelled": "The order was cancelled.",
    "paid": "The order was marked as paid.",
    "product": "The product was saved.",
    "deleted": "The product was deleted.",
    "consent": "The consent was saved.",
    "checkout": "The checkout settings were saved.",
    "uninstalled": "The app was uninstalled.",
}


class Frame:
    """Renders pages of the shell for one sandbox."""

    def __init__(self, sandbox: Shopside, app: AppConfiguration) -> None:
        self.sandbox = sandbox
        self.app = app
        with sandbox.world.read() as connection:
            shop = connection.execute("SELECT name, currency, iana_timezone FROM shop").fetchone()
        self.shop_name: str = shop["name"]
        self.currency: str = shop["currency"]
        self.zone = ZoneInfo(shop["iana_timezone"])

    def show(self, template: str, **context: object) -> str:
        """Return a page; the query's `done` becomes its note."""
        return render_template(
            f"admin/{template}",
            shop_name=self.shop_name,
            currency=self.currency,
            app=self.app,
            done=DONE.get(request.args.get("done", "")),
            **context,
        )

    def add_filters(self, pages: Blueprint) -> None:
        """Give the templates their words for money, times and states."""
        pages.app_template_filter("admin_money")(lambda minor: money_text(minor, self.currency))
        pages.app_template_filter("admin_time")(self.time_text)
        pages.app_template_filter("admin_day")(lambda text: self._local(text).strftime("%-d %b %Y"))
        pages.app_template_filter("from_json")(json.loads)
        # PENDING says one thing of a payment and another of a consent.
        pages.app_template_filter("admin_consent")(lambda state: "CONSENT_PENDING" if state == "PENDING" else state)
        pages.app_template_filter("admin_state")(lambda state: STATES.get(state, ("", state.capitalize())))

    def time_text(self, text: str) -> str:
        """Return a time of the world as the shop's clocks show it."""
        return self._local(text).strftime("%-d %b %Y, %H:%M")

    def midnight(self) -> str:
        """Return when the shop's day began, as the world writes times."""
        now = self.sandbox.clock.now().astimezone(self.zone)
        begin = now.replace(hour=0, minute=0, second=0, microsecond=0)
        return begin.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%SZ")

    def _local(self, text: str) -> datetime:
        return datetime.fromisoformat(text).astimezone(self.zone)
