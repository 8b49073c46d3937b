"""Which application answers for which Host header."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pytest
from werkzeug.test import Client, EnvironBuilder

from tests.sandbox.app import LOOPBACK_NAMES, HostRouting

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def answering(name: str) -> "WSGIApplication":
    def application(_environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [name.encode()]

    return application


@pytest.fixture
def client() -> Client:
    vendors = {"gift-shop.myshopify.com": answering("shop"), "api.twilio.com": answering("twilio")}
    return Client(HostRouting(answering("people"), vendors, own=LOOPBACK_NAMES))


@pytest.mark.parametrize(
    ("host", "answer"),
    [
        ("127.0.0.1:4600", "people"),
        ("localhost", "people"),
        ("LOCALHOST:80", "people"),
        ("[::1]:4600", "people"),
        ("gift-shop.myshopify.com", "shop"),
        ("Gift-Shop.MyShopify.com:443", "shop"),
        ("api.twilio.com", "twilio"),
    ],
)
def test_known_hosts(host: str, answer: str, client: Client) -> None:
    assert client.open(EnvironBuilder(headers=[("Host", host)])).text == answer


@pytest.mark.parametrize("host", ["other-shop.myshopify.com", "a.klaviyo.com", "127.0.0.1.evil.example", ""])
def test_a_host_without_a_stand_in_is_never_taken_for_a_page(host: str, client: Client) -> None:
    builder = EnvironBuilder(headers=[("Host", host)])
    environ = builder.get_environ()
    environ["HTTP_HOST"], environ["SERVER_NAME"] = host, host
    answer = client.open(environ)
    assert answer.status_code == 421
    assert "no stand-in" in answer.text
