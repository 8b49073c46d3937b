"""Pairings by product tags, and templates by product tags."""

from typing import Any

import pytest

from server.runtime import Runtime
from tests.factories import funnel_json, offer_json
from tests.web.pages.conftest import Staff
from tests.web.pages.reading import Markup, words
from tests.web.pages.test_follow_ups import draft, store

GOOD = {
    "name": "What goes with what",
    "pairs[0].bought": "phone",
    "pairs[0].offered": "case",
    "pairs[1].bought": "shoes",
    "pairs[1].offered": "socks",
}
PAIRING = {"id": "goes", "name": "Goes with", "pairs": [{"bought": "a", "offered": "b"}]}


def save(staff: Staff, runtime: Runtime, shop_id: int, path: str = "/pairings/new", **changed: Any) -> Any:
    fields = {**GOOD, "revision": str(draft(runtime, shop_id).revision), **changed}
    answer = staff.send(path, {name: value for name, value in fields.items() if value is not None})
    assert answer.json is not None
    return answer.json | {"status": answer.status_code}


def pairings(runtime: Runtime, shop_id: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = draft(runtime, shop_id).document.get("pairings", [])
    return found


def test_a_table_of_pairs_is_saved_and_shown(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    path = save(staff, runtime, shop_id)["location"]
    (made,) = pairings(runtime, shop_id)
    assert made["id"].startswith("what-goes-with-what-")
    assert made["pairs"] == [{"bought": "phone", "offered": "case"}, {"bought": "shoes", "offered": "socks"}]
    form = Markup.read(staff.open(path).text).one("form")
    assert form.named("pairs[1].offered").attributes["value"] == "socks"
    gone = dict.fromkeys(("pairs[0].bought", "pairs[0].offered"))
    save(staff, runtime, shop_id, path, **gone, name="One")
    assert pairings(runtime, shop_id) == [
        {"id": made["id"], "name": "One", "pairs": [{"bought": "shoes", "offered": "socks"}]}
    ]


def test_the_list_tells_the_pairs_and_who_uses_them(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    assert "No pairings yet" in staff.open("/pairings").text
    many = {"id": "many", "name": "Many", "pairs": [{"bought": f"b{at}", "offered": "o"} for at in range(6)]}
    arm = {"arms": [{"id": "b", "offer": offer_json(id="arm", source="paired", pairing="goes", variants=[])}]}
    steps = [{"id": "first", "offer": offer_json("2"), "experiment": arm}]
    store(runtime, shop_id, pairings=[PAIRING, many], funnels=[funnel_json(steps=steps, name="By tags")])
    rows = Markup.read(staff.open("/pairings").text).one("s-table-body").all("s-table-row")
    assert [[words(cell) for cell in row.all("s-table-cell")] for row in rows] == [
        ["Goes with", "a > b", "By tags", "Not published"],
        ["Many", "b0 > o, b1 > o, b2 > o, b3 > o and 2 more", "No offer yet", "Not published"],
    ]


def test_one_that_an_offer_goes_by_is_not_deleted(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    paired = funnel_json(offer=offer_json(source="paired", pairing="goes", variants=[]), name="By tags")
    store(runtime, shop_id, pairings=[PAIRING], funnels=[paired])
    assert "must be changed first: By tags." in words(Markup.read(staff.open("/pairings/goes").text))
    revision = {"revision": str(draft(runtime, shop_id).revision)}
    answer = staff.send("/pairings/goes/delete", revision)
    assert answer.status_code == 422
    assert "'goes' is none of the pairings." in answer.text
    store(runtime, shop_id, funnels=[])
    answer = staff.send("/pairings/goes/delete", {"revision": str(draft(runtime, shop_id).revision)})
    assert answer.status_code == 200
    assert pairings(runtime, shop_id) == []


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"name": ""}, "name"),
        ({"pairs[1].bought": ""}, "pairs[1].bought"),
        ({"pairs[0].offered": " "}, "pairs[0].offered"),
    ],
)
def test_what_is_missing_is_said_at_its_field(
    staff: Staff, runtime: Runtime, shop_id: int, changed: dict[str, Any], path: str
) -> None:
    answer = save(staff, runtime, shop_id, **changed)
    assert answer["status"] == 422
    assert [each["path"] for each in answer["error"]["problems"]] == [path]
    assert pairings(runtime, shop_id) == []


def test_the_second_of_two_is_told_what_changed(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    store(runtime, shop_id, pairings=[PAIRING])
    revision = str(draft(runtime, shop_id).revision)
    assert save(staff, runtime, shop_id, "/pairings/goes", name="First", revision=revision)["ok"]
    late = save(staff, runtime, shop_id, "/pairings/goes", name="Second", revision=revision)
    assert (late["status"], late["error"]["code"]) == (409, "draft_changed")
    assert pairings(runtime, shop_id)[0]["name"] == "First"


class TestTemplates:
    def send(self, staff: Staff, runtime: Runtime, shop_id: int, **fields: str) -> Any:
        sent = {"revision": str(draft(runtime, shop_id).revision), **fields}
        answer = staff.send("/templates", sent)
        assert answer.json is not None
        return answer.json | {"status": answer.status_code}

    def test_rows_are_saved_in_their_order_and_shown(self, staff: Staff, runtime: Runtime, shop_id: int) -> None:
        rows = {"templates[0].tag": "Candle", "templates[0].template": "offer", "templates[1].tag": "x",
                "templates[1].template": "service"}  # fmt: skip
        assert self.send(staff, runtime, shop_id, **rows)["location"] == "/templates"
        assert draft(runtime, shop_id).document["templates"] == [
            {"tag": "Candle", "template": "offer"},
            {"tag": "x", "template": "service"},
        ]
        form = Markup.read(staff.open("/templates").text).one("form")
        assert form.named("templates[1].template").attributes["value"] == "service"
        assert self.send(staff, runtime, shop_id)["ok"]
        assert draft(runtime, shop_id).document["templates"] == []

    def test_what_is_missing_is_said_at_its_field(self, staff: Staff, runtime: Runtime, shop_id: int) -> None:
        answer = self.send(staff, runtime, shop_id, **{"templates[0].tag": "", "templates[0].template": "offer"})
        assert answer["status"] == 422
        assert [each["path"] for each in answer["error"]["problems"]] == ["templates[0].tag"]
        assert "templates" not in draft(runtime, shop_id).document

    def test_a_template_that_is_not_there_any_more_is_told(self, staff: Staff, runtime: Runtime, shop_id: int) -> None:
        store(runtime, shop_id, templates=[{"tag": "a", "template": "winter"}])
        assert "winter (not there any more)" in staff.open("/templates").text


def test_settings_lead_to_every_list_and_count_it(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    store(runtime, shop_id, pairings=[PAIRING])
    page = Markup.read(staff.open("/settings").text)
    links = {each.attributes["href"] for each in page.all("s-link")}
    assert {"/tiers", "/pairings", "/templates", "/markets"} <= links
    assert "What goes with what, by product tags. 1 so far." in words(page)
