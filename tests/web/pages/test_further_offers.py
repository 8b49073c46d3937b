"""The offers after the first of a funnel, and tests of arms, as the form sends them; what it does not draw stays."""

from typing import Any

import pytest

from server.domain.rules.funnels import OFFER
from server.runtime import Runtime
from server.storage.rules import Rules
from server.storage.shops import Shops
from tests.factories import NOW, funnel_json, offer_json
from tests.web.pages.conftest import Staff
from tests.web.pages.reading import Markup, words
from tests.web.pages.test_offers import draft, funnels, problems, save

STEP: dict[str, Any] = {
    "has_steps": "yes",
    "steps[0].id": "first",
    "steps[0].if_accepted": "offer-2",
    "steps[1].id": "offer-2",
    "steps[1].offer.source": "fixed",
    "steps[1].offer.variants": ["1"],
    "steps[1].offer.quantity": "2",
    "steps[1].offer.discount.percent": "20",
    "steps[1].offer.discount.title": "And one more",
}
ARM: dict[str, Any] = {
    "has_steps": "yes",
    "steps[0].id": "first",
    "steps[0].experiment.traffic": "40",
    "steps[0].experiment.arms[0].id": "b",
    "steps[0].experiment.arms[0].weight": "3",
    "steps[0].experiment.arms[0].offer.id": "",
    "steps[0].experiment.arms[0].offer.source": "fixed",
    "steps[0].experiment.arms[0].offer.variants": ["1"],
}


def test_a_step_is_added_with_an_id_of_its_own_for_its_offer(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    path = save(staff, runtime, shop_id, **STEP)["location"]
    stored = funnels(runtime, shop_id)["Cards with gifts"]
    first, second = stored["steps"]
    assert first["if_accepted"] == second["id"] == "offer-2"
    assert second["offer"] | {"id": ""} == {
        "id": "",
        "source": "fixed",
        "variants": ["1"],
        "quantity": 2,
        "discount": {"percent": 20, "title": "And one more"},
        "texts": {},
    }
    assert second["offer"]["id"] not in ("", first["offer"]["id"])
    form = Markup.read(staff.open(path).text).one("form")
    assert form.named("steps[0].if_accepted").attributes["value"] == "offer-2"
    assert form.named("steps[1].offer.discount.percent").attributes["value"] == "20"
    assert "If accepted Offer 2: Product 1, 20% off" in words(form)
    save(staff, runtime, shop_id, path, **STEP)
    assert funnels(runtime, shop_id)["Cards with gifts"]["steps"][1] == second


def test_a_step_that_is_taken_away_is_gone(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    path = save(staff, runtime, shop_id, **STEP)["location"]
    save(staff, runtime, shop_id, path, **{"has_steps": "yes", "steps[0].id": "first", "steps[0].if_accepted": ""})
    (only,) = funnels(runtime, shop_id)["Cards with gifts"]["steps"]
    assert "if_accepted" not in only


def test_a_test_is_set_up_renamed_and_ended(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    path = save(staff, runtime, shop_id, **ARM)["location"]
    made = funnels(runtime, shop_id)["Cards with gifts"]["steps"][0]["experiment"]
    assert (made["traffic"], made["arms"][0]["weight"]) == (40, 3)
    offer = made["arms"][0]["offer"]
    renamed = {"steps[0].experiment.arms[0].id": "candles", "steps[0].experiment.arms[0].offer.id": offer["id"]}
    save(staff, runtime, shop_id, path, **ARM | renamed)
    (arm,) = funnels(runtime, shop_id)["Cards with gifts"]["steps"][0]["experiment"]["arms"]
    assert (arm["id"], arm["offer"]) == ("candles", offer)
    save(staff, runtime, shop_id, path, **{"has_steps": "yes", "steps[0].id": "first"})
    assert "experiment" not in funnels(runtime, shop_id)["Cards with gifts"]["steps"][0]


def test_what_the_form_does_not_draw_survives_in_steps_and_arms(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    breaks = [{"quantity": 3, "discount": {"percent": 30, "title": "Three"}}]
    hidden = {"breaks": breaks, "shipping": {"title": "Sent", "amounts": {"EUR": 300}}}
    steps = [
        {
            "id": "first",
            "offer": offer_json("2", **hidden),
            "if_declined": "offer-2",
            "experiment": {
                "arms": [{"id": "b", "offer": offer_json("3", id="arm-offer", **hidden)}],
                "salt": "again",
            },
        },
        {"id": "offer-2", "offer": offer_json("1", id="second-offer", **hidden)},
    ]
    with runtime.database.write() as session:
        rules = Rules(session, shop_id)
        row = rules.draft()
        assert row is not None
        changed = {**row.document, "funnels": [funnel_json(id="walk", name="Walk", steps=steps)]}
        rules.save_draft(changed, revision=row.revision, now=NOW)
    assert "another quantity with a discount of its own" in words(Markup.read(staff.open("/offers/walk").text))
    sent = STEP | ARM | {"steps[0].if_accepted": "", "steps[0].if_declined": "offer-2"}
    sent["steps[0].experiment.arms[0].offer.id"] = "arm-offer"
    for path in ("offer", "steps[1].offer", "steps[0].experiment.arms[0].offer"):
        sent |= {f"{path}.shipping.title": "Sent", f"{path}.shipping.amounts.GBP": ""}
    assert save(staff, runtime, shop_id, "/offers/walk", name="Walk", **sent)["ok"]
    first, second = funnels(runtime, shop_id)["Walk"]["steps"]
    arm = first["experiment"]["arms"][0]["offer"]
    assert first["experiment"]["salt"] == "again"
    for offer in (first["offer"], second["offer"], arm):
        assert {name: offer[name] for name in hidden} == hidden
    assert (second["offer"]["id"], arm["id"]) == ("second-offer", "arm-offer")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"steps[1].offer.variants": []}, ("steps[1].offer.variants", "Is empty; choose at least one product")),
        (
            {"steps[1].offer.discount.amounts.GBP": "5"},
            ("steps[1].offer.discount.percent", "Needs either percent or amounts."),
        ),
        ({"steps[1].offer.discount.percent": "", "steps[1].offer.discount.amounts.GBP": "x"},
         ("steps[1].offer.discount.amounts.GBP", "Must be an amount")),
        ({"steps[0].if_accepted": ""}, ("steps[1]", "Is never reached; name it in “Next if accepted”")),
        ({"steps[0].if_accepted": "gone"}, ("steps[0].if_accepted", "'gone' is no step of this funnel.")),
        ({"steps[1].if_declined": "first"}, ("steps", "Go in a circle")),
        ({"steps[1].offer.shipping.title": "Sent"}, ("steps[1].offer.shipping.amounts", "Must be an object")),
        ({"steps[1].offer.band.at_least": "80", "steps[1].offer.band.at_most": "20"},
         ("steps[1].offer.band", "Can never be met; “Dearer by at least”")),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_at_its_field(
    staff: Staff, runtime: Runtime, shop_id: int, changed: dict[str, Any], said: tuple[str, str]
) -> None:
    before = draft(runtime, shop_id).document
    found = problems(save(staff, runtime, shop_id, **STEP | changed))
    assert list(found) == [said[0]]
    assert found[said[0]].startswith(said[1])
    assert draft(runtime, shop_id).document == before


def test_entries_without_a_place_of_their_own_are_drawn_from_their_shapes(
    staff: Staff, runtime: Runtime, shop_id: int
) -> None:
    given = {
        "offer.has_variant_choice": "on",
        "offer.band.family": "product",
        "offer.band.at_least": "15",
        "offer.shipping.title": "Sent along",
        "offer.shipping.amounts.GBP": "0",
    }
    path = save(staff, runtime, shop_id, **given)["location"]
    offer = funnels(runtime, shop_id)["Cards with gifts"]["steps"][0]["offer"]
    assert offer["has_variant_choice"] is True
    assert offer["band"] == {"family": "product", "at_least": 15}
    assert offer["shipping"] == {"title": "Sent along", "amounts": {"GBP": 0}}
    form = Markup.read(staff.open(path).text).one("form")
    assert form.named("offer.shipping.amounts.GBP").attributes["value"] == "0.00"
    drawn = {each.attributes.get("name") for each in form.every()}
    laid_out = {"id", "variants", "breaks", "discount", "price", "texts", "translations", "pairing"}
    for field in OFFER.fields:
        if field.name not in laid_out:
            assert any(name and name.startswith(f"offer.{field.name}") for name in drawn), field.name
    save(staff, runtime, shop_id, path, **dict.fromkeys(given, "") | {"offer.has_variant_choice": None})
    offer = funnels(runtime, shop_id)["Cards with gifts"]["steps"][0]["offer"]
    assert "shipping" not in offer
    assert "band" not in offer
    assert offer["has_variant_choice"] is False


def test_a_pairing_is_chosen_among_those_there_are(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    assert 'value="paired"' not in staff.open("/offers/new").text
    with runtime.database.write() as session:
        rules = Rules(session, shop_id)
        row = rules.draft()
        assert row is not None
        pairing = {"id": "goes", "name": "Goes with", "pairs": [{"bought": "a", "offered": "b"}]}
        rules.save_draft({**row.document, "pairings": [pairing]}, revision=row.revision, now=NOW)
    page = staff.open("/offers/new").text
    assert 'value="paired"' in page
    options = [words(each) for each in Markup.read(page).named("offer.pairing").all("s-option")]
    assert options == ["None", "Goes with"]
    found = problems(save(staff, runtime, shop_id, **{"offer.source": "paired"}))
    assert found == {"offer.pairing": "Is missing; name one of the pairings."}
    save(staff, runtime, shop_id, **{"offer.source": "paired", "offer.pairing": "goes"})
    assert funnels(runtime, shop_id)["Cards with gifts"]["steps"][0]["offer"]["pairing"] == "goes"


def test_a_discount_in_other_currencies_alone_is_told_and_kept(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    funnel = funnel_json(id="x", name="X", offer=offer_json(discount={"amounts": {"EUR": 300}, "title": "T"}))
    changed = {**draft(runtime, shop_id).document, "funnels": [funnel]}
    with runtime.database.write() as session:
        Rules(session, shop_id).save_draft(changed, revision=draft(runtime, shop_id).revision, now=NOW)
    assert "Kept beside it: 3.00 EUR." in staff.open("/offers/x").text
    save(staff, runtime, shop_id, "/offers/x", **{"offer.discount.percent": ""})
    found = funnels(runtime, shop_id)["Cards with gifts"]["steps"][0]["offer"]["discount"]
    assert found["amounts"] == {"EUR": 300}


def test_without_a_known_currency_no_amount_is_asked_for(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    with runtime.database.write() as session:
        Shops(session, runtime.box).by_id(shop_id).currency = None
    page = staff.open("/offers/new").text
    assert "s-money-field" in page, "conditions ask for amounts, and say what is wrong"
    assert "offer.shipping" not in page
    assert 'currencyCode=""' not in page


def test_layout_clock_quantities_and_languages_are_kept_shown_and_taken_away(
    staff: Staff, runtime: Runtime, shop_id: int
) -> None:
    given = {
        "offer.layout.name": "compact",
        "offer.layout.blocks": "Picture; title  badge",
        "offer.ends_after_minutes": "15",
        "offer.quantities.most": "4",
        "offer.texts.badge": "{percent} off",
        "offer.has_translations": "yes",
        "offer.translations[0].language": "de",
        "offer.translations[0].badge": "{percent} weniger",
        "offer.translations[3].language": "fr",
        "offer.translations[3].heading": "",
    }
    path = save(staff, runtime, shop_id, **given)["location"]
    offer = funnels(runtime, shop_id)["Cards with gifts"]["steps"][0]["offer"]
    assert offer["layout"] == {"name": "compact", "blocks": ["picture", "title", "badge"]}
    assert (offer["ends_after_minutes"], offer["quantities"]) == (15, {"most": 4})
    assert offer["translations"] == [{"language": "de", "badge": "{percent} weniger"}, {"language": "fr"}]
    form = Markup.read(staff.open(path).text).one("form")
    for name, value in {
        "offer.layout.name": "compact",
        "offer.layout.blocks": "picture, title, badge",
        "offer.texts.badge": "{percent} off",
        "offer.translations[1].language": "fr",
    }.items():
        assert form.named(name).attributes["value"] == value, name
    # A form from before, or of another page, says nothing of them: they stay.
    save(staff, runtime, shop_id, path)
    assert funnels(runtime, shop_id)["Cards with gifts"]["steps"][0]["offer"]["translations"] == offer["translations"]
    gone = dict.fromkeys(given, "") | {"offer.layout.name": "picture_left", "offer.has_translations": "yes"}
    save(staff, runtime, shop_id, path, **{name: value for name, value in gone.items() if "translations[" not in name})
    offer = funnels(runtime, shop_id)["Cards with gifts"]["steps"][0]["offer"]
    assert offer["layout"] == {"name": "picture_left"}
    assert not {"translations", "quantities", "ends_after_minutes"} & set(offer)
