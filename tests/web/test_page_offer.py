"""What the one-click page is sent: the merchant's words in the shopper's language, choices, layout, the clock."""

from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient

from server.domain.offered import AppliedDiscount, Offered, OfferedItem, OfferedStep
from server.domain.page_words import Texts
from server.runtime import Runtime
from server.web.page_offer import page_offer
from server.web.page_words import Reader, Words
from tests.conftest import StandingClock
from tests.factories import variant
from tests.web.installed import fixed_rules, install
from tests.web.purchases import bearer, claims, sign
from tests.web.test_post_purchase import accept, ask, read_changeset


def offer_with(runtime: Runtime, **changes: Any) -> int:
    document = fixed_rules("2")
    document["funnels"][0]["steps"][0]["offer"] |= changes
    return install(runtime, rules=document)


def in_locale(client: FlaskClient, clock: StandingClock, locale: object, title: str = "Lantern") -> dict[str, Any]:
    body = claims(clock.now())
    body["input_data"]["locale"] = locale
    body["input_data"]["initialPurchase"]["lineItems"][0]["product"]["title"] = title
    answer = client.post("/post-purchase/offers", headers=bearer(sign(body)), json={})
    assert answer.status_code == 200, answer.text
    return dict(answer.get_json()["offer"])


WORDS: dict[str, Any] = {
    "texts": {"heading": "{product}, {percent} off", "badge": "Save {saving}", "reason": "Goes with your {bought}"},
    "translations": [
        {"language": "de", "heading": "{product} für {price}", "accept": "Kostenpflichtig bestellen"},
    ],
}


class TestWords:
    @pytest.mark.parametrize(
        "told",
        [
            ("en-GB", "Product 2, 15% off", "Save £1.50"),
            ("de-AT", "Product 2 für £\N{NO-BREAK SPACE}8,50", "Save £\N{NO-BREAK SPACE}1,50"),
            ("xx", "Product 2, 15% off", "Save £1.50"),
            ("../../etc", "Product 2, 15% off", "Save £1.50"),
            (None, "Product 2, 15% off", "Save £1.50"),
        ],
    )
    def test_words_are_in_the_checkouts_language_and_filled(
        self, client: FlaskClient, runtime: Runtime, clock: StandingClock, told: tuple[object, str, str]
    ) -> None:
        offer_with(runtime, **WORDS)
        locale, *words = told
        offer = in_locale(client, clock, locale)
        assert [offer["texts"]["heading"], offer["badge"]] == words
        assert offer["reason_line"] == "Goes with your Lantern"

    def test_what_the_merchant_does_not_say_is_left_to_the_page(
        self, client: FlaskClient, runtime: Runtime, clock: StandingClock
    ) -> None:
        offer_with(runtime, texts={})
        offer = in_locale(client, clock, "de")
        assert (offer["texts"], offer["badge"], offer["reason_line"]) == ({}, None, None)

    def test_a_product_whose_name_is_hostile_stays_a_name(
        self, client: FlaskClient, runtime: Runtime, clock: StandingClock
    ) -> None:
        offer_with(runtime, **WORDS)
        hostile = "{{ 7 * 7 }}<script>alert(1)</script>{product}\N{RIGHT-TO-LEFT OVERRIDE}"
        assert in_locale(client, clock, "en", hostile)["reason_line"] == f"Goes with your {hostile}"

    @pytest.mark.parametrize("title", ["", "  "])
    def test_half_a_sentence_is_not_said(
        self, client: FlaskClient, runtime: Runtime, clock: StandingClock, title: str
    ) -> None:
        offer_with(runtime, **WORDS)
        assert in_locale(client, clock, "en", title)["reason_line"] is None

    @pytest.mark.parametrize(
        ("locale", "words"),
        [
            ("en", "Goes with your Lantern"),
            ("de-CH", "Passt zu Lantern"),
            ("fr", "Va bien avec Lantern"),
            ("pl", "Goes with your Lantern"),
        ],
    )
    def test_why_goods_were_found_is_said_in_the_checkouts_language(self, locale: str, words: str) -> None:
        item = OfferedItem("2", "45", 1, 1_000, 1_000)
        found = {"reason_line": "Goes with your Lantern", "found_by": "paired", "bought": "Lantern"}
        offered = Offered("f", "first", "o", "GBP", (item,), minimum_stock=1, **found)  # type: ignore[arg-type]  # texts
        shown = page_offer(OfferedStep("0", offered), {"2": variant("2")}, Reader(locale))
        assert shown["reason_line"] == words

    def test_no_text_names_a_price_to_who_pays_in_another_currency(self) -> None:
        item = OfferedItem("2", "45", 1, 1_000, 850, AppliedDiscount("Now", percent=Decimal(15)))
        texts = Texts(heading="{product} for {price}", accept="{percent} off")
        offered = Offered("f", "first", "o", "GBP", (item,), minimum_stock=1, texts=texts)
        assert Words(offered, item, "Lamp", Reader()).texts == {"heading": "Lamp for £8.50", "accept": "15% off"}
        assert Words(offered, item, "Lamp", Reader(prices_differ=True)).texts == {"accept": "15% off"}


class TestChoices:
    def test_each_quantity_is_an_option_that_differs_in_what_it_must(
        self, client: FlaskClient, runtime: Runtime, clock: StandingClock
    ) -> None:
        breaks = [{"quantity": 3, "discount": {"percent": 25, "title": "Three"}}]
        offer_with(runtime, quantities={"most": 3}, breaks=breaks, texts={"heading": "{price} for you"})
        two, three = ask(client, clock.now())["offer"]["choices"]
        assert (two["option_id"], two["quantity"], two["texts"]) == ("0.0", 2, {"heading": "£17.00 for you"})
        assert (three["discounted_unit_price"]["amount"], three["discount"]["value"]) == ("7.50", 25)
        assert [change["quantity"] for each in (two, three) for change in each["changes"]] == [2, 3]
        assert "variant_title" not in two
        assert "discount" not in two

    def test_what_is_chosen_is_what_is_signed(
        self, client: FlaskClient, runtime: Runtime, clock: StandingClock
    ) -> None:
        offer_with(runtime, quantities={"most": 3})
        found = ask(client, clock.now())
        chosen = found["offer"]["choices"][1]
        wishes = {"option_id": chosen["option_id"], "quantity": 99, "changes": []}
        signed = read_changeset(accept(client, clock.now(), found, **wishes).get_json()["token"])
        assert signed["changes"] == chosen["changes"]

    @pytest.mark.parametrize("option_id", ["0.2", "0.-1", "0.0x9", "0.999", "0.0.0"])
    def test_what_was_not_offered_is_not_signed(
        self, client: FlaskClient, runtime: Runtime, clock: StandingClock, option_id: str
    ) -> None:
        offer_with(runtime, quantities={"most": 3})
        answer = accept(client, clock.now(), ask(client, clock.now()), option_id=option_id)
        assert (answer.status_code, answer.get_json()["error"]["code"]) == (404, "offer_unknown")


class TestLayout:
    def test_the_merchants_order_with_what_must_not_be_missing(
        self, client: FlaskClient, runtime: Runtime, clock: StandingClock
    ) -> None:
        offer_with(runtime, layout={"name": "story", "blocks": ["price", "picture"]})
        layout = ask(client, clock.now())["offer"]["layout"]
        assert (layout["name"], layout["blocks"][:2], layout["blocks"][-3:]) == (
            "story",
            ["price", "picture"],
            ["cost", "buttons", "note"],
        )
        assert "badge" not in layout["blocks"]

    def test_a_bundle_is_sent_as_its_goods(self, client: FlaskClient, runtime: Runtime, clock: StandingClock) -> None:
        offer_with(runtime, source="bundle", variants=["2", "3"], shipping={"title": "Post", "amounts": {"GBP": 0}})
        offer = ask(client, clock.now())["offer"]
        assert [(each["title"], each["quantity"], each["discounted_price"]["amount"]) for each in offer["items"]] == [
            ("Product 2", 1, "8.50"),
            ("Product 3", 1, "8.50"),
        ]
        pictures = [offer["image"], *offer["more_images"]]
        assert pictures == [each["image"] for each in offer["items"]]
        assert offer["shipping"] == {"title": "Post", "price": {"amount": "0.00", "currency": "GBP"}}


class TestTheClock:
    def told(self, client: FlaskClient, clock: StandingClock, kind: str = "shown") -> Any:
        body = {"decision_id": ask(client, clock.now())["decision_id"], "kind": kind}
        return client.post("/post-purchase/events", headers=bearer(sign(claims(clock.now()))), json=body)

    def test_the_page_is_told_what_is_left(self, client: FlaskClient, runtime: Runtime, clock: StandingClock) -> None:
        offer_with(runtime, ends_after_minutes=5)
        assert self.told(client, clock).get_json() == {"seconds_left": 300}
        clock.move(minutes=4)
        assert self.told(client, clock).get_json() == {"seconds_left": 60}
        clock.move(minutes=2)
        assert self.told(client, clock).get_json() == {"seconds_left": 0}
        answer = accept(client, clock.now(), ask(client, clock.now()))
        assert (answer.status_code, answer.get_json()["error"]["code"]) == (410, "offer_expired")

    def test_without_one_there_is_nothing_to_tell(
        self, client: FlaskClient, runtime: Runtime, clock: StandingClock
    ) -> None:
        offer_with(runtime)
        assert self.told(client, clock).status_code == 204
