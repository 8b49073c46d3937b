"""Shopify's token endpoint and the installation of the app.

`POST /admin/oauth/access_token` knows token exchange (offline and online), the refresh of an expiring offline token,
and the code that `GET /admin/oauth/authorize` gives: the grant screen of a merchant who always agrees.
`install` is what the merchant's grant screen does, `uninstall` what "Delete app" does.
"""

import base64
import hmac
import secrets
import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from sqlite3 import Connection, Row
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, request

from tests.sandbox.shopify import payloads
from tests.sandbox.shopify.action import acting
from tests.sandbox.shopify.admin.access import split_scopes
from tests.sandbox.shopify.admin.scalars import world_time
from tests.sandbox.shopify.admin.side import ServerSide
from tests.sandbox.shopify.admin.state import state_of
from tests.sandbox.shopify.signing import TokenRefused, sign_launch_query
from tests.sandbox.shopify.subject_token import read_subject
from tests.sandbox.shopify.webhooks import WebhookSender
from tests.sandbox.shopify.world import World

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"
OFFLINE = "urn:shopify:params:oauth:token-type:offline-access-token"
ONLINE = "urn:shopify:params:oauth:token-type:online-access-token"
ACCESS_SECONDS = 3600
ONLINE_SECONDS = 86_399
REFRESH_DAYS = 90
# How long a used refresh token still works while its replacement is unused.
RECOVERY_DAYS = 30
CODE_SECONDS = 60


class Refused(Exception):
    """An OAuth error answer."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description
        self.status = status


def blueprint(sandbox: ServerSide) -> Blueprint:
    """Return the endpoint of the shop's own host."""
    endpoint = TokenEndpoint(sandbox)
    routes = Blueprint("oauth", __name__)
    routes.post("/admin/oauth/access_token")(endpoint.answer)
    routes.get("/admin/oauth/authorize")(endpoint.authorize)
    return routes


def declared_scopes(app_root: Path) -> tuple[str, ...]:
    """Return the scopes of `[access_scopes]` in the app's shopify.app.toml, which a managed install grants.

    Raises:
        OSError: there is no such file.
    """
    configuration = tomllib.loads((app_root / "shopify.app.toml").read_text(encoding="utf-8"))
    section = configuration.get("access_scopes", {})
    required = section.get("required_scopes", [])
    return tuple(dict.fromkeys([*split_scopes(section.get("scopes", "")), *required]))


def install(world: World, client_id: str, scopes: Sequence[str], application_url: str) -> None:
    """Record the merchant's grant; a second one replaces scopes and address and revives an uninstalled app."""
    with world.write() as connection:
        connection.execute(
            """
            INSERT INTO installation (client_id, application_url, scopes, installed_at, uninstalled_at)
            VALUES (?, ?, ?, ?, NULL)
            ON CONFLICT (client_id) DO UPDATE SET application_url = excluded.application_url,
                scopes = excluded.scopes, uninstalled_at = NULL,
                installed_at = CASE WHEN uninstalled_at IS NULL THEN installed_at ELSE excluded.installed_at END
            """,
            (client_id, application_url, ",".join(scopes), world.now_text()),
        )


def uninstall(world: World, sender: WebhookSender, client_id: str) -> None:
    """Delete the app from the shop: every token dies, then app/uninstalled goes out.

    Raises:
        LookupError: it is not installed.
    """
    with acting(world, sender) as action:
        changed = action.connection.execute(
            "UPDATE installation SET uninstalled_at = ? WHERE client_id = ? AND uninstalled_at IS NULL",
            (action.now_text, client_id),
        )
        if changed.rowcount == 0:
            raise LookupError(f"{client_id} is not installed")
        for table in ("access_token", "refresh_token"):
            action.connection.execute(
                f"UPDATE {table} SET revoked_at = coalesce(revoked_at, ?) WHERE client_id = ?",
                (action.now_text, client_id),
            )
        action.connection.execute("UPDATE shop SET post_purchase_app = NULL WHERE post_purchase_app = ?", (client_id,))
        action.say("app/uninstalled", payloads.shop_body(action.connection))


class TokenEndpoint:
    """Answers token requests for one sandbox."""

    def __init__(self, sandbox: ServerSide) -> None:
        self._sandbox = sandbox
        self._state = state_of(sandbox.world)
        self._codes: dict[str, datetime] = {}

    def authorize(self) -> Response | tuple[str, int]:
        """Install the app as the grant screen does, and send the browser back with a code."""
        settings, asked, now = self._sandbox.settings, request.args, self._sandbox.clock.now()
        declared = tomllib.loads((settings.app_root / "shopify.app.toml").read_text(encoding="utf-8"))
        allowed = {*declared.get("auth", {}).get("redirect_urls", ()), f"{settings.app_origin}/auth/callback"}
        if asked.get("client_id") != settings.client_id or asked.get("redirect_uri") not in allowed:
            return "Oauth error invalid_request: The redirect_uri is not whitelisted", 400
        scopes = split_scopes(asked.get("scope", ""))
        if not scopes:
            return "Oauth error invalid_scope", 400
        install(self._sandbox.world, settings.client_id, scopes, settings.app_origin)
        code = secrets.token_hex(16)
        self._codes[code] = now + timedelta(seconds=CODE_SECONDS)
        host = base64.b64encode(f"admin.shopify.com/store/{settings.shop_domain.partition('.')[0]}".encode())
        query = {
            "code": code,
            "host": host.decode().rstrip("="),
            "shop": settings.shop_domain,
            "state": asked.get("state", ""),
            "timestamp": str(int(now.timestamp())),
        }
        signed = {**query, "hmac": sign_launch_query(settings.client_secret, query)}
        return Response(status=302, headers={"Location": f"{asked['redirect_uri']}?{urlencode(signed)}"})

    def answer(self) -> Response:
        """Answer one request, faults included."""
        fault = self._state.faults.take("oauth")
        if fault is None:
            return self._honest()
        return self._state.faults.spoil(fault, self._honest() if fault.executed else None)

    def _honest(self) -> Response:
        try:
            return jsonify(self._granted(_body()))
        except Refused as refusal:
            response = jsonify({"error": refusal.error, "error_description": refusal.description})
            response.status_code = refusal.status
            return response

    def _granted(self, body: Mapping[str, Any]) -> dict[str, Any]:
        self._check_client(body)
        grant = body.get("grant_type")
        if grant == EXCHANGE:
            return self._exchange(body)
        if grant == "refresh_token":
            return self._refresh(body)
        if grant is None and "code" in body:
            return self._redeem(body)
        raise Refused("unsupported_grant_type", f"The sandbox grants token exchange and refresh, not {grant!r}.")

    def _check_client(self, body: Mapping[str, Any]) -> None:
        settings = self._sandbox.settings
        pairs = (("client_id", settings.client_id), ("client_secret", settings.client_secret))
        for name, expected in pairs:
            sent = body.get(name)
            if not isinstance(sent, str) or not hmac.compare_digest(sent.encode(), expected.encode()):
                raise Refused("invalid_client", f"{name} is missing or wrong.", 401)

    def _exchange(self, body: Mapping[str, Any]) -> dict[str, Any]:
        if body.get("subject_token_type") != ID_TOKEN:
            raise Refused("invalid_request", "subject_token_type must be that of an id_token.")
        kind = body.get("requested_token_type")
        if kind not in {OFFLINE, ONLINE}:
            raise Refused("invalid_request", "requested_token_type must be that of an offline or online token.")
        claims = self._claims(body.get("subject_token"))
        client_id = self._sandbox.settings.client_id
        now = self._sandbox.clock.now()
        with self._sandbox.world.write() as connection:
            scopes = self._granted_scopes(connection)
            if kind == ONLINE:
                return self._online(connection, scopes, claims, now)
            if str(body.get("expiring")) not in {"1", "true", "True"}:
                raise Refused(
                    "invalid_request",
                    "Public apps get expiring offline tokens only: send expiring=1 with the token exchange.",
                )
            access = _new_access(connection, client_id, scopes, now, is_offline=True)
            refresh = _new_refresh(connection, client_id, scopes, now)
            return _offline_answer(access, scopes, refresh, REFRESH_DAYS * 86_400)

    def _online(self, connection: Connection, scopes: str, claims: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        client_id = self._sandbox.settings.client_id
        shop = connection.execute("SELECT name, email FROM shop").fetchone()
        return {
            "access_token": _new_access(connection, client_id, scopes, now, is_offline=False),
            "scope": scopes,
            "expires_in": ONLINE_SECONDS,
            "associated_user_scope": scopes,
            "associated_user": {
                "id": int(claims["sub"]),
                "first_name": "Shop",
                "last_name": "Owner",
                "email": shop["email"],
                "email_verified": True,
                "account_owner": True,
                "locale": "en-GB",
                "collaborator": False,
            },
        }

    def _claims(self, token: Any) -> dict[str, Any]:
        settings = self._sandbox.settings
        try:
            return read_subject(settings, token, self._sandbox.clock.now())
        except TokenRefused as refusal:
            raise Refused("invalid_subject_token", f"Token exchange refused: {refusal}.") from refusal

    def _granted_scopes(self, connection: Connection) -> str:
        found: Row | None = connection.execute(
            "SELECT scopes FROM installation WHERE client_id = ? AND uninstalled_at IS NULL",
            (self._sandbox.settings.client_id,),
        ).fetchone()
        if found is None:
            raise Refused("invalid_subject_token", "The app is not installed on this shop.")
        return ",".join(split_scopes(found["scopes"]))

    def _redeem(self, body: Mapping[str, Any]) -> dict[str, Any]:
        now, ends = self._sandbox.clock.now(), self._codes.pop(str(body["code"]), None)
        if ends is None or now > ends:
            raise Refused("invalid_request", "The authorization code was not found or was already used.")
        client_id = self._sandbox.settings.client_id
        with self._sandbox.world.write() as connection:
            scopes = self._granted_scopes(connection)
            if str(body.get("expiring")) not in {"1", "true", "True"}:
                raise Refused("invalid_request", "Public apps get expiring offline tokens only: send expiring=1.")
            access = _new_access(connection, client_id, scopes, now, is_offline=True)
            refresh = _new_refresh(connection, client_id, scopes, now)
            return _offline_answer(access, scopes, refresh, REFRESH_DAYS * 86_400)

    def _refresh(self, body: Mapping[str, Any]) -> dict[str, Any]:
        client_id = self._sandbox.settings.client_id
        now = self._sandbox.clock.now()
        with self._sandbox.world.write() as connection:
            used = self._usable(connection, body.get("refresh_token"), now)
            scopes = self._granted_scopes_or_dead(connection)
            # Using a replacement is the proof that it arrived: the token before it retires.
            connection.execute(
                "UPDATE refresh_token SET revoked_at = coalesce(revoked_at, ?) WHERE replaced_by = ?",
                (world_time(now), used["token"]),
            )
            replacement = used["replaced_by"]
            if replacement is None:
                replacement = _new_refresh(connection, client_id, scopes, now)
                connection.execute(
                    "UPDATE refresh_token SET replaced_by = ? WHERE token = ?", (replacement, used["token"])
                )
            ends = datetime.fromisoformat(_token(connection, replacement)["expires_at"])
            access = _new_access(connection, client_id, scopes, now, is_offline=True)
            return _offline_answer(access, scopes, replacement, int((ends - now).total_seconds()))

    def _granted_scopes_or_dead(self, connection: Connection) -> str:
        try:
            return self._granted_scopes(connection)
        except Refused as refusal:
            raise Refused("invalid_grant", refusal.description) from refusal

    def _usable(self, connection: Connection, token: Any, now: datetime) -> Row:
        """Return the row of a refresh token that may be used now, for the first time or again."""
        row: Row | None = _token(connection, token) if isinstance(token, str) else None
        if row is None or row["client_id"] != self._sandbox.settings.client_id or row["revoked_at"]:
            raise Refused("invalid_grant", "The refresh token is unknown or revoked.")
        if row["expires_at"] <= world_time(now):
            raise Refused("invalid_grant", "The refresh token has expired.")
        if row["replaced_by"] is not None:
            # A replacement is made at the first use, so its end tells when that was.
            ends = datetime.fromisoformat(_token(connection, row["replaced_by"])["expires_at"])
            if now >= ends - timedelta(days=REFRESH_DAYS - RECOVERY_DAYS):
                raise Refused("invalid_grant", "The refresh token was used more than 30 days ago.")
        return row


def _body() -> Mapping[str, Any]:
    if request.is_json:
        body = request.get_json(silent=True)
        if not isinstance(body, dict):
            raise Refused("invalid_request", "The body is no JSON object.")
        return body
    return request.form.to_dict()


def _token(connection: Connection, token: str) -> Any:
    return connection.execute("SELECT * FROM refresh_token WHERE token = ?", (token,)).fetchone()


def _new_access(connection: Connection, client_id: str, scopes: str, now: datetime, *, is_offline: bool) -> str:
    token = f"{'shpat' if is_offline else 'shpua'}_{secrets.token_hex(16)}"
    ends = now + timedelta(seconds=ACCESS_SECONDS if is_offline else ONLINE_SECONDS)
    connection.execute(
        "INSERT INTO access_token (token, kind, client_id, scopes, expires_at) VALUES (?, ?, ?, ?, ?)",
        (token, "offline" if is_offline else "online", client_id, scopes, world_time(ends)),
    )
    return token


def _new_refresh(connection: Connection, client_id: str, scopes: str, now: datetime) -> str:
    token = f"shprt_{secrets.token_hex(16)}"
    connection.execute(
        "INSERT INTO refresh_token (token, client_id, scopes, expires_at) VALUES (?, ?, ?, ?)",
        (token, client_id, scopes, world_time(now + timedelta(days=REFRESH_DAYS))),
    )
    return token


def _offline_answer(access: str, scopes: str, refresh: str, refresh_seconds: int) -> dict[str, Any]:
    return {
        "access_token": access,
        "scope": scopes,
        "expires_in": ACCESS_SECONDS,
        "refresh_token": refresh,
        "refresh_token_expires_in": refresh_seconds,
    }
