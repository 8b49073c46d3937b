"""Gives every request a name, which its log events and its answer carry."""

import re
from uuid import uuid4

from flask import Flask, g, request
from structlog.contextvars import bind_contextvars, clear_contextvars
from werkzeug.wrappers import Response

_HEADER = "X-Request-Id"
_NAME = re.compile(r"[A-Za-z0-9._-]{8,64}")


def register_requests(app: Flask) -> None:
    """Take a request's id from the proxy before us, or make one up; bind it to the log, and answer it."""

    @app.before_request
    def begin() -> None:
        given = request.headers.get(_HEADER, "")
        g.request_id = given if _NAME.fullmatch(given) else uuid4().hex
        clear_contextvars()  # threads serve one request after another
        bind_contextvars(request=g.request_id, route=route())
        # Read before anybody refuses: what is left of a body would be taken for the connection's next request.
        request.get_data()

    @app.after_request
    def name(response: Response) -> Response:
        response.headers[_HEADER] = g.request_id
        return response


def route() -> str:
    """Return the pattern of the present request's route: paths may hold the signed tokens of links."""
    return request.url_rule.rule if request.url_rule is not None else "(none)"
