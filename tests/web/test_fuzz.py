"""Forged requests by the thousand: none is let in, none makes the app fail, none leaves a secret in the log.

What is forged is made from what is good: one bit turned, one claim changed, a part left out, another key, another
algorithm, the signature of something else. `make soak` tries a hundred times as many.
"""

import base64
import hashlib
import hmac
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from server.app import create_app
from server.bootstrap import make_runtime
from server.core.logging import redact
from server.runtime import Runtime
from server.storage.decisions import DecisionRow
from server.storage.deliveries import DeliveryRow
from server.storage.rules import RuleVersionRow
from tests.conftest import StandingClock
from tests.databases import copied_sqlite
from tests.web.installed import CLIENT_ID, CLIENT_SECRET, SHOP, install, settings_for
from tests.web.purchases import claims, session_claims, sign

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
CANARY = "canary@shopper.example"
ROUTES = ("/post-purchase/offers", "/post-purchase/changesets", "/post-purchase/events")
PAGES = ("/orders", "/offers/publish", "/integrations/twilio", "/deliveries/replay")
WEBHOOKS = "/webhooks/shopify"


@dataclass
class Target:
    """A whole app with one shop in it, and all that it has logged."""

    client: FlaskClient
    runtime: Runtime
    log: io.StringIO

    def count(self) -> tuple[int, ...]:
        """Return how much is stored of all that a request could add."""
        with self.runtime.database.read() as session, self.runtime.inbox.database.read() as inbox:
            counts = [session.scalar(select(func.count()).select_from(row)) for row in (DecisionRow, RuleVersionRow)]
            return (*(each or 0 for each in counts), inbox.scalar(select(func.count()).select_from(DeliveryRow)) or 0)

    def check_log(self) -> None:
        told = self.log.getvalue()
        self.log.seek(0)
        self.log.truncate()
        for secret in (CLIENT_SECRET, CLIENT_SECRET[6:], CANARY, "eyJ"):
            assert secret not in told
        assert '"request.failed"' not in told


@pytest.fixture(scope="module")
def target(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    kept, log = structlog.get_config(), io.StringIO()
    processors: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.format_exc_info,
        redact,
        structlog.processors.JSONRenderer(),
    ]
    structlog.configure(processors=processors, logger_factory=structlog.PrintLoggerFactory(log))
    url = copied_sqlite(sqlite_template, tmp_path_factory.mktemp("fuzz"))
    runtime = make_runtime(settings_for(url), clock=StandingClock(NOW))
    install(runtime)
    yield Target(create_app(runtime).test_client(), runtime, log)
    runtime.close()
    structlog.configure(**kept)


def _turned(raw: bytes, at: int) -> bytes:
    """Turn one bit."""
    place, bit = divmod(at % (len(raw) * 8), 8)
    return raw[:place] + bytes([raw[place] ^ (1 << bit)]) + raw[place + 1 :]


bodies = st.one_of(
    st.binary(max_size=300),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=20) | st.integers(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=8,
    ).map(lambda value: json.dumps(value).encode()),
    st.just(json.dumps({"id": 1, "email": CANARY}).encode()),
    st.just(b"[" * 5_000),
)
words = st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0"), max_size=40)


@given(
    body=bodies,
    how=st.sampled_from(("absent", "empty", "random", "other_key", "other_body", "turned", "cut", "doubled", "hex")),
    at=st.integers(0, 4_000),
    headers=st.dictionaries(
        st.sampled_from(
            ("X-Shopify-Topic", "X-Shopify-Shop-Domain", "X-Shopify-Webhook-Id", "Shopify-Action", "X-Forwarded-For",
             "X-Shopify-API-Version", "X-Shopify-Triggered-At")
        ), words, max_size=4,
    ),
    is_event=st.booleans(),
)  # fmt: skip
def test_no_forged_webhook_is_taken_in(
    target: Target, body: bytes, how: str, at: int, headers: dict[str, str], *, is_event: bool
) -> None:
    good = hmac.digest(CLIENT_SECRET.encode(), body, hashlib.sha256)
    made = {
        "empty": b"",
        "random": hashlib.sha256(body).digest(),
        "other_key": hmac.digest(b"shpss_" + b"0" * 32, body, hashlib.sha256),
        "other_body": hmac.digest(CLIENT_SECRET.encode(), body + b" ", hashlib.sha256),
        "turned": _turned(good, at),
        "cut": good[:-1],
        "doubled": good + good,
    }
    told = {"X-Shopify-Topic": "orders/create", "X-Shopify-Shop-Domain": SHOP, "X-Shopify-Webhook-Id": "1", **headers}
    name = "Shopify-Hmac-Sha256" if is_event else "X-Shopify-Hmac-Sha256"
    if how == "hex":
        told[name] = good.hex()
    elif how != "absent":
        told[name] = base64.b64encode(made[how]).decode()
    before = target.count()
    answer = target.client.post(WEBHOOKS, data=body, headers=told)
    assert answer.status_code == 401, answer.text
    assert target.count() == before
    target.check_log()


changed_values = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(max_size=30) | st.lists(
    st.integers(), max_size=2
)  # fmt: skip
forgeries = st.sampled_from(("turned", "cut", "none", "other_key", "kid", "extra", "unsigned", "hs512", "random"))


def _forged(body: dict[str, Any], how: str, at: int, text: str) -> str:
    good = sign(body)
    _head, payload, signature = good.split(".")
    keyed = base64.urlsafe_b64encode(json.dumps({"alg": "HS256", "kid": "../../dev/null"}).encode()).decode()
    # Not its last character: that of base64 may hold bits that count for nothing.
    place = at % (len(good) - 1)
    return {
        "turned": good[:place] + ("A" if good[place] != "A" else "B") + good[place + 1 :],
        "cut": good[:place],
        "none": sign(body, algorithm="none"),
        "unsigned": good.removesuffix(signature),
        "other_key": sign(body, secret="shpss_" + "0" * 32),
        "kid": f"{keyed.rstrip('=')}.{payload}.{signature}",
        "hs512": sign(body, algorithm="HS512"),
        "extra": f"{good}.{signature}",
        "random": text,
    }[how]


@given(how=forgeries, at=st.integers(0, 100_000), text=words, path=st.sampled_from(PAGES), in_address=st.booleans())
def test_no_forged_session_token_opens_anything(
    target: Target, how: str, at: int, text: str, path: str, *, in_address: bool
) -> None:
    made = _forged(session_claims(NOW, CLIENT_ID), how, at, text)
    _refused_as_staff(target, path, made, in_address=in_address)


@given(
    claim=st.sampled_from(("iss", "dest", "aud", "exp", "nbf", "sub", "iat")),
    value=changed_values,
    path=st.sampled_from(PAGES),
)
def test_no_session_token_with_a_changed_claim_is_another_shops_key(
    target: Target, claim: str, value: object, path: str
) -> None:
    """Signed with the right key, as one of another app's time or of another shop would be."""
    body = session_claims(NOW, CLIENT_ID)
    harmless = {"sub": True, "iat": True, "nbf": isinstance(value, int) and value <= body["nbf"]}
    is_later = claim == "exp" and isinstance(value, int) and value > body["exp"]
    if harmless.get(claim) or is_later or value == body[claim]:
        return  # that is a good token, or one whose claim nobody looks at
    _refused_as_staff(target, path, sign({**body, claim: value}), in_address=False)


def _refused_as_staff(target: Target, path: str, made: str, *, in_address: bool) -> None:
    before = target.count()
    method = "GET" if path == "/orders" else "POST"
    if in_address:
        answer = target.client.open(path, method=method, query_string={"id_token": made, "embedded": "1", "shop": SHOP})
    else:
        bearer = made.encode("latin-1", "replace").decode("latin-1")
        answer = target.client.open(path, method=method, headers={"Authorization": f"Bearer {bearer}"})
    assert answer.status_code in {302, 400, 401}, f"{answer.status_code}: {answer.text[:300]}"
    assert target.count() == before
    target.check_log()


forged_purchases = st.builds(_forged, st.just(claims(NOW)), forgeries, st.integers(0, 100_000), words)


@given(made=forged_purchases, path=st.sampled_from(ROUTES), body=bodies)
def test_no_forged_purchase_is_answered(target: Target, made: str, path: str, body: bytes) -> None:
    before = target.count()
    answer = target.client.post(path, data=body, headers={"Authorization": f"Bearer {made}"})
    assert answer.status_code == 401
    assert target.count() == before
    target.check_log()


@given(claim=st.sampled_from(("iss", "sub", "input_data", "iat")), value=changed_values, path=st.sampled_from(ROUTES))
def test_no_purchase_with_a_changed_claim_is_answered(target: Target, claim: str, value: object, path: str) -> None:
    body = {**claims(NOW), claim: value}
    young = timedelta(hours=1).total_seconds()
    if claim == "iat" and isinstance(value, int) and abs(value - NOW.timestamp()) < young:
        return
    before = target.count()
    answer = target.client.post(path, json={}, headers={"Authorization": f"Bearer {sign(body)}"})
    assert answer.status_code == 401, answer.text
    assert target.count() == before
    target.check_log()


@given(
    body=bodies
    | st.fixed_dictionaries({
        "decision_id": words | st.integers() | st.none(),
        "option_id": words | st.integers() | st.none(),
        "price": st.integers(),
        "changes": st.lists(st.dictionaries(words, words, max_size=2), max_size=2),
    }).map(lambda value: json.dumps(value).encode()),
    reference=st.text("0123456789abcdef", min_size=32, max_size=32),
)  # fmt: skip
def test_no_changeset_is_signed_but_for_the_stored_offer(target: Target, body: bytes, reference: str) -> None:
    """The purchase is genuine; whatever the page sends names no offer that was made for it."""
    headers = {"Authorization": f"Bearer {sign(claims(NOW, reference_id=reference))}"}
    answer = target.client.post("/post-purchase/changesets", data=body, headers=headers)
    assert 400 <= answer.status_code < 500
    assert "token" not in answer.text.replace("Unexpected token", "")
    target.check_log()


@given(touch=words, at=st.integers(0, 10_000), how=st.sampled_from(("turned", "cut", "other_label", "random")))
def test_no_forged_link_leads_anywhere(target: Target, touch: str, at: int, how: str) -> None:
    good = target.runtime.clicks.sign("a-touch")
    place = at % (len(good) - 1)
    made = {
        "turned": good[:place] + ("A" if good[place] != "A" else "B") + good[place + 1 :],
        "cut": good[:place],
        "other_label": target.runtime.unsubscribes.sign("a-touch"),
        "random": touch or "x",
    }[how]
    answer = target.client.get(f"/c/{made}".replace("?", "%3F").replace("#", "%23"))
    assert answer.status_code in {400, 404, 308}, f"{answer.status_code}: {answer.text[:200]}"
    target.check_log()


def test_what_is_not_forged_is_let_in(target: Target) -> None:
    """Else the tests above would prove nothing."""
    body = b'{"id": 1}'
    good = base64.b64encode(hmac.digest(CLIENT_SECRET.encode(), body, hashlib.sha256)).decode()
    told = {"X-Shopify-Topic": "orders/create", "X-Shopify-Shop-Domain": SHOP, "X-Shopify-Webhook-Id": "good"}
    taken = target.client.post(WEBHOOKS, data=body, headers={**told, "X-Shopify-Hmac-Sha256": good})
    purchase = {"Authorization": f"Bearer {sign(claims(NOW))}"}
    asked = target.client.post(ROUTES[0], json={}, headers=purchase).get_json()
    accepted = {"decision_id": asked["decision_id"], "option_id": asked["offer"]["option_id"]}
    signed = target.client.post(ROUTES[1], json=accepted, headers=purchase)
    staff = {"Authorization": f"Bearer {sign(session_claims(NOW, CLIENT_ID))}"}
    assert taken.status_code == 200
    assert "token" in signed.get_json()
    assert target.client.get("/orders", headers=staff).status_code == 200
