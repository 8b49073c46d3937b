"""Offers: the list, the form of one, saving good and bad ones, publishing, and two people at once."""

from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from server.domain.conditions import CONDITIONS
from server.domain.plans import Interval, PlanGroup, SellingPlan
from server.runtime import Runtime
from server.storage.plans import SellingPlans
from server.storage.rules import RuleDraftRow, Rules, RuleVersionRow
from server.storage.shops import Shops
from tests.factories import NOW, funnel_json, offer_json
from tests.web.pages.conftest import Staff
from tests.web.pages.reading import Markup, words

GOOD = {
    "name": "Cards with gifts",
    "is_live": "on",
    "priority": "7",
    "offer.source": "fixed",
    "offer.variants": ["2", "3"],
    "offer.quantity": "1",
    "offer.discount.percent": "12.5",
    "offer.discount.title": "A little extra",
    "offer.minimum_stock": "5",
    "offer.texts.heading": "One more?",
    "offer.texts.accept": "",
    "audience.all[0].key": "order.value",
    "audience.all[0].args.at_least": "25",
    "audience.all[0].args.at_most": "99.50",
    "audience.all[1].key": "order.contains",
    "audience.all[1].args.products": ["1001"],
    "audience.all[1].args.tags": "candle, gift,,  tea light ",
}


AUDIENCE = (
    "Order value: at least £25.00, at most £99.50; "
    "Order contains any of: products Product 1, product tags candle, gift, tea light"
)


def draft(runtime: Runtime, shop_id: int) -> RuleDraftRow:
    with runtime.database.read() as session:
        row = Rules(session, shop_id).draft()
        assert row is not None
        return row


def funnels(runtime: Runtime, shop_id: int) -> dict[str, Any]:
    """Return the funnels of the draft by name."""
    return {funnel["name"]: funnel for funnel in draft(runtime, shop_id).document["funnels"]}


def save(staff: Staff, runtime: Runtime, shop_id: int, path: str = "/offers/new", **changed: Any) -> Any:
    fields = {**GOOD, "revision": str(draft(runtime, shop_id).revision), **changed}
    answer = staff.send(path, {name: value for name, value in fields.items() if value is not None})
    assert answer.json is not None
    return answer.json | {"status": answer.status_code}


def problems(answer: Any) -> dict[str, str]:
    assert answer["status"] == 422
    assert answer["error"]["code"] == "invalid_rules"
    return {each["path"]: each["message"] for each in answer["error"]["problems"]}


def test_a_filled_in_form_becomes_a_funnel(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    revision = draft(runtime, shop_id).revision
    answer = save(staff, runtime, shop_id)
    assert answer["ok"]
    assert answer["revision"] == revision + 1
    stored = funnels(runtime, shop_id)["Cards with gifts"]
    assert answer["location"] == f"/offers/{stored['id']}"
    assert stored["id"].startswith("cards-with-gifts-")
    assert {name: stored[name] for name in ("is_live", "priority", "trigger", "audience")} == {
        "is_live": True,
        "priority": 7,
        "trigger": "order_placed",
        "audience": {
            "all": [
                {"key": "order.value", "args": {"at_least": 2_500, "at_most": 9_950}},
                {"key": "order.contains", "args": {"products": ["1001"], "tags": ["candle", "gift", "tea light"]}},
            ]
        },
    }
    assert stored["steps"][0]["offer"] == {
        "id": f"{stored['id']}-offer",
        "source": "fixed",
        "variants": ["2", "3"],
        "quantity": 1,
        "discount": {"percent": 12.5, "title": "A little extra"},
        "minimum_stock": 5,
        "texts": {"heading": "One more?"},
    }


def test_the_form_shows_what_was_saved(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    page = Markup.read(staff.open(save(staff, runtime, shop_id)["location"]).text)
    form = page.one("form")
    assert form.named("revision").attributes["value"] == str(draft(runtime, shop_id).revision)
    for name, value in {
        "name": "Cards with gifts",
        "priority": "7",
        "offer.discount.percent": "12.5",
        "offer.minimum_stock": "5",
        "offer.texts.heading": "One more?",
        "audience.all[0].args.at_least": "25.00",
        "audience.all[0].args.at_most": "99.50",
        "audience.all[1].args.tags": "candle, gift, tea light",
    }.items():
        assert form.named(name).attributes["value"] == value, name
    assert "checked" in form.named("is_live").attributes
    chosen = [each.attributes["value"] for each in form.every() if each.attributes.get("name") == "offer.variants"]
    assert [value for value in chosen if value] == ["2", "3"]
    assert [words(each) for each in form.one("ul", "chosen").all("strong")] == ["Product 2", "Product 3"]
    assert "£10.00, 12 in stock" in words(form)
    selected = [each for each in form.all("s-choice") if "selected" in each.attributes]
    assert [each.attributes["value"] for each in selected] == ["fixed"]


def test_an_amount_off_a_margin_and_a_time_are_kept_and_shown(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    told = {
        "offer.discount.percent": "",
        "offer.discount.amounts.GBP": "2.50",
        "offer.minimum_margin": "12.5",
        "schedule.starts_at": "2026-12-01 09:00",
    }
    path = save(staff, runtime, shop_id, **told)["location"]
    stored = funnels(runtime, shop_id)["Cards with gifts"]
    assert stored["steps"][0]["offer"]["discount"] == {"amounts": {"GBP": 250}, "title": "A little extra"}
    assert stored["steps"][0]["offer"]["minimum_margin"] == 12.5
    assert stored["schedule"] == {"starts_at": "2026-12-01T09:00"}
    form = Markup.read(staff.open(path).text).one("form")
    for name, value in told.items():
        assert form.named(name).attributes["value"] == value, name
    assert "2.50 GBP off each" in words(Markup.read(staff.open("/offers").text))


def test_a_bundle_may_have_one_price(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    given = {"offer.source": "bundle", "offer.discount.percent": "", "offer.price.amounts.GBP": "12.50"}
    save(staff, runtime, shop_id, **given)
    offer = funnels(runtime, shop_id)["Cards with gifts"]["steps"][0]["offer"]
    assert offer["price"] == {"amounts": {"GBP": 1_250}, "title": "A little extra"}
    assert "12.50 GBP together" in staff.open("/offers").text
    form = Markup.read(staff.open(f"/offers/{funnels(runtime, shop_id)['Cards with gifts']['id']}").text)
    assert form.named("offer.price.amounts.GBP").attributes["value"] == "12.50"
    assert form.named("offer.discount.title").attributes["value"] == "A little extra"
    save(staff, runtime, shop_id, **{**given, "name": "No bundle", "offer.source": "fixed"})
    assert "price" not in funnels(runtime, shop_id)["No bundle"]["steps"][0]["offer"]


def test_goods_may_be_sold_by_subscription(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    month = Interval("month", 1)
    with runtime.database.write() as session:
        plan = SellingPlan("688", "Box <b>", month, month)
        SellingPlans(session, shop_id).save(PlanGroup("9", "Club", (plan,)), read_at=NOW)

    def offer() -> dict[str, Any]:
        found: dict[str, Any] = funnels(runtime, shop_id)["Cards with gifts"]["steps"][0]["offer"]
        return found

    path = save(staff, runtime, shop_id, **{"offer.subscription": "longest"})["location"]
    assert offer()["subscription"] == {"interval": "longest"}
    select = Markup.read(staff.open(path).text).named("offer.subscription")
    options = {each.attributes["value"]: each for each in select.all("s-option")}
    assert list(options) == ["", "shortest", "longest", "688"]
    assert words(options["688"]) == "Subscription: Box <b>, every month"
    assert [value for value, each in options.items() if "selected" in each.attributes] == ["longest"]
    assert "by subscription" in staff.open("/offers").text
    save(staff, runtime, shop_id, path, **{"offer.subscription": "688"})
    assert offer()["subscription"] == {"plan": "688"}
    save(staff, runtime, shop_id, path, **{"offer.source": "as_subscription", "offer.subscription": ""})
    assert (offer()["subscription"], offer()["variants"]) == ({"interval": "shortest"}, [])
    assert "What was just bought, as a subscription" in staff.open("/offers").text
    save(staff, runtime, shop_id, path, **{"offer.subscription": ""})
    assert "subscription" not in offer()


def test_what_the_form_does_not_show_of_a_subscription_stays(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    kept = {"plan": "31", "shipping": {"GBP": 100}}
    funnel = funnel_json(id="x", name="X", offer=offer_json(subscription=kept))
    changed = {**draft(runtime, shop_id).document, "funnels": [funnel]}
    with runtime.database.write() as session:
        Rules(session, shop_id).save_draft(changed, revision=draft(runtime, shop_id).revision, now=NOW)
    form = Markup.read(staff.open("/offers/x").text).named("offer.subscription")
    assert "a plan that is gone (31)" in words(form)
    save(staff, runtime, shop_id, "/offers/x", **{"offer.subscription": "31"})
    assert funnels(runtime, shop_id)["Cards with gifts"]["steps"][0]["offer"]["subscription"] == kept


def test_amounts_in_other_currencies_stay_as_they_are(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    funnel = funnel_json(id="x", name="X", offer=offer_json(discount={"amounts": {"EUR": 300}, "title": "T"}))
    changed = {**draft(runtime, shop_id).document, "funnels": [funnel]}
    with runtime.database.write() as session:
        Rules(session, shop_id).save_draft(changed, revision=draft(runtime, shop_id).revision, now=NOW)
    save(staff, runtime, shop_id, "/offers/x", **{"offer.discount.percent": "", "offer.discount.amounts.GBP": "2"})
    found = funnels(runtime, shop_id)["Cards with gifts"]["steps"][0]["offer"]["discount"]
    assert found["amounts"] == {"EUR": 300, "GBP": 200}


def test_saving_again_changes_that_funnel_only(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    path = save(staff, runtime, shop_id)["location"]
    before = funnels(runtime, shop_id)
    save(staff, runtime, shop_id, path, **{"name": "Renamed", "is_live": None, "offer.discount.percent": ""})
    after = funnels(runtime, shop_id)
    assert set(after) == {"Fixed", "Renamed"}
    assert after["Fixed"] == before["Fixed"]
    assert after["Renamed"]["id"] == before["Cards with gifts"]["id"]
    assert after["Renamed"]["is_live"] is False
    assert "discount" not in after["Renamed"]["steps"][0]["offer"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": "  "}, ("name", "Must be a text")),
        ({"name": "x" * 301}, ("name", "Must be a text")),
        ({"priority": "high"}, ("priority", "Must be a whole number from -1000 to 1000.")),
        ({"priority": "1.5"}, ("priority", "Must be a whole number")),
        ({"priority": "99999"}, ("priority", "Must be a whole number")),
        ({"offer.source": "guess"}, ("offer.source", "Is 'guess'")),
        ({"offer.source": None}, ("offer.source", "Must be a text")),
        ({"offer.variants": []}, ("offer.variants", "Is empty; choose at least one product")),
        ({"offer.quantity": "0"}, ("offer.quantity", "Must be a whole number from 1 to 100.")),
        ({"offer.discount.percent": "0"}, ("offer.discount.percent", "Must lie above 0")),
        ({"offer.discount.percent": "101"}, ("offer.discount.percent", "Must lie above 0")),
        ({"offer.discount.percent": "a lot"}, ("offer.discount.percent", "Must lie above 0")),
        ({"offer.discount.percent": "nan"}, ("offer.discount.percent", "Must lie above 0")),
        ({"offer.discount.title": ""}, ("offer.discount.title", "Must be a text")),
        (
            {"offer.source": "bundle", "offer.price.amounts.GBP": "5"},
            ("offer.price", "Stands beside a discount; keep one of the two."),
        ),
        ({"offer.discount.amounts.GBP": "5"}, ("offer.discount.percent", "Needs either percent or amounts.")),
        (
            {"offer.discount.percent": "", "offer.discount.amounts.GBP": "-5"},
            ("offer.discount.amounts.GBP", "Must be an amount"),
        ),
        ({"offer.subscription": "Monthly"}, ("offer.subscription", "Must be the number of a selling plan")),
        (
            {"offer.source": "bundle", "offer.subscription": "shortest"},
            ("offer.subscription", "Is not for bundles"),
        ),
        ({"offer.minimum_margin": "101"}, ("offer.minimum_margin", "Must be a percentage")),
        ({"schedule.starts_at": "tomorrow"}, ("schedule.starts_at", "Must be a day and a time")),
        (
            {"schedule.starts_at": "2026-12-02 09:00", "schedule.ends_at": "2026-12-01 09:00"},
            ("schedule.ends_at", "Is over before it begins"),
        ),
        ({"offer.minimum_stock": "-1"}, ("offer.minimum_stock", "Must be a whole number")),
        ({"offer.texts.heading": "x" * 301}, ("offer.texts.heading", "Must be a text")),
        ({"offer.texts.badge": "{% raw %}"}, ("offer.texts.badge", "Has braces that are no variable; known are {prod")),
        ({"offer.layout.blocks": "title, price, title"}, ("offer.layout.blocks", "Stands here for the second time")),
        ({"offer.ends_after_minutes": "90"}, ("offer.ends_after_minutes", "Must be a whole number from 1 to 60")),
        ({"offer.quantities.least": "2", "offer.quantities.most": "3"}, ("offer.quantities", "Must include 1")),
        ({"offer.quantities.least": "1"}, ("offer.quantities.most", "Must be a whole number")),
        (
            {"offer.has_translations": "yes", "offer.translations[0].language": "German"},
            ("offer.translations[0].language", "Must be a language"),
        ),
        (
            {"audience.all[0].args.at_least": "25,x"},
            ("audience.all[0].args.at_least", "Must be an amount such as 25.00"),
        ),
        ({"audience.all[0].args.at_least": "-3"}, ("audience.all[0].args.at_least", "Must be an amount")),
        ({"audience.all[0].key": "order.mood"}, ("audience.all[0].key", "'order.mood' is no condition")),
        (
            {"audience.all[0].args.at_least": "", "audience.all[0].args.at_most": ""},
            ("audience.all[0].args", "Is empty; give at least one of “At least”, “At most”."),
        ),
        (
            {"audience.all[0].args.at_least": "50", "audience.all[0].args.at_most": "20"},
            ("audience.all[0].args", "Can never be met; “At least” must not lie above “At most”."),
        ),
        ({"audience.all[2].key": "customer.history"}, ("audience.all[2].args.is", "Is missing.")),
    ],
)
def test_a_bad_value_is_said_at_its_field_and_nothing_is_stored(
    staff: Staff, runtime: Runtime, shop_id: int, changed: dict[str, Any], said: tuple[str, str]
) -> None:
    path, message = said
    before = draft(runtime, shop_id)
    found = problems(save(staff, runtime, shop_id, **changed))
    assert list(found) == [path]
    assert found[path].startswith(message)
    assert draft(runtime, shop_id).document == before.document
    assert draft(runtime, shop_id).revision == before.revision


def test_all_problems_are_said_at_once(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    changed = {"name": "", "priority": "x", "offer.quantity": "0", "audience.all[0].args.at_most": "much"}
    assert set(problems(save(staff, runtime, shop_id, **changed))) == set(changed)


def test_conditions_are_numbered_as_they_come(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    moved: dict[str, Any] = {name.replace("all[1]", "all[9]"): value for name, value in GOOD.items()}
    gone: dict[str, Any] = dict.fromkeys(name for name in GOOD if "all[1]" in name)
    save(staff, runtime, shop_id, **{**gone, **moved, "name": "Moved"})
    stored = funnels(runtime, shop_id)["Moved"]["audience"]["all"]
    assert [leaf["key"] for leaf in stored] == ["order.value", "order.contains"]


def test_money_is_in_the_shops_minor_units(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    with runtime.database.write() as session:
        Shops(session, runtime.box).by_id(shop_id).currency = "JPY"
    save(staff, runtime, shop_id, **{"audience.all[0].args.at_least": "2500", "audience.all[0].args.at_most": ""})
    leaf = funnels(runtime, shop_id)["Cards with gifts"]["audience"]["all"][0]
    assert leaf["args"] == {"at_least": 2_500}


def test_without_a_known_currency_no_amount_is_guessed(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    with runtime.database.write() as session:
        Shops(session, runtime.box).by_id(shop_id).currency = None
    found = problems(save(staff, runtime, shop_id))
    assert "currency is not known yet" in found["audience.all[0].args.at_least"]


def test_a_tree_the_form_cannot_show_is_told_in_words_and_kept(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    tree = {
        "any": [
            {"not": {"key": "customer.tier", "args": {"tiers": ["vip"]}}},
            {
                "all": [
                    {"key": "order.value", "args": {"at_least": 5_000}},
                    {"key": "order.country", "args": {"countries": ["GB"]}},
                ]
            },
        ]
    }
    path = save(staff, runtime, shop_id)["location"]
    with runtime.database.write() as session:
        row = Rules(session, shop_id).draft()
        assert row is not None
        kept = [
            {**each, "audience": tree} if each["name"] == GOOD["name"] else each for each in row.document["funnels"]
        ]
        row.document = {**row.document, "funnels": kept}
    page = staff.open(path).text
    told = "Not (Customer tier: vip) or (Order value: at least £50.00; Shipping country: GB)"
    assert told in words(Markup.read(page))
    assert "data-add-condition" not in page
    assert save(staff, runtime, shop_id, path, name="Kept")["ok"]
    assert funnels(runtime, shop_id)["Kept"]["audience"] == tree


def test_every_condition_has_a_form_of_its_own(staff: Staff) -> None:
    page = Markup.read(staff.open("/offers/new").text)
    templates = {each.attributes.get("data-condition-template"): each for each in page.all("template")}
    for key, condition in CONDITIONS.items():
        shown = templates[key]
        assert words(shown.one("strong")) == condition.label
        for argument in condition.arguments:
            name = f"audience.all[0].args.{argument.name}"
            assert any(
                name in (each.attributes.get("name"), each.attributes.get("data-name")) for each in shown.every()
            )


def test_an_older_form_does_not_overwrite_newer_work(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    revision = str(draft(runtime, shop_id).revision)
    save(staff, runtime, shop_id, name="First")
    late = save(staff, runtime, shop_id, name="Second", revision=revision)
    assert (late["status"], late["error"]["code"]) == (409, "draft_changed")
    assert set(funnels(runtime, shop_id)) == {"Fixed", "First"}
    for missing in (None, "", "soon", "-1"):
        assert save(staff, runtime, shop_id, name="Third", revision=missing)["status"] == 409
    assert staff.send("/offers/fixed/delete", {"revision": revision}).status_code == 409
    assert staff.send("/offers/publish", {"revision": revision}).status_code == 409


def test_publishing_makes_the_draft_live(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    assert "not live yet" not in staff.open("/offers").text
    save(staff, runtime, shop_id)
    page = staff.open("/offers").text
    assert "Your changes are not live yet" in page
    assert "Shoppers still get version 1." in page
    answer = staff.send("/offers/publish", {"revision": str(draft(runtime, shop_id).revision)})
    assert answer.json == {"ok": True, "number": 2}
    assert "not live yet" not in staff.open("/offers").text
    with runtime.database.read() as session:
        version = session.get_one(RuleVersionRow, (shop_id, 2))
        assert version.published_by == "42"
        assert version.document == draft(runtime, shop_id).document


def test_a_document_that_does_not_hold_is_not_published(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    with runtime.database.write() as session:
        row = Rules(session, shop_id).draft()
        assert row is not None
        broken = {**row.document["funnels"][0], "priority": "x"}
        row.document = {**row.document, "funnels": [broken]}
    answer = staff.send("/offers/publish", {"revision": str(draft(runtime, shop_id).revision)})
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["error"]["problems"][0]["path"] == "funnels[0].priority"
    with runtime.database.read() as session:
        assert Rules(session, shop_id).live_number() == 1


def test_a_deleted_offer_leaves_the_draft_and_stays_live_until_published(
    staff: Staff, runtime: Runtime, shop_id: int
) -> None:
    answer = staff.send("/offers/fixed/delete", {"revision": str(draft(runtime, shop_id).revision)})
    assert answer.json is not None
    assert answer.json["location"] == "/offers"
    page = staff.open("/offers").text
    assert "No offers yet" in page
    assert "Your changes are not live yet" in page
    with runtime.database.read() as session:
        live = Rules(session, shop_id).live()
        assert live is not None
        assert [funnel.id for funnel in live.document.funnels] == ["fixed"]
    assert staff.open("/offers/fixed").status_code == 404
    assert staff.send("/offers/fixed/delete", {"revision": "2"}).status_code == 404


def test_the_list_goes_as_decisions_do_and_says_what_is_on(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    save(staff, runtime, shop_id, name="Off", is_live=None, priority="-1")
    first: dict[str, Any] = {"name": "First", "offer.source": "bought_together", "offer.variants": ["3"]}
    save(staff, runtime, shop_id, **first)
    rows = Markup.read(staff.open("/offers").text).one("s-table-body").all("s-table-row")
    assert [[words(cell) for cell in row.all("s-table-cell")] for row in rows] == [
        [
            "First",
            "On Not published",
            "What is bought together, or Product 3",
            "12.5% off",
            AUDIENCE,
            "7",
        ],
        ["Fixed", "On", "Product 2, or 1 more", "15% off", "Every order", "0"],
        [
            "Off",
            "Off Not published",
            "Product 2, or 1 more",
            "12.5% off",
            AUDIENCE,
            "-1",
        ],
    ]


def test_what_is_gone_from_the_catalogue_is_said(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    fields: dict[str, Any] = {"offer.variants": ["2", "99"], "audience.all[1].args.products": ["1001", "77"]}
    path = save(staff, runtime, shop_id, **fields)["location"]
    page = words(Markup.read(staff.open(path).text))
    assert "Variant 99 No longer in the catalogue" in page
    assert "Product 77 No longer in the catalogue" in page


def test_picked_variants_are_described_in_the_order_they_were_asked_for(staff: Staff) -> None:
    answer = staff.fetch("/offers/variants", ids="3,nope,1,,3")
    assert answer.json is not None
    shown = [(each["id"], each["title"], each["stock"], each["price"]) for each in answer.json["variants"]]
    assert shown == [
        ("3", "Product 3", "12 in stock", "£10.00"),
        ("1", "Product 1", "50 in stock", "£10.00"),
        ("3", "Product 3", "12 in stock", "£10.00"),
    ]
    assert staff.fetch("/offers/variants").json == {"variants": []}


def test_names_are_text_and_never_markup(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    name = '"><script>alert(1)</script>'
    path = save(staff, runtime, shop_id, name=name)["location"]
    for page in (staff.open(path), staff.open("/offers")):
        assert "<script>alert" not in page.text
        assert "&lt;script&gt;" in page.text


def test_form_fields_may_come_many_times(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    fields = MultiDict([*((name, value) for name, value in GOOD.items() if isinstance(value, str))])
    for value in ("3", "2", "3", ""):
        fields.add("offer.variants", value)
    fields["revision"] = str(draft(runtime, shop_id).revision)
    assert staff.client.post("/offers/new", data=fields, headers=staff.headers()).status_code == 200
    assert funnels(runtime, shop_id)["Cards with gifts"]["steps"][0]["offer"]["variants"] == ["3", "2"]


class TestMoreThanTheFormShows:
    """A form without its further steps, or with entries that it does not draw, leaves them as they are."""

    def store(self, runtime: Runtime, shop_id: int, **changes: Any) -> dict[str, Any]:
        steps = [
            {"id": "first", "offer": offer_json("2"), "if_accepted": "more", "if_declined": "less"},
            {"id": "more", "offer": offer_json("3", id="more")},
            {"id": "less", "offer": offer_json(id="less", source="dearer", variants=[])},
        ]
        steps[0] |= changes
        funnel = funnel_json(id="walk", name="Walk", steps=steps)
        with runtime.database.write() as session:
            rules = Rules(session, shop_id)
            row = rules.draft()
            assert row is not None
            document = {**row.document, "funnels": [*row.document["funnels"], funnel]}
            rules.save_draft(document, revision=row.revision, now=NOW)
        return funnel

    def test_further_steps_are_told_and_kept(self, staff: Staff, runtime: Runtime, shop_id: int) -> None:
        staff.open("/offers")
        save(staff, runtime, shop_id)
        arms = {"arms": [{"id": "b", "offer": offer_json("4", id="b")}]}
        stored = self.store(runtime, shop_id, experiment=arms)
        page = words(Markup.read(staff.open("/offers/walk").text))
        assert "Offer 1: Product 2, 15% off; tested against 1 other" in page
        assert "If accepted Offer 2: Product 3, 15% off" in page
        assert "If declined Offer 3: Something dearer of the same kind, 15% off" in page
        save(staff, runtime, shop_id, "/offers/walk", name="Walk on")
        after = funnels(runtime, shop_id)["Walk on"]
        assert after["steps"][1:] == stored["steps"][1:]
        assert after["steps"][0]["experiment"] == arms
        assert (after["steps"][0]["if_accepted"], after["steps"][0]["if_declined"]) == ("more", "less")

    @pytest.mark.parametrize("source", ["bundle", "dearer"])
    def test_other_ways_to_find_goods_may_be_chosen(
        self, staff: Staff, runtime: Runtime, shop_id: int, source: str
    ) -> None:
        save(staff, runtime, shop_id, **{"offer.source": source})
        assert funnels(runtime, shop_id)["Cards with gifts"]["steps"][0]["offer"]["source"] == source
