"""Selling plans as the sandbox's shop has them, read by our side page by page, with all goods sold by them."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from server.domain.plans import Interval, PlanPrice, SellingPlan
from tests.sandbox.shopify.selling_plans import create_group
from tests.unit.shopify.test_on_the_sandbox import SCOPES, Pair


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    made = Pair(tmp_path, *SCOPES)
    with made.client:
        yield made


def test_selling_plans_are_read_with_all_goods_that_are_sold_by_them(pair: Pair) -> None:
    products, variants = pair.ids("product")[:3], pair.ids("variant")[:260]
    assert len(variants) > 250, "fewer than a further page takes: this reads no second one"
    plans: list[dict[str, Any]] = [
        {
            "name": "Prepaid",
            "interval": "MONTH",
            "count": 3,
            "delivery_interval": "WEEK",
            "delivery_count": 2,
            "pricing": [
                {"type": "PERCENTAGE", "value": 12.5},
                {"type": "FIXED_AMOUNT", "value": 150, "after": 1},
                {"type": "PRICE", "value": 900, "after": 4},
            ],
        },
        {"name": "Ahead", "category": "PRE_ORDER"},
    ]
    made = create_group(pair.world, pair.sender, name="Club", plans=plans, product_ids=products, variant_ids=variants)
    for number in range(8):
        create_group(pair.world, pair.sender, name=f"Other {number}", plans=plans[:1], product_ids=products[:1])
    api = pair.api()
    groups, cursor = list(api.plan_groups(cursor=None).items), api.plan_groups(cursor=None).cursor
    while cursor is not None:
        page = api.plan_groups(cursor=cursor)
        groups, cursor = [*groups, *page.items], page.cursor
    assert len({group.group_id for group in groups}) == len(groups) == 9
    club = next(group for group in groups if group.group_id == str(made["group_id"]))
    assert club.plans == (
        SellingPlan(
            str(made["plan_ids"][0]),
            "Prepaid",
            Interval("month", 3),
            Interval("week", 2),
            (
                PlanPrice(0, "percent", Decimal("12.5")),
                PlanPrice(1, "amount", Decimal(150)),
                PlanPrice(4, "price", Decimal(900)),
            ),
        ),
    )
    assert (sorted(map(int, club.products)), sorted(map(int, club.variants))) == (products, variants)
    assert api.plan_group(club.group_id) == club
    assert api.plan_group("1") is None
    product = api.product(str(products[0]))
    assert product is not None
    assert product.plan_group_ids == frozenset(group.group_id for group in groups)
