from collections.abc import Iterator

import pytest
from flask import Flask, Response, redirect
from werkzeug.wrappers import Response as AnyResponse

from tests.sandbox.browser.admin.framing import check_framing, framing_faults
from tests.sandbox.host import HttpHost
from tests.sandbox.listening import free_ports

WANTED = ("https://gift-shop.myshopify.com", "https://admin.shopify.com", "http://127.0.0.1:4600")
RIGHT = f"frame-ancestors {' '.join(WANTED)}"


@pytest.mark.parametrize(
    "policies",
    [
        [RIGHT],
        [f"default-src 'self'; {RIGHT};"],
        [f"Frame-Ancestors {' '.join(reversed(WANTED))}"],
        ["default-src 'self'", RIGHT],
        [f"default-src 'self', {RIGHT}"],
        [RIGHT + "; frame-ancestors *"],  # only the first directive of a name counts
    ],
)
def test_finds_nothing_wrong_where_exactly_the_right_places_are_named(policies: list[str]) -> None:
    assert framing_faults(policies, None, wanted=WANTED) == []


@pytest.mark.parametrize(
    ("policies", "words"),
    [
        ([], "There is no frame-ancestors"),
        (["default-src 'self'"], "There is no frame-ancestors"),
        (["frame-ancestors *"], "also allows *"),
        ([RIGHT + " https://*.myshopify.com"], "also allows https://*.myshopify.com"),
        (["frame-ancestors 'none'"], "does not name http://127.0.0.1:4600 and https://admin.shopify.com"),
        ([RIGHT.replace("gift-shop", "other-shop")], "does not name https://gift-shop.myshopify.com"),
        ([RIGHT, "frame-ancestors 'self'"], "also allows 'self'"),
    ],
)
def test_says_what_is_wrong(policies: list[str], words: str) -> None:
    assert words in " ".join(framing_faults(policies, None, wanted=WANTED))


@pytest.mark.parametrize("value", ["SAMEORIGIN", "DENY", ""])
def test_x_frame_options_is_a_fault_even_beside_the_right_policy(value: str) -> None:
    (fault,) = framing_faults([RIGHT], value, wanted=WANTED)
    assert "X-Frame-Options" in fault


@pytest.fixture
def origin() -> Iterator[str]:
    app = Flask("framed", static_folder=None)

    @app.get("/right")
    def right() -> Response:
        return Response("", headers={"Content-Security-Policy": RIGHT})

    @app.get("/broken")
    def broken() -> Response:
        return Response("", status=500, headers={"Content-Security-Policy": RIGHT})

    @app.get("/bounced")
    def bounced() -> AnyResponse:
        return redirect("/right")

    @app.get("/away")
    def away() -> AnyResponse:
        return redirect("https://evil.example/?id_token=secret")

    @app.get("/circle")
    def circle() -> AnyResponse:
        return redirect("/circle")

    @app.route("/get-only", methods=["GET"], provide_automatic_options=False)
    def get_only() -> Response:
        return Response("", headers={"Content-Security-Policy": RIGHT})

    # Flask answers HEAD wherever it answers GET; a framework that does not has to be met too.
    next(rule for rule in app.url_map.iter_rules() if rule.endpoint == "get_only").methods = {"GET"}
    port = free_ports("127.0.0.1", 1)[0]
    host = HttpHost(app, host="127.0.0.1", port=port)
    host.start()
    yield f"http://127.0.0.1:{port}"
    host.stop()


@pytest.mark.parametrize("path", ["/right", "/bounced", "/get-only"])
def test_asks_the_app_itself_and_follows_its_redirects(origin: str, path: str) -> None:
    assert check_framing(origin + path, origin=origin, wanted=WANTED) == []


@pytest.mark.parametrize(
    ("path", "words"),
    [("/broken", "answered 500"), ("/away", "https://evil.example/"), ("/circle", "redirects the frame more than")],
)
def test_reports_an_app_that_fails_or_leads_away(origin: str, path: str, words: str) -> None:
    faults = " ".join(check_framing(origin + path, origin=origin, wanted=WANTED))
    assert words in faults
    assert "secret" not in faults


def test_reports_an_app_that_is_not_there() -> None:
    origin = f"http://127.0.0.1:{free_ports('127.0.0.1', 1)[0]}"
    (fault,) = check_framing(origin + "/", origin=origin, wanted=WANTED)
    assert fault.startswith(f"The app does not answer at {origin}")
