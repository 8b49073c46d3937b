"""api.twilio.com: messages and the account, each request judged by Twilio's own specification first."""

import hmac
import socket
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, Request, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from tests.sandbox.vendors.refusals import UNDELIVERED, Refused
from tests.sandbox.vendors.specification import Specification
from tests.sandbox.vendors.twilio_json import API, DATES, message_json, message_page
from tests.sandbox.vendors.twilio_network import TwilioStandIn
from tests.sandbox.vendors.twilio_rules import read_draft

if TYPE_CHECKING:
    from tests.sandbox.app import Sandbox

HOST = "api.twilio.com"
SPECIFICATION = Specification("twilio-api-v2010.slim.json", HOST, undated=frozenset(DATES))
_BORN = "Mon, 05 Jan 2026 09:00:00 +0000"
_HTTP_CODES = {404: 20404, 405: 20004}


def create_host(sandbox: "Sandbox") -> Flask:
    """Return the application that answers for api.twilio.com."""
    app = Flask("tests.sandbox.vendors.twilio", static_folder=None)
    app.register_blueprint(blueprint(sandbox))
    return app


def blueprint(sandbox: "Sandbox") -> Blueprint:
    """Return the routes of api.twilio.com for the sandbox's one account."""
    api = _Api(sandbox.twilio)
    routes = Blueprint("twilio", __name__)
    routes.before_app_request(api.judge)
    routes.post(f"{API}/<account_sid>/Messages.json")(api.create)
    routes.get(f"{API}/<account_sid>/Messages.json")(api.listing)
    routes.get(f"{API}/<account_sid>/Messages/<sid>.json")(api.one)
    routes.get(f"{API}/<account_sid>.json")(api.account)
    routes.app_errorhandler(Refused)(api.refused)
    routes.app_errorhandler(HTTPException)(api.unknown)
    return routes


class _Api:
    def __init__(self, twilio: TwilioStandIn) -> None:
        self._twilio = twilio

    def judge(self) -> Response | None:
        """Run before each request: faults, credentials, then the specification."""
        request.get_data()  # kept for the specification: reading the form first would use the bytes up
        broken = self._broken_answer()
        if broken is not None:
            return broken
        self._authenticate()
        account_sid = (request.view_args or {}).get("account_sid")
        if account_sid is None:
            return None  # no such path or verb: answered as such
        if account_sid != self._twilio.account.account_sid:
            raise Refused(20404, account_sid)
        problems = SPECIFICATION.problems(request)
        if problems and "'To' is a required property" in problems[0]:
            raise Refused(21604)
        if problems:
            raise Refused(20001, "; ".join(problems))
        return None

    def create(self, account_sid: str) -> tuple[Response, int]:
        """Send a message."""
        twilio = self._twilio
        draft = read_draft(request.form, twilio.account, app_origin=twilio.app_origin)
        failure: int | None = None
        if fault := twilio.faults.take("twilio", "error", draft.to):
            failure = int(fault.told["code"])
            if failure not in UNDELIVERED:
                raise Refused(failure, retry_after=fault.told.get("retry_after"))
        sms = twilio.send(draft, failure=failure)
        if late := twilio.faults.take("twilio", "late", draft.to):
            twilio.wait_unless_stopping(late.told["seconds"])
        if twilio.faults.take("twilio", "cut", draft.to):
            _hang_up(request)
        return jsonify(message_json(sms, account_sid)), 201

    def listing(self, account_sid: str) -> Response:
        """List messages."""
        return jsonify(message_page(self._twilio.inbox, account_sid, request.args))

    def one(self, account_sid: str, sid: str) -> Response:
        """Fetch one message."""
        try:
            return jsonify(message_json(self._twilio.inbox.sms(sid), account_sid))
        except KeyError as error:
            raise Refused(20404, sid) from error

    def account(self, account_sid: str) -> Response:
        """Fetch the account."""
        return jsonify(
            sid=account_sid,
            owner_account_sid=account_sid,
            auth_token=self._twilio.account.auth_token,
            friendly_name="Gift Shop (sandbox)",
            status="active",
            type="Full",
            date_created=_BORN,
            date_updated=_BORN,
            subresource_uris={"messages": f"{API}/{account_sid}/Messages.json"},
            uri=f"{API}/{account_sid}.json",
        )

    def refused(self, error: Refused) -> Response:
        """Answer a refusal, and keep refused messages for the inbox page."""
        if request.method == "POST":
            self._twilio.inbox.add_refusal(
                vendor="twilio", recipient=request.form.get("To", ""), code=error.code, words=error.message
            )
        return _refusal(error)

    def unknown(self, error: HTTPException) -> Response:
        """Answer what the host does not have."""
        return _refusal(Refused(_HTTP_CODES.get(error.code or 500, 20500)))

    def _broken_answer(self) -> Response | None:
        verb = "send" if request.method == "POST" else "read"
        recipient = request.form.get("To") if verb == "send" else request.args.get("To")
        fault = self._twilio.faults.take("twilio", "answer", recipient, on={verb, "any"})
        if fault is None:
            return None
        headers = {"Retry-After": str(fault.told["retry_after"])} if "retry_after" in fault.told else {}
        body = fault.told.get("body", "")
        return Response(body, status=fault.told["status"], headers=headers, mimetype="text/html")

    def _authenticate(self) -> None:
        given, account = request.authorization, self._twilio.account
        if given is None or given.type != "basic":
            raise Refused(20003, "HTTP Basic is needed")
        name_fits = hmac.compare_digest((given.username or "").encode(), account.account_sid.encode())
        word_fits = hmac.compare_digest((given.password or "").encode(), account.auth_token.encode())
        if not (name_fits and word_fits):
            raise Refused(20003)


def _refusal(error: Refused) -> Response:
    response = jsonify(error.body())
    response.status_code = error.status
    if error.code == 20003:
        response.headers["WWW-Authenticate"] = 'Basic realm="Twilio API"'
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _hang_up(asked: Request) -> None:
    """Close the connection under the answer, so that the sender cannot know what became of its request."""
    connection = asked.environ.get("werkzeug.socket")
    if connection is None:
        raise ConnectionResetError("no socket to close: not served by the sandbox's own server")
    connection.shutdown(socket.SHUT_RDWR)
