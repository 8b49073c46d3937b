"""What stands on a shop floor feeds no offer and no message. A sandbox of its own, as the rules are others."""

from typing import Any

import pytest

from tests.sandbox.shopify import ids
from tests.story.actors import order_of
from tests.story.stage import Stage, change_rules
from tests.story.tale import TWO_MINUTES

pytestmark = pytest.mark.e2e


def _count_the_warehouse_only(document: dict[str, Any]) -> None:
    document["stock"]["locations"] = [str(ids.LOCATION_ID)]


def test_goods_that_are_left_on_the_shop_floor_only_give_way_to_an_alternative(stage: Stage) -> None:
    change_rules(stage.sandbox, _count_the_warehouse_only)
    orders, bought = [], stage.popular_variant(3)
    with stage.shopper() as shopper:
        for _ in range(2):
            token = shopper.fill_basket(bought)
            shopper.fill_in("new")
            shopper.pay()
            shopper.decline()
            orders.append(order_of(stage.sandbox, token))
            stage.wait_for_touches(orders[-1]["name"], "planned", "planned")
            if len(orders) == 1:
                stage.sandbox.move_clock(TWO_MINUTES)
                first = stage.wait_for_touches(orders[0]["name"], "sent", "planned")["touches"][0]
                gone = int(first["decision"]["offered"][0]["items"][0]["variant_id"])
    stage.sandbox.post("/sandbox/api/stock", variant_id=gone, available=400, location_id=ids.SHOP_FLOOR_ID)
    stage.sandbox.post("/sandbox/api/stock", variant_id=gone, available=9, location_id=ids.LOCATION_ID)
    stage.sandbox.move_clock(TWO_MINUTES)
    told = stage.wait_for_touches(orders[1]["name"], "sent", "planned")["touches"][0]
    assert int(told["decision"]["offered"][0]["items"][0]["variant_id"]) != gone
    blocked = [line for line in told["decision"]["trace"] if line[0] == f"variant:{gone}"]
    assert [line[1] for line in blocked] == ["stock_below_minimum"]
    assert blocked[0][2].endswith("stock 9 < 10 at Leeds warehouse")
    assert "stock 9 < 10 at Leeds warehouse" in stage.merchant.read_order(str(orders[1]["id"]))
