"""Revenue is given back when the goods are: from the sandbox's refund to what a decision or a message earned."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from server.domain.attribution import Click, Credit, SignedOffer, credit_order
from server.domain.orders import Order
from server.shopify.inbound import ShopifyInbound
from tests.sandbox.shopify import payload_orders
from tests.sandbox.shopify.orders import apply_edit, refund_lines
from tests.unit.sandbox_core.test_orders import Added
from tests.unit.shopify.test_on_the_sandbox import SCOPES, Pair


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    made = Pair(tmp_path, *SCOPES)
    with made.client:
        yield made


class Sale:
    """A paid order to which an accepted offer added four units for 72.00 after a discount of 8.00."""

    def __init__(self, pair: Pair) -> None:
        self.pair = pair
        with pair.world.read() as connection:
            self.order_id, self.variant_id = connection.execute(
                """SELECT o.id, v.id FROM orders o, variant v
                   JOIN product p ON p.id = v.product_id JOIN inventory_level l USING (inventory_item_id)
                   WHERE o.cancelled_at IS NULL AND o.financial_status = 'PAID' AND o.outstanding = 0
                   AND p.status = 'ACTIVE' AND v.tracked AND l.available > 10
                   AND NOT EXISTS (SELECT 1 FROM order_line n WHERE n.order_id = o.id AND n.variant_id = v.id)
                   ORDER BY o.id, v.id LIMIT 1"""
            ).fetchone()
        added = Added(self.variant_id, 4, 2_000, 800)
        (self.line_id,) = apply_edit(pair.world, pair.sender, self.order_id, [added], charged=True).line_ids

    def refund(self, units: int) -> None:
        refund_lines(self.pair.world, self.pair.sender, self.order_id, {self.line_id: units})

    def orders(self) -> tuple[Order, Order]:
        """Return the order as the Admin API has it and as its webhook tells it."""
        asked = self.pair.api().order(str(self.order_id))
        assert asked is not None
        with self.pair.world.read() as connection:
            body = payload_orders.order_body(connection, self.order_id, self.pair.settings.origin)
        return asked, ShopifyInbound(secrets=()).parse_order(json.dumps(body).encode())

    def earned(self) -> list[tuple[Credit, ...]]:
        offer = SignedOffer("d1", frozenset({str(self.variant_id)}))
        return [credit_order(order, signed=[offer], clicks=[]) for order in self.orders()]

    def due(self, amount: int) -> list[tuple[Credit, ...]]:
        return [(Credit("decision:d1", str(self.line_id), amount),)] * 2


def test_an_offers_revenue_goes_back_with_its_goods(pair: Pair) -> None:
    sale = Sale(pair)
    assert sale.earned() == sale.due(7_200)
    sale.refund(2)
    assert sale.earned() == sale.due(3_600)
    sale.refund(2)
    assert sale.earned() == sale.due(0)


def test_a_messages_revenue_goes_back_with_the_goods_of_every_line(pair: Pair) -> None:
    sale = Sale(pair)
    sale.refund(4)
    for order in sale.orders():
        click = Click("touch:t1", "token", order.created_at - timedelta(hours=1))
        carried = (*order.attributes, ("afters", "token"))
        credits_due = credit_order(replace(order, attributes=carried), signed=[], clicks=[click])
        amounts = {each.line_id: each.amount for each in credits_due}
        assert amounts.pop(str(sale.line_id)) == 0
        assert amounts
        assert all(amounts.values()), "the other lines were kept"
