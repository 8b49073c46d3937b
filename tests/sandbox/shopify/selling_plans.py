"""Selling plans of the shop, as a subscription app would make them: goods sold every so often, at their own price."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.sandbox.shopify import ids
from tests.sandbox.shopify.action import Action, acting
from tests.sandbox.shopify.payloads import gid, local_time, one, product_body
from tests.sandbox.shopify.webhooks import WebhookSender
from tests.sandbox.shopify.world import World

INTERVALS = ("DAY", "WEEK", "MONTH", "YEAR")
PRICINGS = ("PERCENTAGE", "FIXED_AMOUNT", "PRICE")
MOST_PLANS = 31


def create_group(
    world: World,
    sender: WebhookSender,
    *,
    name: str,
    plans: Sequence[Mapping[str, Any]],
    product_ids: Sequence[int] = (),
    variant_ids: Sequence[int] = (),
) -> dict[str, Any]:
    """Make a group of plans that these goods are sold by, and send selling_plan_groups/create and products/update.

    A plan is `{name, interval, count}`; `delivery_interval` and `delivery_count` where it is paid for in advance,
    `pricing` [{type, value, after}], `category`. Returns the group's id and those of its plans.

    Raises:
        ValueError: a plan that Shopify would not take.
        LookupError: goods that do not exist.
    """
    if not 0 < len(plans) <= MOST_PLANS:
        raise ValueError(f"a group has 1 to {MOST_PLANS} plans")
    with acting(world, sender) as action:
        connection = action.connection
        group_id = ids.next_id(connection, "selling_plan_group")
        connection.execute(
            "INSERT INTO selling_plan_group VALUES (?, ?, ?, ?)", (group_id, name, action.now_text, action.now_text)
        )
        plan_ids = [_write_plan(action, group_id, plan) for plan in plans]
        for product_id in product_ids:
            one(connection, "product", product_id)
            connection.execute("INSERT INTO selling_plan_goods VALUES (?, ?, NULL)", (group_id, product_id))
        for variant_id in variant_ids:
            one(connection, "variant", variant_id)
            connection.execute("INSERT INTO selling_plan_goods VALUES (?, NULL, ?)", (group_id, variant_id))
        action.say("selling_plan_groups/create", _group_body(connection, group_id))
        for product_id in product_ids:
            action.say("products/update", product_body(connection, product_id, action.origin))
    return {"group_id": group_id, "plan_ids": plan_ids}


def open_club(world: World, sender: WebhookSender, *, most: int = 12) -> None:
    """Sell what is bought most by subscription too, every month or every other week, for less."""
    with world.read() as connection:
        rows = connection.execute(
            """SELECT l.product_id FROM order_line l JOIN product p ON p.id = l.product_id WHERE p.status = 'ACTIVE'
               GROUP BY l.product_id ORDER BY count(*) DESC, l.product_id LIMIT ?""",
            (most,),
        ).fetchall()
    create_group(
        world,
        sender,
        name="Subscribe and save",
        plans=[
            {"name": "Every other week", "interval": "WEEK", "count": 2, "pricing": [_off(15)]},
            {"name": "Monthly", "interval": "MONTH", "pricing": [_off(10)]},
        ],
        product_ids=[row["product_id"] for row in rows],
    )


def _off(percent: int) -> dict[str, Any]:
    return {"type": "PERCENTAGE", "value": percent}


def delete_group(world: World, sender: WebhookSender, group_id: int) -> None:
    """Delete a group with its plans and send selling_plan_groups/delete; orders keep what they were sold by.

    Raises:
        LookupError: no such group.
    """
    with acting(world, sender) as action:
        body = _group_body(action.connection, group_id)
        action.connection.execute("DELETE FROM selling_plan_group WHERE id = ?", (group_id,))
        action.say("selling_plan_groups/delete", {name: body[name] for name in ("id", "admin_graphql_api_id")})


def plan_of(connection: sqlite3.Connection, plan_id: int, *, variant_id: int) -> sqlite3.Row | None:
    """Return a plan if the variant is sold by it."""
    row: sqlite3.Row | None = connection.execute(
        """SELECT p.* FROM selling_plan p JOIN selling_plan_goods g ON g.group_id = p.group_id
           JOIN variant v ON v.id = g.variant_id OR v.product_id = g.product_id WHERE p.id = ? AND v.id = ?""",
        (plan_id, variant_id),
    ).fetchone()
    return row


def first_price(plan: sqlite3.Row, price: int) -> int:
    """Return what one unit costs the first time, in pence."""
    for pricing in json.loads(plan["pricing"]):
        if pricing.get("after"):
            continue
        value = Decimal(str(pricing["value"]))
        if pricing["type"] == "PERCENTAGE":
            left = Decimal(price) * (100 - value) / 100
        else:
            left = max(Decimal(price) - value, Decimal(0)) if pricing["type"] == "FIXED_AMOUNT" else value
        return int(left.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return price


def _write_plan(action: Action, group_id: int, plan: Mapping[str, Any]) -> int:
    interval, count = plan.get("interval"), plan.get("count", 1)
    delivery, delivery_count = plan.get("delivery_interval", interval), plan.get("delivery_count", count)
    is_recurring = plan.get("category", "SUBSCRIPTION") == "SUBSCRIPTION"
    if is_recurring and not {interval, delivery} <= set(INTERVALS):
        raise ValueError(f"interval must be one of {', '.join(INTERVALS)}")
    if any(pricing["type"] not in PRICINGS for pricing in plan.get("pricing", ())):
        raise ValueError(f"pricing.type must be one of {', '.join(PRICINGS)}")
    plan_id = ids.next_id(action.connection, "selling_plan")
    action.connection.execute(
        "INSERT INTO selling_plan VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (plan_id, group_id, plan["name"], plan.get("category", "SUBSCRIPTION"), interval, count, delivery,
         delivery_count, json.dumps(list(plan.get("pricing", ()))), action.now_text),
    )  # fmt: skip
    return plan_id


def _group_body(connection: sqlite3.Connection, group_id: int) -> dict[str, Any]:
    """Return the body of selling_plan_groups/*: which goods are sold by the group is not in it."""
    row = one(connection, "selling_plan_group", group_id)
    plans = connection.execute("SELECT * FROM selling_plan WHERE group_id = ? ORDER BY id", (group_id,)).fetchall()
    return {
        "id": group_id,
        "admin_graphql_api_id": gid("SellingPlanGroup", group_id),
        "name": row["name"],
        "merchant_code": row["name"].lower(),
        "created_at": local_time(connection, row["created_at"]),
        "selling_plans": [
            {"id": plan["id"], "admin_graphql_api_id": gid("SellingPlan", plan["id"]), "name": plan["name"]}
            for plan in plans
        ],
    }
