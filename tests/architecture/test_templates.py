"""The admin's templates use what Polaris has, run no inline script, and escape what they show."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
STATIC = ROOT / "server" / "static"
TYPES = ROOT / "tests/sandbox/browser/standins/node_modules/@shopify"
ELEMENTS = TYPES / "polaris-types/dist/custom-elements.json"
# Messages are no admin pages: no browser runs them, and Polaris has no part in them.
PAGES = sorted(path for path in TEMPLATES.rglob("*.html") if "messages" not in path.parts)

# App Bridge's own element; its links say which one is the home page.
APP_NAV = "s-app-nav"
ANYWHERE = {"id", "slot"}
FILLED_IN = "\ufffc"  # stands where Jinja writes
VOID = {"input", "link", "meta", "br", "img", "hr"}


@dataclass(frozen=True)
class Element:
    """What Polaris says of one tag. `values` are the allowed ones of attributes that take nothing else."""

    attributes: frozenset[str]
    slots: frozenset[str]
    values: dict[str, frozenset[str]]


@cache
def polaris() -> dict[str, Element]:
    assert ELEMENTS.exists(), f"run `npm ci` in {ELEMENTS.parents[4]} first"
    found = {}
    for module in json.loads(ELEMENTS.read_text(encoding="utf-8"))["modules"]:
        for declared in module.get("declarations", []):
            if "tagName" in declared:
                found[declared["tagName"]] = _element(declared)
    return found


def _element(declared: dict[str, Any]) -> Element:
    attributes = declared.get("attributes", [])
    values = {}
    for attribute in attributes:
        kind = attribute.get("type", {}).get("text", "")
        if re.fullmatch(r'"[^"]*"(\s*\|\s*"[^"]*")*', kind):
            values[attribute["name"].lower()] = frozenset(re.findall(r'"([^"]*)"', kind))
    return Element(
        frozenset(attribute["name"].lower() for attribute in attributes),
        frozenset(slot["name"] for slot in declared.get("slots", [])),
        values,
    )


@dataclass
class Check(HTMLParser):
    """Reads one template's markup and gathers what is wrong with it."""

    faults: list[str] = field(default_factory=list)
    open_tags: list[str] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        HTMLParser.__init__(self)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        self.tags.add(tag)
        self._check_scripts(tag, given)
        if tag.startswith("s-") and tag != APP_NAV:
            self._check_element(tag, given)
        self._check_slot(tag, given)
        if tag not in VOID:
            self.open_tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open_tags or self.open_tags[-1] != tag:
            self.faults.append(f"</{tag}> closes nothing: open are {self.open_tags[-3:]}")
            return
        self.open_tags.pop()

    def handle_data(self, data: str) -> None:
        if self.open_tags and self.open_tags[-1] == "script" and data.strip():
            self.faults.append("a script is written into the page")

    def _check_scripts(self, tag: str, given: dict[str, str]) -> None:
        if tag == "script" and not given.get("src"):
            self.faults.append("a script has no src")
        self.faults += [f"<{tag}> has the handler {name}" for name in given if name.startswith("on")]
        self.faults += [f"<{tag}> runs {value}" for value in given.values() if value.lower().startswith("javascript:")]

    def _check_element(self, tag: str, given: dict[str, str]) -> None:
        known = polaris().get(tag)
        if known is None:
            self.faults.append(f"<{tag}> is no Polaris component")
            return
        for name, value in given.items():
            is_home_link = name == "rel" and APP_NAV in self.open_tags
            if name in ANYWHERE or name.startswith("data-") or is_home_link:
                continue
            if name not in known.attributes:
                self.faults.append(f"<{tag}> has no attribute {name}")
            elif FILLED_IN not in value and name in known.values and value not in known.values[name]:
                self.faults.append(f'<{tag} {name}="{value}"> is not one of {sorted(known.values[name])[:8]}')

    def _check_slot(self, tag: str, given: dict[str, str]) -> None:
        parent = self.open_tags[-1] if self.open_tags else ""
        slot = given.get("slot")
        if slot is not None and (parent not in polaris() or slot not in polaris()[parent].slots):
            self.faults.append(f'<{tag} slot="{slot}"> stands in <{parent}>, which has no such slot')


def check(source: str) -> Check:
    """Return what is wrong with a template; what Jinja writes counts as some text."""
    plain = re.sub(r"\{#.*?#\}|\{%.*?%\}", "", source, flags=re.DOTALL)
    plain = re.sub(r"\{\{.*?\}\}", FILLED_IN, plain, flags=re.DOTALL)
    checker = Check()
    checker.feed(plain)
    checker.close()
    return checker


def unescaped(source: str) -> Iterator[str]:
    """Yield lines that switch escaping off without saying why in a comment of their own."""
    for line in source.splitlines():
        if re.search(r"\|\s*safe\b|autoescape\s+false|Markup\(", line) and "{#" not in line:
            yield line.strip()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TEMPLATES)))
def test_pages_use_what_polaris_has_and_run_no_inline_script(page: Path) -> None:
    checked = check(page.read_text(encoding="utf-8"))
    assert checked.faults == []
    assert checked.open_tags == [], "these tags are not closed"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TEMPLATES)))
def test_pages_escape_what_they_show(page: Path) -> None:
    assert list(unescaped(page.read_text(encoding="utf-8"))) == []


def test_the_admin_pages_are_made_of_polaris() -> None:
    used = {tag for page in PAGES for tag in check(page.read_text(encoding="utf-8")).tags}
    assert {"s-page", "s-section", "s-table", "s-button", APP_NAV} <= used
    assert '"s-app-nav"' in "".join(path.read_text("utf-8") for path in TYPES.glob("app-bridge-types/dist/*.d.ts"))


def test_html_is_escaped_by_default() -> None:
    app = Flask("escaping", template_folder=str(TEMPLATES))
    for page in PAGES:
        assert app.select_jinja_autoescape(page.name)


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("<s-pagee></s-pagee>", "no Polaris component"),
        ('<s-page title="x"></s-page>', "no attribute title"),
        ('<s-badge tone="happy"></s-badge>', "is not one of"),
        ('<s-icon type="{{ kind }}" size="huge"></s-icon>', "is not one of"),
        ('<s-page><s-button slot="actions"></s-button></s-page>', "no such slot"),
        ('<s-page><div><s-button slot="primary-action"></s-button></div></s-page>', "no such slot"),
        ("<script>go()</script>", "written into the page"),
        ('<button onclick="go()"></button>', "handler onclick"),
        ('<a href="javascript:go()"></a>', "runs javascript"),
        ("<s-page></s-section></s-page>", "closes nothing"),
    ],
)
def test_the_check_sees_faults(source: str, fault: str) -> None:
    assert fault in " ".join(check(source).faults)


def test_the_check_lets_good_markup_pass() -> None:
    source = """<s-page heading="{{ title }}">{% if x %}<s-button slot="primary-action" variant="primary"
        {%- if y %} disabled{% endif %} data-post="/x" id="b">Go</s-button>{% endif %}</s-page>"""
    assert check(source).faults == []


@pytest.mark.parametrize(
    ("line", "is_fault"),
    [("{{ x|safe }}", True), ("{{ x | safe }}{# made by us #}", False), ("{% autoescape false %}", True)],
)
def test_the_check_sees_unescaped_output(line: str, is_fault: bool) -> None:  # noqa: FBT001 - a table of cases
    assert bool(list(unescaped(line))) is is_fault


def test_every_static_file_that_pages_and_modules_name_exists() -> None:
    named = {name for page in PAGES for name in re.findall(r"filename='([^']+)'", page.read_text(encoding="utf-8"))}
    for module in STATIC.glob("*.js"):
        named |= set(re.findall(r'(?:from|import) "\./([^"]+)"', module.read_text(encoding="utf-8")))
    assert {"admin.css", "navigation.js", "problems.js"} <= named
    assert {name for name in named if not (STATIC / name).is_file()} == set()
    assert {path.name for path in STATIC.iterdir() if path.suffix in {".js", ".css"}} == named
