"""What Twilio asks of a message that its specification cannot say."""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import phonenumbers
from werkzeug.datastructures import MultiDict

from tests.sandbox.vendors.accounts import TwilioAccount
from tests.sandbox.vendors.refusals import UNDELIVERED, Refused, provoked_by
from tests.sandbox.vendors.segments import smart_encode

MAX_BODY = 1600
MAX_URL = 4000
VALIDITY_SECONDS = range(1, 36_001)

_E164 = re.compile(r"\+[1-9]\d{6,14}")
_SENDER_ID = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
_NORTH_AMERICA = "+1"
# Ofcom's landline numbers for drama are in no numbering table, so phonenumbers cannot tell what they are.
_BRITISH_LANDLINES = ("+441", "+442")
# Kinds of sending that a real account can do and this stand-in cannot: refused, never silently ignored.
_NOT_PLAYED = ("SendAt", "ScheduleType", "ShortenUrls", "PersistentAction", "FallbackFrom")


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A message that may be sent: checked, not yet stored. `provoked` is a magic number's code (3xxxx) or None."""

    to: str
    sender: str | None
    service_sid: str | None
    body: str
    media: Sequence[str]
    callback_url: str | None
    provoked: int | None = None


def read_draft(form: MultiDict[str, str], account: TwilioAccount, *, app_origin: str) -> Draft:
    """Return the message that a well-formed request asks for.

    Raises:
        Refused: Twilio would not take it; the code says why.
    """
    to = form.get("To", "").strip()
    if not to:
        raise Refused(21604)
    for name in _NOT_PLAYED:
        if name in form:
            raise Refused(20001, f"this stand-in does not play {name}")
    sender, service_sid = _sender(form, account, to)
    _check_content(form)
    if "ValidityPeriod" in form and int(form["ValidityPeriod"]) not in VALIDITY_SECONDS:
        raise Refused(20001, "ValidityPeriod is from 1 to 36000 seconds")
    callback_url = form.get("StatusCallback")
    if callback_url is not None:
        _check_callback(callback_url, app_origin)
    provoked = provoked_by(to, form.get("From"))
    if provoked is None:
        _check_number(to)
    elif provoked not in UNDELIVERED:
        raise Refused(provoked, to)
    body = form.get("Body", "")
    return Draft(
        to=to,
        sender=sender,
        service_sid=service_sid,
        body=smart_encode(body) if form.get("SmartEncoded") == "true" else body,
        media=form.getlist("MediaUrl"),
        callback_url=callback_url,
        provoked=provoked,
    )


def _check_content(form: MultiDict[str, str]) -> None:
    body = form.get("Body", "")
    if form.get("ContentSid"):
        raise Refused(21655, form["ContentSid"])
    if not body and "MediaUrl" not in form:
        raise Refused(21602)
    if len(body) > MAX_BODY:
        raise Refused(21617, f"{len(body)} characters")


def _sender(form: MultiDict[str, str], account: TwilioAccount, to: str) -> tuple[str | None, str | None]:
    sender, service_sid = form.get("From") or None, form.get("MessagingServiceSid") or None
    if sender is None and service_sid is None:
        raise Refused(21603)
    if sender is not None and service_sid is not None:
        raise Refused(20001, "give From or MessagingServiceSid, not both")
    if service_sid is not None and service_sid != account.messaging_service_sid:
        raise Refused(21701, service_sid)
    if sender is None or sender in account.numbers:
        return sender, service_sid
    if sender.startswith("+"):
        # Test numbers are answered by their own code once everything else was checked.
        if provoked_by(to, sender) is None:
            raise Refused(21606 if _E164.fullmatch(sender) else 21212, sender)
    elif not _SENDER_ID.fullmatch(sender):
        raise Refused(21212, sender)
    elif to.startswith(_NORTH_AMERICA):
        raise Refused(21612, "no sender ids in North America")
    return sender, service_sid


def _check_number(to: str) -> None:
    if not _E164.fullmatch(to):
        raise Refused(21211, to)
    try:
        number = phonenumbers.parse(to)
    except phonenumbers.NumberParseException as error:
        raise Refused(21211, to) from error
    if not phonenumbers.is_possible_number(number):
        raise Refused(21211, to)
    is_landline = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.FIXED_LINE
    if is_landline or to.startswith(_BRITISH_LANDLINES):
        raise Refused(21614, to)


def _check_callback(url: str, app_origin: str) -> None:
    """Refuse what Twilio could not call; the app's own origin stands for a public one here."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        origin = f"{parts.scheme}://{parts.netloc}"
    except ValueError as error:
        raise Refused(21609, "not a URL") from error
    if len(url) > MAX_URL or parts.scheme not in {"http", "https"} or not host or " " in url:
        raise Refused(21609, "not an http URL of at most 4000 characters")
    if "_" in host:
        raise Refused(21609, "no underscores in the host name")
    if origin == app_origin:
        return
    if "." not in host or host.endswith((".localhost", ".local", ".internal")) or not _is_public(host):
        raise Refused(21609, f"{host} cannot be reached from outside")


def _is_public(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return True  # a name: whether it resolves is not for us to try
