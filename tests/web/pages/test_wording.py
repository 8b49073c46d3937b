"""Rules and outcomes in words."""

from typing import Any

import pytest

from server.domain.orders import VariantFacts
from server.domain.reasons import Reason
from server.storage.collections import CollectionName
from server.storage.listings import ProductName
from server.storage.shops import ShopRow
from server.storage.touches import FAILED, PLANNED, QUEUED, REFUSED, SENDING, SENT, UNKNOWN, TouchRow
from server.usecases.reports import Goods
from server.web.pages.display import Display
from server.web.pages.story import masked
from server.web.pages.wording import audience_words, brief, discount_words, offer_words, touch_badge
from tests.factories import NOW
from tests.web.installed import variant

LARGE = VariantFacts("5", "1005", "Candle", "Large", 900, 3, is_sellable=True)
GOODS = Goods(
    {"1": variant(1), "5": LARGE}, {"1005": ProductName("Candle", None)}, {"31": CollectionName("Best sellers", NOW)}
)
GONE = "A product that is gone"
DISPLAY = Display.of(ShopRow(country_code="GB", time_zone="Europe/London", currency="GBP"))


@pytest.mark.parametrize(
    ("audience", "told"),
    [
        (None, "Every order"),
        ({}, "Every order"),
        ({"all": []}, "Every order"),
        ({"any": []}, "No order"),
        ({"key": "order.value", "args": {"at_most": 1_999}}, "Order value: at most £19.99"),
        ({"key": "order.item_count", "args": {"at_least": 2}}, "Number of items: at least 2"),
        ({"key": "customer.history", "args": {"is": "first"}}, "First or repeat buyer: first"),
        ({"key": "customer.tier", "args": {"tiers": ["vip", "gold"]}}, "Customer tier: vip, gold"),
        (
            {"key": "order.contains", "args": {"variants": ["1", "5", "9"], "products": ["1005", "7"]}},
            f"Order contains any of: products Candle, {GONE} (7), variants Product 1, Candle, Large, {GONE} (9)",
        ),
        (
            {"key": "order.contains", "args": {"collections": ["31", "32"], "except_collections": ["31"]}},
            (
                "Order contains any of: collections Best sellers, A collection that is gone (32),"
                " but not collections Best sellers"
            ),
        ),
        ({"key": "order.mood", "args": {}}, "An unknown condition (order.mood)"),
        ({"not": {"key": "order.item_count", "args": {"at_least": 2}}}, "Not (Number of items: at least 2)"),
    ],
)
def test_an_audience_in_words(audience: dict[str, Any] | None, told: str) -> None:
    assert audience_words(audience, GOODS, DISPLAY) == told


@pytest.mark.parametrize(
    ("offer", "told"),
    [
        ({"source": "fixed", "variants": []}, "Nothing chosen yet"),
        ({"source": "fixed", "variants": ["5"]}, "Candle, Large"),
        ({"source": "fixed", "variants": ["5", "1", "9"]}, "Candle, Large, or 2 more"),
        ({"source": "bought_together"}, "What is bought together"),
        ({"source": "bought_together", "variants": ["9"]}, "What is bought together, or A product that is gone (9)"),
    ],
)
def test_an_offer_in_words(offer: dict[str, Any], told: str) -> None:
    assert offer_words(offer, GOODS) == told


def test_a_discount_in_words() -> None:
    assert discount_words({}) == "None"
    assert discount_words({"discount": {"percent": 12.5, "title": "x"}}) == "12.5% off"
    assert discount_words({"discount": {"percent": "15", "title": "x"}}) == "15% off"


@pytest.mark.parametrize(
    ("channel", "state", "reason", "label"),
    [
        ("sms", PLANNED, "planned", "SMS planned"),
        ("email", QUEUED, "planned", "E-mail planned"),
        ("sms", SENDING, "planned", "SMS being sent"),
        ("email", SENT, "sent", "E-mail sent"),
        ("sms", UNKNOWN, "fate_unknown", "SMS: fate unknown"),
        ("sms", REFUSED, "no_consent", "No SMS: no consent"),
        ("email", FAILED, "vendor_failed", "No E-mail: sender refused it"),
        ("pigeon", SENT, "sent", "pigeon sent"),
    ],
)
def test_a_message_in_words(channel: str, state: str, reason: str, label: str) -> None:
    assert touch_badge(TouchRow(channel=channel, state=state, reason=reason)).label == label


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_words_for_the_list(reason: Reason) -> None:
    assert brief(reason.value)
    assert "_" not in brief(reason.value)


@pytest.mark.parametrize(
    ("recipient", "told"),
    [
        ("+447700900123", "+44 … 123"),
        ("jo.doe@example.com", "j…@example.com"),
        ("@example.com", "…@example.com"),
        (None, "nobody"),
        ("", "nobody"),
    ],
)
def test_recipients_are_masked(recipient: str | None, told: str) -> None:
    assert masked(recipient) == told


def test_a_shop_in_another_country_reads_its_own_way() -> None:
    display = Display.of(ShopRow(country_code="US", time_zone="America/New_York", currency="USD"))
    assert display.money(123_456) == "$1,234.56"
    assert display.money(100, "EUR") == "€1.00"
    assert display.day(None) == display.moment(None) == "\N{EN DASH}"
    nowhere = Display.of(ShopRow(country_code="XX", time_zone=None, currency=None))
    assert nowhere.money(100) == "\N{EN DASH}"
    assert nowhere.money(100, "GBP") == "£1.00"
