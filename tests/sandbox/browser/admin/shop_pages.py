"""Home, the checkout settings, and the list of apps."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from tests.sandbox.browser.admin import scopes
from tests.sandbox.browser.admin.configuration import block_targets
from tests.sandbox.browser.admin.frame import Frame
from tests.sandbox.shopify.placed_blocks import PAGES, place_blocks, read_placed

_UNPROCESSABLE = 422


def add_shop_pages(pages: Blueprint, frame: Frame) -> None:
    """Add `/`, `/settings/checkout` with the places for blocks, and `/apps`."""
    sandbox, world = frame.sandbox, frame.sandbox.world

    @pages.get("", strict_slashes=False)
    def home() -> str:
        with world.read() as connection:
            today = connection.execute(
                """SELECT count(*) AS orders, coalesce(sum(current_total), 0) AS sales,
                   coalesce(sum(edited), 0) AS edited FROM orders
                   WHERE created_at >= ? AND cancelled_at IS NULL""",
                (frame.midnight(),),
            ).fetchone()
            unpaid = connection.execute(
                "SELECT count(*) FROM orders WHERE outstanding > 0 AND cancelled_at IS NULL"
            ).fetchone()[0]
            recent = connection.execute("SELECT * FROM orders ORDER BY created_at DESC, id DESC LIMIT 6").fetchall()
            chosen = connection.execute("SELECT post_purchase_app FROM shop").fetchone()[0]
        return frame.show(
            "home.html",
            today=today,
            unpaid=unpaid,
            recent=recent,
            is_installed=bool(scopes.granted(sandbox)),
            is_chosen=chosen == sandbox.settings.client_id,
        )

    @pages.get("/settings/checkout")
    def checkout() -> str:
        return _checkout_page(frame)

    @pages.post("/settings/checkout")
    def choose() -> Response | tuple[str, int]:
        wanted = request.form.get("post_purchase_app", "")
        if wanted not in {"", sandbox.settings.client_id}:
            return _checkout_page(frame, refusal="There is no such app."), _UNPROCESSABLE
        if wanted and not (scopes.granted(sandbox) and frame.app.has_post_purchase):
            return _checkout_page(frame, refusal=f"{frame.app.name} is not installed."), _UNPROCESSABLE
        with world.write() as connection:
            connection.execute("UPDATE shop SET post_purchase_app = ?", (wanted or None,))
        return redirect(url_for("admin.checkout", done="checkout"), code=303)

    @pages.post("/settings/checkout/blocks")
    def place() -> Response | tuple[str, int]:
        wanted = request.form.getlist("target")
        if not set(wanted) <= set(block_targets(frame.app)):
            return _checkout_page(frame, refusal="There is no such place."), _UNPROCESSABLE
        if wanted and not scopes.granted(sandbox):
            return _checkout_page(frame, refusal=f"{frame.app.name} is not installed."), _UNPROCESSABLE
        place_blocks(world, wanted)
        return redirect(url_for("admin.checkout", done="checkout"), code=303)

    @pages.get("/apps")
    def apps() -> str:
        return frame.show("apps.html", granted=[(scope, scopes.describe(scope)) for scope in scopes.granted(sandbox)])


def _checkout_page(frame: Frame, *, refusal: str | None = None) -> str:
    with frame.sandbox.world.read() as connection:
        chosen = connection.execute("SELECT post_purchase_app FROM shop").fetchone()[0]
    return frame.show(
        "checkout.html",
        chosen=chosen,
        client_id=frame.sandbox.settings.client_id,
        is_installed=bool(scopes.granted(frame.sandbox)),
        places={target: PAGES[target] for target in block_targets(frame.app) if target in PAGES},
        placed=read_placed(frame.sandbox.world),
        refusal=refusal,
    )
