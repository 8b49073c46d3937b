"""What one reading of an order says beyond another."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from server.domain.orders import Order
from server.domain.readings import News, differ, news_in, told_before
from tests.factories import NOW, line, order

HELD = order(updated_at=NOW, payment_kind="apple_pay", fulfilment="on_hold", needs_shipping=True, has_duties=False)
SILENT: dict[str, Any] = {"payment_kind": None, "fulfilment": None, "needs_shipping": None, "has_duties": None}
LATER: dict[str, Any] = {"updated_at": NOW + timedelta(hours=1)}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, News.NONE),
        (SILENT, News.NONE),
        ({"fulfilment": "unfulfilled"}, News.DETAIL),
        (LATER, News.DETAIL),
        ({**LATER, "fulfilment": "fulfilled"}, News.DETAIL),
        ({**LATER, "lines": (line(tags=("sale",)),)}, News.DETAIL),
        ({**LATER, "outstanding": 5}, News.CHANGE),
        ({**LATER, "lines": (line(quantity=2),)}, News.CHANGE),
        ({"updated_at": NOW - timedelta(hours=1), "outstanding": 5}, News.NONE),
    ],
)
def test_what_is_news(changes: dict[str, Any], expected: News) -> None:
    assert news_in(replace(HELD, **changes), HELD) is expected


def test_an_order_that_nobody_knew_is_news() -> None:
    assert news_in(HELD, None) is News.CHANGE


def test_what_was_told_holds_where_nothing_else_is_said() -> None:
    told = {"starts_subscription": None, **{name: getattr(HELD, name) for name in SILENT}}
    assert told_before(replace(HELD, **SILENT), told) == HELD
    other: Order = replace(HELD, **{**SILENT, "payment_kind": "card"})
    assert told_before(other, told) == replace(HELD, payment_kind="card")
    assert told_before(HELD, told) is HELD
    assert not differ(HELD, replace(HELD, **SILENT))
