"""Which Polaris runtime a page gets: the real one where it can be reached, the stand-ins where it cannot."""

import pytest
from playwright.sync_api import Route, expect

from tests.e2e.sandbox_admin.conftest import Shell
from tests.e2e.sandbox_admin.embedded_app import EmbeddedApp

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("installed")]


class Vendor:
    """Plays Shopify's CDN: answers with a runtime, refuses, or stays silent."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.own = f"{shell.origin}/cdn/shopifycloud/polaris-1.js"
        body = shell.page.request.get(self.own).text().replace('"standinsOnly": true', '"standinsOnly": false')
        shell.page.route(f"{self.own}*", lambda route: route.fulfill(body=body, content_type="text/javascript"))

    def serves(self, runtime: str | None) -> None:
        def answer(route: Route) -> None:
            if runtime is None:
                route.abort()
            elif runtime:
                route.fulfill(body=runtime, content_type="text/javascript")

        self.shell.page.unroute("https://cdn.shopify.com/**")
        self.shell.page.route("https://cdn.shopify.com/**", answer)

    @property
    def used(self) -> str:
        """What the page runs on in the end."""
        return str(self.shell.until("document.documentElement.dataset.polaris"))


REAL = """
customElements.define("s-page", class extends HTMLElement {});
customElements.define("s-button", class extends HTMLElement {});
"""


def test_the_real_runtime_is_used_where_it_can_be_reached(shell: Shell, embedded: EmbeddedApp) -> None:
    embedded.policy = dict
    vendor = Vendor(shell)
    vendor.serves(REAL)
    shell.open("/offers")
    assert vendor.used == "real"
    assert shell.run("customElements.get('s-text-field')") is None
    # Its pages leave heading and actions to the admin.
    shell.run(
        """(() => {
            const button = document.createElement("s-button");
            Object.assign(button, { textContent: "Publish", slot: "primary-action" });
            button.onclick = () => { window.published = true; };
            document.querySelector("s-page").append(button);
        })()"""
    )
    bar = shell.page.locator("#title-bar")
    expect(bar).to_contain_text("Offers")
    bar.get_by_role("button", name="Publish").click()
    assert shell.until("window.published") is True


@pytest.mark.parametrize(
    "runtime", [None, "document.title = 'Log in to this network';", ""], ids=["gone", "other", "silent"]
)
def test_the_stand_ins_step_in_where_it_cannot(shell: Shell, embedded: EmbeddedApp, runtime: str | None) -> None:
    embedded.policy = dict
    vendor = Vendor(shell)
    vendor.serves(runtime)
    frame = shell.open("/")
    assert vendor.used == "standin"
    expect(frame.get_by_role("heading", name="Home", level=1)).to_be_visible()


def test_the_address_of_the_script_may_ask_for_stand_ins(shell: Shell, embedded: EmbeddedApp) -> None:
    embedded.policy = dict
    vendor = Vendor(shell)
    vendor.serves(None)
    shell.open("/")
    assert vendor.used == "standin"
    shell.requests.clear()
    shell.run(
        """(document.documentElement.dataset.polaris = "",
            document.head.append(Object.assign(document.createElement("script"), { src: given })))""",
        f"{vendor.own}?standin=1",
    )
    assert vendor.used == "standin"
    assert shell.foreign == set()
