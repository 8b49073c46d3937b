"""Tiers: the list in its order, the form of one, and a new name written wherever the old one was asked for."""

from typing import Any

import pytest

from server.runtime import Runtime
from tests.factories import funnel_json, journey_json
from tests.web.pages.conftest import Staff
from tests.web.pages.reading import Markup, words
from tests.web.pages.test_follow_ups import draft, store

SPENT = {"key": "customer.spent", "args": {"at_least": 50_000}}
GOLD = {"name": "gold", "audience": {"all": [SPENT]}}
VIP = {"name": "v/i & p", "audience": {"any": [SPENT, {"key": "customer.tags", "args": {"tags": ["vip"]}}]}}
GOOD = {
    "name": "regulars",
    "audience.all[0].key": "customer.orders",
    "audience.all[0].args.at_least": "3",
}


@pytest.fixture(autouse=True)
def tiers(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    assert staff
    asks = {"not": {"any": [{"key": "customer.tier", "args": {"tiers": ["gold", "v/i & p"]}}]}}
    store(
        runtime,
        shop_id,
        tiers=[VIP, GOLD],
        funnels=[funnel_json(audience=asks, name="Not for the best")],
        journeys=[journey_json(audience={"key": "customer.tier", "args": {"tiers": ["gold"]}}, name="Call")],
        markets=[
            {
                "id": "fr",
                "name": "France",
                "countries": ["FR"],
                "overrides": {"funnels": [{"id": "funnel", "audience": asks}]},
            }
        ],
    )


def held(runtime: Runtime, shop_id: int) -> dict[str, Any]:
    return draft(runtime, shop_id).document


def save(staff: Staff, runtime: Runtime, shop_id: int, path: str = "/tiers/new", **changed: Any) -> Any:
    fields = {**GOOD, "revision": str(draft(runtime, shop_id).revision), **changed}
    answer = staff.send(path, {name: value for name, value in fields.items() if value is not None})
    assert answer.json is not None
    return answer.json | {"status": answer.status_code}


def names(runtime: Runtime, shop_id: int) -> list[str]:
    return [each["name"] for each in held(runtime, shop_id)["tiers"]]


def test_the_list_goes_as_tiers_are_earned_and_says_who_asks(staff: Staff) -> None:
    rows = Markup.read(staff.open("/tiers").text).one("s-table-body").all("s-table-row")
    assert [[words(cell) for cell in row.all("s-table-cell")][:3] for row in rows] == [
        [
            "v/i & p",
            "Lifetime value: at least £500.00 or Customer tags: vip",
            "the offer “Not for the best”",
        ],
        ["gold", "Lifetime value: at least £500.00", "the offer “Not for the best”, the follow-up “Call”"],
    ]


def test_a_tier_is_added_at_the_end(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    assert save(staff, runtime, shop_id)["location"] == "/tiers/2"
    made = held(runtime, shop_id)["tiers"][2]
    assert made == {
        "name": "regulars",
        "audience": {"all": [{"key": "customer.orders", "args": {"at_least": 3}}]},
    }
    form = Markup.read(staff.open("/tiers/2").text).one("form")
    assert form.named("audience.all[0].args.at_least").attributes["value"] == "3"


def test_a_new_name_is_written_wherever_the_old_one_is_asked_for(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    assert "Asked for by the offer “Not for the best”" in words(Markup.read(staff.open("/tiers/1").text))
    assert save(staff, runtime, shop_id, "/tiers/1", name="silver")["ok"]
    after = held(runtime, shop_id)
    assert [each["name"] for each in after["tiers"]] == ["v/i & p", "silver"]
    asked = {"not": {"any": [{"key": "customer.tier", "args": {"tiers": ["silver", "v/i & p"]}}]}}
    assert after["funnels"][0]["audience"] == asked
    assert after["markets"][0]["overrides"]["funnels"][0]["audience"] == asked
    assert after["journeys"][0]["audience"]["args"]["tiers"] == ["silver"]


def test_a_tree_that_the_form_cannot_show_is_kept(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    assert "These conditions are kept as they are" in staff.open("/tiers/0").text
    save(staff, runtime, shop_id, "/tiers/0", name="best")
    assert held(runtime, shop_id)["tiers"][0] == {**VIP, "name": "best"}


def test_tiers_change_places(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    revision = str(draft(runtime, shop_id).revision)
    assert staff.send("/tiers/1/up", {"revision": revision}).status_code == 200
    assert names(runtime, shop_id) == ["gold", "v/i & p"]
    assert staff.send("/tiers/0/down", {"revision": revision}).status_code == 409, "made from an older draft"
    revision = str(draft(runtime, shop_id).revision)
    assert staff.send("/tiers/0/down", {"revision": revision}).status_code == 200
    assert names(runtime, shop_id) == ["v/i & p", "gold"]
    assert staff.send("/tiers/7/up", {"revision": revision}).status_code == 404


def test_the_deletion_says_who_asked_for_it(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    page = words(Markup.read(staff.open("/tiers/1").text))
    assert "there nobody meets that condition any more" in page
    assert staff.send("/tiers/1/delete", {"revision": str(draft(runtime, shop_id).revision)}).status_code == 200
    assert names(runtime, shop_id) == ["v/i & p"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": ""}, ("name", "Must be a text")),
        ({"name": "gold"}, ("name", "'gold' is used as a name twice")),
        ({"audience.all[0].args.at_least": "some"}, ("audience.all[0].args.at_least", "Must be a whole number")),
        (
            {"audience.all[1].key": "customer.tier", "audience.all[1].args.tiers": "gold"},
            ("audience", "Asks for the tier itself"),
        ),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    staff: Staff, runtime: Runtime, shop_id: int, changed: dict[str, Any], said: tuple[str, str]
) -> None:
    before = held(runtime, shop_id)
    answer = save(staff, runtime, shop_id, **changed)
    assert answer["status"] == 422
    ((path, message),) = ((each["path"], each["message"]) for each in answer["error"]["problems"])
    assert path == said[0]
    assert message.startswith(said[1])
    assert held(runtime, shop_id) == before


def test_no_tier_can_be_earned_by_having_one(staff: Staff) -> None:
    page = staff.open("/tiers/new").text
    assert 'data-entry-template="customer.spent"' in page
    assert 'data-entry-template="customer.tier"' not in page


def test_without_any_it_says_what_one_is(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    store(runtime, shop_id, tiers=[])
    assert "No tiers yet" in staff.open("/tiers").text
    assert staff.open("/tiers/0").status_code == 404
