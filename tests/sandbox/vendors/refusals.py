"""Twilio's refusals: which code goes with which HTTP status and words, and the numbers that provoke one.

Codes after Twilio's public list of errors; the words are ours, since callers must not read them.
"""

import re
from typing import Any

UNDELIVERED = range(30001, 30100)  # told by a status callback after the message was taken

_KNOWN: dict[int, tuple[int, str]] = {
    20001: (400, "A parameter is not acceptable"),
    20003: (401, "The credentials do not match this account"),
    20004: (405, "This resource does not take that method"),
    20404: (404, "There is no such resource"),
    20429: (429, "Too many requests in a short time"),
    20500: (500, "Something broke on our side"),
    20503: (503, "The service cannot be reached at the moment"),
    21211: (400, "'To' is not a phone number that can be dialled"),
    21212: (400, "'From' is not a phone number, a short code or a sender id"),
    21408: (400, "This account may not send to the region of 'To'"),
    21602: (400, "A body, media or a content template is required"),
    21603: (400, "'From' or a Messaging Service is required"),
    21604: (400, "'To' is required"),
    21606: (400, "'From' is not a number of this account that can send SMS"),
    21609: (400, "'StatusCallback' is not a URL that can be called"),
    21610: (400, "The recipient has opted out of messages from this sender"),
    21611: (400, "The queue of this 'From' number is full"),
    21612: (400, "'To' cannot be reached from this 'From'"),
    21614: (400, "'To' is not a mobile number"),
    21617: (400, "The body is longer than 1600 characters"),
    21655: (400, "There is no such content template in this account"),
    21701: (400, "There is no such Messaging Service in this account"),
    30001: (400, "Queue overflow"),
    30002: (400, "Account suspended"),
    30003: (400, "Handset out of reach"),
    30004: (400, "Message blocked"),
    30005: (400, "Unknown handset"),
    30006: (400, "Landline or carrier out of reach"),
    30007: (400, "Carrier filtered the message"),
    30008: (400, "Unknown error"),
    30034: (400, "Sender not registered for this country"),
}

# The numbers that Twilio's test credentials answer with an error.
_TEST_TO = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
_TEST_FROM = {"+15005550001": 21212, "+15005550007": 21606, "+15005550008": 21611}

# The sandbox's own: +150055 and the five digits of a code, as Twilio has no test number for these.
_ANY_CODE = re.compile(r"\+150055(\d{5})")


class Refused(Exception):
    """A request that Twilio answers with an error; `retry_after` is in seconds."""

    def __init__(self, code: int, detail: str = "", *, retry_after: int | None = None) -> None:
        self.code = code
        self.status, words = _KNOWN[code]
        self.message = f"{words}: {detail}" if detail else words
        self.retry_after = retry_after
        super().__init__(self.message)

    def body(self) -> dict[str, Any]:
        """Return the error as Twilio writes it."""
        return {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }


def is_known(code: int) -> bool:
    """Tell whether the stand-in can answer or report the code."""
    return code in _KNOWN


def words(code: int) -> str:
    """Return what an undelivered message's `error_message` says."""
    return _KNOWN[code][1]


def provoked_by(to: str, sender: str | None) -> int | None:
    """Return the code that a magic number asks for, or None for ordinary numbers."""
    if to in _TEST_TO:
        return _TEST_TO[to]
    if sender in _TEST_FROM:
        return _TEST_FROM[sender]
    coded = _ANY_CODE.fullmatch(to)
    if coded and is_known(int(coded[1])):
        return int(coded[1])
    return None
