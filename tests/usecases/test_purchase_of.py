from typing import Any

import pytest

from server.domain.orders import PurchaseLine
from server.domain.purchases import page_purchase_of, purchase_of
from tests.factories import line, order


def test_goods_given_back_are_no_goods_of_the_order() -> None:
    lines = (line("1"), line("2", quantity=0, total=0), line(None))
    assert purchase_of(order(lines=lines)).lines == (PurchaseLine("1", "p1", 1, 1_000),)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"starts_subscription": False}, "none"),
        ({"starts_subscription": True}, "first"),
        ({"starts_subscription": True, "source_name": "subscription_contract"}, "renewal"),
        ({"source_name": "subscription_contract"}, "renewal"),
    ],
)
def test_an_order_tells_whether_it_starts_a_subscription(changes: dict[str, Any], expected: str | None) -> None:
    asked = purchase_of(order(**changes))
    assert asked.subscription == expected
    assert page_purchase_of(asked).subscription == expected, "the page's token tells it too"


def test_the_value_of_an_order_is_what_the_shop_counts() -> None:
    asked = purchase_of(order(presentment_currency="JPY", presentment_current_total=1_900))
    assert (asked.total, asked.currency) == (1_000, "GBP")
    assert (asked.presentment_total, asked.presentment_currency) == (1_900, "JPY")
