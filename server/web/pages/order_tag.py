"""The tag that orders with an accepted offer get in Shopify, where the merchant wants one."""

from flask import Blueprint, Response, jsonify, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from server.usecases.order_tags import LONGEST, SCOPE, set_order_tag
from server.web.guards import runtime, shop
from server.web.pages.frame import open_frame, page_blueprint, show


def blueprint() -> Blueprint:
    routes = page_blueprint("order_tag", __name__, url_prefix="/order-tag")

    @routes.get("")
    def page() -> BaseResponse:
        frame = open_frame()
        return show(
            frame, "pages/order_tag.html", tag=frame.shop.order_tag, may_tag=SCOPE in frame.shop.scopes, longest=LONGEST
        )

    @routes.post("")
    def save() -> Response:
        parts = runtime()
        text = request.form.get("order_tag", "")
        set_order_tag(database=parts.database, box=parts.box, shop_id=shop().shop_id, text=text)
        return jsonify({"ok": True, "location": url_for("order_tag.page")})

    return routes
