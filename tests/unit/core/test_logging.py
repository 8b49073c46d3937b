import json
from collections import OrderedDict
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.errors import AppError
from server.core.logging import REMOVED, redact, redact_text

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
SECRETS = (
    "jo.smith+x@example.co.uk",
    "jo%40example.com",
    "jürgen@müller.de",
    "+447700900123",
    "+44 7700 900123",
    "+1 (212) 555-0123",
    "%2B447700900123",
    JWT,
    "shpss_" + "0123456789abcdef" * 2,
    "shpat_XYZ123",
)


def logged(**event: Any) -> str:
    return json.dumps(redact(None, "info", {"event": "x.y", **event}))


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(
    "frame", ["{}", "sent to {} at once", "/c?to={}&x=1", "({})", '{{"a": "{}"}}', "Bearer {}", "a={}\nb={}"]
)
def test_no_secret_survives_in_a_text(secret: str, frame: str) -> None:
    cleaned = redact_text(frame.format(secret, secret))
    assert secret not in cleaned
    assert REMOVED in cleaned


@pytest.mark.parametrize("secret", SECRETS)
def test_no_secret_survives_anywhere_in_an_event(secret: str) -> None:
    class Odd:
        def __str__(self) -> str:
            return f"<{secret}>"

    places: tuple[Any, ...] = (
        secret,
        [secret],
        (secret,),
        {secret},
        {"a": {"b": [secret]}},
        {secret: 1},
        MappingProxyType({"a": secret}),
        OrderedDict(a=[{"b": secret}]),
        AppError(f"about {secret}"),
        Odd(),
        secret.encode(),
    )
    for place in places:
        assert secret not in logged(found=place), place
    assert secret not in json.dumps(redact(None, "info", {"event": f"went to {secret}"}))


@pytest.mark.parametrize(
    "key",
    ["token", "access_token", "Authorization", "client_secret", "password", "cookie", "x_shopify_hmac", "email",
     "phone", "first_name", "address", "recipient", "id_token", "signature"],
)  # fmt: skip
def test_what_is_called_a_secret_is_one(key: str) -> None:
    assert "plain words" not in logged(**{key: "plain words"})
    assert "plain words" not in logged(data={"deep": [{key: "plain words"}]})
    assert "plain words" not in logged(**{key: {"inner": "plain words"}})
    assert json.loads(logged(**{key: None}))[key] is None


def test_what_is_harmless_stays_readable() -> None:
    event: dict[str, Any] = {
        "event": "touch.done",
        "shop": "gift-shop.myshopify.com",
        "touch": "abc",
        "attempt": 2,
        "share": 0.5,
        "is_new": True,
        "nothing": None,
        "at": "2026-11-23T10:00:00+00:00",
        "detail": "stock 9 < 10, order #1001 of 12.50 GBP",
        "codes": ["a", "b"],
        "delivery": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
        "order": "5001234567890",
    }
    assert redact(None, "info", dict(event)) == event


def test_a_moment_is_written_as_text() -> None:
    assert "2026-11-23 10:00" in logged(at=datetime(2026, 11, 23, 10, tzinfo=UTC))


@given(st.text(max_size=200))
def test_redacting_again_changes_nothing(text: str) -> None:
    once = redact_text(text)
    assert redact_text(once) == once
