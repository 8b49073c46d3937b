"""What every page stands in: the verified shop, its way of writing, the headers that let its admin frame the answer."""

from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from server.storage.shops import ShopRow
from server.usecases.reports import load_shop
from server.web.guards import guarded, merchant, merchant_session, runtime, shop
from server.web.headers import embed
from server.web.pages.display import Display


@dataclass(frozen=True, slots=True)
class Frame:
    shop: ShopRow
    display: Display


def page_blueprint(name: str, import_name: str, url_prefix: str | None = None) -> Blueprint:
    """Return a blueprint for pages that only staff of a shop may open."""
    return guarded(name, import_name, merchant_session, url_prefix=url_prefix)


def open_frame() -> Frame:
    parts = runtime()
    row = load_shop(database=parts.database, box=parts.box, shop_id=shop().shop_id)
    return Frame(row, Display.of(row))


def read_revision() -> int:
    """Return the revision of the draft that a form was made from; a missing one is none that exists."""
    text = request.form.get("revision", "")
    return int(text) if text.isascii() and text.isdecimal() else -1


def show(frame: Frame, template: str, *, status: HTTPStatus = HTTPStatus.OK, **context: object) -> Response:
    """Render a page, or a part of one, for the admin of the verified shop and nobody else."""
    html = render_template(template, shop=frame.shop, display=frame.display, **context)
    response = Response(html, status=status, content_type="text/html; charset=utf-8")
    return embed(response, runtime().settings, shop_domain=merchant().shop_domain)
