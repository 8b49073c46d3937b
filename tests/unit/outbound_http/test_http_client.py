"""The client factory: where requests really go, and what it refuses."""

import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.outbound.http import (
    AddressRefused,
    InvalidSandboxUrl,
    PublicTransport,
    is_public_address,
    make_client,
    vendor_failures,
)
from server.ports import TemporaryFailure


class _Echo(BaseHTTPRequestHandler):
    seen: ClassVar[list[tuple[str, str, bytes]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((self.headers["Host"], self.path, body))
        self.send_response(302)
        self.send_header("Location", "https://elsewhere.example/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def sandbox_origin() -> Iterator[str]:
    _Echo.seen.clear()
    server = HTTPServer(("127.0.0.1", 0), _Echo)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_sandbox_gets_every_request_with_the_vendors_name_on_it(sandbox_origin: str) -> None:
    with make_client(user_agent="Afters/test", sandbox_url=sandbox_origin) as client:
        answer = client.post("https://gift-shop.myshopify.com/admin/x?y=1", json={"a": 1})

    assert _Echo.seen == [("gift-shop.myshopify.com", "/admin/x?y=1", b'{"a":1}')]
    assert answer.status_code == 302, "redirects are not followed"
    assert str(answer.url) == "https://gift-shop.myshopify.com/admin/x?y=1"


def test_the_sandbox_is_named_by_host_and_port_where_the_port_is_odd(sandbox_origin: str) -> None:
    with make_client(user_agent="Afters/test", sandbox_url=sandbox_origin) as client:
        client.post("http://api.twilio.com:8080/2010", content=b"x")

    assert _Echo.seen == [("api.twilio.com:8080", "/2010", b"x")]


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1:4600",
        "http://example.com",
        "https://127.0.0.1:4600",
        "http://127.0.0.1.example.com",
        "http://user:pass@127.0.0.1",
        "http://127.0.0.1:4600/path",
        "http://127.0.0.1:4600/?q=1",
        "ftp://localhost",
        "127.0.0.1:4600",
        "http://127.0.0.1:notaport",
        "",
    ],
)
def test_a_sandbox_anywhere_but_on_loopback_is_refused(url: str) -> None:
    with pytest.raises(InvalidSandboxUrl):
        make_client(user_agent="Afters/test", sandbox_url=url)


@pytest.mark.parametrize(
    "url", ["http://localhost:4600", "http://127.0.0.1:4600", "http://[::1]:4600", "http://127.0.0.9"]
)
def test_any_loopback_origin_may_be_the_sandbox(url: str) -> None:
    make_client(user_agent="Afters/test", sandbox_url=url).close()


def test_the_client_has_timeouts_and_a_name() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(204)

    with make_client(user_agent="Afters/test", transport=httpx.MockTransport(answer)) as client:
        client.get("https://api.example.com/")
        assert client.timeout == httpx.Timeout(connect=3, read=15, write=15, pool=15)
    assert seen[0].headers["User-Agent"] == "Afters/test"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "64:ff9b::7f00:1", "2002:7f00:1::", "::127.0.0.1", "fec0::1", "64:ff9b:1::1", "fe80::1%eth0",
        "not an address", "",
    ],
)  # fmt: skip
def test_addresses_inside_are_not_public(address: str) -> None:
    assert not is_public_address(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public_address(address)


@given(st.ip_addresses(v=4, network="10.0.0.0/8") | st.ip_addresses(v=4, network="127.0.0.0/8"))
def test_no_address_of_a_private_network_is_public(address: object) -> None:
    assert not is_public_address(str(address))


def _public_client(addresses: tuple[str, ...], seen: list[httpx.Request]) -> httpx.Client:
    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200)

    return httpx.Client(transport=PublicTransport(httpx.MockTransport(answer), lambda _host, _port: addresses))


def test_a_typed_address_is_refused_when_any_of_its_addresses_is_private() -> None:
    seen: list[httpx.Request] = []
    for addresses in (("93.184.216.34", "10.0.0.1"), ("127.0.0.1",), ()):
        with _public_client(addresses, seen) as client, pytest.raises(AddressRefused):
            client.get("https://hooks.example.com/x")
    assert not seen


def test_the_request_goes_to_the_address_that_was_judged() -> None:
    seen: list[httpx.Request] = []
    with _public_client(("93.184.216.34",), seen) as client:
        client.get("https://hooks.example.com/x")

    (sent,) = seen
    assert sent.url.host == "93.184.216.34"
    assert sent.headers["Host"] == "hooks.example.com"
    assert sent.extensions["sni_hostname"] == "hooks.example.com"


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "http://localhost:9/", "http://[::1]:9/", "http://2130706433/"])
def test_the_real_resolver_finds_loopback_out(url: str) -> None:
    with make_client(user_agent="Afters/test", public_only=True) as client, pytest.raises(AddressRefused):
        client.get(url)


def test_a_name_that_cannot_be_looked_up_is_a_failure_of_known_fate() -> None:
    with (
        make_client(user_agent="Afters/test", public_only=True) as client,
        pytest.raises(TemporaryFailure) as caught,
        vendor_failures("Zapier"),
    ):
        client.get("http://" + "a" * 64 + ".invalid/")  # a label is at most 63 long, so no server is asked
    assert not caught.value.is_fate_unknown


def test_the_certificate_is_checked() -> None:
    with make_client(user_agent="Afters/test") as client:
        transport = client._transport
        assert isinstance(transport, httpx.HTTPTransport)
        assert transport._pool._ssl_context is not None
        assert transport._pool._ssl_context.verify_mode == ssl.CERT_REQUIRED
