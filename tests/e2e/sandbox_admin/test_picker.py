"""The resource picker over the shop's world."""

from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.sandbox_admin.conftest import Shell
from tests.e2e.sandbox_admin.embedded_app import EmbeddedApp
from tests.sandbox.app import Sandbox

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("installed")]


def ask(shell: Shell, options: str) -> Locator:
    """Open a picker; its answer is awaited later."""
    shell.run(f"(window.answer = shopify.resourcePicker({options}), 0)")
    dialog = shell.page.get_by_role("dialog")
    dialog.locator(".list > *").first.wait_for()
    return dialog


def answer(shell: Shell) -> Any:
    return shell.run(
        """answer.then((picked) => picked === undefined ? "undefined"
            : { picked: [...picked], same: picked.selection === picked })"""
    )


def products(sandbox: Sandbox, condition: str) -> list[Any]:
    with sandbox.world.read() as connection:
        return connection.execute(
            f"""SELECT p.id, p.title, count(v.id) AS variants FROM product p JOIN variant v ON v.product_id = p.id
                GROUP BY p.id HAVING {condition} ORDER BY p.title, p.id LIMIT 2"""
        ).fetchall()


def test_picks_several_products_found_by_search(shell: Shell, sandbox: Sandbox, embedded: EmbeddedApp) -> None:
    shell.open("/")
    first, second = products(sandbox, "variants = 1")
    dialog = ask(shell, "{ type: 'product', multiple: true }")
    expect(dialog.get_by_role("heading")).to_have_text("Add products")
    for row in (first, second):
        dialog.get_by_role("searchbox").fill(row["title"])
        dialog.locator(f"input[data-id='gid://shopify/Product/{row['id']}']").check()
    expect(dialog.get_by_text("2 selected")).to_be_visible()
    dialog.get_by_role("button", name="Add").click()
    found = answer(shell)
    assert [each["id"] for each in found["picked"]] == [f"gid://shopify/Product/{row['id']}" for row in (first, second)]
    assert found["same"]
    assert found["picked"][0]["variants"][0]["id"].startswith("gid://shopify/ProductVariant/")
    assert shell.complaints == []


def test_one_variant_of_a_product_may_be_chosen(shell: Shell, sandbox: Sandbox, embedded: EmbeddedApp) -> None:
    shell.open("/")
    (row, *_) = products(sandbox, "variants > 1")
    gid = f"gid://shopify/Product/{row['id']}"
    dialog = ask(shell, f"{{ type: 'product', multiple: true, query: {row['title']!r} }}")
    dialog.locator(f"input[data-product='{gid}']").first.check()
    expect(dialog.locator(f"input[data-id='{gid}']")).to_be_checked()
    dialog.get_by_role("button", name="Add").click()
    (picked,) = answer(shell)["picked"]
    assert len(picked["variants"]) == 1


def test_one_product_only_and_what_was_chosen_before(shell: Shell, sandbox: Sandbox, embedded: EmbeddedApp) -> None:
    shell.open("/")
    first, second = products(sandbox, "variants = 1")
    before = f"gid://shopify/Product/{first['id']}"
    dialog = ask(
        shell,
        f"{{ type: 'product', action: 'select', filter: {{ variants: false }}, selectionIds: [{{ id: '{before}' }}] }}",
    )
    expect(dialog.get_by_text("1 selected")).to_be_visible()
    dialog.get_by_role("searchbox").fill(second["title"])
    dialog.locator(f"input[data-id='gid://shopify/Product/{second['id']}']").check()
    dialog.get_by_role("button", name="Select").click()
    assert [each["id"] for each in answer(shell)["picked"]] == [f"gid://shopify/Product/{second['id']}"]


def test_a_limit_is_a_limit(shell: Shell, sandbox: Sandbox, embedded: EmbeddedApp) -> None:
    shell.open("/")
    dialog = ask(shell, "{ type: 'variant', multiple: 2 }")
    boxes = dialog.locator("input[data-id]")
    boxes.nth(0).check()
    boxes.nth(1).check()
    expect(dialog.get_by_text("2/2 selected")).to_be_visible()
    expect(boxes.nth(2)).to_be_disabled()
    boxes.nth(0).uncheck()
    expect(boxes.nth(2)).to_be_enabled()
    dialog.get_by_role("button", name="Add").click()
    (picked,) = answer(shell)["picked"]
    assert picked["product"]["id"].startswith("gid://shopify/Product/")


@pytest.mark.parametrize("way", ["Cancel", "Close", "Escape"])
def test_leaving_it_picks_nothing(shell: Shell, embedded: EmbeddedApp, way: str) -> None:
    shell.open("/")
    dialog = ask(shell, "{ type: 'product' }")
    dialog.locator("input[data-id]").first.check()
    if way == "Escape":
        shell.page.keyboard.press("Escape")
    else:
        dialog.get_by_role("button", name=way).click()
    assert answer(shell) == "undefined"
    expect(dialog).to_have_count(0)


def test_nothing_found_and_how_collections_are_filled_are_said(shell: Shell, embedded: EmbeddedApp) -> None:
    shell.open("/")
    dialog = ask(shell, "{ type: 'product', query: 'nothing like this' }")
    expect(dialog.get_by_text("Nothing found")).to_be_visible()
    dialog.get_by_role("button", name="Cancel").click()
    dialog = ask(shell, "{ type: 'collection', query: 'best' }")
    expect(dialog.get_by_text("Filled by hand")).to_be_visible()
    dialog.get_by_role("searchbox").fill("party")
    expect(dialog.get_by_text("Fills itself")).to_be_visible()
    dialog.get_by_role("button", name="Cancel").click()
    assert "no resource picker" in shell.run(
        "shopify.resourcePicker({ type: 'file' }).catch((reason) => reason.message)"
    )


def test_more_rows_come_on_demand(shell: Shell, embedded: EmbeddedApp) -> None:
    shell.open("/")
    dialog = ask(shell, "{ type: 'product', multiple: true, filter: { variants: false } }")
    rows = dialog.locator("input[data-id]")
    expect(rows).to_have_count(30)
    rows.first.check()
    dialog.get_by_role("button", name="Load more").click()
    expect(rows).to_have_count(60)
    expect(rows.first).to_be_checked()


def test_an_app_brings_rows_of_its_own(shell: Shell, embedded: EmbeddedApp) -> None:
    shell.open("/")
    shell.run(
        """(window.answer = shopify.picker({
            heading: "Pick a template",
            multiple: false,
            headers: [{ content: "Name" }, { content: "Used" }],
            items: [
                { id: "a", heading: "Plain", data: [3] },
                { id: "b", heading: "Rich", selected: true, badges: [{ content: "New", tone: "info" }] },
                { id: "c", heading: "Old", disabled: true },
            ],
        }), 0)"""
    )
    dialog = shell.page.get_by_role("dialog")
    expect(dialog.get_by_text("Used: 3")).to_be_visible()
    expect(dialog.get_by_label("Old")).to_be_disabled()
    dialog.get_by_label("Plain").check()
    dialog.get_by_role("button", name="Add").click()
    assert shell.run("answer.then(({ selected }) => selected)") == ["a"]
