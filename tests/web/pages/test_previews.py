"""The preview of the one-click page: the very answer that the page would get, from a form that nobody has saved."""

import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from server.runtime import Runtime
from server.storage.catalog import Catalog
from server.storage.db import Base
from server.usecases.authoring import load_draft, save_document
from server.web.pages.previews import LANGUAGES
from tests.conftest import StandingClock
from tests.web.installed import fixed_rules, product, variant
from tests.web.pages.conftest import Staff
from tests.web.purchases import bearer, token

FORM = {
    "name": "One more",
    "is_live": "on",
    "offer.source": "fixed",
    "offer.variants": "2",
    "offer.quantity": "1",
    "offer.discount.percent": "15",
    "offer.discount.title": "One more",
    "offer.texts.heading": "Before you go",
}


def preview(staff: Staff, **changed: Any) -> Any:
    fields = {name: value for name, value in {**FORM, **changed}.items() if value is not None}
    answer = staff.send("/previews/one-click", fields)
    assert answer.status_code == 200, answer.text
    return answer.json


def counts(runtime: Runtime) -> dict[str, int]:
    with runtime.database.read() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


def test_the_page_gets_the_same_once_it_is_published(
    staff: Staff, runtime: Runtime, clock: StandingClock, shop_id: int
) -> None:
    shown = preview(staff, **{"preview.funnel": "fixed", "preview.bought": "1", "offer.texts.heading": ""})
    asked = token(clock.now())
    real = staff.client.post("/post-purchase/offers", headers=bearer(asked), json={}).get_json()
    assert shown["answer"]["offer"] == real["offer"]
    assert shown["answer"]["steps"] == real["steps"]
    assert shown["answer"].keys() == real.keys()
    assert shown["reasons"] == []


def test_nothing_is_stored_or_counted(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    staff.open("/offers/new")
    before, draft = counts(runtime), load_draft(database=runtime.database, shop_id=shop_id)
    for changed in ({}, {"offer.variants": "999"}, {"preview.product": "3"}, {"preview.funnel": "fixed"}):
        preview(staff, **changed)
    assert preview(staff, **{"offer.discount.percent": "150"})["problems"]
    assert counts(runtime) == before
    assert load_draft(database=runtime.database, shop_id=shop_id) == draft


def test_the_form_is_shown_as_it_stands(staff: Staff) -> None:
    offer = preview(staff)["answer"]["offer"]
    assert (offer["title"], offer["discounted_unit_price"]["amount"]) == ("Product 2", "8.50")
    assert offer["texts"]["heading"] == "Before you go"
    changed = preview(staff, **{"offer.discount.percent": "50", "offer.texts.heading": "Half price"})["answer"]["offer"]
    assert changed["discounted_unit_price"]["amount"] == "5.00"
    assert changed["texts"]["heading"] == "Half price"


def test_an_offer_is_shown_whoever_gets_it_and_whenever(staff: Staff) -> None:
    """Switched off, over, and for orders that the sample is not: the merchant wants to see it all the same."""
    shown = preview(
        staff,
        **{
            "is_live": None,
            "schedule.ends_at": "2020-01-01 09:00",
            "audience.all[0].key": "order.value",
            "audience.all[0].args.at_least": "100000",
        },
    )
    assert shown["answer"]["offer"]["title"] == "Product 2"


def test_a_name_is_not_needed_to_look_at_it(staff: Staff) -> None:
    assert preview(staff, name="")["answer"]["offer"]["title"] == "Product 2"


def test_the_merchant_picks_what_is_shown_and_what_was_bought(staff: Staff) -> None:
    shown = preview(staff, **{"preview.product": "3", "preview.bought": "1", "offer.minimum_stock": "0"})
    assert shown["answer"]["offer"]["title"] == "Product 3"
    assert [line["title"] for line in shown["sample"]["bought"]] == ["Product 1"]
    bundle = {"offer.source": "bundle", "offer.variants": ["1", "2"], "offer.minimum_stock": "0"}
    assert preview(staff, **bundle, **{"preview.bought": "3"})["answer"]["offer"]["title"] == "Product 1 + Product 2"
    picked = preview(staff, **bundle, **{"preview.product": "3"})
    assert picked["answer"]["offer"]["title"] == "Product 3 + Product 2"


def test_the_sample_purchase_leaves_room_for_the_first_choice(staff: Staff) -> None:
    shown = preview(staff, **{"offer.variants": ["1", "2"]})
    assert shown["answer"]["offer"]["title"] == "Product 1"
    assert [line["title"] for line in shown["sample"]["bought"]] == ["Product 3"]


def test_the_stage_gets_every_price_that_the_page_may_ask_for(staff: Staff) -> None:
    sample = preview(staff, **{"offer.source": "bundle", "offer.variants": ["1", "2"]})["sample"]
    assert sample["prices"] == {"1": 1_000, "2": 1_000}
    assert (sample["currency"], sample["decimals"], sample["plan_prices"]) == ("GBP", 2, {})


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"offer.minimum_stock": "80"}, "Too little stock. Product 2: stock 50 < 80"),
        ({"offer.variants": "999"}, "The product is no longer in the catalogue."),
        ({"offer.minimum_margin": "20"}, "What it costs the shop is not known"),
        ({"offer.subscription": "shortest"}, "It is not sold by the subscription"),
        ({"offer.source": "bought_together", "offer.variants": None}, "Nothing was found that goes with this order."),
        ({"preview.bought": "2"}, "It is in the order already."),
    ],
    ids=["sold out", "gone", "margin", "no plan", "nothing found", "bought already"],
)
def test_what_cannot_be_offered_is_told_with_the_reason(staff: Staff, changed: dict[str, Any], reason: str) -> None:
    shown = preview(staff, **changed)
    assert shown["answer"] is None
    assert any(each.startswith(reason) for each in shown["reasons"]), shown["reasons"]


def test_problems_of_the_form_come_with_their_fields(staff: Staff) -> None:
    answer = staff.send("/previews/one-click", {**FORM, "offer.discount.percent": "150", "offer.quantity": "0"})
    assert answer.status_code == 200, "while a form is typed it is faulty most of the time"
    assert {each["path"] for each in answer.get_json()["problems"]} == {
        "offer.discount.percent",
        "offer.quantity",
    }


def test_an_amount_in_another_currency_alone_is_no_offer(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    rules = fixed_rules("2")
    rules["funnels"][0]["steps"][0]["offer"]["discount"] = {"title": "Off", "amounts": {"EUR": 100}}
    revision = load_draft(database=runtime.database, shop_id=shop_id).revision
    save_document(
        database=runtime.database, shop_id=shop_id, document=rules, revision=revision, now=runtime.clock.now()
    )
    shown = preview(staff, **{"preview.funnel": "fixed", "offer.discount.percent": None})
    assert shown["answer"] is None
    assert shown["reasons"] == [
        "The offer's discount, price or shipping has no amount in this currency. Product 2: no amount off in GBP"
    ]


def test_each_offer_of_a_test_can_be_looked_at(staff: Staff) -> None:
    arm = {
        "has_steps": "yes",
        "steps[0].id": "first",
        "steps[0].experiment.arms[0].id": "b",
        "steps[0].experiment.arms[0].weight": "1",
        "steps[0].experiment.arms[0].offer.source": "fixed",
        "steps[0].experiment.arms[0].offer.variants": "3",
        "steps[0].experiment.arms[0].offer.minimum_stock": "0",
    }
    shown = preview(staff, **arm)
    assert shown["arms"] == [
        {"value": "control", "label": "The offer itself"},
        {"value": "b", "label": "Other offer: b"},
    ]
    assert shown["answer"]["offer"]["title"] == "Product 2"
    assert preview(staff, **arm, **{"preview.arm": "b"})["answer"]["offer"]["title"] == "Product 3"


def test_what_follows_an_answer_is_there_to_be_walked(staff: Staff) -> None:
    steps = {
        "has_steps": "yes",
        "steps[0].id": "first",
        "steps[0].if_declined": "second",
        "steps[1].id": "second",
        "steps[1].offer.source": "fixed",
        "steps[1].offer.variants": "3",
        "steps[1].offer.minimum_stock": "0",
    }
    answer = preview(staff, **steps)["answer"]
    assert {path: offer["title"] for path, offer in answer["steps"].items()} == {"0d": "Product 3"}


def test_without_goods_or_currency_there_is_nothing_to_preview(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    gone = staff.send("/previews/one-click", {**FORM, "preview.bought": "999"})
    assert (gone.status_code, gone.get_json()["error"]["code"]) == (409, "nothing_to_preview")
    with runtime.database.write() as session:
        catalog = Catalog(session, shop_id)
        for number in (1, 2, 3):
            catalog.remove_product(variant(number).product_id)
    assert staff.send("/previews/one-click", FORM).status_code == 409
    with runtime.database.write() as session:
        Catalog(session, shop_id).save(product(variant(2)))
        session.execute(Base.metadata.tables["shops"].update().values(currency=None))
    assert "currency" in staff.send("/previews/one-click", FORM).get_json()["error"]["message"]


def test_an_offer_that_is_gone_is_said_to_be(staff: Staff) -> None:
    assert staff.send("/previews/one-click", {**FORM, "preview.funnel": "nope"}).status_code == 404


def test_it_is_shown_in_every_language_that_the_offer_speaks(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    rules = fixed_rules("2")
    rules["funnels"][0]["steps"][0]["offer"] |= {
        "translations": [{"language": "de-AT", "heading": "Nur {price}"}, {"language": "es", "accept": "Pagar"}],
        "ends_after_minutes": 5,
        "layout": {"name": "story"},
    }
    revision = load_draft(database=runtime.database, shop_id=shop_id).revision
    save_document(
        database=runtime.database, shop_id=shop_id, document=rules, revision=revision, now=runtime.clock.now()
    )
    shown = preview(staff, **{"preview.funnel": "fixed", "preview.locale": "de-AT", "offer.texts.heading": None})
    assert [(each["value"], each["label"]) for each in shown["languages"]] == [
        ("en", "English"),
        ("de", "German"),
        ("fr", "French"),
        ("de-AT", "German (Austria)"),
        ("es", "Spanish"),
    ]
    assert shown["answer"]["offer"]["texts"]["heading"] == "Nur \u00a3\u00a08,50"
    assert shown["answer"]["offer"]["layout"]["name"] == "story"
    assert shown["sample"]["clocks"] == {"0": 300}


def test_the_languages_of_the_script_are_those_offered() -> None:
    words = (Path(__file__).parents[3] / "extension/post-purchase/src/texts.js").read_text(encoding="utf-8")
    named = re.search(r"export const LANGUAGES = \{([^}]*)\}", words)
    assert named is not None
    assert sorted(each.strip() for each in named[1].split(",")) == sorted(LANGUAGES)
