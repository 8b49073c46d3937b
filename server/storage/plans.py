"""A shop's selling plans, in the groups in which goods are sold by them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, and_, bindparam, delete, insert, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.domain.orders import VariantFacts
from server.domain.plans import PlanGroup, SellingPlan, pack_plan, unpack_plan
from server.storage.db import Base

_PRODUCT, _VARIANT = "product", "variant"


class PlanGroupRow(Base):
    __tablename__ = "selling_plan_groups"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True)
    group_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    read_at: Mapped[datetime]  # when the platform was asked


class SellingPlanRow(Base):
    """One way to subscribe; `prices` are its adjustments of the price, as `plans.pack_plan` writes them."""

    __tablename__ = "selling_plans"
    __table_args__ = (
        ForeignKeyConstraint(
            ["shop_id", "group_id"], ["selling_plan_groups.shop_id", "selling_plan_groups.group_id"], ondelete="CASCADE"
        ),
    )

    shop_id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[str] = mapped_column(primary_key=True)
    plan_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    billing_unit: Mapped[str]
    billing_count: Mapped[int]
    delivery_unit: Mapped[str]
    delivery_count: Mapped[int]
    prices: Mapped[list[Any]]


class PlanGoodsRow(Base):
    """Goods that are sold by a group's plans: a product with all its variants, or one variant."""

    __tablename__ = "selling_plan_goods"
    __table_args__ = (
        ForeignKeyConstraint(
            ["shop_id", "group_id"], ["selling_plan_groups.shop_id", "selling_plan_groups.group_id"], ondelete="CASCADE"
        ),
        Index(None, "shop_id", "kind", "goods_id"),
    )

    shop_id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)  # product | variant
    goods_id: Mapped[str] = mapped_column(primary_key=True)


_PLAN = (
    SellingPlanRow.plan_id, SellingPlanRow.name, SellingPlanRow.billing_unit, SellingPlanRow.billing_count,
    SellingPlanRow.delivery_unit, SellingPlanRow.delivery_count, SellingPlanRow.prices,
)  # fmt: skip
_OF_GOODS = (
    select(PlanGoodsRow.kind, PlanGoodsRow.goods_id, *_PLAN)
    .join(
        SellingPlanRow,
        and_(SellingPlanRow.shop_id == PlanGoodsRow.shop_id, SellingPlanRow.group_id == PlanGoodsRow.group_id),
    )
    .where(
        PlanGoodsRow.shop_id == bindparam("its_shop"),
        or_(
            and_(
                PlanGoodsRow.kind == _PRODUCT,
                PlanGoodsRow.goods_id.in_(bindparam("its_products", expanding=True)),
            ),
            and_(
                PlanGoodsRow.kind == _VARIANT,
                PlanGoodsRow.goods_id.in_(bindparam("its_variants", expanding=True)),
            ),
        ),
    )
    .order_by(SellingPlanRow.plan_id)
)
_AT_ONCE = 500  # goods asked about in one statement


class SellingPlans:
    """By which plans a shop's goods are sold."""

    def __init__(self, session: Session, shop_id: int) -> None:
        self._session, self._shop_id = session, shop_id

    def added_to(self, goods: Mapping[str, VariantFacts]) -> dict[str, VariantFacts]:
        """Return goods with the plans that each is sold by."""
        found: dict[tuple[str, str], dict[str, SellingPlan]] = {}
        every = list(goods.values())
        for start in range(0, len(every), _AT_ONCE):
            some = every[start : start + _AT_ONCE]
            asked = {
                "its_shop": self._shop_id,
                "its_products": sorted({each.product_id for each in some}),
                "its_variants": sorted({each.variant_id for each in some}),
            }
            for kind, goods_id, *packed in self._session.execute(_OF_GOODS, asked):
                plan = unpack_plan(packed)
                found.setdefault((kind, goods_id), {})[plan.plan_id] = plan
        return {
            variant_id: replace(each, plans=tuple(plans.values()))
            if (plans := found.get((_PRODUCT, each.product_id), {}) | found.get((_VARIANT, variant_id), {}))
            else each
            for variant_id, each in goods.items()
        }

    def everything(self) -> tuple[SellingPlan, ...]:
        """Return every plan of the shop, by name."""
        query = (
            select(*_PLAN)
            .where(SellingPlanRow.shop_id == self._shop_id)
            .order_by(SellingPlanRow.name, SellingPlanRow.plan_id)
        )
        return tuple({row.plan_id: unpack_plan(list(row)) for row in self._session.execute(query)}.values())

    def groups_of(self, product_id: str, variant_ids: Iterable[str]) -> frozenset[str]:
        """Return the groups that a product, or one of its variants, is sold by."""
        query = select(PlanGoodsRow.group_id).where(
            PlanGoodsRow.shop_id == self._shop_id,
            or_(
                and_(PlanGoodsRow.kind == _PRODUCT, PlanGoodsRow.goods_id == product_id),
                and_(PlanGoodsRow.kind == _VARIANT, PlanGoodsRow.goods_id.in_(sorted(variant_ids))),
            ),
        )
        return frozenset(self._session.scalars(query))

    def save(self, group: PlanGroup, *, read_at: datetime) -> bool:
        """Store a group as the platform gave it at `read_at`; False when it was asked for later already."""
        row = self._session.get(
            PlanGroupRow, (self._shop_id, group.group_id), with_for_update=True, populate_existing=True
        )
        if row is not None and row.read_at > read_at:
            return False
        if row is None:
            self._session.add(
                PlanGroupRow(shop_id=self._shop_id, group_id=group.group_id, name=group.name, read_at=read_at)
            )
        else:
            row.name, row.read_at = group.name, read_at
        self._session.flush()  # what follows stands below it
        for table in (SellingPlanRow, PlanGoodsRow):
            self._session.execute(delete(table).where(table.shop_id == self._shop_id, table.group_id == group.group_id))
        own = {"shop_id": self._shop_id, "group_id": group.group_id}
        names = [column.key for column in _PLAN]
        plans = [{**own, **dict(zip(names, pack_plan(plan), strict=True))} for plan in group.plans]
        goods = [
            {**own, "kind": kind, "goods_id": each}
            for kind, ids in ((_PRODUCT, group.products), (_VARIANT, group.variants))
            for each in sorted(ids)
        ]
        for table, rows in ((SellingPlanRow, plans), (PlanGoodsRow, goods)):
            if rows:
                self._session.execute(insert(table), rows)
        return True

    def remove(self, group_id: str) -> None:
        self._session.execute(
            delete(PlanGroupRow).where(PlanGroupRow.shop_id == self._shop_id, PlanGroupRow.group_id == group_id)
        )

    def keep_only(self, group_ids: Iterable[str], *, read_at: datetime) -> None:
        """Forget the groups that were not among all those the platform gave at `read_at`."""
        self._session.execute(
            delete(PlanGroupRow).where(
                PlanGroupRow.shop_id == self._shop_id,
                PlanGroupRow.group_id.not_in(sorted(group_ids)),
                PlanGroupRow.read_at < read_at,
            )
        )
