"""Answers of the Admin API about selling plans, read into our own words."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from server.domain.plans import Interval, PlanGroup, PlanPrice, SellingPlan
from server.shopify.answers import AnyNode, Listing, Part
from server.shopify.validation import Amount, PlainId, Text, minor

_SUBSCRIPTIONS = frozenset({"SUBSCRIPTION", "OTHER", None})  # the category is younger than many plans
_UNITS = {"DAY": "day", "WEEK": "week", "MONTH": "month", "YEAR": "year"}
_KINDS = {"PERCENTAGE": "percent", "FIXED_AMOUNT": "amount", "PRICE": "price"}


class _Policy(Part):
    """How often; a policy that never recurs says nothing of it."""

    interval: str | None = None
    interval_count: Annotated[int, Field(ge=1, le=1_000)] | None = None

    def read(self) -> Interval | None:
        unit = _UNITS.get(self.interval or "")
        return Interval(unit, self.interval_count) if unit is not None and self.interval_count is not None else None


class _Value(Part):
    amount: Amount | None = None
    currency_code: str | None = None
    percentage: Annotated[Decimal, Field(ge=0, le=100)] | None = None


class _Pricing(Part):
    adjustment_type: str
    adjustment_value: _Value
    after_cycle: Annotated[int, Field(ge=0)] | None = None

    def read(self, currency: str) -> PlanPrice | None:
        """Return the price; None where it is of a kind, or in a currency, that we cannot tell a shopper."""
        kind, value = _KINDS.get(self.adjustment_type), self.adjustment_value
        if kind == "percent" and value.percentage is not None:
            return PlanPrice(self.after_cycle or 0, kind, value.percentage)
        if kind in ("amount", "price") and value.amount is not None and value.currency_code == currency:
            return PlanPrice(self.after_cycle or 0, kind, Decimal(minor(value.amount, currency)))
        return None


class PlanNode(Part):
    id: PlainId
    name: Text
    category: str | None
    billing_policy: _Policy
    delivery_policy: _Policy
    pricing_policies: list[_Pricing]

    def read(self, currency: str) -> SellingPlan | None:
        """Return the plan where it is a subscription; None for goods ordered ahead, tried first, or priced oddly."""
        billing, delivery = self.billing_policy.read(), self.delivery_policy.read()
        prices = [each.read(currency) for each in self.pricing_policies]
        known = tuple(sorted((each for each in prices if each is not None), key=lambda each: each.after))
        if billing is None or delivery is None or self.category not in _SUBSCRIPTIONS or len(known) < len(prices):
            return None
        return SellingPlan(self.id, self.name, billing, delivery, known)


class PlanGroupNode(Part):
    id: PlainId
    name: Text
    selling_plans: Listing[PlanNode]
    products: Listing[AnyNode]
    product_variants: Listing[AnyNode]

    def group(
        self,
        currency: str,
        *,
        plans: Iterable[PlanNode],
        products: Iterable[AnyNode],
        variants: Iterable[AnyNode],
    ) -> PlanGroup:
        read = (each.read(currency) for each in plans)
        return PlanGroup(
            group_id=self.id,
            name=self.name,
            plans=tuple(each for each in read if each is not None),
            products=frozenset(each.id for each in products),
            variants=frozenset(each.id for each in variants),
        )
