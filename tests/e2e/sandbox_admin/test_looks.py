"""Every page of the shell at both widths: no serious fault by axe-core, nothing wider than the window."""

from typing import Any

import pytest
from playwright.sync_api import Frame, Page

from tests.e2e.sandbox_admin.conftest import Shell
from tests.e2e.sandbox_admin.embedded_app import EmbeddedApp
from tests.sandbox.app import Sandbox

pytestmark = pytest.mark.e2e

SERIOUS = {"serious", "critical"}
both_widths = pytest.mark.parametrize("context", ["wide", "narrow"], indirect=True)


def faults_of(place: Page | Frame, axe: str) -> list[str]:
    place.evaluate(axe)
    # The frame is another origin: axe is run inside it by itself.
    found = place.evaluate("axe.run(document, { iframes: false, resultTypes: ['violations'] })")
    return [
        f"{fault['id']}: {node['html'][:120]}"
        for fault in found["violations"]
        if fault["impact"] in SERIOUS
        for node in fault["nodes"]
    ]


def fits(place: Page | Frame) -> bool:
    return bool(place.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def paths(sandbox: Sandbox) -> list[str]:
    with sandbox.world.read() as world:
        order = world.execute("SELECT id FROM orders WHERE refunded > 0 ORDER BY id").fetchone()
        order = order or world.execute("SELECT id FROM orders").fetchone()
        product = world.execute("SELECT product_id FROM variant GROUP BY product_id ORDER BY count(*) DESC").fetchone()
        customer = world.execute("SELECT id FROM customer WHERE phone IS NOT NULL").fetchone()
    return [
        "", "/orders", "/orders?query=nothing", f"/orders/{order[0]}", "/products", f"/products/{product[0]}",
        "/customers", f"/customers/{customer[0]}", "/settings/checkout", "/apps",
    ]  # fmt: skip


@both_widths
def test_the_pages_of_the_shell(shell: Shell, sandbox: Sandbox, axe: str, installed: None) -> None:
    for path in paths(sandbox):
        shell.page.goto(f"{shell.origin}/admin{path}")
        assert faults_of(shell.page, axe) == [], path
        assert fits(shell.page), path
    assert shell.complaints == []


@both_widths
def test_the_grant_screen(shell: Shell, axe: str, uninstalled: None) -> None:
    shell.page.goto(f"{shell.origin}/admin/apps/afters/")
    assert faults_of(shell.page, axe) == []
    assert fits(shell.page)


def app_frame(shell: Shell) -> Frame:
    found = shell.page.frame(name="app-iframe")
    assert found
    return found


@both_widths
def test_the_app_in_its_frame_with_bar_toast_picker_and_dialogs(
    shell: Shell, embedded: EmbeddedApp, axe: str, installed: None
) -> None:
    def look(what: str) -> None:
        places: tuple[Any, ...] = (shell.page, app_frame(shell))
        for place in places:
            assert faults_of(place, axe) == [], what
            assert fits(place), what

    frame = shell.open("/components")
    look("components")
    frame.locator("#open-modal").click()
    frame.get_by_role("dialog", name="Delete this offer?").wait_for()
    look("dialog")
    shell.page.keyboard.press("Escape")
    frame.locator("#menu-button").click()
    look("menu")
    shell.page.keyboard.press("Escape")
    frame.locator("#starts").get_by_role("button", name="Choose a date").click()
    look("calendar")
    shell.open("/offers").get_by_label("Name").fill("Lanterns")
    shell.run("shopify.toast.show('It failed', { isError: true, action: 'Retry', duration: 60000 })")
    shell.page.locator(".toast").wait_for()
    look("save bar and toast")
    shell.run("(shopify.resourcePicker({ type: 'product', multiple: true }), 0)")
    shell.page.locator("dialog input[data-id]").first.wait_for()
    look("picker")


@pytest.mark.parametrize("context", ["narrow"], indirect=True)
def test_the_menu_on_a_phone_opens_closes_and_is_left_by_escape(shell: Shell, axe: str) -> None:
    page = shell.page
    page.goto(f"{shell.origin}/admin")
    side, button = page.locator("#side"), page.get_by_role("button", name="Menu")
    assert side.is_hidden()
    button.click()
    assert side.is_visible()
    assert button.get_attribute("aria-expanded") == "true"
    assert faults_of(page, axe) == []
    page.keyboard.press("Escape")
    assert side.is_hidden()
    assert button.evaluate("button => button === document.activeElement")
