"""The stand-ins for the Polaris components: every tag of the real ones, in a form, by keyboard, on narrow ground."""

import json
from typing import Any

import pytest
from playwright.sync_api import FrameLocator, Locator, expect

from tests.e2e.sandbox_admin.conftest import Shell
from tests.e2e.sandbox_admin.embedded_app import EmbeddedApp
from tests.sandbox.browser.cdn import SOURCES

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("installed")]

MANIFEST = SOURCES / "node_modules/@shopify/polaris-types/dist/custom-elements.json"
WALK = """
(() => {
    const faults = [];
    for (const { tag, attributes, slots } of given) {
        const element = document.createElement(tag);
        if (!customElements.get(tag)) { faults.push(`${tag}: no stand-in`); continue; }
        document.body.append(element);
        for (const { name, field } of attributes) {
            if (!(field in element)) faults.push(`${tag}: no property ${field}`);
            const isGlobal = ["id", "lang", "dir"].includes(name);
            const observed = element.constructor.observedAttributes;
            if (!isGlobal && typeof element[field] !== "function" && !observed.includes(name)) {
                faults.push(`${tag}: attribute ${name} changes nothing`);
            }
        }
        const own = [...element.shadowRoot.querySelectorAll("slot")].map((slot) => slot.name);
        for (const slot of slots) if (!own.includes(slot)) faults.push(`${tag}: no slot ${slot || "(default)"}`);
        element.remove();
    }
    return faults;
})()
"""
# Their words become options of a native select, which shows them itself.
WITHOUT_SLOT = {"s-option", "s-option-group"}
# Lists of values and files, which no attribute can hold.
WITHOUT_ATTRIBUTE = {("s-choice-list", "values"), ("s-drop-zone", "files"), ("s-drop-zone", "value")}


def declared() -> list[dict[str, Any]]:
    assert MANIFEST.exists(), f"run `npm ci` in {SOURCES} first"
    manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
    found = []
    for module in manifest["modules"]:
        for entry in module["declarations"]:
            attributes = [
                {"name": each["name"], "field": each["fieldName"]}
                for each in entry.get("attributes", [])
                if "name" in each
                and each["name"] != "children"
                and (entry["tagName"], each["name"]) not in WITHOUT_ATTRIBUTE
            ]
            slots = [] if entry["tagName"] in WITHOUT_SLOT else [each["name"] for each in entry.get("slots", [])]
            found.append({"tag": entry["tagName"], "attributes": attributes, "slots": slots})
    return found


@pytest.fixture
def demo(shell: Shell, embedded: EmbeddedApp) -> FrameLocator:
    return shell.open("/components")


def data_of(shell: Shell) -> list[list[str]]:
    found = shell.run("[...new FormData(document.getElementById('form'))].filter(([name]) => name !== 'file')")
    assert isinstance(found, list)
    return found


def test_every_tag_attribute_and_slot_of_the_real_components_is_there(shell: Shell, demo: FrameLocator) -> None:
    entries = declared()
    assert len(entries) == 62
    assert shell.run(WALK, entries) == []
    assert shell.run("document.documentElement.dataset.polaris") == "standin"


def test_the_page_of_all_components_uses_every_tag_and_complains_of_nothing(shell: Shell, demo: FrameLocator) -> None:
    used = set(shell.run("[...new Set([...document.querySelectorAll('*')].map((each) => each.localName))]"))
    assert {entry["tag"] for entry in declared()} <= used
    assert shell.complaints == []
    assert shell.foreign == set()


DEFAULTS = [
    ["title", "Candle offer"], ["trigger", "product"], ["discount", "15"], ["minimum", "25"],
    ["email", "shop@example.com"], ["link", "https://example.com/"], ["key", "secret"], ["q", ""],
    ["starts", "2026-11-23"], ["accent", "#1a73e8"], ["words", "Goes well with your candle."], ["live", "on"],
    ["audience", "all"], ["channels", "sms"], ["channels", "email"], ["picked", "#336699"], ["day", "2026-11-24"],
]  # fmt: skip


def test_fields_are_part_of_the_form_and_come_back_on_reset(shell: Shell, demo: FrameLocator) -> None:
    assert data_of(shell) == DEFAULTS
    demo.get_by_label("Name", exact=True).fill("Lanterns")
    demo.get_by_label("Trigger").select_option("total")
    demo.get_by_label("At least").fill("12,5")
    demo.get_by_label("Live").uncheck()
    demo.get_by_label("Send an SMS").check()
    demo.get_by_label("First order").check()
    demo.get_by_label("E-mail", exact=True).last.uncheck()
    demo.get_by_label("Words to the shopper").fill("Short")
    changed = dict(data_of(shell))
    assert changed["title"] == "Lanterns"
    assert (changed["trigger"], changed["minimum"]) == ("total", "12.5")
    assert (changed["sms"], changed["audience"], changed["channels"]) == ("on", "first", "sms")
    assert changed["words"] == "Short"
    assert "live" not in changed
    demo.locator("#reset").click()
    shell.until("new FormData(document.getElementById('form')).get('title') === 'Candle offer'")
    assert data_of(shell) == DEFAULTS


def test_scripts_set_values_and_attributes_give_defaults(shell: Shell, demo: FrameLocator) -> None:
    shell.run(
        """(() => {
            document.getElementById("title").value = "By script";
            document.getElementById("live").checked = false;
            document.getElementById("channels").values = ["email"];
            document.getElementById("trigger").value = "any";
            document.getElementById("title").setAttribute("value", "New default");
        })()"""
    )
    found = dict(data_of(shell))
    assert (found["title"], found["channels"], found["trigger"]) == ("By script", "email", "any")
    assert "live" not in found
    assert shell.run("document.getElementById('title').defaultValue") == "New default"
    expect(demo.get_by_label("Name", exact=True)).to_have_value("By script")


def test_a_disabled_fieldset_and_its_return(shell: Shell, demo: FrameLocator) -> None:
    shell.run(
        """(() => {
            const set = document.createElement("fieldset");
            const form = document.getElementById("form");
            set.append(...form.childNodes);
            form.append(set);
            set.disabled = true;
        })()"""
    )
    expect(demo.get_by_label("Name", exact=True)).to_be_disabled()
    assert data_of(shell) == []
    shell.run("document.querySelector('fieldset').disabled = false")
    expect(demo.get_by_label("Name", exact=True)).to_be_enabled()
    assert len(data_of(shell)) == len(DEFAULTS)


def test_events_reach_the_host_and_bubble(shell: Shell, demo: FrameLocator) -> None:
    shell.run(
        """(window.heard = [], ["input", "change"].forEach((type) => document.getElementById("form")
            .addEventListener(type, ({ target }) => heard.push(`${type} ${target.id} ${target.value}`))))"""
    )
    demo.get_by_label("Name", exact=True).fill("Lamps")
    demo.get_by_label("Name", exact=True).press("Tab")
    demo.get_by_label("Trigger").select_option("any")
    demo.get_by_label("Send an SMS").check()
    demo.get_by_label("First order").check()
    heard = shell.run("heard")
    assert heard == [
        "input title Lamps", "change title Lamps", "input trigger any", "change trigger any",
        "input sms on", "change sms on", "input audience first", "change audience first",
    ]  # fmt: skip


def test_a_form_is_held_back_by_what_is_missing_or_wrong(shell: Shell, demo: FrameLocator) -> None:
    shell.run(
        """(window.sent = 0, document.getElementById("form").addEventListener("submit", (event) => {
            event.preventDefault();
            sent += 1;
        }))"""
    )
    name = demo.get_by_label("Name", exact=True)
    name.fill("")
    demo.locator("#submit").click()
    assert shell.run("document.getElementById('title').validity.valueMissing") is True
    expect(name).to_be_focused()
    name.fill("Lamps")
    for label, field, bad in (
        ("E-mail", "email", "no address"),
        ("Link", "link", "no link"),
        ("Discount", "discount", "50"),
        ("Starts", "starts", "2026-11-29"),
        ("Starts", "starts", "2026-02-30"),
        ("At least", "minimum", "much"),
        ("Accent", "accent", "reddish"),
    ):
        control = demo.get_by_label(label, exact=True).first
        before = control.input_value()
        control.fill(bad)
        assert shell.run("document.getElementById(given).checkValidity()", field) is False, bad
        control.fill(before)
    assert shell.run("sent") == 0
    name.press("Enter")
    shell.until("sent === 1")
    demo.locator("#submit").click()
    shell.until("sent === 2")


def test_labels_errors_and_details_are_announced(demo: FrameLocator) -> None:
    words = demo.get_by_role("textbox", name="Words to the shopper")
    expect(words).to_have_accessible_description("Keep it under 20 characters")
    expect(words).to_have_attribute("aria-invalid", "true")
    expect(demo.get_by_role("textbox", name="Name")).to_have_accessible_description("Only you see this.")
    expect(demo.get_by_role("switch", name="Send an SMS")).to_be_visible()
    expect(demo.get_by_role("radiogroup", name="Who sees it")).to_be_visible()
    expect(demo.get_by_role("searchbox", name="Search products")).to_be_visible()
    expect(demo.get_by_role("spinbutton", name="Discount")).to_have_value("15")
    expect(demo.get_by_role("columnheader", name="Order")).to_be_visible()
    expect(demo.get_by_role("heading", name="A heading inside a section", level=3)).to_be_visible()
    expect(demo.get_by_role("progressbar", name="Import")).to_have_attribute("aria-valuenow", "40")


def test_radios_move_by_arrow_keys_and_skip_what_is_disabled(shell: Shell, demo: FrameLocator) -> None:
    demo.get_by_label("Everyone").focus()
    shell.page.keyboard.press("ArrowDown")
    expect(demo.get_by_label("First order")).to_be_checked()
    expect(demo.get_by_label("First order")).to_be_focused()
    shell.page.keyboard.press("ArrowDown")
    expect(demo.get_by_label("Everyone")).to_be_checked()


def test_a_number_steps_to_its_limit_and_no_further(demo: FrameLocator) -> None:
    field = demo.locator("#discount")
    for expected in ("20", "20"):
        field.locator(".up").click()
        expect(demo.get_by_label("Discount")).to_have_value(expected)
    field.locator(".down").click()
    expect(demo.get_by_label("Discount")).to_have_value("15")


def test_money_is_shown_with_its_pence_once_it_is_left(demo: FrameLocator) -> None:
    amount = demo.get_by_label("At least")
    expect(amount).to_have_value("25.00")
    amount.fill("7.5")
    amount.press("Tab")
    expect(amount).to_have_value("7.50")
    expect(demo.locator("#minimum .prefix")).to_have_text("£")


def test_a_date_is_chosen_by_keyboard(shell: Shell, demo: FrameLocator) -> None:
    demo.locator("#starts").get_by_role("button", name="Choose a date").click()
    calendar = demo.get_by_role("dialog", name="Calendar")
    expect(calendar.get_by_role("button", name="Monday, 23 November 2026")).to_be_focused()
    for key in ("ArrowDown", "ArrowRight", "PageDown", "Home"):
        shell.page.keyboard.press(key)
    expect(calendar.get_by_role("button", name="Monday, 28 December 2026")).to_be_focused()
    expect(calendar.get_by_role("button", name="Sunday, 27 December 2026")).to_be_disabled()
    shell.page.keyboard.press("Enter")
    expect(calendar).to_be_hidden()
    expect(demo.get_by_label("Starts")).to_have_value("2026-12-28")
    demo.locator("#starts").get_by_role("button", name="Choose a date").click()
    shell.page.keyboard.press("Escape")
    expect(calendar).to_be_hidden()
    expect(demo.locator("#starts").get_by_role("button", name="Choose a date")).to_be_focused()


def test_files_are_chosen_and_go_with_the_form(shell: Shell, demo: FrameLocator) -> None:
    picture = {"name": "candle.png", "mimeType": "image/png", "buffer": b"png"}
    demo.locator("#file input").set_input_files(picture)  # type: ignore[arg-type]  # a FilePayload is a dict
    expect(demo.locator("#file .names")).to_have_text("candle.png")
    assert shell.run("new FormData(document.getElementById('form')).get('file').name") == "candle.png"
    assert shell.run("document.getElementById('file').value") == "C:\\fakepath\\candle.png"


def test_a_dialog_keeps_the_focus_and_gives_it_back(shell: Shell, demo: FrameLocator) -> None:
    opener = demo.get_by_role("button", name="Open dialog")
    opener.click()
    dialog = demo.get_by_role("dialog", name="Delete this offer?")
    expect(dialog).to_be_visible()
    inside = [dialog.get_by_role("button", name="Close"), demo.get_by_label("Reason"),
              demo.locator("#keep [data-press]"), demo.locator("#confirm [data-press]")]  # fmt: skip
    for control in [*inside, *inside]:
        expect(control).to_be_focused()
        shell.page.keyboard.press("Tab")
    shell.page.keyboard.press("Shift+Tab")
    expect(inside[-1]).to_be_focused()
    shell.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()
    demo.get_by_role("button", name="a link that opens a dialog").click()
    demo.locator("#confirm").click()
    expect(dialog).to_be_hidden()


def test_a_menu_is_walked_by_arrow_keys(shell: Shell, demo: FrameLocator) -> None:
    opener = demo.get_by_role("button", name="More actions")
    opener.click()
    items = demo.get_by_role("menuitem")
    for at, name in enumerate(("Duplicate", "Preview", "Delete")):
        expect(items.nth(at)).to_have_accessible_name(name)
    for key, at in (("ArrowDown", 1), ("End", 2), ("ArrowDown", 0), ("ArrowUp", 2), ("Home", 0)):
        shell.page.keyboard.press(key)
        expect(items.nth(at)).to_be_focused()
    expect(opener).to_have_attribute("aria-expanded", "true")
    shell.page.keyboard.press("Enter")
    expect(demo.get_by_role("menu")).to_be_hidden()
    expect(opener).to_be_focused()
    opener.click()
    demo.get_by_role("heading", name="Components").click()
    expect(demo.get_by_role("menu")).to_be_hidden()


def test_popover_and_tooltip(shell: Shell, demo: FrameLocator) -> None:
    demo.locator("#hinted").hover()
    expect(demo.get_by_role("tooltip")).to_be_visible()
    expect(demo.get_by_role("button", name="Settings")).to_have_attribute("aria-description", "Settings of this offer")
    demo.locator("#open-popover").click()
    expect(demo.get_by_role("tooltip")).to_be_hidden()
    expect(demo.get_by_label("Rename")).to_be_focused()
    demo.locator("#open-popover").click()
    expect(demo.get_by_label("Rename")).to_be_hidden()


def test_what_is_dismissed_says_so(shell: Shell, demo: FrameLocator) -> None:
    shell.run(
        """(window.heard = [], [["banner", "dismiss"], ["banner", "afterhide"], ["chip", "remove"],
            ["clickable-chip", "remove"], ["table", "nextpage"], ["table", "previouspage"]].forEach(([id, type]) =>
            document.getElementById(id).addEventListener(type, () => heard.push(`${id} ${type}`))))"""
    )
    demo.get_by_role("button", name="Dismiss notification").click()
    expect(demo.locator("#banner")).to_be_hidden()
    demo.get_by_role("button", name="Remove Candles").click()
    demo.get_by_role("button", name="Remove Filter: Card").click()
    demo.get_by_role("button", name="Next page").click()
    expect(demo.get_by_role("button", name="Previous page")).to_be_disabled()
    assert shell.run("heard") == [
        "banner dismiss", "banner afterhide", "chip remove", "clickable-chip remove", "table nextpage",
    ]  # fmt: skip


def test_buttons_that_are_off_do_nothing_and_one_stays_pressed(shell: Shell, demo: FrameLocator) -> None:
    shell.run(
        """(window.pressed = 0, document.getElementById("off").addEventListener("click", () => { pressed += 1; }),
            document.getElementById("off").click())"""
    )
    demo.locator("#off").click(force=True)
    assert shell.run("pressed") == 0
    favourite = demo.get_by_role("button", name="Favourite")
    expect(favourite).to_have_attribute("aria-pressed", "false")
    favourite.click()
    expect(favourite).to_have_attribute("aria-pressed", "true")
    busy = demo.get_by_role("button", name="Saving")
    expect(busy).to_be_disabled()
    expect(busy).to_have_attribute("aria-busy", "true")


def test_a_row_passes_its_click_to_its_link(shell: Shell, demo: FrameLocator) -> None:
    shell.run(
        """(window.followed = 0, document.getElementById("row-1").addEventListener("click", (event) => {
            event.preventDefault();
            followed += 1;
        }))"""
    )
    demo.get_by_role("cell", name="Jane Doe").click()
    demo.get_by_role("link", name="#1001").click()
    assert shell.run("followed") == 2


def place(locator: Locator) -> dict[str, float]:
    box = locator.bounding_box()
    assert box
    return {name: float(value) for name, value in box.items()}  # type: ignore[arg-type]  # a TypedDict's values


@pytest.mark.parametrize("context", ["narrow", "wide"], indirect=True)
def test_grids_and_tables_follow_the_room_they_have(shell: Shell, demo: FrameLocator) -> None:
    is_narrow = shell.page.viewport_size == {"width": 390, "height": 844}
    boxes = demo.locator("#grid > *")
    first, second = place(boxes.nth(0)), place(boxes.nth(1))
    assert (second["y"] > first["y"]) is is_narrow
    total = demo.locator("#table s-table-row").first.locator("s-table-cell").last
    expect(total.locator(".label")).to_have_text("Total" if is_narrow else "")
    columns = [place(cell) for cell in demo.locator("#first-row > s-table-cell").all()]
    assert len({round(cell["y"]) for cell in columns}) == (3 if is_narrow else 1)
    assert shell.run("document.documentElement.scrollWidth <= innerWidth")
