"""`/cdn`: App Bridge and the Polaris runtime at the addresses the pages know, and the shop's pictures."""

import json
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Response, abort, request

from tests.sandbox.browser.bundle import join_modules
from tests.sandbox.browser.shopside import Shopside
from tests.sandbox.shopify.pictures import PICTURE_PATH, picture_svg

SOURCES = Path(__file__).with_name("standins")
SCRIPTS = {"app-bridge.js": "app-bridge", "polaris-1.js": "polaris"}
_PICTURE_SECONDS = 86_400


def blueprint(sandbox: Shopside) -> Blueprint:
    """Return the CDN's routes.

    `polaris-1.js` looks for the real runtime first, unless its own address has `?standin=1` or the settings say
    `standins_only`: no test may depend on what a vendor serves today.
    """
    pages = Blueprint("cdn", __name__, url_prefix="/cdn")
    # Joined once: the sources do not change while a sandbox runs.
    joined = {name: join_modules(SOURCES / folder / "index.js", "AFTERS_SANDBOX") for name, folder in SCRIPTS.items()}

    @pages.get("/shopifycloud/<name>")
    def script(name: str) -> Response:
        if name not in joined:
            abort(404)
        return _cached(f"{joined[name]}({json.dumps(_shop(sandbox))});\n", "text/javascript")

    @pages.get(PICTURE_PATH.removeprefix("/cdn").format(product_id="<int:product_id>"))
    def picture(product_id: int) -> Response:
        with sandbox.world.read() as connection:
            row = connection.execute("SELECT title, product_type FROM product WHERE id = ?", (product_id,)).fetchone()
        if row is None:
            abort(404)
        response = _cached(picture_svg(product_id, row["title"], row["product_type"]), "image/svg+xml")
        response.cache_control.max_age = _PICTURE_SECONDS
        return response

    return pages


def _shop(sandbox: Shopside) -> dict[str, object]:
    with sandbox.world.read() as connection:
        currency = connection.execute("SELECT currency FROM shop").fetchone()[0]
    return {"currency": currency, "standinsOnly": sandbox.settings.standins_only}


def _cached(body: str, kind: str) -> Response:
    response = Response(body, mimetype=kind)
    response.set_etag(sha256(body.encode()).hexdigest()[:32])
    # The pages of the app lie on another origin.
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.make_conditional(request)
    return response
