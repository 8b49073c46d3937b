"""API keys: what lets the merchant's own systems tell facts about customers."""

from dataclasses import dataclass

from flask import Blueprint, Response, jsonify, request
from werkzeug.wrappers import Response as BaseResponse

from server.domain.told import TELLINGS
from server.storage.api_keys import ApiKeyRow
from server.usecases.api_keys import MAX_NAME, create_key, list_keys, revoke_key
from server.web.guards import merchant, runtime, shop
from server.web.pages.display import Display
from server.web.pages.frame import open_frame, page_blueprint, show


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One key as the list shows it: enough to recognise it, nothing to use it with."""

    id: int
    name: str
    begins: str
    made: str
    used: str
    is_revoked: bool


def blueprint() -> Blueprint:
    routes = page_blueprint("keys", __name__, url_prefix="/keys")

    @routes.get("")
    def listing() -> BaseResponse:
        parts, frame = runtime(), open_frame()
        found = list_keys(database=parts.database, shop_id=shop().shop_id)
        return show(
            frame,
            "pages/keys.html",
            lines=[_line(each, frame.display) for each in found],
            address=f"{parts.settings.public_url}/api/facts",
            schema=f"{parts.settings.public_url}/facts.schema.json",
            tellings=TELLINGS,
            max_name=MAX_NAME,
        )

    @routes.post("")
    def create() -> Response:
        parts = runtime()
        key = create_key(
            database=parts.database,
            shop_id=shop().shop_id,
            name=request.form.get("name", ""),
            created_by=merchant().user_id,
            now=parts.clock.now(),
        )
        return jsonify({"ok": True, "key": key})

    @routes.post("/<int:key_id>/revoke")
    def revoke(key_id: int) -> Response:
        parts = runtime()
        revoke_key(database=parts.database, shop_id=shop().shop_id, key_id=key_id, now=parts.clock.now())
        return jsonify({"ok": True})

    return routes


def _line(row: ApiKeyRow, display: Display) -> KeyLine:
    used = f"Last used {display.moment(row.last_used_at)}" if row.last_used_at else "Never used"
    ended = f"Revoked {display.day(row.revoked_at)}. {used}" if row.revoked_at else used
    return KeyLine(
        row.id,
        row.name,
        f"afk_{row.handle}_…",
        display.day(row.created_at),
        ended,
        is_revoked=row.revoked_at is not None,
    )
