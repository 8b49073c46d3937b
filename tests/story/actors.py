"""The people of the story, at the keyboard of a real browser: the merchant in the admin, the shopper in the store."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import FrameLocator, Page, expect

from tests.sandbox.running import RunningSandbox

_IMPORT_SECONDS = 90.0
_PATIENCE_MS = 60_000


@dataclass(frozen=True)
class Merchant:
    """Installs the app, publishes its offers, and reads what happened."""

    sandbox: RunningSandbox
    page: Page

    @property
    def app(self) -> FrameLocator:
        """The app's page inside the admin's frame."""
        return self.page.frame_locator("iframe").first

    def open(self, path: str = "") -> None:
        self.page.goto(f"{self.sandbox.origin}/admin/apps/afters/{path}")

    def install(self) -> None:
        """Grant the scopes on the platform's screen and wait until the app's first page stands."""
        self.open()
        self.page.get_by_role("button", name="Install").click()
        expect(self.app.locator("ul.steps")).to_be_visible(timeout=_PATIENCE_MS)

    def wait_for_imports(self) -> None:
        """Wait until catalogue and orders are read and the goods bought together are counted."""
        self.sandbox.wait_until(
            lambda: self.app.locator("ul.steps").get_attribute("data-is-busy"),
            lambda is_busy: is_busy == "no",
            timeout=_IMPORT_SECONDS,
            what="the import of the shop",
        )

    def publish(self) -> None:
        """Publish the offers that the app drafted."""
        self.open("offers")
        self.app.get_by_role("button", name="Publish").first.click()
        expect(self.app.get_by_role("button", name="Publish")).to_have_count(0, timeout=_PATIENCE_MS)

    def read_order(self, order_id: str) -> str:
        """Return what the app's page says of an order."""
        self.open(f"orders/{order_id}")
        expect(self.app.get_by_text("The order was placed").first).to_be_visible(timeout=_PATIENCE_MS)
        return self.app.locator("body").inner_text()


@dataclass(frozen=True)
class Shopper:
    """Buys in the store, and answers on the one-click page."""

    sandbox: RunningSandbox
    page: Page

    def fill_basket(self, variant_id: int) -> str:
        """Go to the checkout with one thing in the basket; return the checkout's token."""
        self.page.goto(f"{self.sandbox.origin}/store/cart/{variant_id}:1")
        return self.page.url.rpartition("/")[2]

    def fill_in(self, buyer: str) -> None:
        """Fill the checkout in as one of the sandbox's buyers."""
        self.page.goto(f"{self.page.url}?buyer={buyer}")

    def follow(self, link: str) -> str:
        """Follow a message's link into a checkout with the offered goods; return its token."""
        self.page.goto(link)
        return self.page.url.rpartition("/")[2]

    def write_email(self, address: str) -> None:
        field = self.page.get_by_label("E-mail", exact=True)
        field.fill(address)
        field.blur()  # leaving the field saves the draft and draws the summary anew
        self.page.wait_for_load_state("networkidle")

    def pay(self, *, by: str | None = None) -> None:
        if by is not None:
            self.page.get_by_role("radio", name=by).check()
        checkout = self.page.url.partition("?")[0]
        self.page.get_by_role("button", name="Pay").click()
        self.page.wait_for_url(lambda url: url.partition("?")[0] != checkout)

    def accept(self) -> None:
        self._see_page()
        self.page.get_by_role("button", name="Pay now").click(timeout=_PATIENCE_MS)
        expect(self.page.get_by_text("Added after purchase")).to_be_visible(timeout=_PATIENCE_MS)

    def decline(self) -> None:
        self._see_page()
        self.page.get_by_role("button", name="No thanks").click(timeout=_PATIENCE_MS)

    def _see_page(self) -> None:
        """Fail at once, with what the thank-you page says, when the buyer was led past the one-click page."""
        assert "/thank-you" not in self.page.url, self.page.locator("body").inner_text()


def order_of(sandbox: RunningSandbox, checkout_token: str) -> dict[str, Any]:
    """Return the order that a checkout led to, as the shop has it."""
    found = sandbox.wait_until(
        lambda: sandbox.get("/sandbox/api/orders", checkout_token=checkout_token),
        lambda rows: rows["orders"],
        what="the order",
    )
    return dict(found["orders"][0])
