"""Errors and public pages: friendly inside the admin, plain outside it, framed by nobody else."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.app import create_app
from server.runtime import Runtime
from tests.web.pages.conftest import Staff
from tests.web.pages.reading import Markup, words

HTML = {"Accept": "text/html"}


def test_an_unknown_path_inside_the_admin_keeps_its_frame(staff: Staff) -> None:
    answer = staff.open("/nothing/here")
    assert answer.status_code == 404
    assert "s-app-nav" in answer.text
    assert answer.headers["Content-Security-Policy"].endswith("frame-ancestors https://admin.shopify.com")


@pytest.mark.parametrize("path", ["/nothing", "/c/nonsense", "/unsubscribe/nonsense"])
def test_an_error_outside_the_admin_is_plain_and_framed_by_nobody(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers=HTML)
    assert answer.status_code == 404
    assert "app-bridge" not in answer.text
    assert "<script" not in answer.text
    assert answer.headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")
    assert words(Markup.read(answer.text).one("h1")) == "Not found"


def test_a_failure_of_ours_is_an_apology_without_detail(runtime: Runtime) -> None:
    app: Flask = create_app(runtime)

    def fail() -> str:
        raise ZeroDivisionError("the inner works")

    app.add_url_rule("/fails", view_func=fail)
    answer = app.test_client().get("/fails", headers=HTML)
    assert answer.status_code == 500
    assert "Something went wrong on our side." in answer.text
    assert "inner works" not in answer.text


def test_a_closed_session_inside_the_admin_is_said_as_json_to_scripts(staff: Staff) -> None:
    answer = staff.client.post("/offers/publish", headers={"Authorization": "Bearer x", "Accept": "text/html"})
    assert answer.status_code == 401
    assert answer.is_json
