"""Orders as last seen, and their lines."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.core.errors import AppError
from server.domain.orders import LineItem, Order
from server.domain.readings import TOLD_APART, differ, told_before
from server.storage.db import Base, Minor


class OrderRow(Base):
    __tablename__ = "orders"
    __table_args__ = (
        Index(None, "shop_id", "reference_id"),
        Index(None, "shop_id", "customer_id"),
        Index(None, "shop_id", "unit_id", "created_at"),
        Index(None, "shop_id", "created_at"),
    )

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True)
    order_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    reference_id: Mapped[str | None]
    customer_id: Mapped[str | None]
    unit_id: Mapped[str]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    first_name: Mapped[str | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    currency: Mapped[str]
    presentment_currency: Mapped[str]
    total: Mapped[Minor]
    current_total: Mapped[Minor]
    refunded: Mapped[Minor]
    outstanding: Mapped[Minor]
    financial_status: Mapped[str]
    gateways: Mapped[list[Any]]
    source_name: Mapped[str]
    country_code: Mapped[str | None]
    province_code: Mapped[str | None]
    has_shipping_address: Mapped[bool]
    locale: Mapped[str | None]
    attributes: Mapped[list[Any]]
    discount_codes: Mapped[list[Any]] = mapped_column(server_default="[]")
    shipping_method: Mapped[str | None]
    is_test: Mapped[bool]
    # In minor units of `presentment_currency`; none of them is known of what was stored before they were kept.
    presentment_total: Mapped[Minor | None]
    presentment_current_total: Mapped[Minor | None]
    starts_subscription: Mapped[bool | None]
    needs_shipping: Mapped[bool | None]
    has_duties: Mapped[bool | None]
    payment_kind: Mapped[str | None]
    fulfilment: Mapped[str | None]


class OrderLineRow(Base):
    __tablename__ = "order_lines"
    __table_args__ = (
        ForeignKeyConstraint(["shop_id", "order_id"], ["orders.shop_id", "orders.order_id"], ondelete="CASCADE"),
        Index(None, "shop_id", "variant_id"),
    )

    shop_id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[str] = mapped_column(primary_key=True)
    line_id: Mapped[str] = mapped_column(primary_key=True)
    variant_id: Mapped[str | None]
    product_id: Mapped[str | None]
    title: Mapped[str]
    sku: Mapped[str]
    quantity: Mapped[int]
    unit_price: Mapped[Minor]
    total: Mapped[Minor]
    presentment_unit_price: Mapped[Minor | None]
    presentment_total: Mapped[Minor | None]


_SAME_FIELDS = (
    "name", "reference_id", "customer_id", "email", "phone", "first_name", "created_at", "updated_at", "cancelled_at",
    "currency", "presentment_currency", "total", "current_total", "refunded", "outstanding", "financial_status",
    "source_name", "country_code", "province_code", "has_shipping_address", "locale", "shipping_method", "is_test",
    "presentment_total", "presentment_current_total", "starts_subscription", "needs_shipping", "has_duties",
    "payment_kind", "fulfilment",
)  # fmt: skip


# A unit that names nobody: the shopper was erased, and later news of the order must not bring them back.
ERASED_UNIT = "erased:"
_NOBODY: dict[str, Any] = {
    "customer_id": None, "email": None, "phone": None, "first_name": None, "attributes": [], "discount_codes": [],
}  # fmt: skip

# Columns, not rows of the ORM: a back-test reads hundreds of thousands of these, in the order of LineItem's fields.
_ITEMS_OF = (
    select(
        OrderLineRow.order_id, OrderLineRow.line_id, OrderLineRow.variant_id, OrderLineRow.product_id,
        OrderLineRow.title, OrderLineRow.quantity, OrderLineRow.unit_price, OrderLineRow.total, OrderLineRow.sku,
        OrderLineRow.presentment_unit_price, OrderLineRow.presentment_total,
    )
    .where(
        OrderLineRow.shop_id == bindparam("its_shop"),
        OrderLineRow.order_id.in_(bindparam("its_orders", expanding=True)),
    )
    .order_by(OrderLineRow.order_id, OrderLineRow.line_id)
)  # fmt: skip
_UNIT = select(OrderRow.unit_id).where(
    OrderRow.shop_id == bindparam("its_shop"), OrderRow.order_id == bindparam("its_order")
)
_INSERT, _INSERT_LINES = insert(OrderRow.__table__), insert(OrderLineRow.__table__)  # type: ignore[arg-type]  # Table, typed as FromClause
_UPDATE = update(OrderRow.__table__).where(  # type: ignore[arg-type]  # as above
    OrderRow.shop_id == bindparam("its_shop"), OrderRow.order_id == bindparam("its_order")
)
_FORGET_LINES = delete(OrderLineRow).where(
    OrderLineRow.shop_id == bindparam("its_shop"),
    OrderLineRow.order_id.in_(bindparam("its_orders", expanding=True)),
)
_STORED = (
    select(OrderRow.order_id, OrderRow.updated_at, OrderRow.unit_id, *(getattr(OrderRow, name) for name in TOLD_APART))
    .where(OrderRow.shop_id == bindparam("its_shop"), OrderRow.order_id.in_(bindparam("its_orders", expanding=True)))
    .order_by(OrderRow.order_id)  # two batches that share orders lock them in one order
    .with_for_update()
)


def _kept_nameless(stored_unit: str) -> dict[str, Any]:
    return {**_NOBODY, "unit_id": stored_unit} if stored_unit.startswith(ERASED_UNIT) else {}


def order_of(row: Any, lines: tuple[LineItem, ...]) -> Order:
    """Return a row of the table as an order."""
    return Order(
        id=row.order_id,
        lines=lines,
        gateways=tuple(row.gateways),
        attributes=tuple((str(name), str(value)) for name, value in row.attributes),
        discount_codes=tuple(row.discount_codes),
        **{name: getattr(row, name) for name in _SAME_FIELDS},
    )


class OrderContested(AppError):
    """The platform tells times in whole seconds: which of two bodies of one second came later, only it knows."""

    code = "order_contested"


class Orders:
    """A shop's orders."""

    def __init__(self, session: Session, shop_id: int) -> None:
        self._session, self._shop_id = session, shop_id

    def get(self, order_id: str) -> Order | None:
        row = self._session.get(OrderRow, (self._shop_id, order_id))
        return self._read(row) if row else None

    def id_of_name(self, name: str) -> str | None:
        """Return the id of the order that the merchant calls `name`."""
        query = select(OrderRow.order_id).where(OrderRow.shop_id == self._shop_id, OrderRow.name == name)
        return self._session.scalars(query.limit(1)).one_or_none()

    def names(self, order_ids: Iterable[str]) -> dict[str, str]:
        """Return how the merchant calls orders, by their ids."""
        query = select(OrderRow.order_id, OrderRow.name).where(
            OrderRow.shop_id == self._shop_id, OrderRow.order_id.in_(list(order_ids))
        )
        return {row.order_id: row.name for row in self._session.execute(query)}

    def by_reference(self, reference_id: str) -> Order | None:
        query = select(OrderRow).where(OrderRow.shop_id == self._shop_id, OrderRow.reference_id == reference_id)
        row = self._session.scalars(query.limit(1)).one_or_none()
        return self._read(row) if row else None

    def save(self, order: Order, *, unit_id: str, is_certain: bool = True) -> bool:
        """Store an order as it stood at its `updated_at`; False when what is stored is newer.

        The row stays locked until the transaction ends, so that two deliveries on one order take turns. An order that
        is not certain to be the later of two of one second must not differ from what is stored.

        Raises:
            OrderContested.
        """
        if not is_certain and self._is_contested(order):
            raise OrderContested("Two bodies of one second say different things of this order.", order_id=order.id)
        return bool(self.save_all([(order, unit_id)]))

    def save_all(self, orders: Sequence[tuple[Order, str]]) -> int:
        """Store orders, each with its shopper's unit, in few statements; return how many were news.

        Of an order that comes more than once, as it changes while pages are read, the newest counts.
        """
        newest = {order.id: (order, unit_id) for order, unit_id in sorted(orders, key=lambda each: each[0].updated_at)}
        stored = self._stored(list(newest))
        news = [
            (order, unit_id)
            for order, unit_id in newest.values()
            if order.id not in stored or stored[order.id][0] <= order.updated_at
        ]
        added = [self._values(order, unit_id) for order, unit_id in news if order.id not in stored]
        changed = [
            {
                **self._values(told_before(order, stored[order.id][2]), unit_id),
                **_kept_nameless(stored[order.id][1]),
            }
            for order, unit_id in news
            if order.id in stored
        ]
        if added:
            self._session.execute(_INSERT, added)
        if changed:
            its_ids = [each["order_id"] for each in changed]
            renamed = [{**each, "its_shop": self._shop_id, "its_order": each["order_id"]} for each in changed]
            self._session.connection().execute(_UPDATE, renamed)
            self._session.execute(_FORGET_LINES, {"its_shop": self._shop_id, "its_orders": its_ids})
            self._session.expire_all()
        lines = [self._line_values(order.id, line) for order, _ in news for line in order.lines]
        if lines:
            self._session.execute(_INSERT_LINES, lines)
        return len(news)

    def _is_contested(self, order: Order) -> bool:
        held = self.get(order.id)
        return held is not None and held.updated_at == order.updated_at and differ(held, order)

    def _stored(self, order_ids: list[str]) -> dict[str, tuple[datetime, str, dict[str, Any]]]:
        """Return when each stored order changed, its unit, and what was told of it before."""
        found = self._session.execute(_STORED, {"its_shop": self._shop_id, "its_orders": order_ids})
        return {
            row.order_id: (row.updated_at, row.unit_id, {name: getattr(row, name) for name in TOLD_APART})
            for row in found
        }

    def _values(self, order: Order, unit_id: str) -> dict[str, Any]:
        return {
            **{name: getattr(order, name) for name in _SAME_FIELDS},
            "shop_id": self._shop_id,
            "order_id": order.id,
            "unit_id": unit_id,
            "gateways": list(order.gateways),
            "attributes": [list(pair) for pair in order.attributes],
            "discount_codes": list(order.discount_codes),
        }

    def latest_of_customer(self, customer_id: str) -> Order | None:
        """Return a customer's latest order that was not cancelled."""
        query = (
            select(OrderRow.order_id)
            .where(OrderRow.shop_id == self._shop_id, OrderRow.customer_id == customer_id)
            .where(OrderRow.cancelled_at.is_(None))
            .order_by(OrderRow.created_at.desc(), OrderRow.order_id.desc())
            .limit(1)
        )
        found = self._session.scalar(query)
        return self.get(found) if found is not None else None

    def oldest_at(self) -> datetime | None:
        """Return when the oldest order that is known was placed."""
        return self._session.scalar(select(func.min(OrderRow.created_at)).where(OrderRow.shop_id == self._shop_id))

    def has_ordered_since(self, unit_id: str, *, after: datetime, excluding: str) -> bool:
        query = select(OrderRow.order_id).where(
            OrderRow.shop_id == self._shop_id,
            OrderRow.unit_id == unit_id,
            OrderRow.created_at > after,
            OrderRow.cancelled_at.is_(None),
            OrderRow.order_id != excluding,
        )
        return self._session.scalars(query.limit(1)).first() is not None

    def baskets(self) -> Iterator[tuple[str, ...]]:
        """Yield the variants of each order that was not cancelled, order by order."""
        query = (
            select(OrderLineRow.order_id, OrderLineRow.variant_id)
            .join(OrderRow, (OrderRow.shop_id == OrderLineRow.shop_id) & (OrderRow.order_id == OrderLineRow.order_id))
            .where(
                OrderLineRow.shop_id == self._shop_id,
                OrderLineRow.variant_id.is_not(None),
                OrderRow.cancelled_at.is_(None),
            )
            .order_by(OrderLineRow.order_id)
        )
        current: str | None = None
        basket: list[str] = []
        for order_id, variant_id in self._session.execute(query).yield_per(5_000):
            if order_id != current:
                if basket:
                    yield tuple(basket)
                current, basket = order_id, []
            basket.append(variant_id or "")
        if basket:
            yield tuple(basket)

    def recent(self, *, limit: int, before: tuple[datetime, str] | None = None) -> tuple[Order, ...]:
        """Return the latest orders, newest first, with their lines.

        `before` is time and id of the last one already seen: many orders may share one second.
        """
        query = select(OrderRow).where(OrderRow.shop_id == self._shop_id)
        if before is not None:
            at, order_id = before
            query = query.where(
                or_(OrderRow.created_at < at, and_(OrderRow.created_at == at, OrderRow.order_id > order_id))
            )
        rows = self._session.scalars(query.order_by(OrderRow.created_at.desc(), OrderRow.order_id).limit(limit)).all()
        lines = self._lines(tuple(row.order_id for row in rows))
        return tuple(order_of(row, lines.get(row.order_id, ())) for row in rows)

    def is_erased(self, order_id: str) -> bool:
        """Tell whether the shopper of a stored order was erased."""
        return (self.unit_of(order_id) or "").startswith(ERASED_UNIT)

    def unit_of(self, order_id: str) -> str | None:
        return self._session.scalar(_UNIT, {"its_shop": self._shop_id, "its_order": order_id})

    def _read(self, row: OrderRow) -> Order:
        return order_of(row, self._lines((row.order_id,)).get(row.order_id, ()))

    def _lines(self, order_ids: tuple[str, ...]) -> dict[str, tuple[LineItem, ...]]:
        asked = {"its_shop": self._shop_id, "its_orders": order_ids}
        found: dict[str, list[LineItem]] = {}
        for order_id, *line in self._session.execute(_ITEMS_OF, asked):
            found.setdefault(order_id, []).append(LineItem(*line))
        return {order_id: tuple(lines) for order_id, lines in found.items()}

    def _line_values(self, order_id: str, line: LineItem) -> dict[str, Any]:
        return {
            "shop_id": self._shop_id,
            "order_id": order_id,
            "line_id": line.line_id,
            "variant_id": line.variant_id,
            "product_id": line.product_id,
            "title": line.title,
            "sku": line.sku,
            "quantity": line.quantity,
            "unit_price": line.unit_price,
            "total": line.total,
            "presentment_unit_price": line.presentment_unit_price,
            "presentment_total": line.presentment_total,
        }
