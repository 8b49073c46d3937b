"""Messages as Twilio's API writes them: one, and a page of many."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from tests.sandbox.vendors.inbox import Inbox, Sms
from tests.sandbox.vendors.refusals import Refused, words

API = "/2010-04-01/Accounts"
DATES = ("DateSent", "DateSent<", "DateSent>")
PAGE_SIZE = 50


def message_page(inbox: Inbox, account_sid: str, query: MultiDict[str, str]) -> dict[str, Any]:
    """Return one page of messages, newest first, filtered by To, From and the three DateSent parameters.

    Raises:
        Refused: a DateSent that is no date.
    """
    size, number = int(query.get("PageSize", PAGE_SIZE)), int(query.get("Page", 0))
    keeps = [_sent_filter(name, query[name]) for name in DATES if name in query]
    found = [
        sms
        for sms in reversed(inbox.all_sms(recipient=query.get("To"), sender=query.get("From")))
        if all(keep(sms.sent_at) for keep in keeps)
    ]
    shown = found[number * size : (number + 1) * size]
    kept = {name: query[name] for name in ("To", "From", *DATES) if name in query}

    def uri(page: int, token: str = "") -> str:
        more = {"PageSize": size, "Page": page} | ({"PageToken": token} if token else {})
        return f"{API}/{account_sid}/Messages.json?{urlencode({**kept, **more})}"

    has_more = len(found) > (number + 1) * size
    return {
        "messages": [message_json(sms, account_sid) for sms in shown],
        "page": number,
        "page_size": size,
        "start": number * size,
        "end": max(number * size + len(shown) - 1, 0),
        "uri": uri(number),
        "first_page_uri": uri(0),
        "next_page_uri": uri(number + 1, "PA" + shown[-1].sid) if has_more else None,
        "previous_page_uri": uri(number - 1) if number else None,
    }


def _sent_filter(name: str, text: str) -> Callable[[datetime | None], bool]:
    """Return the test for one DateSent filter; both bounds are inclusive and a message not yet sent fits none.

    Raises:
        Refused: neither a date (a whole day, GMT) nor a date and time.
    """
    try:
        start = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused(20001, f"{name} is not a date: {text}") from error
    start = start if start.tzinfo else start.replace(tzinfo=UTC)
    length = timedelta(days=1) if _is_date(text) else timedelta(seconds=1)
    first = start.replace(microsecond=0)
    after = first + length
    if name == "DateSent>":
        return lambda sent: sent is not None and sent.replace(microsecond=0) >= first
    if name == "DateSent<":
        return lambda sent: sent is not None and sent < after
    return lambda sent: sent is not None and first <= sent < after


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def message_json(sms: Sms, account_sid: str) -> dict[str, Any]:
    """Return one message; dates are RFC 2822, counts are strings, `date_sent` is null until it was sent."""
    uri = f"{API}/{account_sid}/Messages/{sms.sid}"
    return {
        "account_sid": account_sid,
        "api_version": "2010-04-01",
        "body": sms.body,
        "date_created": _rfc2822(sms.created_at),
        "date_sent": _rfc2822(sms.sent_at) if sms.sent_at else None,
        "date_updated": _rfc2822(sms.updated_at),
        "direction": sms.direction,
        "error_code": sms.error_code,
        "error_message": words(sms.error_code) if sms.error_code else None,
        "from": sms.sender,
        "messaging_service_sid": sms.service_sid,
        "num_media": str(len(sms.media)),
        "num_segments": str(sms.segments),
        "price": None,
        "price_unit": None,
        "sid": sms.sid,
        "status": sms.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": sms.recipient,
        "uri": f"{uri}.json",
    }


def _rfc2822(moment: datetime) -> str:
    return format_datetime(moment.replace(microsecond=0))
