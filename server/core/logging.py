"""What may never reach a log line."""

import json
import logging
import re
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Any

_SECRET_KEYS = re.compile(
    r"(token|secret|password|authorization|cookie|hmac|signature|api_key|access_key|client_assertion)",
    re.IGNORECASE,
)
_PERSONAL_KEYS = re.compile(r"(e?mail|phone|first_name|last_name|address|recipient)", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.%+-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?:\+|%2[Bb])\d(?:[ ().-]{0,2}\d){6,14}\b")
_JWT = re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*")
_BEARER = re.compile(r"(?<=\bBearer )\S+", re.IGNORECASE)
_SHOPIFY_SECRET = re.compile(r"\bshp[a-z]{2}_\w+")
_API_KEY = re.compile(r"\bafk_[\w-]+")

REMOVED = "[removed]"


def redact_text(text: str) -> str:
    """Return `text` with addresses, phone numbers, tokens and Shopify secrets removed."""
    for pattern in (_JWT, _BEARER, _SHOPIFY_SECRET, _API_KEY, _EMAIL, _PHONE):
        text = pattern.sub(REMOVED, text)
    return text


def redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Remove secrets and personal data from one log event; a structlog processor."""
    for key, value in event.items():
        event[key] = _clean(key, value)
    return event


class JsonLines(logging.Formatter):
    """Writes what a library logs as one redacted JSON line, where the app's own log is not set up."""

    def format(self, record: logging.LogRecord) -> str:
        event: dict[str, Any] = {
            "event": record.getMessage(),
            "logger": record.name,
            "level": record.levelname.lower(),
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
        }
        if record.exc_info:
            event["exception"] = self.formatException(record.exc_info)
        return json.dumps(redact(None, "", event))


def _clean(key: str, value: object) -> object:
    if key != "event" and (_SECRET_KEYS.search(key) or _PERSONAL_KEYS.search(key)) and value is not None:
        return REMOVED
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {redact_text(str(inner)): _clean(str(inner), held) for inner, held in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(key, held) for held in value]
    return redact_text(str(value))  # whatever it is, it would be written as text in the end
