"""Settings of the rules: as a form, and the whole document as text."""

from typing import Any

import pytest
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from server.ports import Location
from server.runtime import Runtime
from server.storage.rules import Rules
from server.storage.stock import StockByLocation
from server.usecases.presets import FIRST_DRAFT
from server.usecases.rule_text import read_text, write_rules
from server.web.pages.settings import PARTS
from tests.web.pages.conftest import Staff
from tests.web.pages.reading import Markup, words


def held(runtime: Runtime, shop_id: int) -> tuple[dict[str, Any], int]:
    with runtime.database.read() as session:
        row = Rules(session, shop_id).draft()
        assert row is not None
        return row.document, row.revision


def filled_in(document: dict[str, Any], **changes: str) -> MultiDict[str, str]:
    """Return what a browser sends of a form that shows this document."""
    form: MultiDict[str, str] = MultiDict()
    for part in PARTS:
        usual = part.table.make()
        for field in part.table.fields:
            value = document.get(part.name, {}).get(field.name, getattr(usual, field.name))
            if value not in (False, None) and not isinstance(value, frozenset | list):
                form[f"{part.name}.{field.name}"] = "on" if value is True else str(value)
    for name, value in changes.items():
        form[name.replace("__", ".")] = value
    return form


def place(runtime: Runtime, shop_id: int, *locations: Location) -> None:
    with runtime.database.write() as session:
        StockByLocation(session, shop_id).replace_locations(locations)


class TestLocations:
    """Which locations count is chosen by their names, and kept by their numbers."""

    LEEDS = Location("1", "Leeds & York <depot>", is_active=True, is_online=True)
    FLOOR = Location("2", "Shop floor", is_active=True, is_online=False)
    CLOSED = Location("3", "Bath", is_active=False, is_online=True)

    def save(self, staff: Staff, runtime: Runtime, shop_id: int, *chosen: str) -> TestResponse:
        before, revision = held(runtime, shop_id)
        form = [*filled_in(before).items(), ("revision", str(revision))]
        return staff.send("/settings", MultiDict([*form, *(("stock.locations", each) for each in chosen)]))

    def test_they_are_offered_by_name_and_closed_ones_are_not(
        self, staff: Staff, runtime: Runtime, shop_id: int
    ) -> None:
        place(runtime, shop_id, self.LEEDS, self.FLOOR, self.CLOSED)
        page = staff.open("/settings").text
        assert "Leeds &amp; York &lt;depot&gt;" in page
        assert "Does not send orders of the online shop" in page
        assert "Bath" not in page

    def test_what_is_chosen_is_kept_and_shown(self, staff: Staff, runtime: Runtime, shop_id: int) -> None:
        place(runtime, shop_id, self.LEEDS, self.FLOOR)
        assert self.save(staff, runtime, shop_id, "2", "1").status_code == 200
        assert held(runtime, shop_id)[0]["stock"]["locations"] == ["1", "2"]
        assert staff.open("/settings").text.count(" selected>") == 2
        assert self.save(staff, runtime, shop_id).status_code == 200
        assert held(runtime, shop_id)[0]["stock"]["locations"] == []

    def test_a_chosen_one_that_was_closed_or_is_gone_stays_to_be_seen(
        self, staff: Staff, runtime: Runtime, shop_id: int
    ) -> None:
        self.save(staff, runtime, shop_id, "3", "44")
        place(runtime, shop_id, self.CLOSED)
        page = staff.open("/settings").text
        assert "Deactivated in Shopify" in page
        assert "Location 44" in page
        assert "Not in Shopify any more" in page

    def test_before_any_is_known_the_page_says_so(self, staff: Staff) -> None:
        assert "no location was read from Shopify yet" in staff.open("/settings").text

    def test_what_is_no_number_is_told_at_its_field(self, staff: Staff, runtime: Runtime, shop_id: int) -> None:
        answer = self.save(staff, runtime, shop_id, "Leeds")
        assert answer.status_code == 422
        assert (answer.json or {})["error"]["problems"] == [
            {
                "path": "stock.locations[0]",
                "message": 'Must be the number of a location in quotes, such as "61220".',
            }
        ]


class TestForm:
    def test_every_plain_part_of_the_document_has_its_fields(
        self, staff: Staff, runtime: Runtime, shop_id: int
    ) -> None:
        place(runtime, shop_id, Location("1", "Leeds", is_active=True, is_online=True))
        page = staff.open("/settings").text
        for part in PARTS:
            for field in part.table.fields:
                assert f'name="{part.name}.{field.name}"' in page, field.name
                assert field.label in words(Markup.read(page)) or f'label="{field.label}"' in page

    def test_what_is_saved_is_the_draft_and_nothing_else_changes(
        self, staff: Staff, runtime: Runtime, shop_id: int
    ) -> None:
        before, revision = held(runtime, shop_id)
        form = filled_in(before, caps__sequence_days="30", stock__minimum="3", holdout__percent="2.5")
        answer = staff.send("/settings", MultiDict([*form.items(), ("revision", str(revision))]))
        assert answer.json == {"ok": True, "location": "/settings"}
        after, _ = held(runtime, shop_id)
        assert after["caps"]["sequence_days"] == 30
        assert (after["stock"]["minimum"], after["holdout"]["percent"]) == (3, 2.5)
        untouched = {name: value for name, value in before.items() if name not in {part.name for part in PARTS}}
        assert {name: after[name] for name in untouched} == untouched

    def test_a_limit_left_blank_is_off_and_a_margin_left_blank_is_none(
        self, staff: Staff, runtime: Runtime, shop_id: int
    ) -> None:
        before, revision = held(runtime, shop_id)
        form = filled_in(before, caps__sequence_days=" ", margin__minimum="", stock__resume_at="")
        assert staff.send("/settings", MultiDict([*form.items(), ("revision", str(revision))])).status_code == 200
        after, _ = held(runtime, shop_id)
        assert (after["caps"]["sequence_days"], after["margin"]["minimum"], after["stock"]["resume_at"]) == (
            0, None, None,
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("path", "given"),
        [
            ("caps.messages_per_sequence", "4"),
            ("caps.sequence_days", "often"),
            ("caps.sequence_days", "1.5"),
            ("quiet_hours.start_hour", ""),
            ("quiet_hours.start_hour", "22"),
            ("stock.resume_at", "2"),
            ("holdout.percent", "101"),
            ("holdout.percent", "nan"),
            ("holdout.salt", ""),
            ("margin.minimum", "-1"),
        ],
    )
    def test_what_cannot_be_is_told_at_its_field(
        self, path: str, given: str, staff: Staff, runtime: Runtime, shop_id: int
    ) -> None:
        before, revision = held(runtime, shop_id)
        form = filled_in(before)
        form[path] = given
        answer = staff.send("/settings", MultiDict([*form.items(), ("revision", str(revision))]))
        assert answer.status_code == 422
        assert answer.json is not None
        (problem,) = answer.json["error"]["problems"]
        assert path.startswith(problem["path"])
        assert problem["message"][0].isupper()
        assert held(runtime, shop_id) == (before, revision)

    def test_the_second_of_two_is_told_what_changed(self, staff: Staff, runtime: Runtime, shop_id: int) -> None:
        before, revision = held(runtime, shop_id)
        for days, expected in (("30", 200), ("60", 409)):
            form = filled_in(before, caps__sequence_days=days)
            answer = staff.send("/settings", MultiDict([*form.items(), ("revision", str(revision))]))
            assert answer.status_code == expected
        assert answer.json is not None
        assert "Someone else changed these rules meanwhile." in answer.json["error"]["message"]


class TestText:
    def test_the_text_read_back_is_the_draft(self, staff: Staff, runtime: Runtime, shop_id: int) -> None:
        document, revision = held(runtime, shop_id)
        assert "title: One more" in staff.open("/rules/text").text
        changed = {**document, "pairings": [{"id": "p", "name": "P", "pairs": [{"bought": "a", "offered": "b"}]}]}
        sent = {"text": write_rules(changed, as_json=False), "revision": str(revision)}
        assert staff.send("/rules/text", sent).json == {"ok": True, "location": "/rules/text"}
        assert held(runtime, shop_id)[0] == changed
        assert "pairings: added" in words(Markup.read(staff.open("/rules/text").text))

    def test_markup_in_the_rules_stays_text(self, staff: Staff, runtime: Runtime, shop_id: int) -> None:
        document, revision = held(runtime, shop_id)
        document["funnels"][0]["name"] = "</textarea><script>alert(1)</script>"
        sent = {"text": write_rules(document, as_json=False), "revision": str(revision)}
        assert staff.send("/rules/text", sent).status_code == 200
        page = staff.open("/rules/text").text
        assert "<script>alert" not in page
        assert (
            read_text(
                "".join(each for each in Markup.read(page).one("textarea").content if isinstance(each, str)), name="it"
            )
            == document
        )

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("", "document: must be an object"),
            ("schema: 1\nfunnels: [", "This is no YAML, line 2"),
            ("schema: 1\nschema: 1", "stands here twice"),
            ("a: &a [*a]", "anchors and references are not allowed"),
            ("schema: 9", "schema: must be 1"),
            (
                "schema: 1\ncaps: {messages_per_sequence: 9}",
                "caps.messages_per_sequence: must be a whole number from 1 to 3",
            ),
            ("schema: 1\nno_such: 1", "no_such"),
        ],
    )
    def test_what_cannot_be_read_is_told_with_its_place(
        self, text: str, told: str, staff: Staff, runtime: Runtime, shop_id: int
    ) -> None:
        before = held(runtime, shop_id)
        answer = staff.send("/rules/text", {"text": text, "revision": str(before[1])})
        assert answer.status_code in (400, 422)
        assert told in answer.text
        assert held(runtime, shop_id) == before

    def test_rules_of_many_offers_fit(self, staff: Staff, runtime: Runtime, shop_id: int) -> None:
        (funnel,) = FIRST_DRAFT["funnels"]
        many = {
            **FIRST_DRAFT,
            "funnels": [{**funnel, "id": f"f{number}", "name": f"Offer {number} " * 12} for number in range(1_000)],
        }
        sent = {"text": write_rules(many, as_json=False), "revision": str(held(runtime, shop_id)[1])}
        assert len(sent["text"]) > 500_000
        assert staff.send("/rules/text", sent).status_code == 200
