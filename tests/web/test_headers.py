"""Every answer of every route, refusals too, carries the headers that keep browsers from being used against us."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.app import create_app
from server.runtime import Runtime
from tests.conftest import StandingClock
from tests.shopify_client import make_session_token
from tests.web.installed import CLIENT_ID, CLIENT_SECRET, SHOP, install

ARGUMENTS = {"slug": "smtp", "vendor": "twilio", "kind": "orders", "filename": "admin.css", "number": 1, "place": 0}


def addresses(app: Flask) -> Iterator[tuple[str, str]]:
    """Yield a method and an address of every route, and some that there are not."""
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            values = {name: ARGUMENTS.get(name, 1 if name.endswith("_id") else "x") for name in rule.arguments}
            path = app.url_map.bind("afters.example").build(rule.endpoint, values, method=None)
            for method in sorted(set(rule.methods or ()) & {"GET", "POST"}):
                yield method, path
    yield from (("GET", "/nowhere"), ("PUT", "/orders"), ("POST", "/webhooks/shopify"), ("GET", "/webhooks/shopify"))


def check(answer: TestResponse, what: str) -> None:
    headers = answer.headers
    assert headers["X-Content-Type-Options"] == "nosniff", what
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin", what
    assert "Set-Cookie" not in headers or "/auth/install" in what, what
    assert "Server" not in headers, what
    if not what.startswith("GET /static/"):
        assert headers["Cache-Control"] == "no-store", what
    if (answer.content_type or "").startswith("text/html"):
        policy = {part.split()[0]: part.split()[1:] for part in headers["Content-Security-Policy"].split(";")}
        assert "'unsafe-inline'" not in policy["script-src"], what
        assert "'unsafe-eval'" not in policy["script-src"], what
        is_stage = what == "GET /previews/stage" and answer.status_code == 200  # where it was built
        own = "'none'" if is_stage else "'self'"
        assert policy["default-src"] == [own], what
        assert policy["base-uri"] == ["'none'"], what
        assert policy["form-action"] == [own], what
        allowed = {"'self'" if is_stage else "'none'", f"https://{SHOP}", "https://admin.shopify.com"}
        assert policy["frame-ancestors"], what
        assert set(policy["frame-ancestors"]) <= allowed, what


@pytest.mark.parametrize("is_staff", [False, True], ids=["strangers", "staff"])
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_every_answer_carries_them(
    app: Flask, client: FlaskClient, runtime: Runtime, clock: StandingClock, *, is_staff: bool, accept: str
) -> None:
    install(runtime)
    session = make_session_token(shop=SHOP, client_id=CLIENT_ID, secret=CLIENT_SECRET, now=clock.now())
    query = {"embedded": "1", "shop": SHOP, "id_token": session} if is_staff else {}
    headers = {
        "Accept": accept,
        **({"Authorization": f"Bearer {session}"} if is_staff and accept != "text/html" else {}),
    }
    seen = 0
    for method, path in addresses(app):
        if path.startswith(("/set-up/check", "/set-up/look", "/offers/variants")) and is_staff:
            continue  # they ask Shopify; as strangers they are asked here all the same
        answer = client.open(path, method=method, query_string=query, headers=headers, buffered=True)
        check(answer, f"{method} {path}")
        seen += 1
    assert seen > 30


def test_browsers_are_told_to_use_https_where_we_do(runtime: Runtime, client: FlaskClient) -> None:
    assert client.get("/health").headers["Strict-Transport-Security"] == "max-age=31536000"
    local = replace(runtime, settings=replace(runtime.settings, public_url="http://127.0.0.1:4601"))
    assert "Strict-Transport-Security" not in create_app(local).test_client().get("/health").headers
