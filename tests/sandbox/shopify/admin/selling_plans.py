"""Resolvers of selling plans and the groups in which goods are sold by them."""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from graphql import GraphQLResolveInfo as Info

from tests.sandbox.shopify.admin import ids
from tests.sandbox.shopify.admin.amounts import Money
from tests.sandbox.shopify.admin.connections import Clause, Connection, Sort, Table, from_list, from_table
from tests.sandbox.shopify.admin.fields import Fields, Resolver, always, column, identity, of, of_source, session_of
from tests.sandbox.shopify.admin.gaps import Unsupported
from tests.sandbox.shopify.admin.loaders import products_by_id, variants_by_id
from tests.sandbox.shopify.admin.records import Record, Session, children, grouped

TABLE = Table("SellingPlanGroup", "g.*", "selling_plan_group g", "g.id")


class Policy(NamedTuple):
    """How often something happens; `kind` is the type of the schema that says it."""

    kind: str
    interval: str | None
    times: int | None


class Pricing(NamedTuple):
    """One adjustment of the price."""

    kind: str
    written: Mapping[str, Any]
    currency: str


class Percentage(NamedTuple):
    kind: str
    value: float


class Amount(Money):
    """Money that a union has to tell from a percentage."""

    __slots__ = ()
    kind = "MoneyV2"


def group(_root: Any, info: Info, **arguments: Any) -> Record | None:
    number = ids.number_of(arguments["id"], "SellingPlanGroup")
    found = session_of(info).batch(
        "SellingPlanGroup", session_of(info).rows("SELECT * FROM selling_plan_group WHERE id = ?", number)
    )
    return next(iter(found.records), None)


def groups(_root: Any, info: Info, **arguments: Any) -> Connection:
    if arguments.get("query") or arguments["sortKey"] != "ID":
        raise Unsupported("query or sortKey of sellingPlanGroups")
    return from_table(session_of(info), TABLE, Sort("id", "g.id"), Clause("1"), arguments)


def _groups(record: Record, condition: str, *values: int) -> list[Record]:
    rows = record.session.rows(
        f"""SELECT DISTINCT g.* FROM selling_plan_group g JOIN selling_plan_goods s ON s.group_id = g.id
            WHERE {condition} ORDER BY g.id""",
        *values,
    )
    return record.session.batch("SellingPlanGroup", rows).records


def groups_of_product(product: Record) -> list[Record]:
    """Return the groups that a product, or one of its variants, is sold by."""
    within = "s.product_id = ? OR s.variant_id IN (SELECT id FROM variant WHERE product_id = ?)"
    return _groups(product, within, product.id, product.id)


def page_of_product(product: Record, _info: Info, **arguments: Any) -> Connection:
    return from_list(groups_of_product(product), arguments, "id")


def page_of_variant(variant: Record, _info: Info, **arguments: Any) -> Connection:
    found = _groups(variant, "s.variant_id = ? OR s.product_id = ?", variant.id, variant.row["product_id"])
    return from_list(found, arguments, "id")


def _load_plans(session: Session, group_ids: list[int]) -> Mapping[int, list[Record]]:
    rows = session.rows(
        "SELECT * FROM selling_plan WHERE group_id IN (SELECT value FROM json_each(?)) ORDER BY id",
        json.dumps(group_ids),
    )
    return grouped(session.batch("SellingPlan", rows), "group_id")


def _plans(record: Record, _info: Info, **arguments: Any) -> Connection:
    return from_list(children(record, "plans", _load_plans), arguments, "id")


def _goods(name: str, load: Callable[[Session, list[int]], Mapping[int, Record]]) -> Resolver:
    def page(record: Record, _info: Info, **arguments: Any) -> Connection:
        rows = record.session.rows(
            f"SELECT {name} AS id FROM selling_plan_goods WHERE group_id = ? AND {name} IS NOT NULL ORDER BY 1",
            record.id,
        )
        found = load(record.session, [row["id"] for row in rows])
        return from_list([found[row["id"]] for row in rows], arguments, "id")

    return page


def _policy(name: str) -> Resolver:
    def read(record: Record) -> Policy:
        row = record.row
        interval = row[f"{name}_interval"]
        kind = "Recurring" if interval and row["category"] == "SUBSCRIPTION" else "Fixed"
        return Policy(f"SellingPlan{kind}{name.capitalize()}Policy", interval, row[f"{name}_count"])

    return of(read)


def _pricings(record: Record) -> list[Pricing]:
    currency = record.session.shop["currency"]
    return [
        Pricing(f"SellingPlan{'Recurring' if each.get('after') else 'Fixed'}PricingPolicy", each, currency)
        for each in json.loads(record.row["pricing"])
    ]


def _value(pricing: Pricing) -> Percentage | Amount:
    value = pricing.written["value"]
    if pricing.written["type"] == "PERCENTAGE":
        return Percentage("SellingPlanPricingPolicyPercentageValue", float(Decimal(str(value))))
    return Amount(int(value), pricing.currency)


_PRICING: dict[str, Resolver] = {
    "adjustmentType": lambda pricing, _info: pricing.written["type"],
    "adjustmentValue": lambda pricing, _info: _value(pricing),
}
_RECURRING: dict[str, Resolver] = {"interval": of_source("interval"), "intervalCount": of_source("times")}

FIELDS: Fields = {
    "QueryRoot": {"sellingPlanGroup": group, "sellingPlanGroups": groups},
    "SellingPlanGroup": {
        "id": of(lambda record: ids.gid("SellingPlanGroup", record.id)),
        "name": column("name"),
        "createdAt": column("created_at"),
        "sellingPlans": _plans,
        "products": _goods("product_id", products_by_id),
        "productVariants": _goods("variant_id", variants_by_id),
    },
    "SellingPlan": {
        "id": identity("SellingPlan")["id"],
        "name": column("name"),
        "category": column("category"),
        "createdAt": column("created_at"),
        "billingPolicy": _policy("billing"),
        "deliveryPolicy": _policy("delivery"),
        "pricingPolicies": of(_pricings),
        "description": always(None),
    },
    "SellingPlanRecurringBillingPolicy": _RECURRING,
    "SellingPlanRecurringDeliveryPolicy": _RECURRING,
    "SellingPlanFixedPricingPolicy": _PRICING,
    "SellingPlanRecurringPricingPolicy": {**_PRICING, "afterCycle": lambda pricing, _info: pricing.written["after"]},
    "SellingPlanPricingPolicyPercentageValue": {"percentage": of_source("value")},
    "LineItemSellingPlan": {
        "name": column("name"),
        "sellingPlanId": of(lambda record: ids.gid("SellingPlan", record.row["selling_plan_id"])),
    },
}


def plan_of_line(line: Record) -> Record | None:
    """Return what a line of an order was sold by, if by any plan."""
    batch = line.batch

    def load() -> dict[int, Record]:
        rows = batch.session.rows(
            "SELECT *, line_id AS id FROM order_line_plan WHERE line_id IN (SELECT value FROM json_each(?))",
            json.dumps(batch.values("id")),
        )
        return {record.id: record for record in batch.session.batch("LineItemSellingPlan", rows).records}

    return batch.once("plans", load).get(line.id)
