"""The shop and the vendors without Afters, something that listens in its place, and a browser."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from flask import Flask, Response, request
from playwright.sync_api import Browser, Page, sync_playwright

from tests.sandbox.credentials import SHOP_NUMBER
from tests.sandbox.fixtures import stand_ins  # noqa: F401 -- used by `tour`
from tests.sandbox.host import HttpHost
from tests.sandbox.running import RunningSandbox
from tests.sandbox.vendors.twilio_rules import Draft

AXE = Path(__file__).parents[2] / "sandbox" / "browser" / "node_modules" / "axe-core" / "axe.min.js"
SIZES = ((1280, 900), (390, 844))


@dataclass
class Tour:
    """The sandbox, and what was posted to the app's address: (path, fields)."""

    sandbox: RunningSandbox
    posted: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def text(self, phone: str, body: str, *, failure: int | None = None) -> None:
        """Let the shop send an SMS, which ends with the code `failure` if given."""
        twilio = self.sandbox.sandbox.twilio
        url = f"{self.sandbox.settings.app_origin}/receipts/twilio"
        draft = Draft(to=phone, sender=SHOP_NUMBER, service_sid=None, body=body, media=(), callback_url=url)
        twilio.send(draft, failure=failure)
        twilio.settle()

    def mail(self, address: str, subject: str) -> None:
        """Let the shop send an e-mail with one-click unsubscribing, whose HTML would misbehave if it could."""
        app = self.sandbox.settings.app_origin
        message = EmailMessage(policy=SMTP)
        message["From"], message["To"], message["Subject"] = "Gift Shop <hello@gift-shop.example>", address, subject
        message["List-Unsubscribe"] = f"<{app}/unsubscribe/t0ken>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message.set_content(f"Plain words, and {app}/c/plain.")
        html = f"<h1>Rich words</h1><a href='{app}/c/rich'>Offer</a><script>top.location='/clock'</script>"
        message.add_alternative(html, subtype="html")
        raw = message.as_bytes(policy=SMTP.clone(max_line_length=998))
        self.sandbox.sandbox.inbox.add_email(mail_from="b@gift-shop.example", recipients=[address], raw=raw)


@pytest.fixture
def tour(stand_ins: RunningSandbox) -> Iterator[Tour]:  # noqa: F811 -- the fixture
    stand_ins.sandbox.inbox.clear()
    stand_ins.post("/sandbox/api/clock", reset=True)
    tour = Tour(stand_ins)
    app = Flask("listening", static_folder=None)

    @app.route("/<path:path>", methods=["GET", "POST"])
    def hear(path: str) -> Response:
        if request.method == "POST":
            tour.posted.append((path, dict(request.form)))
        return Response("<Response/>", mimetype="text/xml")

    host = HttpHost(app, host=stand_ins.settings.host, port=stand_ins.settings.app_port)
    host.start()
    yield tour
    host.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    assert executable, "Chromium is not installed"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser, tour: Tour) -> Iterator[Page]:
    """A fresh tab; anything the page's own scripts complain about fails the test."""
    context = browser.new_context(base_url=tour.sandbox.origin, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(10_000)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


@pytest.fixture
def check_page(page: Page) -> Callable[[], None]:
    """Check the open page at both widths: nothing sticks out, and axe-core finds nothing at all."""
    assert AXE.is_file(), "run `npm ci` in tests/sandbox/browser"

    def check() -> None:
        page.evaluate(AXE.read_text(encoding="utf-8"))
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            found = page.evaluate("axe.run(document)")
            assert [(fault["id"], [node["target"] for node in fault["nodes"]]) for fault in found["violations"]] == []

    return check
