"""What the shell's scripts ask for the app's App Bridge: JSON below `/admin/bridge`."""

from datetime import datetime, timedelta
from typing import Any, get_args

from flask import Blueprint, Response, jsonify, request

from tests.sandbox.browser.admin import resources, scopes
from tests.sandbox.browser.admin.configuration import extension_states
from tests.sandbox.browser.admin.frame import Frame
from tests.sandbox.browser.admin.framing import check_framing
from tests.sandbox.browser.admin.launch import USER_ID, Launcher
from tests.sandbox.shopify.placed_blocks import read_placed

_REVIEW_AFTER = timedelta(hours=24)
_MOST_ROWS = 100
_Answer = Response | tuple[Response, int]


def add_bridge(pages: Blueprint, frame: Frame, launcher: Launcher) -> None:
    """Add the routes."""
    _add_launching(pages, frame, launcher)
    _add_scopes(pages, frame)
    _add_resources(pages, frame)
    _add_reviews(pages, frame)


def _add_launching(pages: Blueprint, frame: Frame, launcher: Launcher) -> None:
    sandbox, settings = frame.sandbox, frame.sandbox.settings

    @pages.post("/bridge/id-token")
    def id_token() -> _Answer:
        if not scopes.granted(sandbox):
            return _refused("the app is not installed", 409)
        return jsonify(id_token=launcher.id_token())

    @pages.get("/bridge/check")
    def check() -> _Answer:
        try:
            address = launcher.address(request.args.get("path", "/"))
        except ValueError as refusal:
            return _refused(str(refusal))
        wanted = [f"https://{settings.shop_domain}", "https://admin.shopify.com", settings.origin]
        return jsonify(faults=check_framing(address, origin=settings.app_origin, wanted=wanted))

    @pages.get("/bridge/user")
    def user() -> Response:
        with sandbox.world.read() as connection:
            shop = connection.execute("SELECT name, email FROM shop").fetchone()
        name = f"{shop['name']} owner"
        return jsonify(id=USER_ID, name=name, email=shop["email"], accountAccess="Full access")

    @pages.get("/bridge/extensions")
    def extensions() -> Response:
        return jsonify(extension_states(frame.app, read_placed(sandbox.world)))


def _add_scopes(pages: Blueprint, frame: Frame) -> None:
    sandbox, app = frame.sandbox, frame.app

    @pages.get("/bridge/scopes")
    def scopes_query() -> Response:
        return jsonify(scopes.detail(sandbox, app))

    @pages.post("/bridge/scopes/<verb>")
    def scopes_change(verb: str) -> _Answer:
        change = {"grant": scopes.grant, "revoke": scopes.revoke}.get(verb)
        asked = _body().get("scopes")
        if change is None or not isinstance(asked, list) or not all(isinstance(scope, str) for scope in asked):
            return _refused("send a list of scopes to grant or to revoke")
        try:
            return jsonify(change(sandbox, app, asked))
        except scopes.ScopesRefused as refusal:
            return _refused(str(refusal))


def _add_resources(pages: Blueprint, frame: Frame) -> None:
    @pages.get("/bridge/resources")
    def resource_search() -> _Answer:
        try:
            items, more = _found(frame)
        except resources.BadSelection as refusal:
            return _refused(str(refusal))
        return jsonify(items=items, more=more)


def _add_reviews(pages: Blueprint, frame: Frame) -> None:
    sent_reviews: list[datetime] = []

    @pages.get("/bridge/review")
    def review() -> Response:
        return jsonify(refusal=_review_refusal(frame, sent_reviews))

    @pages.post("/bridge/review")
    def review_sent() -> Response:
        sent_reviews.append(frame.sandbox.clock.now())
        return jsonify(refusal=None)


def _refused(words: str, status: int = 422) -> tuple[Response, int]:
    return jsonify(error=words), status


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True)
    return body if isinstance(body, dict) else {}


def _found(frame: Frame) -> tuple[list[dict[str, Any]], bool]:
    origin = frame.sandbox.settings.origin
    kind: Any = request.args.get("type", "product")
    if kind not in get_args(resources.Kind):
        raise resources.BadSelection(f"there is no picker for {kind!r}")
    with frame.sandbox.world.read() as connection:
        if "id" in request.args:
            numbers = resources.numbers_of(kind, request.args.getlist("id"))
            return resources.whole(connection, kind, numbers, origin), False
        wanted = resources.Search(
            kind=kind,
            words=request.args.get("query", "")[:100],
            draft=request.args.get("draft") != "false",
            archived=request.args.get("archived") != "false",
            offset=max(0, request.args.get("offset", 0, type=int)),
            limit=min(_MOST_ROWS, max(1, request.args.get("limit", 30, type=int))),
        )
        return resources.search(connection, wanted, origin)


def _review_refusal(frame: Frame, sent: list[datetime]) -> dict[str, str] | None:
    """Return why no review may be asked for now, in App Bridge's words for it."""
    with frame.sandbox.world.read() as connection:
        row = connection.execute(
            "SELECT installed_at FROM installation WHERE client_id = ? AND uninstalled_at IS NULL",
            (frame.sandbox.settings.client_id,),
        ).fetchone()
    if row is None:
        return {"code": "merchant-ineligible", "message": "The app is not installed"}
    if sent:
        return {"code": "already-reviewed", "message": "The merchant has reviewed the app already"}
    if frame.sandbox.clock.now() - datetime.fromisoformat(row["installed_at"]) < _REVIEW_AFTER:
        return {"code": "recently-installed", "message": "The app was installed less than 24 hours ago"}
    return None
