"""`/admin`: the sandbox's stand-in for the merchant's admin, with the app in a frame."""

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from tests.sandbox.browser.admin.app_pages import add_app_pages
from tests.sandbox.browser.admin.bridge import add_bridge
from tests.sandbox.browser.admin.configuration import read_app
from tests.sandbox.browser.admin.customer_pages import add_customer_pages
from tests.sandbox.browser.admin.frame import Frame
from tests.sandbox.browser.admin.launch import Launcher
from tests.sandbox.browser.admin.order_pages import add_order_pages
from tests.sandbox.browser.admin.product_pages import add_product_pages
from tests.sandbox.browser.admin.shop_pages import add_shop_pages
from tests.sandbox.browser.shopside import Shopside


def blueprint(sandbox: Shopside) -> Blueprint:
    """Return the admin's pages; the app's configuration is read once, as a deploy fixes it."""
    pages = Blueprint(
        "admin",
        __name__,
        url_prefix="/admin",
        template_folder="templates",
        static_folder="static/admin",
        static_url_path="/static",
    )
    frame = Frame(sandbox, read_app(sandbox.settings.app_root))
    launcher = Launcher(sandbox.settings, sandbox.clock)
    frame.add_filters(pages)
    pages.before_request(lambda: _guard(sandbox))
    add_shop_pages(pages, frame)
    add_order_pages(pages, frame)
    add_product_pages(pages, frame)
    add_customer_pages(pages, frame)
    add_app_pages(pages, frame, launcher)
    add_bridge(pages, frame, launcher)
    return pages


def _guard(sandbox: Shopside) -> AnyResponse | None:
    """Keep the admin on one origin, and other pages' scripts and forms out of it.

    The app's frame-ancestors names one origin, so `localhost` would be refused where 127.0.0.1 is not. And the
    app itself is another origin: only App Bridge may get an ID token for it.
    """
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"} and not (
        request.method == "GET" and request.headers.get("Sec-Fetch-Mode") == "navigate"
    ):
        return Response("The admin answers its own pages only.\n", status=403, mimetype="text/plain")
    if request.host != sandbox.settings.origin.removeprefix("http://"):
        return redirect(sandbox.settings.origin + request.full_path.rstrip("?"), code=307)
    return None
