"""The id of a request: taken from the proxy or made up, in the answer and in every log event."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from server.web.guards import guarded, public


def test_the_id_of_the_proxy_comes_back(client: FlaskClient) -> None:
    assert client.get("/health", headers={"X-Request-Id": "abc-DEF_1.23"}).headers["X-Request-Id"] == "abc-DEF_1.23"


@pytest.mark.parametrize(
    "given", ["", "short", "x" * 65, "has space in", "new\tline-here", "jo@example.com", "ünïcödé-id"]
)
def test_what_is_no_id_is_replaced(client: FlaskClient, given: str) -> None:
    made = client.get("/health", headers={"X-Request-Id": given}).headers["X-Request-Id"]
    assert made != given
    assert len(made) == 32
    assert made != client.get("/health").headers["X-Request-Id"]


def test_a_failure_names_its_request_and_route_and_not_the_path(app: Flask) -> None:
    routes = guarded("test", __name__, public)

    @routes.get("/fails/<token>")
    def fails(token: str) -> str:
        raise ValueError(token[:0])

    app.register_blueprint(routes)
    with capture_logs(processors=[merge_contextvars]) as logged:
        answer = app.test_client().get("/fails/secret-token", headers={"X-Request-Id": "request-1"})
    assert (answer.status_code, answer.headers["X-Request-Id"]) == (500, "request-1")
    (event,) = logged
    assert (event["event"], event["request"], event["route"]) == ("request.failed", "request-1", "/fails/<token>")
    assert "secret-token" not in str({**event, "exc_info": None})


def test_a_refusal_of_a_link_does_not_log_the_link(client: FlaskClient) -> None:
    with capture_logs(processors=[merge_contextvars]) as logged:
        client.get("/unsubscribe/abcdef.ghijkl")
    assert [event["route"] for event in logged] == ["/unsubscribe/<token>"]
    assert "abcdef" not in str(logged)
