"""Orders with everything that hangs on them."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

from tests.sandbox.shopify import money, orders
from tests.sandbox.shopify.admin.scalars import world_time
from tests.sandbox.shopify.switches import set_switches
from tests.unit.sandbox_admin.conftest import Api, Side

MONEY = "{ shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }"
ORDER = """
fragment Order on Order {
  id legacyResourceId name number confirmationNumber checkoutToken cartToken createdAt processedAt updatedAt
  cancelledAt cancelReason confirmed test edited sourceName tags email phone customerLocale customerAcceptsMarketing
  currencyCode presentmentCurrencyCode taxesIncluded displayFinancialStatus displayFulfillmentStatus fullyPaid unpaid
  paymentGatewayNames discountCode discountCodes customAttributes { key value } statusPageUrl requiresShipping
  totalPriceSet { ...Money } originalTotalPriceSet { ...Money } currentTotalPriceSet { ...Money }
  subtotalPriceSet { ...Money } currentSubtotalPriceSet { ...Money } totalDiscountsSet { ...Money }
  totalShippingPriceSet { ...Money } totalTaxSet { ...Money } totalRefundedSet { ...Money }
  totalOutstandingSet { ...Money } totalReceivedSet { ...Money } netPaymentSet { ...Money }
  totalTipReceivedSet { ...Money } subtotalLineItemsQuantity currentSubtotalLineItemsQuantity
  customer { id }
  shippingAddress { id firstName lastName name address1 address2 city provinceCode zip countryCodeV2 }
  displayAddress { zip }
  customerJourneySummary { ready lastVisit { landingPage occurredAt utmParameters { source medium campaign } } }
  lineItems(first: 100) {
    nodes {
      id title variantTitle name sku vendor quantity currentQuantity refundableQuantity unfulfilledQuantity
      requiresShipping isGiftCard sellingPlan { name } customAttributes { key } variant { id } product { id tags }
      originalUnitPriceSet { ...Money } originalTotalSet { ...Money } discountedTotalSet { ...Money }
      all: discountedTotalSet(withCodeDiscounts: true) { ...Money } discountedUnitPriceSet { ...Money }
      discountedUnitPriceAfterAllDiscountsSet { ...Money } totalDiscountSet { ...Money }
      discountAllocations { allocatedAmountSet { ...Money } }
    }
    pageInfo { hasNextPage }
  }
  refunds(first: 10) {
    id createdAt note order { id } totalRefundedSet { ...Money }
    refundLineItems(first: 10) { nodes {
      id quantity restockType restocked lineItem { id } subtotalSet { ...Money } priceSet { ...Money } } }
  }
  transactions(first: 10) { id kind status gateway createdAt test amountSet { ...Money } order { id } }
  fulfillmentOrders(first: 5) {
    nodes {
      id status requestStatus orderId orderName order { id }
      fulfillmentHolds { id reason displayReason heldByRequestingApp }
      lineItems(first: 50) { nodes { id totalQuantity remainingQuantity sku lineItem { id } variant { id } } }
    }
  }
}
fragment Money on MoneyBag MONEY
query Order($id: ID!) { order(id: $id) { ...Order } }
""".replace("MONEY", MONEY)


class Added(NamedTuple):
    """What an order edit adds; money in pence."""

    variant_id: int
    quantity: int
    price: int
    discount: int
    discount_title: str | None


def gid(row: Any) -> str:
    return f"gid://shopify/Order/{row['id']}"


def amount(minor: int) -> str:
    """Write minor units as MoneyV2 does."""
    return money.text(minor).removesuffix("0")


def test_an_order_is_what_the_world_says(api: Api, side: Side, order_row: Any) -> None:
    found = api.ask(ORDER, id=gid(order_row))["order"]
    for field, column in {
        "name": "name",
        "number": "number",
        "confirmationNumber": "confirmation_number",
        "checkoutToken": "checkout_token",
        "cartToken": "cart_token",
        "createdAt": "created_at",
        "updatedAt": "updated_at",
        "email": "email",
        "phone": "phone",
        "customerLocale": "customer_locale",
        "displayFinancialStatus": "financial_status",
        "sourceName": "source_name",
    }.items():
        assert found[field] == order_row[column], field
    for field, column in {
        "totalPriceSet": "total",
        "currentTotalPriceSet": "current_total",
        "subtotalPriceSet": "subtotal",
        "totalShippingPriceSet": "shipping",
        "totalTaxSet": "tax",
        "totalRefundedSet": "refunded",
        "totalOutstandingSet": "outstanding",
    }.items():
        assert found[field]["shopMoney"] == {"amount": amount(order_row[column]), "currencyCode": "GBP"}, field
    assert found["legacyResourceId"] == str(order_row["id"])
    assert found["customer"]["id"] == f"gid://shopify/Customer/{order_row['customer_id']}"
    address = json.loads(order_row["shipping_address"])
    assert found["shippingAddress"]["countryCodeV2"] == address["country_code"]
    assert found["shippingAddress"]["firstName"] == address["first_name"]
    assert found["shippingAddress"]["name"] == f"{address['first_name']} {address['last_name']}"
    assert found["displayAddress"] == {"zip": address["zip"]}
    assert found["statusPageUrl"] == f"{side.settings.origin}/orders/{order_row['checkout_token']}"
    assert found["customerJourneySummary"]["ready"] is True


def test_lines_add_up_to_the_order(api: Api, side: Side, order_row: Any) -> None:
    found = api.ask(ORDER, id=gid(order_row))["order"]
    rows = side.rows("SELECT * FROM order_line WHERE order_id = ? ORDER BY id", order_row["id"])
    lines = found["lineItems"]["nodes"]
    assert [line["id"] for line in lines] == [f"gid://shopify/LineItem/{row['id']}" for row in rows]
    assert [line["quantity"] for line in lines] == [row["quantity"] for row in rows]
    assert found["subtotalLineItemsQuantity"] == sum(row["quantity"] for row in rows)
    assert found["currentSubtotalLineItemsQuantity"] == sum(row["current_quantity"] for row in rows)
    assert found["currentSubtotalPriceSet"]["shopMoney"]["amount"] == amount(
        sum(row["price"] * row["current_quantity"] for row in rows)
    )
    line, row = lines[0], rows[0]
    assert line["originalUnitPriceSet"]["shopMoney"]["amount"] == amount(row["price"])
    assert line["variant"] == {"id": f"gid://shopify/ProductVariant/{row['variant_id']}"}
    assert line["sellingPlan"] is None
    assert line["discountAllocations"] == []


def test_a_foreign_buyer_sees_both_currencies(api: Api, side: Side, order_row: Any) -> None:
    side.change(
        "UPDATE orders SET presentment_currency = 'EUR', presentment_rate = 1.17, total = 1001 WHERE id = ?",
        order_row["id"],
    )
    total = api.ask(ORDER, id=gid(order_row))["order"]["totalPriceSet"]
    assert total == {
        "shopMoney": {"amount": "10.01", "currencyCode": "GBP"},
        "presentmentMoney": {"amount": "11.71", "currencyCode": "EUR"},
    }


def test_line_discounts_and_code_discounts_are_told_apart(api: Api, side: Side, order_row: Any) -> None:
    """A line discount is in discountedTotalSet; what a code took is there only when asked for."""
    first, second = (
        row["id"] for row in side.rows("SELECT id FROM order_line WHERE order_id = ? LIMIT 2", order_row["id"])
    )
    side.change(
        "UPDATE order_line SET price = 500, quantity = 3, current_quantity = 3 WHERE order_id = ?", order_row["id"]
    )
    side.change("UPDATE order_line SET discount = 100, discount_title = '15% off' WHERE id = ?", first)
    side.change("UPDATE order_line SET discount = 200 WHERE id = ?", second)
    lines = {line["id"]: line for line in api.ask(ORDER, id=gid(order_row))["order"]["lineItems"]["nodes"]}

    def shop_amounts(number: int) -> dict[str, str]:
        names = (
            "discountedTotalSet", "all", "discountedUnitPriceSet", "discountedUnitPriceAfterAllDiscountsSet",
            "totalDiscountSet",
        )  # fmt: skip
        return {name: lines[f"gid://shopify/LineItem/{number}"][name]["shopMoney"]["amount"] for name in names}

    assert shop_amounts(first) == {
        "discountedTotalSet": "14.0",
        "all": "14.0",
        "discountedUnitPriceSet": "4.66",
        "discountedUnitPriceAfterAllDiscountsSet": "4.66",
        "totalDiscountSet": "1.0",
    }
    assert shop_amounts(second) == {
        "discountedTotalSet": "15.0",
        "all": "13.0",
        "discountedUnitPriceSet": "5.0",
        "discountedUnitPriceAfterAllDiscountsSet": "4.33",
        "totalDiscountSet": "0.0",
    }
    allocated = lines[f"gid://shopify/LineItem/{second}"]["discountAllocations"]
    assert [entry["allocatedAmountSet"]["shopMoney"]["amount"] for entry in allocated] == ["2.0"]


def test_a_refund_shows_with_its_lines_and_money(api: Api, side: Side, order_row: Any) -> None:
    side.change(
        """UPDATE orders SET refunded = 0, cancelled_at = NULL, financial_status = 'PAID', outstanding = 0,
           current_total = total WHERE id = ?""",
        order_row["id"],
    )
    side.change("DELETE FROM refund WHERE order_id = ?", order_row["id"])
    side.change("UPDATE order_line SET current_quantity = quantity WHERE order_id = ?", order_row["id"])
    line = side.one("SELECT * FROM order_line WHERE order_id = ? LIMIT 1", order_row["id"])
    refund_id = orders.refund_lines(side.world, side.sender, order_row["id"], {line["id"]: 1}, note="broken")
    found = api.ask(ORDER, id=gid(order_row))["order"]
    (refund,) = found["refunds"]
    assert refund["id"] == f"gid://shopify/Refund/{refund_id}"
    assert refund["note"] == "broken"
    assert refund["order"] == {"id": gid(order_row)}
    assert refund["totalRefundedSet"]["shopMoney"]["amount"] == amount(line["price"])
    (item,) = refund["refundLineItems"]["nodes"]
    assert item["lineItem"] == {"id": f"gid://shopify/LineItem/{line['id']}"}
    assert (item["quantity"], item["restockType"], item["restocked"]) == (1, "RETURN", True)
    assert found["totalRefundedSet"]["shopMoney"]["amount"] == amount(line["price"])
    kinds = [(entry["kind"], entry["status"]) for entry in found["transactions"]]
    assert kinds[0] == ("SALE", "SUCCESS")
    assert kinds[-1] == ("REFUND", "SUCCESS")
    (seen,) = api.ask("query N($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=[refund["id"]])["nodes"]
    assert seen == {"id": refund["id"]}


def test_an_edit_raises_the_total_but_not_the_original(api: Api, side: Side, order_row: Any) -> None:
    side.change("UPDATE orders SET cancelled_at = NULL WHERE id = ?", order_row["id"])
    variant = side.one(
        "SELECT v.* FROM variant v JOIN inventory_level l USING (inventory_item_id) WHERE l.available > 9 LIMIT 1"
    )
    addition = Added(variant["id"], 1, 1000, 150, "Just for you")
    orders.apply_edit(side.world, side.sender, order_row["id"], [addition], charged=False)
    found = api.ask(ORDER, id=gid(order_row))["order"]
    assert found["edited"] is True
    assert found["originalTotalPriceSet"]["shopMoney"]["amount"] == amount(order_row["total"])
    assert found["totalPriceSet"]["shopMoney"]["amount"] == amount(order_row["total"] + 850)
    assert found["totalOutstandingSet"]["shopMoney"]["amount"] == amount(order_row["outstanding"] + 850)
    assert found["lineItems"]["nodes"][-1]["discountedUnitPriceAfterAllDiscountsSet"]["shopMoney"]["amount"] == "8.5"


def test_a_held_order_shows_its_hold_until_it_ends(api: Api, side: Side, order_row: Any) -> None:
    until = world_time(side.clock.now() + timedelta(minutes=30))
    side.change(
        "UPDATE orders SET held_until = ?, fulfillment_status = 'UNFULFILLED', cancelled_at = NULL WHERE id = ?",
        until,
        order_row["id"],
    )
    found = api.ask(ORDER, id=gid(order_row))["order"]
    (fulfilment,) = found["fulfillmentOrders"]["nodes"]
    assert (found["displayFulfillmentStatus"], fulfilment["status"]) == ("ON_HOLD", "ON_HOLD")
    (hold,) = fulfilment["fulfillmentHolds"]
    assert hold["reason"] == "ONLINE_STORE_POST_PURCHASE_CROSS_SELL"
    assert hold["heldByRequestingApp"] is False
    assert fulfilment["orderId"] == gid(order_row)
    assert sum(item["totalQuantity"] for item in fulfilment["lineItems"]["nodes"]) > 0
    side.clock.move(1860)
    found = api.ask(ORDER, id=gid(order_row))
    (fulfilment,) = found["order"]["fulfillmentOrders"]["nodes"]
    assert (found["order"]["displayFulfillmentStatus"], fulfilment["status"]) == ("UNFULFILLED", "OPEN")
    assert fulfilment["fulfillmentHolds"] == []


def test_the_last_visit_carries_the_link_that_was_followed(api: Api, side: Side, order_row: Any) -> None:
    side.change(
        "UPDATE orders SET landing_site = '/products/mug?utm_source=afters&utm_medium=sms' WHERE id = ?",
        order_row["id"],
    )
    visit = api.ask(ORDER, id=gid(order_row))["order"]["customerJourneySummary"]["lastVisit"]
    assert visit["landingPage"] == (
        f"https://{side.settings.shop_domain}/products/mug?utm_source=afters&utm_medium=sms"
    )
    assert visit["utmParameters"] == {"source": "afters", "medium": "sms", "campaign": None}
    side.change("UPDATE orders SET landing_site = NULL WHERE id = ?", order_row["id"])
    assert api.ask(ORDER, id=gid(order_row))["order"]["customerJourneySummary"]["lastVisit"] is None


def test_a_guest_without_address_or_mail_is_no_error(api: Api, side: Side, order_row: Any) -> None:
    side.change(
        "UPDATE orders SET customer_id = NULL, shipping_address = NULL, email = NULL, phone = NULL WHERE id = ?",
        order_row["id"],
    )
    found = api.ask(ORDER, id=gid(order_row))["order"]
    assert [found[name] for name in ("customer", "shippingAddress", "email", "phone")] == [None] * 4


def test_a_deleted_product_leaves_its_line(api: Api, side: Side, order_row: Any) -> None:
    line = side.one("SELECT * FROM order_line WHERE order_id = ? ORDER BY id LIMIT 1", order_row["id"])
    side.change("DELETE FROM product WHERE id = ?", line["product_id"])
    found = api.ask(ORDER, id=gid(order_row))["order"]["lineItems"]["nodes"][0]
    assert (found["title"], found["variant"], found["product"], found["vendor"]) == (line["title"], None, None, None)


def test_old_orders_need_the_wider_scope(api: Api, side: Side, with_scopes: Callable[..., Api], order_row: Any) -> None:
    side.change(
        "UPDATE orders SET created_at = ? WHERE id = ?",
        world_time(side.clock.now() - timedelta(days=61)),
        order_row["id"],
    )
    narrow = with_scopes("read_orders", "read_customers")
    token = f"checkout_token:{order_row['checkout_token']}"
    document = """query Old($id: ID!, $query: String, $customer: ID!) {
      order(id: $id) { id } orders(first: 5, query: $query) { nodes { id } } ordersCount(query: $query) { count }
      customer(id: $customer) { orders(first: 50) { nodes { id } } }
    }"""
    asked = {"id": gid(order_row), "query": token, "customer": f"gid://shopify/Customer/{order_row['customer_id']}"}
    seen = narrow.ask(document, **asked)
    assert (seen["order"], seen["orders"]["nodes"], seen["ordersCount"]) == (None, [], {"count": 0})
    assert {"id": gid(order_row)} not in seen["customer"]["orders"]["nodes"]
    seen = api.ask(document, **asked)
    assert (seen["order"], seen["orders"]["nodes"]) == ({"id": gid(order_row)}, [{"id": gid(order_row)}])
    assert {"id": gid(order_row)} in seen["customer"]["orders"]["nodes"]


def test_an_order_that_is_late_is_found_neither_by_its_id_nor_by_a_search(side: Side, api: Api, order_row: Any) -> None:
    ask = """query Both($id: ID!, $query: String!) {
      order(id: $id) { name } orders(first: 1, query: $query) { nodes { name } }
    }"""
    gid = f"gid://shopify/Order/{order_row['id']}"
    found = {"order": {"name": order_row["name"]}, "orders": {"nodes": [{"name": order_row["name"]}]}}
    variables = {"id": gid, "query": f"name:{order_row['name']}"}
    assert api.ask(ask, **variables) == found
    set_switches(side.world, {"is_order_late": True})
    assert api.ask(ask, **variables) == found  # it was there before
    side.change("UPDATE orders SET created_at = ? WHERE id = ?", side.world.now_text(), order_row["id"])
    assert api.ask(ask, **variables) == {"order": None, "orders": {"nodes": []}}
    set_switches(side.world, {"is_order_late": False})
    assert api.ask(ask, **variables) == found
