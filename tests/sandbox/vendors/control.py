"""JSON for tests and for the pages: what arrived, replies from phones, one-click unsubscribing, vendors' faults."""

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, jsonify, request

from tests.sandbox.vendors.faults import KINDS, UnknownFault
from tests.sandbox.vendors.inbox import Email, Sms
from tests.sandbox.vendors.mail import read_letter
from tests.sandbox.vendors.segments import encoding
from tests.sandbox.vendors.unsubscribing import NotOffered, unsubscribe

if TYPE_CHECKING:
    from tests.sandbox.app import Sandbox


def blueprint(sandbox: "Sandbox") -> Blueprint:
    """Return the routes under /sandbox/api that belong to the vendors."""
    control = _Control(sandbox)
    routes = Blueprint("vendor_control", __name__, url_prefix="/sandbox/api")
    routes.get("/messages")(control.messages)
    routes.delete("/messages")(control.clear)
    routes.get("/messages/email/<int:email_id>")(control.email)
    routes.post("/messages/email/<int:email_id>/unsubscribe")(control.unsubscribe)
    routes.post("/phone")(control.text)
    routes.get("/vendors/faults")(control.faults)
    routes.post("/vendors/faults")(control.add_fault)
    routes.delete("/vendors/faults")(control.clear_faults)
    return routes


class _Control:
    def __init__(self, sandbox: "Sandbox") -> None:
        self._sandbox = sandbox

    def messages(self) -> Response:
        """List everything: `?recipient=` keeps the messages to and from one number or address."""
        inbox, wanted = self._sandbox.inbox, request.args.get("recipient")
        calls, opted_out = inbox.calls(), inbox.opt_outs()
        return jsonify(
            sms=[
                sms_json(sms, calls.get(sms.sid, []))
                for sms in inbox.all_sms()
                if wanted is None or wanted in {sms.recipient, sms.sender}
            ],
            email=[
                email_json(email, calls.get(f"email:{email.id}", []))
                for email in inbox.emails()
                if wanted is None or wanted in email.recipients
            ],
            refused=[row for row in inbox.refusals() if wanted is None or row["recipient"] == wanted],
            opted_out=sorted(number for number in opted_out if wanted is None or number == wanted),
        )

    def clear(self) -> tuple[str, int]:
        """Forget every message and opt-out."""
        self._sandbox.inbox.clear()
        return "", 204

    def email(self, email_id: int) -> Response:
        """Show one e-mail whole."""
        inbox = self._sandbox.inbox
        found = self._email(email_id)
        return jsonify(
            email_json(found, inbox.calls().get(f"email:{found.id}", []))
            | {"raw": found.raw.decode("utf-8", "replace")}
        )

    def unsubscribe(self, email_id: int) -> tuple[Response, int]:
        """Press the mailbox's unsubscribe button (RFC 8058)."""
        try:
            answer, problem = unsubscribe(self._sandbox.inbox, self._email(email_id), self._sandbox.settings.app_origin)
        except NotOffered as error:
            return jsonify(error=str(error)), 422
        return jsonify(answer=answer, problem=problem), 200 if problem is None else 502

    def text(self) -> tuple[Response, int]:
        """Let a phone text the shop: `{"from": "+44…", "body": "STOP"}`."""
        asked = request.get_json()
        phone, body = asked.get("from"), asked.get("body")
        if not isinstance(phone, str) or not isinstance(body, str) or not phone.startswith("+") or not body.strip():
            return jsonify(error="from (E.164) and body (not empty) are needed"), 422
        sms = self._sandbox.twilio.receive(phone, body)
        return jsonify(sms_json(sms, [])), 201

    def faults(self) -> Response:
        """List the armed faults and the kinds there are."""
        kinds = {
            vendor: {kind: {name: type_.__name__ for name, type_ in told.items()} for kind, told in of_vendor.items()}
            for vendor, of_vendor in KINDS.items()
        }
        return jsonify(armed=[fault.as_json() for fault in self._sandbox.twilio.faults.armed()], kinds=kinds)

    def add_fault(self) -> tuple[Response, int]:
        """Arm a fault: `{"vendor", "kind", "recipient"?, "times"?, …its parameters}`."""
        asked = request.get_json()
        if not isinstance(asked, dict):
            return jsonify(error="a JSON object is needed"), 422
        vendor, kind = str(asked.pop("vendor", "")), str(asked.pop("kind", ""))
        try:
            fault = self._sandbox.twilio.faults.add(vendor, kind, **asked)
        except UnknownFault as error:
            return jsonify(error=str(error)), 422
        return jsonify(fault.as_json()), 201

    def clear_faults(self) -> tuple[str, int]:
        """Take every fault back."""
        self._sandbox.twilio.faults.clear()
        return "", 204

    def _email(self, email_id: int) -> Email:
        try:
            return self._sandbox.inbox.email(email_id)
        except KeyError:
            abort(404)


def sms_json(sms: Sms, calls: list[dict[str, Any]]) -> dict[str, Any]:
    """Return an SMS for pages and tests; times are ISO 8601 UTC."""
    shown = {name: _iso(value) for name, value in asdict(sms).items()}
    return shown | {"encoding": encoding(sms.body), "calls": calls}


def email_json(email: Email, calls: list[dict[str, Any]]) -> dict[str, Any]:
    """Return an e-mail for pages and tests, parsed; without its raw bytes."""
    return {
        "id": email.id,
        "received_at": _iso(email.received_at),
        "mail_from": email.mail_from,
        "recipients": list(email.recipients),
        **asdict(read_letter(email.raw)),
        "calls": calls,
    }


def _iso(value: Any) -> Any:
    return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if isinstance(value, datetime) else value
