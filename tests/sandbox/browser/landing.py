"""The landing page: what this is, where to click in which order, and how far one has come."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import httpx
from flask import Blueprint, Response, jsonify, render_template

from tests.sandbox.browser.admin.configuration import read_app
from tests.sandbox.reading import reading

if TYPE_CHECKING:
    from tests.sandbox.app import Sandbox

_PEEK_SECONDS = 1.0


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far somebody has come with the tour. Counts are of what was done in the sandbox, not of its history."""

    shop: str
    is_app_up: bool
    is_installed: bool
    is_chosen: bool  # as the app of the post-purchase page
    read: dict[str, dict[str, int | None]]  # products and orders handed to the app since the sandbox started
    orders: int
    orders_today: int
    last_order: str | None
    accepted: int
    sms: int
    emails: int

    def states(self) -> dict[str, tuple[bool, str]]:
        """Return for each step of the tour whether it is done, and how it stands in words."""
        mails = f"{self.emails} e-mail{'' if self.emails == 1 else 's'}"
        return {
            "install": (self.is_installed, self._installation()),
            "buy": (self.orders > 0, f"{self.orders} bought here, {self.orders_today} of them today."),
            "accept": (self.accepted > 0, f"{self.accepted} accepted."),
            "messages": (self.sms + self.emails > 0, f"{self.sms} SMS, {mails}."),
            "why": (
                False,
                f"Last order here: {self.last_order}." if self.last_order else "No order to read about yet.",
            ),
        }

    def app_state(self) -> str:
        """Return whether the app runs, in words."""
        return "Afters is running." if self.is_app_up else "Afters is not answering yet."

    def _installation(self) -> str:
        if not self.is_installed:
            return "Not installed yet."
        parts = [
            f"{count['read']:,} of {count['total']:,} {kind}" for kind, count in self.read.items() if count["total"]
        ]
        read = f" Read so far: {', '.join(parts)}." if parts else ""
        chosen = "" if self.is_chosen else " Another app has the page after paying (Settings > Checkout)."
        return f"Installed.{read}{chosen}"


def blueprint(sandbox: "Sandbox") -> Blueprint:
    """Return `/`, the progress it shows, and the static files of the pages for people."""
    pages = Blueprint(
        "landing",
        __name__,
        template_folder="templates",
        static_folder="static/people",
        static_url_path="/people/static",
    )

    app_path = f"/admin/apps/{read_app(sandbox.settings.app_root).handle}"

    @pages.get("/")
    def page() -> str:
        return render_template("landing/page.html", progress=read_progress(sandbox), app_path=app_path)

    @pages.get("/sandbox/api/progress")
    def progress() -> Response:
        found = read_progress(sandbox)
        return jsonify(asdict(found) | {"states": found.states(), "app_state": found.app_state()})

    return pages


def read_progress(sandbox: "Sandbox") -> Progress:
    """Return how far the tour has come."""
    with sandbox.world.read() as world:
        shop = world.execute("SELECT name, iana_timezone, post_purchase_app FROM shop").fetchone()
        installed = world.execute(
            "SELECT 1 FROM installation WHERE client_id = ? AND uninstalled_at IS NULL", (sandbox.settings.client_id,)
        ).fetchone()
        today = _midnight(sandbox.clock.now(), ZoneInfo(shop["iana_timezone"]))
        orders = world.execute(
            "SELECT count(*) AS placed, coalesce(sum(orders.created_at >= ?), 0) AS today, max(orders.id) AS last"
            " FROM checkout JOIN orders ON orders.id = checkout.order_id",
            (today,),
        ).fetchone()
        last = world.execute("SELECT name FROM orders WHERE id = ?", (orders["last"],)).fetchone()
        accepted = world.execute("SELECT count(*) FROM changeset WHERE status = 'processed'").fetchone()[0]
    return Progress(
        shop=shop["name"],
        is_app_up=_is_up(sandbox.settings.app_origin),
        is_installed=installed is not None,
        read=reading(),
        is_chosen=shop["post_purchase_app"] == sandbox.settings.client_id,
        orders=orders["placed"],
        orders_today=orders["today"],
        last_order=last["name"] if last else None,
        accepted=accepted,
        sms=sum(each.direction == "outbound-api" for each in sandbox.inbox.all_sms()),
        emails=len(sandbox.inbox.emails()),
    )


def _midnight(now: datetime, zone: ZoneInfo) -> str:
    start = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return start.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%SZ")


def _is_up(app_origin: str) -> bool:
    try:
        return httpx.get(f"{app_origin}/ready", timeout=_PEEK_SECONDS, trust_env=False).is_success
    except httpx.HTTPError:
        return False
