"""Whom the one-click page never sees: a wallet's buyer meets the offer on the thank-you page, or on the order's."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.sandbox.shopify.placed_blocks import ORDER_STATUS, THANK_YOU
from tests.story.actors import Shopper, order_of
from tests.story.stage import Stage

pytestmark = pytest.mark.e2e
_PATIENCE_MS = 60_000


@pytest.fixture(autouse=True)
def _switches_at_rest(stage: Stage) -> Iterator[None]:
    yield
    stage.sandbox.post("/sandbox/api/switches", network="fine", is_order_late=False, allows_analytics=True)


@pytest.fixture(scope="module", autouse=True)
def _placed(stage: Stage) -> None:
    """The merchant puts the block on both pages, and the admin then says so to the app."""
    page = stage.merchant.page
    page.goto(f"{stage.sandbox.origin}/admin/settings/checkout")
    page.get_by_label("Thank-you page").check()
    page.get_by_label("Order status page").check()
    page.get_by_role("button", name="Save places").click()
    expect(page.get_by_text("The checkout settings were saved.")).to_be_visible()
    placed = page.request.get(f"{stage.sandbox.origin}/admin/bridge/extensions").json()
    targets = [each["target"] for extension in placed for each in extension["activations"]]
    assert sorted(targets) == sorted([THANK_YOU, ORDER_STATUS])


def buy_by_wallet(shopper: Shopper, variant: int) -> str:
    token = shopper.fill_basket(variant)
    shopper.fill_in("new")
    shopper.pay(by="PayPal")
    return token


def offer_on(page: Page) -> Locator:
    """Return the block once its offer stands there."""
    block = page.locator("[data-block]")
    expect(block.get_by_role("link", name="Buy it at the checkout")).to_be_visible(timeout=_PATIENCE_MS)
    return block


def goods_of(block: Locator) -> str:
    return block.get_by_role("heading", level=3).inner_text()


def faults(page: Page) -> object:
    return page.evaluate("window.__sandboxErrors ?? []")


def take(page: Page) -> Page:
    """Press the offer's button; return the tab that it opens."""
    with page.context.expect_page() as opened:
        offer_on(page).get_by_role("link", name="Buy it at the checkout").click()
    return opened.value


def buy_with_code(stage: Stage, tab: Page, email: str) -> tuple[Any, str]:
    """Pay at the checkout that the offer led to; return the second order and the code it came with."""
    tab.wait_for_url("**/checkout/*", timeout=_PATIENCE_MS)
    shopper = Shopper(stage.sandbox, tab)
    token = tab.url.partition("?")[0].rpartition("/")[2]
    shopper.fill_in("new")
    shopper.write_email(email)
    code = tab.get_by_label("Code, for example").input_value()
    shopper.pay(by="PayPal")
    return order_of(stage.sandbox, token), code


def earned(stage: Stage, order: Any) -> set[str]:
    told = stage.sandbox.wait_until(
        lambda: stage.explain(order["name"]), lambda found: found["revenue"], what="the order's revenue"
    )
    return {row["source"] for row in told["revenue"]}


def test_a_wallets_buyer_takes_the_code_of_the_thank_you_block_and_the_second_order_is_its(stage: Stage) -> None:
    with stage.shopper() as shopper:
        token = buy_by_wallet(shopper, stage.popular_variant())
        block = offer_on(shopper.page)
        assert faults(shopper.page) == []
        first = order_of(stage.sandbox, token)
        expect(block.get_by_text("Pressing charges nothing", exact=False)).to_be_visible()
        second, code = buy_with_code(stage, take(shopper.page), first["email"])
    with stage.sandbox.sandbox.world.read() as world:
        used = world.execute("SELECT discount_codes, discounts FROM orders WHERE id = ?", (second["id"],)).fetchone()
        limit = world.execute("SELECT usage_limit FROM discount WHERE code = ?", (code,)).fetchone()["usage_limit"]
    assert code
    assert code in used["discount_codes"]
    assert used["discounts"] > 0
    assert limit == 1
    (source,) = earned(stage, second)
    assert source.startswith("decision:")


def test_who_comes_back_finds_the_same_offer_on_the_orders_page(stage: Stage) -> None:
    with stage.shopper() as shopper:
        token = buy_by_wallet(shopper, stage.popular_variant(1))
        goods = goods_of(offer_on(shopper.page))
        shopper.page.goto(f"{stage.sandbox.origin}/orders/{token}")
        assert goods_of(offer_on(shopper.page)) == goods
        shopper.page.get_by_role("link", name="Log in").click()
        assert goods_of(offer_on(shopper.page)) == goods
        assert faults(shopper.page) == []
        shopper.page.get_by_role("button", name="No thanks").click()
        expect(shopper.page.get_by_text(goods, exact=True)).to_have_count(0)


def test_an_order_that_the_app_has_not_heard_of_has_its_offer_and_its_code_a_little_later(stage: Stage) -> None:
    stage.sandbox.post("/sandbox/api/switches", is_order_late=True)
    with stage.shopper() as shopper:
        token = buy_by_wallet(shopper, stage.popular_variant(2))
        tab = take(shopper.page)
        expect(tab.get_by_role("heading", level=1)).to_be_visible()
        assert "/o/" in tab.url
        stage.sandbox.post("/sandbox/api/switches", is_order_late=False)
        first = order_of(stage.sandbox, token)
        second, code = buy_with_code(stage, tab, first["email"])
    assert code
    (source,) = earned(stage, second)
    assert source.startswith("decision:")


@pytest.mark.parametrize("network", ["drop", "server_error", "html", "wrong_cors", "slow"])
def test_with_a_server_in_trouble_the_page_is_as_without_a_block(stage: Stage, network: str) -> None:
    stage.sandbox.post("/sandbox/api/switches", network=network, network_milliseconds=5_000 if network == "slow" else 0)
    with stage.shopper() as shopper:
        buy_by_wallet(shopper, stage.popular_variant(3))
        block = shopper.page.locator("[data-block]")
        expect(block).to_be_empty(timeout=_PATIENCE_MS)
        expect(shopper.page.get_by_role("heading", name="Thank you", exact=False)).to_be_visible()
        assert faults(shopper.page) == []


def test_the_editor_shows_samples_and_asks_the_app_nothing(stage: Stage) -> None:
    with stage.shopper() as shopper:
        asked: list[str] = []
        shopper.page.on("request", lambda request: asked.append(request.url))
        shopper.page.goto(f"{stage.sandbox.origin}/checkout/editor/thank-you")
        expect(shopper.page.get_by_role("heading", name="Sample product")).to_be_visible(timeout=_PATIENCE_MS)
        assert faults(shopper.page) == []
        assert [url for url in asked if "/blocks/" in url] == []
        buy_by_wallet(shopper, stage.popular_variant())
        offer_on(shopper.page)
        assert [url for url in asked if "/blocks/offers" in url] != []
