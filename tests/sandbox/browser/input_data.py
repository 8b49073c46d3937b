"""The `inputData` of the post-purchase page, shaped as Shopify's typings say, with its signed token."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from tests.sandbox.shopify import money
from tests.sandbox.shopify.signing import make_post_purchase_token
from tests.sandbox.shopify.world import World

SHOULD_RENDER = "Checkout::PostPurchase::ShouldRender"
RENDER = "Checkout::PostPurchase::Render"


class PurchaseLine(NamedTuple):
    """One line of the initial purchase; `total` after line discounts, in minor units of the shop's currency."""

    variant_id: int
    quantity: int
    total: int
    selling_plan_id: int | None = None


class InitialPurchase(NamedTuple):
    """What the page is told of the purchase. `total` is 0 in the first run of ShouldRender."""

    reference_id: str
    customer_id: int | None
    country_code: str | None
    locale: str
    total: int
    lines: Sequence[PurchaseLine]


def money_bag(minor: int, currency: str) -> dict[str, Any]:
    """Return a MoneyBag; the page is only ever shown in the shop's own currency, so both sides are equal."""
    amount = {"amount": money.text(minor), "currencyCode": currency}
    return {"shopMoney": amount, "presentmentMoney": dict(amount)}


def make_input_data(
    world: World, *, target: str, purchase: InitialPurchase, secret: str, now: datetime
) -> dict[str, Any]:
    """Return inputData for one of the two targets. Lines whose variant is gone are left out."""
    with world.read() as connection:
        shop = connection.execute("SELECT * FROM shop").fetchone()
        lines = [
            _line_item(row, line, shop["currency"])
            for line in purchase.lines
            if (row := _named(connection, line.variant_id)) is not None
        ]
    initial: dict[str, Any] = {
        "referenceId": purchase.reference_id,
        "totalPriceSet": money_bag(purchase.total, shop["currency"]),
        "lineItems": lines,
    }
    if purchase.customer_id is not None:
        initial["customerId"] = purchase.customer_id
    if purchase.country_code is not None:
        initial["destinationCountryCode"] = purchase.country_code
    content = {
        "extensionPoint": target,
        "version": "unstable",
        "locale": purchase.locale,
        "shop": {"id": shop["id"], "domain": shop["domain"], "metafields": []},
        "initialPurchase": initial,
    }
    return {**content, "token": make_post_purchase_token(secret=secret, input_data=content, now=now)}


def _named(connection: Any, variant_id: int) -> Any:
    return connection.execute(
        "SELECT v.id, v.title, p.id AS product_id, p.title AS product_title"
        " FROM variant v JOIN product p ON p.id = v.product_id WHERE v.id = ?",
        (variant_id,),
    ).fetchone()


def _line_item(row: Any, line: PurchaseLine, currency: str) -> dict[str, Any]:
    return {
        "quantity": line.quantity,
        "totalPriceSet": money_bag(line.total, currency),
        **({"sellingPlanId": line.selling_plan_id} if line.selling_plan_id is not None else {}),
        "product": {
            "id": row["product_id"],
            "title": row["product_title"],
            "metafields": [],
            "variant": {"id": row["id"], "title": row["title"], "metafields": []},
        },
    }
