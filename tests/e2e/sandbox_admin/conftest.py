"""A running sandbox without Afters, a small embedded app in its place, and a browser in front of both."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, Request, sync_playwright

from server.config import REQUIRED_SCOPES
from tests.e2e.sandbox_admin.embedded_app import EmbeddedApp
from tests.sandbox.app import Sandbox
from tests.sandbox.browser.cdn import SOURCES
from tests.sandbox.host import HttpHost
from tests.sandbox.running import RunningSandbox
from tests.sandbox.shopify import oauth

WIDTHS = {"wide": (1280, 860), "narrow": (390, 844)}


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    with RunningSandbox(tmp_path_factory.mktemp("admin"), orders=120, with_app=False) as started:
        yield started


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    found = shutil.which("chromium")
    assert found, "Chromium is missing: `apt-get install chromium`"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def sandbox(running: RunningSandbox) -> Sandbox:
    return running.sandbox


@pytest.fixture
def installed(sandbox: Sandbox) -> None:
    oauth.install(sandbox.world, sandbox.settings.client_id, REQUIRED_SCOPES, sandbox.settings.app_origin)


@pytest.fixture
def uninstalled(sandbox: Sandbox) -> None:
    with sandbox.world.write() as connection:
        connection.execute("UPDATE installation SET uninstalled_at = ?", (sandbox.world.now_text(),))


@pytest.fixture
def embedded(sandbox: Sandbox) -> Iterator[EmbeddedApp]:
    app = EmbeddedApp(sandbox.settings, sandbox.clock)
    host = HttpHost(app.flask(), host=sandbox.settings.host, port=sandbox.settings.app_port)
    host.start()
    yield app
    host.stop()


@dataclass
class Shell:
    """One browser page on the admin; what it asked for and complained of is kept."""

    page: Page
    origin: str
    app_origin: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> FrameLocator:
        """Go to a path of the app through the shell and wait until its page is there."""
        self.page.goto(f"{self.origin}/admin/apps/afters{path}")
        self.frame.locator("s-page").wait_for()
        return self.frame

    @property
    def frame(self) -> FrameLocator:
        return self.page.frame_locator("iframe[name=app-iframe]")

    def run(self, script: str, argument: Any = None) -> Any:
        """Evaluate a script inside the app's page."""
        return self.frame.locator("body").evaluate(f"(body, given) => ({script})", argument)

    def until(self, script: str) -> Any:
        """Evaluate a script inside the app's page again and again until it yields something true; return that."""
        return self.run(
            f"""new Promise((resolve, reject) => {{
                const end = Date.now() + 10000;
                const look = () => {{
                    const found = ({script});
                    if (found) resolve(found);
                    else if (Date.now() > end) reject(new Error("never true: " + given));
                    else setTimeout(look, 10);
                }};
                look();
            }})""",
            script,
        )

    @property
    def foreign(self) -> set[str]:
        """Origins other than the sandbox's and the app's that were asked for anything."""
        seen = {f"{urlsplit(url).scheme}://{urlsplit(url).netloc}" for url in self.requests if url.startswith("http")}
        return seen - {self.origin, self.app_origin}


def watch(page: Page, sandbox: Sandbox) -> Shell:
    shell = Shell(page, sandbox.settings.origin, sandbox.settings.app_origin)

    def note(request: Request) -> None:
        shell.requests.append(request.url)

    page.on("request", note)
    page.on("pageerror", lambda error: shell.complaints.append(str(error)))
    page.on("console", lambda message: shell.complaints.append(message.text) if message.type == "error" else None)
    return shell


@pytest.fixture
def context(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    width, height = WIDTHS[getattr(request, "param", "wide")]
    opened = chromium.new_context(viewport={"width": width, "height": height}, locale="en-GB")
    opened.set_default_timeout(10_000)
    yield opened
    opened.close()


@pytest.fixture
def shell(context: BrowserContext, sandbox: Sandbox) -> Shell:
    return watch(context.new_page(), sandbox)


@pytest.fixture(scope="session")
def axe() -> str:
    source = SOURCES / "node_modules/axe-core/axe.min.js"
    assert source.exists(), f"run `npm ci` in {SOURCES} first"
    return source.read_text(encoding="utf-8")
