"""What a merchant is told of surfaces, unpaid offers and fewer impressions, and the tag on orders, in a browser."""

from dataclasses import asdict
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from server.domain.charges import Charge, ChargeState
from server.domain.impressions import Drop, Share
from server.storage.alerts import IMPRESSIONS_FELL, Alerts
from server.storage.charges import Charges
from server.storage.gates import Gates
from server.storage.shops import Shops
from tests.e2e.merchant.browsing import Merchant, look
from tests.sandbox.shopify.placed_blocks import THANK_YOU, place_blocks, read_placed
from tests.web.pages.history import History

pytestmark = pytest.mark.e2e


@pytest.fixture
def troubled(imported: Merchant) -> Merchant:
    """A merchant with orders of every kind, one of them with an offer that nobody paid, and fewer impressions."""
    parts, shop_id = imported.admin.runtime, imported.admin.shop_id
    now = parts.clock.now()
    history = History(parts.database, shop_id, now)
    history.everything()
    history.order(1010, outstanding=850, fulfilment="on_hold", payment_kind="card", minutes_ago=20)
    with parts.database.write() as session:
        Shops(session, parts.box).by_id(shop_id).installed_at = now - timedelta(hours=6)
        at = now - timedelta(minutes=19)
        Charges(session, shop_id).save("1010", [Charge("l1", "d", ChargeState.UNPAID, 850, at, at)], currency="GBP")
        Alerts(session, shop_id).raise_(IMPRESSIONS_FELL, asdict(Drop(1, Share(60, 3), Share(1_200, 840))), now=now)
    return imported


def test_the_pages_that_tell_of_it_stand_at_both_widths(troubled: Merchant) -> None:
    for path in ("/", "/orders/1010", "/orders/1006", "/order-tag"):
        look(troubled, path)
    troubled.open("/orders/1010")
    expect(troubled.app.get_by_role("heading", name="Where an offer could be seen")).to_be_visible()
    expect(troubled.app.locator("ul.surfaces > li")).to_have_count(4)


def test_opening_home_tells_the_server_where_the_block_is_placed_and_lets_it_ask(imported: Merchant) -> None:
    parts, shop_id = imported.admin.runtime, imported.admin.shop_id
    world = imported.admin.sandbox.sandbox.world
    before = read_placed(world)
    place_blocks(world, {THANK_YOU})
    try:
        imported.open("/")
        chosen, thank_you, order_status = (
            imported.app.locator(".steps > li", has_text=title)
            for title in ("Choose Afters for the one-click page", "on the thank-you page", "on the order-status page")
        )
        expect(chosen).to_contain_text("Checked")
        expect(thank_you).to_contain_text("Shopify says that the block is placed there")
        expect(order_status.get_by_text("Open the editor")).to_be_visible()
    finally:
        place_blocks(world, before)
    with parts.database.read() as session:
        spans = Gates(session, shop_id).spans()
    assert {surface: found[-1].is_open for surface, found in spans.items()} == {
        "one_click": True,
        "thank_you": True,
        "order_status": False,
    }


def test_a_tag_is_allowed_and_saved(imported: Merchant) -> None:
    app = imported.open("/order-tag")
    app.get_by_role("button", name="Allow it").click()
    dialog = imported.page.get_by_role("dialog", name="Allow more access?")
    expect(dialog.get_by_text("write_orders")).to_be_visible()
    dialog.get_by_role("button", name="Allow").click()
    expect(app.get_by_role("button", name="Allow it")).to_have_count(0)
    app.get_by_label("Tag", exact=True).fill("upsell accepted")
    imported.save()
    expect(imported.page.get_by_text("Order tag saved.")).to_be_visible()
    parts = imported.admin.runtime
    with parts.database.read() as session:
        assert Shops(session, parts.box).by_id(imported.admin.shop_id).order_tag == "upsell accepted"
    # The sandbox's shop outlives this test.
    imported.in_app("window.shopify.scopes.revoke(['write_orders'])")
