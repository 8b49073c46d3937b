"""Markets: fields for limits and discounts, and the rest as text; nothing is lost between the two."""

from copy import deepcopy
from typing import Any

import pytest

from server.domain.rules import parse
from server.runtime import Runtime
from server.usecases.rule_text import read_text
from server.web.pages.market_form import split
from tests.factories import funnel_json, journey_json, offer_json
from tests.web.pages.conftest import Staff
from tests.web.pages.reading import Markup, words
from tests.web.pages.test_follow_ups import draft, store

GOOD = {
    "name": "France",
    "countries": "fr, MC",
    "currencies": "",
    "overrides.caps.sequence_days": "30",
    "overrides.stock.minimum": "20",
    "overrides.stock.offers_oversold": "no",
    "overrides.quiet_hours.start_hour": "",
    "overrides.funnels[0].is_live": "",
    "overrides.funnels[0].steps[0].offer.discount.percent": "25",
    "overrides.funnels[1].is_live": "no",
    "overrides.funnels[1].steps[0].offer.discount.percent": "",
    "overrides": "",
}
# Everything at once: what fields show, what stands beside it, lists that are emptied, values that are null.
FREE = {
    "caps": {"sequence_days": 30, "renewal_days": 0},
    "margin": {"minimum": None},
    "journeys": [],
    "funnels": [
        {
            "id": "b",
            "is_live": False,
            "audience": {"key": "order.value", "args": {"at_least": 5}},
            "steps": [
                {"id": "first", "offer": {"discount": {"amounts": {"EUR": 300}, "percent": None}, "quantity": 2}}
            ],
        },
        {"id": "a", "steps": [{"id": "first", "offer": {"discount": {"percent": 25}}}]},
    ],
}


@pytest.fixture(autouse=True)
def rules(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    assert staff
    priced = offer_json("3", id="b-offer", discount={"amounts": {"GBP": 200}, "title": "Less"})
    store(
        runtime,
        shop_id,
        funnels=[funnel_json("2", id="a", name="First"), funnel_json(id="b", name="Second", offer=priced)],
        journeys=[journey_json()],
    )


def held(runtime: Runtime, shop_id: int) -> dict[str, Any]:
    return draft(runtime, shop_id).document


def market(runtime: Runtime, shop_id: int) -> dict[str, Any]:
    found: dict[str, Any] = held(runtime, shop_id)["markets"][0]
    return found


def save(staff: Staff, runtime: Runtime, shop_id: int, path: str = "/markets/new", **changed: Any) -> Any:
    fields = {**GOOD, "revision": str(draft(runtime, shop_id).revision), **changed}
    answer = staff.send(path, {name: value for name, value in fields.items() if value is not None})
    assert answer.json is not None
    return answer.json | {"status": answer.status_code}


def sent_by(page: str) -> dict[str, str]:
    """Return what a browser sends of the form of a page that nobody has touched."""
    form = Markup.read(page).one("form")
    found = {}
    for each in form.every():
        name = each.attributes.get("name")
        if name and each.tag == "textarea":
            found[name] = "".join(part for part in each.content if isinstance(part, str))
        elif name and each.tag != "s-switch":
            found[name] = each.attributes.get("value") or ""
    return found


def test_a_market_is_made_of_fields(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    path = save(staff, runtime, shop_id)["location"]
    made = market(runtime, shop_id)
    assert made == {
        "id": made["id"],
        "name": "France",
        "countries": ["FR", "MC"],
        "currencies": [],
        "overrides": {
            "caps": {"sequence_days": 30},
            "stock": {"minimum": 20, "offers_oversold": False},
            "funnels": [
                {"id": "a", "steps": [{"id": "first", "offer": {"discount": {"percent": 25}}}]},
                {"id": "b", "is_live": False},
            ],
        },
    }
    there = parse(held(runtime, shop_id)).by_market[made["id"]]
    assert (there.caps.sequence_days, there.stock.minimum) == (30, 20)
    assert [each.id for each in there.live_funnels] == ["a"]
    form = Markup.read(staff.open(path).text).one("form")
    assert form.named("countries").attributes["value"] == "FR, MC"
    assert form.named("overrides.caps.sequence_days").attributes["value"] == "30"
    assert form.named("overrides.caps.showings").attributes["value"] == ""
    assert form.named("overrides.caps.showings").attributes["details"] == "Elsewhere 3. Empty: the same."
    assert form.named("overrides.stock.offers_oversold").attributes["value"] == "no"
    assert form.named("overrides.funnels[1].is_live").attributes["value"] == "no"


def test_a_percentage_takes_the_place_of_amounts(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    field = "overrides.funnels[1].steps[0].offer.discount.percent"
    path = save(staff, runtime, shop_id, **{field: "40"})["location"]
    there = parse(held(runtime, shop_id)).by_market[market(runtime, shop_id)["id"]]
    discount = there.funnels[1].steps[0].offer.discount
    assert discount is not None
    assert (str(discount.percent), discount.amounts, discount.title) == ("40", None, "Less")
    assert Markup.read(staff.open(path).text).named(field).attributes["value"] == "40"


def test_a_discount_may_be_where_there_is_none_elsewhere(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    plain = {name: value for name, value in offer_json("2").items() if name != "discount"}
    store(runtime, shop_id, funnels=[funnel_json(id="a", name="First", offer=plain)])
    path = save(staff, runtime, shop_id, **{"overrides.funnels[1].is_live": ""})["location"]
    there = parse(held(runtime, shop_id)).by_market[market(runtime, shop_id)["id"]]
    assert there.funnels[0].steps[0].offer.discount is not None
    save(staff, runtime, shop_id, path, **dict.fromkeys((each for each in GOOD if "funnels" in each), ""))
    assert "funnels" not in market(runtime, shop_id)["overrides"]


def test_saving_an_untouched_form_changes_nothing_of_what_holds(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    store(runtime, shop_id, markets=[{"id": "fr", "name": "France", "countries": ["FR"], "overrides": FREE}])
    before = parse(held(runtime, shop_id)).by_market["fr"]
    page = staff.open("/markets/fr").text
    answer = staff.send("/markets/fr", sent_by(page))
    assert answer.status_code == 200, answer.text
    assert parse(held(runtime, shop_id)).by_market["fr"] == before
    again = market(runtime, shop_id)["overrides"]
    assert {each: again[each] for each in ("caps", "margin", "journeys")} == {
        each: FREE[each] for each in ("caps", "margin", "journeys")
    }
    assert sorted(again["funnels"], key=str) == sorted(FREE["funnels"], key=str)  # type: ignore[call-overload]


def test_what_fields_show_does_not_stand_in_the_text(runtime: Runtime, shop_id: int) -> None:
    given = deepcopy(FREE)
    shown, rest = split(held(runtime, shop_id), given)
    assert given == FREE
    assert shown["caps"] == {"sequence_days": 30, "renewal_days": 0}
    assert (shown["b.is_live"], shown["funnels[0].steps[0].offer"]) == (False, 25)
    funnel = {name: value for name, value in FREE["funnels"][0].items() if name != "is_live"}  # type: ignore[index]
    assert rest == {"margin": {"minimum": None}, "journeys": [], "funnels": [funnel]}


def test_a_form_without_the_text_leaves_the_rest_as_it_is(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    store(runtime, shop_id, markets=[{"id": "fr", "name": "F", "countries": ["FR"], "overrides": {"journeys": []}}])
    save(staff, runtime, shop_id, "/markets/fr", overrides=None)
    assert market(runtime, shop_id)["overrides"]["journeys"] == []


def test_the_text_is_part_of_the_market(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    save(staff, runtime, shop_id, overrides="journeys:\n- id: journey\n  is_live: false\n")
    made = market(runtime, shop_id)["overrides"]
    assert made["journeys"] == [{"id": "journey", "is_live": False}]
    page = Markup.read(staff.open(f"/markets/{market(runtime, shop_id)['id']}").text)
    text = "".join(each for each in page.one("textarea").content if isinstance(each, str))
    assert read_text(text, name="it") == {"journeys": made["journeys"]}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": ""}, ("name", "Must be a text")),
        ({"countries": ""}, ("countries", "Is nowhere; name its countries")),
        ({"countries": "FR, France"}, ("countries", "Must be a code of 2 capital letters.")),
        ({"overrides.caps.messages_per_sequence": "9"},
         ("overrides.caps.messages_per_sequence", "Must be a whole number from 1 to 3.")),
        ({"overrides.caps.sequence_days": "often"}, ("overrides.caps.sequence_days", "Must be a whole number")),
        ({"overrides.funnels[0].steps[0].offer.discount.percent": "101"},
         ("overrides.funnels[0].steps[0].offer.discount.percent", "Must lie above 0")),
        ({"overrides": "caps: [1"}, ("overrides", "This is no YAML, line")),
        ({"overrides": "just words"}, ("overrides", "Must name parts of the rules")),
        ({"overrides": "tiers: []"}, ("overrides", "tiers: is not known here")),
        ({"overrides": "caps: {sequence_days: 3}"},
         ("overrides", "Says what a field above says too: caps.sequence_days.")),
        ({"overrides": "funnels: [{id: x, is_live: true}]"},
         ("overrides", "funnels[0].id: 'x' is not there to be overridden.")),
        ({"overrides": "journeys: [{id: journey, expires_hours: 0}]"},
         ("overrides", "journeys[0].expires_hours: must be a whole number")),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_at_its_field(
    staff: Staff, runtime: Runtime, shop_id: int, changed: dict[str, Any], said: tuple[str, str]
) -> None:
    before = held(runtime, shop_id)
    answer = save(staff, runtime, shop_id, **changed)
    assert answer["status"] == 422
    found = {each["path"]: each["message"] for each in answer["error"]["problems"]}
    assert said[0] in found
    assert any(each["message"].startswith(said[1]) for each in answer["error"]["problems"]), found
    assert held(runtime, shop_id) == before


def test_the_list_says_where_and_what(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    assert "No markets yet" in staff.open("/markets").text
    save(staff, runtime, shop_id, currencies="EUR")
    (row,) = Markup.read(staff.open("/markets").text).one("s-table-body").all("s-table-row")
    assert [words(cell) for cell in row.all("s-table-cell")] == [
        "France",
        "FR, MC, EUR",
        "Caps, Stock, Offers",
        "Not published",
    ]


def test_one_is_deleted_and_the_second_of_two_told(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    path = save(staff, runtime, shop_id)["location"]
    revision = str(draft(runtime, shop_id).revision)
    assert save(staff, runtime, shop_id, path, name="First", revision=revision)["ok"]
    late = save(staff, runtime, shop_id, path, name="Second", revision=revision)
    assert (late["status"], late["error"]["code"]) == (409, "draft_changed")
    assert staff.send(f"{path}/delete", {"revision": revision}).status_code == 409
    revision = str(draft(runtime, shop_id).revision)
    assert staff.send(f"{path}/delete", {"revision": revision}).status_code == 200
    assert held(runtime, shop_id)["markets"] == []
    assert staff.open(path).status_code == 404
