"""Follow-ups: the list, the form of one, its story, and that nothing the form does not show is lost."""

from typing import Any

import pytest

from server.domain.document import TRIGGERS
from server.domain.rules.journeys import JOURNEY, MESSAGE_STEP
from server.runtime import Runtime
from server.storage.rules import RuleDraftRow, Rules
from tests.factories import NOW, journey_json
from tests.web.pages.conftest import Staff
from tests.web.pages.reading import Markup, words

GOOD = {
    "name": "Thank you",
    "is_live": "on",
    "priority": "5",
    "trigger": "order_paid",
    "expires_hours": "96",
    "audience.all[0].key": "order.value",
    "audience.all[0].args.at_least": "25",
    "steps[0].id": "",
    "steps[0].channel": "sms",
    "steps[0].delay_seconds": "2",
    "steps[0].delay_seconds.unit": "minutes",
    "steps[0].template": "offer",
    "steps[0].has_offer": "on",
    "steps[0].in_hold": "wait",
    "steps[1].id": "",
    "steps[1].channel": "email",
    "steps[1].delay_seconds": "1.5",
    "steps[1].delay_seconds.unit": "days",
    "steps[1].template": "offer",
    "steps[1].has_offer": "on",
    "steps[1].in_hold": "expire",
}


def draft(runtime: Runtime, shop_id: int) -> RuleDraftRow:
    with runtime.database.read() as session:
        row = Rules(session, shop_id).draft()
        assert row is not None
        return row


def journeys(runtime: Runtime, shop_id: int) -> dict[str, Any]:
    """Return the follow-ups of the draft by name."""
    return {each["name"]: each for each in draft(runtime, shop_id).document.get("journeys", [])}


def store(runtime: Runtime, shop_id: int, **parts: Any) -> None:
    """Write parts of the draft as a file of rules would."""
    row = draft(runtime, shop_id)
    with runtime.database.write() as session:
        Rules(session, shop_id).save_draft({**row.document, **parts}, revision=row.revision, now=NOW)


def save(staff: Staff, runtime: Runtime, shop_id: int, path: str = "/follow-ups/new", **changed: Any) -> Any:
    fields = {**GOOD, "revision": str(draft(runtime, shop_id).revision), **changed}
    answer = staff.send(path, {name: value for name, value in fields.items() if value is not None})
    assert answer.json is not None
    return answer.json | {"status": answer.status_code}


def story(staff: Staff, **changed: Any) -> str:
    answer = staff.send("/follow-ups/story", {name: value for name, value in {**GOOD, **changed}.items() if value})
    assert answer.status_code == 200
    return words(Markup.read(answer.text))


class TestForm:
    def test_a_filled_in_form_becomes_a_follow_up(self, staff: Staff, runtime: Runtime, shop_id: int) -> None:
        answer = save(staff, runtime, shop_id)
        assert answer["ok"]
        made = journeys(runtime, shop_id)["Thank you"]
        assert answer["location"] == f"/follow-ups/{made['id']}"
        text, mail = made["steps"]
        assert made == {
            "id": made["id"],
            "name": "Thank you",
            "is_live": True,
            "priority": 5,
            "trigger": "order_paid",
            "expires_hours": 96,
            "audience": {"all": [{"key": "order.value", "args": {"at_least": 2_500}}]},
            "steps": [
                {"id": text["id"], "channel": "sms", "delay_seconds": 120, "template": "offer", "in_hold": "wait"},
                {"id": mail["id"], "channel": "email", "delay_seconds": 129_600, "template": "offer",
                 "in_hold": "expire"},
            ],
        }  # fmt: skip
        assert made["id"].startswith("thank-you-")
        assert text["id"] != mail["id"]

    def test_the_form_shows_what_was_saved(self, staff: Staff, runtime: Runtime, shop_id: int) -> None:
        form = Markup.read(staff.open(save(staff, runtime, shop_id)["location"]).text).one("form")
        for name, value in {
            "name": "Thank you",
            "priority": "5",
            "steps[0].channel": "sms",
            "steps[0].delay_seconds": "2",
            "steps[0].delay_seconds.unit": "minutes",
            "steps[1].delay_seconds": "36",
            "steps[1].delay_seconds.unit": "hours",
            "steps[1].in_hold": "expire",
            "audience.all[0].args.at_least": "25.00",
        }.items():
            assert form.named(name).attributes["value"] == value, name

    def test_every_field_of_the_shapes_is_drawn(self, staff: Staff) -> None:
        page = staff.open("/follow-ups/new").text
        for field in JOURNEY.fields:
            if field.label and field.name not in ("steps", "audience"):
                assert f'name="{field.name}"' in page
        for field in MESSAGE_STEP.fields[1:]:
            assert f'name="steps[0].{field.name}' in page
        options = [each.attributes["value"] for each in Markup.read(page).named("trigger").all("s-option")]
        assert options == list(TRIGGERS)

    def test_what_the_form_does_not_show_survives(self, staff: Staff, runtime: Runtime, shop_id: int) -> None:
        tree = {"any": [{"not": {"key": "customer.tier", "args": {"tiers": ["vip"]}}}]}
        store(runtime, shop_id, journeys=[journey_json(audience=tree)])
        assert "Not (Customer tier: vip)" in words(Markup.read(staff.open("/follow-ups/journey").text))
        moved = {"steps[0].id": "mail", "steps[0].channel": "email", "steps[1].id": "text", "steps[1].channel": "sms"}
        assert save(staff, runtime, shop_id, "/follow-ups/journey", **moved)["ok"]
        kept = journeys(runtime, shop_id)["Thank you"]
        assert kept["id"] == "journey"
        assert kept["audience"] == tree
        assert [(step["id"], step["channel"]) for step in kept["steps"]] == [("mail", "email"), ("text", "sms")]

    def test_a_message_that_is_taken_away_is_gone(self, staff: Staff, runtime: Runtime, shop_id: int) -> None:
        path = save(staff, runtime, shop_id)["location"]
        gone = dict.fromkeys(name for name in GOOD if name.startswith("steps[1]"))
        save(staff, runtime, shop_id, path, **gone)
        assert [each["channel"] for each in journeys(runtime, shop_id)["Thank you"]["steps"]] == ["sms"]

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"name": ""}, ("name", "Must be a text")),
            ({"priority": "high"}, ("priority", "Must be a whole number")),
            ({"trigger": "birthday"}, ("trigger", "Is 'birthday'; it must be one of")),
            ({"steps[0].channel": "fax"}, ("steps[0].channel", "Is 'fax'")),
            ({"steps[0].delay_seconds": "soon"}, ("steps[0].delay_seconds", "Must be a length of time")),
            ({"steps[0].delay_seconds": ""}, ("steps[0].delay_seconds", "Must be a length of time")),
            ({"steps[0].delay_seconds": "-1"}, ("steps[0].delay_seconds", "Must be a length of time")),
            ({"steps[0].delay_seconds": "0.001"}, ("steps[0].delay_seconds", "Must be a length of time")),
            ({"steps[1].delay_seconds": "4"}, ("steps[1].delay_seconds", "Lies beyond “Expires after hours”, 96.")),
            ({"steps[0].template": ""}, ("steps[0].template", "Must be a text")),
            ({"steps[0].has_offer": None}, ("steps[0].has_offer", "May be off for calls")),
            (
                {"steps[1].channel": "call"},
                ("steps[1].in_hold", "Is of no use to a call, which nothing holds back."),
            ),
            ({"audience.all[0].args.at_least": "x"}, ("audience.all[0].args.at_least", "Must be an amount")),
        ],
    )
    def test_what_cannot_be_is_said_at_its_field(
        self, staff: Staff, runtime: Runtime, shop_id: int, changed: dict[str, Any], said: tuple[str, str]
    ) -> None:
        before = draft(runtime, shop_id).document
        answer = save(staff, runtime, shop_id, **changed)
        assert answer["status"] == 422
        ((path, message),) = ((each["path"], each["message"]) for each in answer["error"]["problems"])
        assert path == said[0]
        assert message.startswith(said[1])
        assert draft(runtime, shop_id).document == before

    def test_the_second_of_two_is_told_what_changed(self, staff: Staff, runtime: Runtime, shop_id: int) -> None:
        path = save(staff, runtime, shop_id)["location"]
        revision = str(draft(runtime, shop_id).revision)
        assert save(staff, runtime, shop_id, path, name="First", revision=revision)["ok"]
        late = save(staff, runtime, shop_id, path, name="Second", revision=revision)
        assert (late["status"], late["error"]["code"]) == (409, "draft_changed")
        assert ".name" in late["error"]["message"]
        assert set(journeys(runtime, shop_id)) == {"First"}

    def test_one_that_is_gone_is_not_found(self, staff: Staff, runtime: Runtime, shop_id: int) -> None:
        assert staff.open("/follow-ups/nope").status_code == 404
        assert save(staff, runtime, shop_id, "/follow-ups/nope")["status"] == 404
        assert staff.send("/follow-ups/nope/delete", {"revision": "1"}).status_code == 404

    def test_a_name_is_text_and_never_markup(self, staff: Staff, runtime: Runtime, shop_id: int) -> None:
        path = save(staff, runtime, shop_id, name='"><script>alert(1)</script>')["location"]
        for page in (staff.open(path), staff.open("/follow-ups")):
            assert "<script>alert" not in page.text


class TestCode:
    """A table inside of a message that may be left out, drawn from its shape."""

    def given(self, **changed: Any) -> dict[str, Any]:
        return {
            "steps[1].template": "thanks",
            "steps[1].has_offer": None,
            "steps[1].code.percent": "15",
            "steps[1].code.title": "Thank you",
            **changed,
        }

    def test_it_is_given_shown_and_taken_away(self, staff: Staff, runtime: Runtime, shop_id: int) -> None:
        path = save(staff, runtime, shop_id, **self.given())["location"]
        mail = journeys(runtime, shop_id)["Thank you"]["steps"][1]
        assert mail["code"] == {"percent": 15, "title": "Thank you"}
        form = Markup.read(staff.open(path).text).one("form")
        assert form.named("steps[1].code.percent").attributes["value"] == "15"
        assert form.named("steps[0].code.percent").attributes["value"] == ""
        assert "an e-mail with a code for the next order" in words(form)
        kept: dict[str, Any] = {"steps[1].id": mail["id"], "steps[1].template": "thanks", "steps[1].has_offer": None}
        save(staff, runtime, shop_id, path, **kept)
        assert journeys(runtime, shop_id)["Thank you"]["steps"][1]["code"] == mail["code"], "a form without it keeps it"
        blank = {"steps[1].code.percent": "", "steps[1].code.title": "", "steps[1].code.amounts.GBP": ""}
        assert save(staff, runtime, shop_id, path, **kept | blank | {"steps[1].has_offer": "on"})["ok"]
        assert "code" not in journeys(runtime, shop_id)["Thank you"]["steps"][1]

    def test_what_is_missing_is_said_at_its_table(self, staff: Staff, runtime: Runtime, shop_id: int) -> None:
        answer = save(staff, runtime, shop_id, **self.given(**{"steps[1].code.percent": ""}))
        assert [each["path"] for each in answer["error"]["problems"]] == ["steps[1].code"]


class TestList:
    def test_it_goes_as_orders_do_and_tells_what_each_sends(self, staff: Staff, runtime: Runtime, shop_id: int) -> None:
        store(runtime, shop_id, journeys=[journey_json(), journey_json(id="b", name="B", is_live=False, steps=[])])
        save(staff, runtime, shop_id)
        rows = Markup.read(staff.open("/follow-ups").text).one("s-table-body").all("s-table-row")
        found = [[words(cell) for cell in row.all("s-table-cell")] for row in rows]
        assert found == [
            [
                "Thank you",
                "On Not published",
                "A text after 2 minutes, an e-mail after 36 hours",
                "An order is paid",
                "Order value: at least £25.00",
                "5",
            ],
            ["B", "Off Not published", "No messages yet", "An order is paid", "Every order", "0"],
            [
                "Journey",
                "On Not published",
                "A text after 2 minutes, an e-mail after 4 minutes",
                "An order is paid",
                "Every order",
                "0",
            ],
        ]

    def test_without_any_it_says_what_one_is(self, staff: Staff) -> None:
        page = staff.open("/follow-ups").text
        assert "No follow-ups yet" in page
        assert "s-table" not in words(Markup.read(page))

    def test_one_that_is_deleted_stays_live_until_published(self, staff: Staff, runtime: Runtime, shop_id: int) -> None:
        path = save(staff, runtime, shop_id)["location"]
        staff.send("/offers/publish", {"revision": str(draft(runtime, shop_id).revision)})
        answer = staff.send(f"{path}/delete", {"revision": str(draft(runtime, shop_id).revision)})
        assert answer.json is not None
        assert answer.json["location"] == "/follow-ups"
        assert journeys(runtime, shop_id) == {}
        with runtime.database.read() as session:
            live = Rules(session, shop_id).live()
            assert live is not None
            assert [each.name for each in live.document.journeys] == ["Thank you"]


class TestStory:
    def test_it_tells_when_what_and_what_comes_between(self, staff: Staff, runtime: Runtime, shop_id: int) -> None:
        store(runtime, shop_id, caps={"sequence_days": 10, "messages_per_sequence": 1})
        told = story(staff)
        assert "It opens when an order is paid. For: order value: at least £25.00." in told
        assert "within 10 days before gets none" in told
        assert "2 minutes after that: a text with an offer of your live offers, by the template “offer”." in told
        assert "Between 9:00 and 20:00 where the shopper is" in told
        assert "36 hours after that: an e-mail" in told
        assert "holds it back for 48 hours: then it is left out." in told
        assert "Not sent where 1 message went out before it" in told
        assert "What has not gone out 96 hours after the start never does." in told

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"steps[1].in_hold": "wait"}, "holds it back for 48 hours: it waits for that long."),
            ({"steps[1].in_hold": "other_channel"}, "waits for that long, and then goes as a text."),
            (
                {"steps[1].in_hold": "wait", "expires_hours": "40"},
                "which is after the follow-up expires: then it never goes out.",
            ),
            ({"steps[0].channel": "call", "steps[0].has_offer": ""}, "a call by your staff without an offer"),
            ({"steps[0].delay_seconds": "soon"}, "When its time is set: a text"),
            ({"steps[0].delay_seconds": "0"}, "At once: a text"),
            ({"trigger": "subscription_renewed"}, "when a subscription renews. For:"),
            ({"trigger": "subscription_renewed"}, "within 25 days before gets none"),
            ({"audience.all[0].args.at_least": "x"}, "For: whoever meets the conditions, of which one is not finished"),
            ({"is_live": ""}, "It is off: nothing of this happens"),
        ],
    )
    def test_it_follows_the_form(self, staff: Staff, changed: dict[str, Any], said: str) -> None:
        assert said in story(staff, **changed)

    def test_a_hold_that_has_ended_by_then_is_not_told(self, staff: Staff, runtime: Runtime, shop_id: int) -> None:
        store(runtime, shop_id, holds={"sms_holds_email_hours": 12})
        assert "holds it back" not in story(staff)

    def test_without_messages_nothing_will_be_sent(self, staff: Staff) -> None:
        none = dict.fromkeys(name for name in GOOD if name.startswith("steps"))
        assert "nothing will be sent" in story(staff, **none)
