"""The phone and inbox page: what each person received, read as that person would, with answers that reach the app."""

import hashlib
import json
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, jsonify, render_template

from tests.sandbox.browser.people import people_of
from tests.sandbox.vendors.control import email_json, sms_json
from tests.sandbox.vendors.inbox import Email
from tests.sandbox.vendors.mail import read_letter
from tests.sandbox.vendors.smtp import MAGIC_DOMAINS

if TYPE_CHECKING:
    from tests.sandbox.app import Sandbox

MAGIC_NUMBERS = (
    ("+15005550001", "not a number (21211)"),
    ("+15005550004", "has opted out (21610)"),
    ("+15005550009", "not a mobile (21614)"),
    ("+15005530003", "handset out of reach, told later (30003)"),
    ("+15005530007", "filtered by the carrier, told later (30007)"),
)
# The letter runs in a sandboxed frame: no scripts, no forms, pictures from anywhere, links in a new tab.
_LETTER_POLICY = (
    "default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline'; font-src http: https: data:; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)


def blueprint(sandbox: "Sandbox") -> Blueprint:
    """Return `/inbox`, its data, and the letters for its frames."""
    pages = Blueprint("inbox", __name__, template_folder="templates")

    @pages.get("/inbox")
    def page() -> str:
        return render_template("inbox/page.html", magic_numbers=MAGIC_NUMBERS, magic_domains=MAGIC_DOMAINS)

    @pages.get("/inbox/people")
    def people() -> Response:
        found = {"people": _people_json(sandbox)}
        revision = hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()[:16]
        return jsonify(revision=revision, **found)

    @pages.get("/inbox/letters/<int:email_id>")
    def letter(email_id: int) -> Response:
        try:
            html = read_letter(sandbox.inbox.email(email_id).raw).html
        except KeyError:
            abort(404)
        body = '<base target="_blank">' + (html or "<p>This e-mail has no HTML part.</p>")
        headers = {"Content-Security-Policy": _LETTER_POLICY, "Referrer-Policy": "no-referrer"}
        return Response(body, headers=headers, mimetype="text/html")

    return pages


def _people_json(sandbox: "Sandbox") -> list[dict[str, Any]]:
    """Return the people, last active first, each with everything to and from them."""
    inbox = sandbox.inbox
    calls, opted_out, refused = inbox.calls(), inbox.opt_outs(), inbox.refusals()
    sms = [
        (each.sender if each.direction == "inbound" else each.recipient, sms_json(each, calls.get(each.sid, [])))
        for each in inbox.all_sms()
    ]
    letters = [(each.recipients, _letter_json(each, calls.get(f"email:{each.id}", []))) for each in inbox.emails()]
    addresses = [
        *(address for address, _ in sms if address),
        *(address for recipients, _ in letters for address in recipients),
        *(row["recipient"] for row in refused if row["recipient"]),
    ]
    found = [
        {
            "name": person.name,
            "phones": list(person.phones),
            "emails": list(person.emails),
            "opted_out": [phone for phone in person.phones if phone in opted_out],
            "sms": [shown for address, shown in sms if address and person.has(address)],
            "letters": [shown for recipients, shown in letters if any(map(person.has, recipients))],
            "refused": [row for row in refused if person.has(row["recipient"])],
        }
        for person in people_of(sandbox.world, addresses)
    ]
    return sorted(found, key=_active_at, reverse=True)


def _letter_json(email: Email, calls: list[dict[str, Any]]) -> dict[str, Any]:
    shown = email_json(email, calls)
    return shown | {"html": None, "has_html": shown["html"] is not None}  # its frame fetches the HTML


def _active_at(person: dict[str, Any]) -> str:
    moments = [
        *(sms["created_at"] for sms in person["sms"]),
        *(letter["received_at"] for letter in person["letters"]),
        *(row["refused_at"] for row in person["refused"]),
    ]
    return max(map(str, moments), default="")
