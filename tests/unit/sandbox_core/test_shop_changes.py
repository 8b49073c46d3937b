import json
from collections.abc import Callable

import pytest

from tests.sandbox.shopify import ids
from tests.sandbox.shopify.checkout_state import CheckoutState
from tests.sandbox.shopify.customers import set_consent
from tests.sandbox.shopify.orders import cancel_order, place_order
from tests.sandbox.shopify.products import delete_product, update_product, update_variant
from tests.sandbox.shopify.quoting import available
from tests.sandbox.shopify.stock import set_at, set_available
from tests.sandbox.shopify.webhooks import WebhookSender
from tests.sandbox.shopify.world import World
from tests.unit.sandbox_core.test_orders import bodies, row, stock

Make = Callable[..., CheckoutState]


@pytest.fixture
def product_id(world: World, sellable: list[int]) -> int:
    return int(row(world, "SELECT product_id FROM variant WHERE id = ?", sellable[0])["product_id"])


@pytest.mark.parametrize("units", [0, 9, -3, 100_000])
def test_setting_stock_says_the_item_and_not_the_variant(
    world: World, sender: WebhookSender, sellable: list[int], units: int
) -> None:
    item = set_available(world, sender, sellable[0], units)
    assert stock(world, sellable[0])[0] == units
    (body,) = bodies(sender, "inventory_levels/update")
    assert (body["inventory_item_id"], body["available"]) == (item, units)
    assert set(body) == {"inventory_item_id", "location_id", "available", "updated_at", "admin_graphql_api_id"}


def test_stock_at_another_location_is_its_own(world: World, sender: WebhookSender, sellable: list[int]) -> None:
    item = set_available(world, sender, sellable[0], 9)
    set_at(world, sender, sellable[0], ids.SHOP_FLOOR_ID, 3)
    set_at(world, sender, sellable[0], ids.SHOP_FLOOR_ID, 4)
    said = [(body["location_id"], body["available"]) for body in bodies(sender, "inventory_levels/update")]
    assert said == [(ids.LOCATION_ID, 9), (ids.SHOP_FLOOR_ID, 3), (ids.SHOP_FLOOR_ID, 4)]
    with world.read() as connection:
        assert available(connection, item) == 13


def test_stock_of_nothing_is_an_error(world: World, sender: WebhookSender, sellable: list[int]) -> None:
    with pytest.raises(LookupError):
        set_available(world, sender, 5, 1)
    with pytest.raises(LookupError):
        set_at(world, sender, 5, ids.SHOP_FLOOR_ID, 1)
    with pytest.raises(LookupError):
        set_at(world, sender, sellable[0], 1, 1)


def test_a_changed_product_is_sent_whole(world: World, sender: WebhookSender, product_id: int) -> None:
    update_product(world, sender, product_id, title="New name", tags=["a", "b"], status="DRAFT")
    (body,) = bodies(sender, "products/update")
    assert (body["id"], body["title"], body["tags"], body["status"]) == (product_id, "New name", "a, b", "draft")
    assert body["published_at"] is None
    assert json.loads(row(world, "SELECT tags FROM product WHERE id = ?", product_id)["tags"]) == ["a", "b"]


def test_a_changed_price_is_sent_with_its_product(
    world: World, sender: WebhookSender, product_id: int, sellable: list[int]
) -> None:
    update_variant(world, sender, sellable[0], price=1299, compare_at_price=None)
    (body,) = bodies(sender, "products/update")
    variant = next(found for found in body["variants"] if found["id"] == sellable[0])
    assert body["id"] == product_id
    assert (variant["price"], variant["compare_at_price"]) == ("12.99", None)


def test_fields_that_do_not_exist_are_refused(world: World, sender: WebhookSender, product_id: int) -> None:
    with pytest.raises(ValueError, match="colour"):
        update_product(world, sender, product_id, colour="red")
    with pytest.raises(ValueError, match="id"):
        update_variant(world, sender, product_id, id=4)
    with pytest.raises(LookupError):
        update_product(world, sender, 5, title="x")
    with pytest.raises(LookupError):
        delete_product(world, sender, 5)
    assert sender.deliveries() == []


def test_a_deleted_product_leaves_its_orders(
    world: World, sender: WebhookSender, checkout: Make, product_id: int, sellable: list[int]
) -> None:
    placed = place_order(world, sender, checkout())
    delete_product(world, sender, product_id)
    assert bodies(sender, "products/delete") == [{"id": product_id}]
    assert row(world, "SELECT count(*) FROM variant WHERE product_id = ?", product_id)[0] == 0
    assert row(world, "SELECT count(*) FROM order_line WHERE variant_id = ?", sellable[0])[0] >= 1
    cancel_order(world, sender, placed.order_id)
    (body,) = bodies(sender, "orders/cancelled")
    line = body["line_items"][0]
    assert (line["product_exists"], line["product_id"], line["variant_id"]) == (False, None, None)


def test_consent_can_be_taken_back(world: World, sender: WebhookSender, checkout: Make) -> None:
    customer_id = place_order(world, sender, checkout(accepts_sms=True, accepts_email=True)).customer_id
    assert customer_id
    set_consent(world, sender, customer_id, "sms", state="UNSUBSCRIBED")
    set_consent(world, sender, customer_id, "email", state="PENDING", opt_in_level="CONFIRMED_OPT_IN")
    set_consent(world, sender, customer_id, "email", state="PENDING", opt_in_level="CONFIRMED_OPT_IN")
    assert [
        body["sms_marketing_consent"]["state"] for body in bodies(sender, "customers_marketing_consent/update")
    ] == [
        "subscribed",
        "unsubscribed",
    ]
    last = bodies(sender, "customers_email_marketing_consent/update")
    assert len(last) == 2
    assert last[-1]["email_marketing_consent"]["opt_in_level"] == "confirmed_opt_in"


def test_states_that_a_channel_lacks_are_refused(world: World, sender: WebhookSender) -> None:
    known = row(world, "SELECT id FROM customer LIMIT 1")["id"]
    with pytest.raises(ValueError, match="INVALID"):
        set_consent(world, sender, known, "sms", state="INVALID")
    with pytest.raises(LookupError):
        set_consent(world, sender, 5, "sms", state="SUBSCRIBED")
