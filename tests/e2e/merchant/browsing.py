"""A merchant's browser on the app's pages inside the sandbox's admin, which axe looks at as well."""

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import FrameLocator, Page, expect

from tests.e2e.merchant.admin import MerchantAdmin
from tests.sandbox.browser.cdn import SOURCES

WIDTHS = (1280, 390)
WAIT_MILLISECONDS = 15_000
AXE = SOURCES / "node_modules/axe-core/axe.min.js"
PLAIN_AXE = "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"


@dataclass
class Merchant:
    """A merchant's browser on the admin; `complaints` are errors of scripts and of the console."""

    page: Page
    admin: MerchantAdmin
    complaints: list[str] = field(default_factory=list)
    visited: list[str] = field(default_factory=list)

    @property
    def app(self) -> FrameLocator:
        return self.page.frame_locator("iframe[name=app-iframe]")

    def open(self, path: str) -> FrameLocator:
        """Go to a path of the app and wait until its page is drawn."""
        self.page.goto(f"{self.admin.sandbox.origin}/admin/apps/afters{path}")
        self.app.locator("s-page").wait_for()
        return self.app

    def in_app(self, script: str) -> Any:
        return self.app.locator("html").evaluate(f"(root) => ({script})")

    def save(self) -> None:
        """Press Save in the admin's own bar."""
        self.page.locator("#save-bar [data-save]").click()

    def discard(self) -> None:
        self.page.locator("#save-bar [data-discard]").click()

    @property
    def faults(self) -> list[str]:
        """What axe finds serious or worse in the app's page."""
        frame = next(each for each in self.page.frames if each.name == "app-iframe")
        frame.evaluate(AXE.read_text(encoding="utf-8"))
        return serious(frame.evaluate(PLAIN_AXE))


def serious(violations: list[dict[str, Any]]) -> list[str]:
    return [
        f"{each['id']}: {each['nodes'][0]['html'][:150]}"
        for each in violations
        if each["impact"] in {"serious", "critical"}
    ]


def look(merchant: Merchant, path: str) -> None:
    """Look at a page at both widths: it fits, nothing complains, axe finds nothing serious."""
    merchant.complaints.clear()
    merchant.open(path)
    for width in WIDTHS:
        merchant.page.set_viewport_size({"width": width, "height": 900})
        expect(merchant.app.locator("s-page")).to_be_visible()
        too_wide = merchant.in_app("root.scrollWidth - root.clientWidth")
        assert too_wide <= 0, f"{path} is {too_wide} px too wide at {width}"
        assert merchant.faults == [], f"{path} at {width}"
    merchant.page.set_viewport_size({"width": 1280, "height": 900})
    # A page that is rightly answered 404 is the one thing that Chromium's console may complain of.
    assert [each for each in merchant.complaints if "404" not in each] == [], path
