"""The one place that makes HTTP clients, and that tells how a vendor failed.

In sandbox mode every request goes to the sandbox's origin with its Host header kept, so the rest of the app
names vendors by their real addresses and never knows.
"""

import ipaddress
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx

from server.core.errors import AppError
from server.ports import CredentialsRejected, PermanentFailure, TemporaryFailure, VendorFailure

CONNECT_SECONDS = 3.0
READ_SECONDS = 15.0

# Sends nothing before it fails, so asking again cannot do anything twice.
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_OUR_FAULT = (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.TooManyRedirects)
_WORTH_REPEATING = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
# A gateway speaks here: the vendor behind it may have done what we asked.
_FATE_UNKNOWN = {HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT}
# Networks that count as global but lead elsewhere: those whose addresses carry an IPv4 address inside, which a
# translator would unpack (6to4, NAT64, IPv4-compatible), and the site-local addresses of old.
_TRANSLATED = tuple(map(ipaddress.IPv6Network, ("2002::/16", "64:ff9b::/96", "64:ff9b:1::/48", "::/96", "fec0::/10")))

Resolver = Callable[[str, int], tuple[str, ...]]


class InvalidSandboxUrl(AppError):
    code = "invalid_sandbox_url"


class AddressRefused(PermanentFailure):
    """A URL that a person typed leads to a private place."""

    code = "address_refused"


def make_client(
    *,
    user_agent: str,
    sandbox_url: str | None = None,
    public_only: bool = False,
    transport: httpx.BaseTransport | None = None,
) -> httpx.Client:
    """Make a client with explicit time-outs that follows no redirects; close it when done.

    `sandbox_url` (such as "http://127.0.0.1:4600") sends every request there, with the Host header kept.
    `public_only` is for addresses that people type in: loopback, private and other special ones are refused,
    and environment proxies are not used, since a proxy would look the name up a second time. `transport` is
    what finally sends; tests pass `httpx.MockTransport`.

    Raises:
        InvalidSandboxUrl: the sandbox is not a plain HTTP origin on loopback.
    """
    if sandbox_url is not None:
        transport = SandboxTransport(sandbox_url, transport or httpx.HTTPTransport())
    elif public_only:
        transport = PublicTransport(transport or httpx.HTTPTransport())
    return httpx.Client(
        transport=transport,
        timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
        follow_redirects=False,
        headers={"User-Agent": user_agent},
    )


class SandboxTransport(httpx.BaseTransport):
    """Sends everything to one loopback origin; the Host header still names the vendor."""

    def __init__(self, origin: str, inner: httpx.BaseTransport) -> None:
        self._origin = _loopback_origin(origin)
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        there = request.url.copy_with(scheme=self._origin.scheme, host=self._origin.host, port=self._origin.port)
        return self._inner.handle_request(_readdressed(request, there))

    def close(self) -> None:
        self._inner.close()


def _readdressed(request: httpx.Request, url: httpx.URL, **extensions: object) -> httpx.Request:
    # A copy, so that the caller's request and response keep the address that was asked for.
    headers = httpx.Headers(request.headers)
    headers["Host"] = request.url.netloc.decode("ascii")
    return httpx.Request(
        request.method, url, headers=headers, stream=request.stream, extensions={**request.extensions, **extensions}
    )


def _loopback_origin(text: str) -> httpx.URL:
    refusal = f"The sandbox URL '{text}' must be a plain origin on loopback, such as http://127.0.0.1:4600."
    try:
        origin = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise InvalidSandboxUrl(refusal) from error
    is_plain = (
        origin.scheme == "http" and origin.path == "/" and not (origin.query or origin.fragment or origin.userinfo)
    )
    if not is_plain or not _is_loopback(origin.host):
        raise InvalidSandboxUrl(refusal)
    return origin


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def resolve(host: str, port: int) -> tuple[str, ...]:
    """Return the addresses that `host` has now.

    Raises:
        httpx.ConnectError: the name cannot be looked up.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpx.ConnectError("The name cannot be looked up.") from error
    return tuple(str(address[0]) for *_, address in found)


class PublicTransport(httpx.BaseTransport):
    """Refuses requests that would end anywhere but on the public internet.

    The name is looked up once and the request goes to the very address that was judged: a name server that
    gives a second, private answer cannot slip in between.
    """

    def __init__(self, inner: httpx.BaseTransport, resolver: Resolver = resolve) -> None:
        self._inner = inner
        self._resolve = resolver

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        addresses = self._resolve(host, port)
        if not addresses or not all(map(is_public_address, addresses)):
            raise AddressRefused(f"'{host}' is not an address on the public internet.", host=host)
        # TLS still asks for, and checks, the certificate of the name.
        sent = _readdressed(request, request.url.copy_with(host=addresses[0]), sni_hostname=host)
        return self._inner.handle_request(sent)

    def close(self) -> None:
        self._inner.close()


def is_public_address(text: str) -> bool:
    """Tell whether `text` is an IP address that anybody on the internet can reach."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and any(address in network for network in _TRANSLATED):
        return False
    return address.is_global and not address.is_multicast


@contextmanager
def vendor_failures(vendor: str) -> Iterator[None]:
    """Turn what httpx raises inside the block into the failures of `server.ports`.

    The httpx error is not chained: some of its messages quote header values, tokens included.
    """
    try:
        yield
    except httpx.HTTPError as error:
        raise failure_from(error, vendor=vendor) from None


def failure_from(error: httpx.HTTPError, *, vendor: str) -> VendorFailure:
    """Return the failure that an httpx error amounts to; its fate is known only if nothing was sent."""
    cause = type(error).__name__
    if isinstance(error, _OUR_FAULT):
        return PermanentFailure(f"The request to {vendor} could not be made ({cause}).", vendor=vendor, cause=cause)
    if isinstance(error, _NEVER_SENT):
        return TemporaryFailure(f"{vendor} could not be reached ({cause}).", vendor=vendor, cause=cause)
    return TemporaryFailure(
        f"{vendor} gave no whole answer ({cause}); the request may have taken effect.",
        is_fate_unknown=True,
        vendor=vendor,
        cause=cause,
    )


def raise_for_vendor(response: httpx.Response, *, vendor: str, now: datetime) -> None:
    """Raise the failure that an answer amounts to; a 2xx answer raises nothing.

    Messages hold the status and never the body. `now` is what a Retry-After date is measured against.

    Raises:
        TemporaryFailure: 408, 425, 429 and 5xx; `retry_after` in seconds where the vendor named a time.
        CredentialsRejected: 401 and 403.
        PermanentFailure: every other status, redirects included.
    """
    if response.is_success:
        return
    status = response.status_code
    message = f"{vendor} answered HTTP {status}."
    if status in _WORTH_REPEATING or response.is_server_error:
        raise TemporaryFailure(
            message,
            retry_after=retry_after_seconds(response, now=now),
            is_fate_unknown=status in _FATE_UNKNOWN,
            vendor=vendor,
            status=status,
        )
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise CredentialsRejected(message, vendor=vendor, status=status)
    raise PermanentFailure(message, vendor=vendor, status=status)


def retry_after_seconds(response: httpx.Response, *, now: datetime) -> float | None:
    """Return how long the vendor asks us to wait (RFC 9110 10.2.3), or None when it does not say."""
    text = response.headers.get("Retry-After", "").strip()
    if text.replace(".", "", 1).isdecimal() and text.isascii():  # Shopify sends "2.0"
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
