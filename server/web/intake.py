"""Takes in the platform's deliveries: verified, stored, acknowledged. Nothing else happens here.

A WSGI callable ahead of Flask, whose handling of a request costs twice what this path costs as a whole: ADR 0014.
"""

import json
from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING

import structlog
from structlog.contextvars import bind_contextvars, clear_contextvars

from server.core.errors import AppError
from server.runtime import Runtime
from server.usecases.ingest import store_delivery
from server.web.errors import INTERNAL, status_of
from server.web.guards import MAX_BODY, BodyTooLarge, verify_delivery
from server.web.headers import PLAIN

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = structlog.get_logger()

PATH = "/webhooks/shopify"
# Both of Shopify's header families, as WSGI spells them.
_PREFIXES = ("HTTP_X_SHOPIFY_", "HTTP_SHOPIFY_")


class UnreadableRequest(AppError):
    """The request is no whole request: its length is missing, is none, or does not come."""

    code = "bad_request"


class LengthMissing(AppError):
    code = "length_required"


class PostOnly(AppError):
    code = "method_not_allowed"


class Intake:
    """Answers `PATH` and hands everything else on to `app`.

    Unknown topics and shops are answered 200 too: a refusal would only be sent again for four hours.
    """

    def __init__(self, app: "WSGIApplication", runtime: Runtime) -> None:
        self._app, self._runtime = app, runtime

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ.get("PATH_INFO") != PATH:
            return self._app(environ, start_response)
        clear_contextvars()  # threads serve one request after another
        bind_contextvars(route=PATH)
        try:
            self._take_in(environ)
        except AppError as fault:
            status, error = status_of(fault), fault
            tell = log.error if status >= HTTPStatus.INTERNAL_SERVER_ERROR else log.info
            tell("request.refused", code=error.code, status=status.value, data=error.data)
        except Exception as fault:
            log.error("request.failed", exc_info=fault)  # noqa: TRY400 - as Flask's handler tells it
            status, error = HTTPStatus.INTERNAL_SERVER_ERROR, INTERNAL
        else:
            start_response("200 OK", [*PLAIN, ("Content-Length", "0")])
            return ()
        body = json.dumps({"error": {"code": error.code, "message": error.message}}).encode()
        headers = [*PLAIN, ("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        if isinstance(error, PostOnly):
            headers.append(("Allow", "POST"))
        start_response(f"{status.value} {status.phrase}", headers)
        return (body,)

    def _take_in(self, environ: "WSGIEnvironment") -> None:
        if environ["REQUEST_METHOD"] != "POST":
            raise PostOnly("Deliveries are posted.")
        parts, raw = self._runtime, _body(environ)
        headers = {
            name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith(_PREFIXES)
        }
        said = verify_delivery(parts, headers=headers, raw=raw)
        bind_contextvars(shop=said.shop_domain, topic=said.topic, webhook=said.delivery_id)
        store_delivery(inbox=parts.inbox, source="shopify", said=said, headers=headers, raw=raw, now=parts.clock.now())
        parts.wake()


def _body(environ: "WSGIEnvironment") -> bytes:
    """Return the whole body, bounded before a byte of it is read."""
    if "HTTP_TRANSFER_ENCODING" in environ:
        raise LengthMissing("A delivery says how long it is before it comes.")
    said = environ.get("CONTENT_LENGTH") or "0"  # RFC 9112 6.3: a request without a length has no body
    if not (said.isascii() and said.isdecimal()):
        raise UnreadableRequest("The length is no number.")
    length = int(said)
    if length > MAX_BODY:
        raise BodyTooLarge(f"A body may have at most {MAX_BODY} bytes.", length=length)
    raw: bytes = environ["wsgi.input"].read(length)
    if len(raw) < length:
        raise UnreadableRequest("The body ended early.")
    return raw
