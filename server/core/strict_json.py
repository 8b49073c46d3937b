"""Reads JSON that strangers wrote, and of that only what JSON is: nothing twice, no NaN, no bytes that are no text."""

import json
from typing import Any

from server.core.errors import AppError


class UnreadableJson(AppError):
    """The text is no JSON; the message says where and what to do."""

    code = "unreadable_body"


def read_json(text: str | bytes, *, name: str) -> Any:
    """Return what a text says; `name` is what messages call it.

    Raises:
        UnreadableJson.
    """
    try:
        written = text if isinstance(text, str) else text.decode("utf-8")
        return json.loads(written, object_pairs_hook=_once, parse_constant=_no_number)
    except UnicodeDecodeError as fault:
        raise UnreadableJson(f"{name} is no UTF-8 from byte {fault.start} on; send it as UTF-8.") from fault
    except ValueError as fault:
        raise UnreadableJson(f"{name} is no JSON: {fault}.") from fault
    except RecursionError as fault:
        raise UnreadableJson(f"{name} is nested too deeply to be read.") from fault


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise UnreadableJson(f"'{twice[:40]}' stands twice in one object; take one away.")
    return found


def _no_number(word: str) -> Any:
    raise UnreadableJson(f"{word} is no number that JSON knows.")
