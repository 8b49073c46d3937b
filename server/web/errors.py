"""What each error means in HTTP: the only place that knows status codes."""

from http import HTTPStatus

import structlog
from flask import Flask, current_app, jsonify, render_template, request
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed, NotFound, RequestEntityTooLarge
from werkzeug.wrappers import Response

from server.core.errors import AppError
from server.domain.rules import FaultyDocument
from server.web.headers import current_shop_domain, embed
from server.web.limits import TooManyRequests

log = structlog.get_logger()

_STATUS: dict[str, HTTPStatus] = {
    "not_authenticated": HTTPStatus.UNAUTHORIZED,
    "session_token_rejected": HTTPStatus.UNAUTHORIZED,
    "unreadable_payload": HTTPStatus.BAD_REQUEST,
    "unreadable_body": HTTPStatus.BAD_REQUEST,
    "grant_refused": HTTPStatus.BAD_REQUEST,
    "invalid_shop_domain": HTTPStatus.BAD_REQUEST,
    "unsafe_address": HTTPStatus.BAD_REQUEST,
    "bad_request": HTTPStatus.BAD_REQUEST,
    "length_required": HTTPStatus.LENGTH_REQUIRED,
    "body_too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "shop_not_served": HTTPStatus.NOT_FOUND,
    "offer_unknown": HTTPStatus.NOT_FOUND,
    "unknown_decision": HTTPStatus.NOT_FOUND,
    "unknown_order": HTTPStatus.NOT_FOUND,
    "unknown_customer": HTTPStatus.NOT_FOUND,
    "unknown_key": HTTPStatus.NOT_FOUND,
    "unknown_call": HTTPStatus.NOT_FOUND,
    "unknown_preset": HTTPStatus.NOT_FOUND,
    "unknown_version": HTTPStatus.NOT_FOUND,
    "unknown_delivery": HTTPStatus.NOT_FOUND,
    "unknown_request": HTTPStatus.NOT_FOUND,
    "unknown_funnel": HTTPStatus.NOT_FOUND,
    "unknown_entry": HTTPStatus.NOT_FOUND,
    "unknown_integration": HTTPStatus.NOT_FOUND,
    "link_unknown": HTTPStatus.NOT_FOUND,
    "not_found": HTTPStatus.NOT_FOUND,
    "method_not_allowed": HTTPStatus.METHOD_NOT_ALLOWED,
    "already_signed": HTTPStatus.CONFLICT,
    "draft_changed": HTTPStatus.CONFLICT,
    "offer_expired": HTTPStatus.GONE,
    "order_not_known": HTTPStatus.CONFLICT,
    "too_many_requests": HTTPStatus.TOO_MANY_REQUESTS,
    "offer_unavailable": HTTPStatus.UNPROCESSABLE_ENTITY,
    "nothing_to_preview": HTTPStatus.CONFLICT,
    "faulty_document": HTTPStatus.UNPROCESSABLE_ENTITY,
    "unreadable_rules": HTTPStatus.UNPROCESSABLE_ENTITY,
    "invalid_settings": HTTPStatus.UNPROCESSABLE_ENTITY,
    "too_many_keys": HTTPStatus.UNPROCESSABLE_ENTITY,
    "invalid_form": HTTPStatus.UNPROCESSABLE_ENTITY,
    "reopen_needed": HTTPStatus.UNAUTHORIZED,
    "credentials_rejected": HTTPStatus.BAD_GATEWAY,
    "permanent_failure": HTTPStatus.BAD_GATEWAY,
    "temporary_failure": HTTPStatus.SERVICE_UNAVAILABLE,
    "inbox_full": HTTPStatus.SERVICE_UNAVAILABLE,
    "inbox_unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
    "unknown_shop": HTTPStatus.NOT_FOUND,
    "shop_closed": HTTPStatus.NOT_FOUND,
}


class _Internal(AppError):
    code = "internal_error"


# What is said of an error that nobody expected.
INTERNAL = _Internal("Something went wrong on our side. It was noted; please try again.")

# App Bridge fetches a fresh token and tries once more when it sees this.
_RETRY_HEADER = "X-Shopify-Retry-Invalid-Session-Request"


def register_errors(app: Flask) -> None:
    """Answer anticipated errors with their code and words, and all others with an apology and a log entry."""

    @app.errorhandler(AppError)
    def anticipated(error: AppError) -> Response:
        status = status_of(error)
        tell = log.error if status >= HTTPStatus.INTERNAL_SERVER_ERROR else log.info
        tell("request.refused", code=error.code, status=status.value, data=error.data)
        return _answer(error, status)

    @app.errorhandler(HTTPException)
    def by_framework(error: HTTPException) -> Response:
        known = {
            NotFound: "not_found",
            MethodNotAllowed: "method_not_allowed",
            RequestEntityTooLarge: "body_too_large",
            InternalServerError: "internal_error",
        }
        refused = AppError(error.description or "The request cannot be answered.")
        refused.code = known.get(type(error), "bad_request")
        return _answer(refused, HTTPStatus(error.code or HTTPStatus.BAD_REQUEST))

    @app.errorhandler(Exception)
    def unanticipated(error: Exception) -> Response:
        log.error("request.failed", exc_info=error)
        return _answer(INTERNAL, HTTPStatus.INTERNAL_SERVER_ERROR)


def status_of(error: AppError) -> HTTPStatus:
    """Return the status of an error's own code, else that of the nearest kind of error it is."""
    codes = (error.code, *(kind.__dict__.get("code", "") for kind in type(error).__mro__))
    return next((_STATUS[code] for code in codes if code in _STATUS), HTTPStatus.INTERNAL_SERVER_ERROR)


def _answer(error: AppError, status: HTTPStatus) -> Response:
    if _wants_page():
        response = _page(error, status)
    else:
        body: dict[str, object] = {"code": error.code, "message": error.message}
        if isinstance(error, FaultyDocument):
            body["problems"] = [{"path": each.path, "message": each.message} for each in error.problems]
        response = jsonify({"error": body})
        response.status_code = status
    if status is HTTPStatus.UNAUTHORIZED and "Authorization" in request.headers:
        response.headers[_RETRY_HEADER] = "1"
    if isinstance(error, TooManyRequests):
        response.headers["Retry-After"] = f"{error.retry_after:.0f}"
    return response


def _page(error: AppError, status: HTTPStatus) -> Response:
    """Answer staff inside their admin's frame, everybody else with a plain page that nobody may frame."""
    shop_domain = current_shop_domain()
    # An unknown path has no guard, so nobody is verified there: it shows nothing, and only the admin may frame it.
    is_embedded = shop_domain is not None or request.args.get("embedded") == "1"
    html = render_template("error.html", message=error.message, status=status.value, is_embedded=is_embedded)
    response = Response(html, status=status, content_type="text/html; charset=utf-8")
    settings = current_app.extensions["afters"].settings
    return embed(response, settings, shop_domain=shop_domain) if is_embedded else response


def _wants_page() -> bool:
    best = request.accept_mimetypes.best_match(["application/json", "text/html"], default="application/json")
    return best == "text/html" and "Authorization" not in request.headers
