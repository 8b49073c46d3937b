"""Everything that a replay of the past looks at, read at once."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from server.domain.backtest.past import NOBODY_KNOWN, KnownPerson
from server.domain.goods import Memberships
from server.domain.orders import Order, PurchaseLine, VariantFacts
from server.domain.recommendations import Neighbour
from server.storage.catalog import Catalog, NeighbourRow
from server.storage.collections import Collections
from server.storage.contacts import ContactRow, CustomerRow, normalise_address
from server.storage.ledger import LedgerRow
from server.storage.orders import OrderLineRow, OrderRow, order_of
from server.storage.plans import SellingPlans
from server.storage.touches import SENT, TouchRow

_AT_ONCE = 2_000
# What decisions look at, of goods that were not given back: a past has hundreds of thousands of lines.
_GOODS_OF = (
    select(
        OrderLineRow.order_id, OrderLineRow.variant_id, OrderLineRow.product_id, OrderLineRow.quantity,
        OrderLineRow.total,
    )
    .where(
        OrderLineRow.shop_id == bindparam("its_shop"),
        OrderLineRow.order_id.in_(bindparam("its_orders", expanding=True)),
        OrderLineRow.variant_id.is_not(None),
        OrderLineRow.variant_id != "",
        OrderLineRow.quantity != 0,
    )
    .order_by(OrderLineRow.order_id, OrderLineRow.line_id)
)  # fmt: skip


class History:
    """A shop's past, and what is known of its people today."""

    def __init__(self, session: Session, shop_id: int) -> None:
        self._session, self._shop_id = session, shop_id
        # Columns here and below, not rows of the ORM, which take most of the time to read.
        columns = ContactRow.channel, ContactRow.address, ContactRow.consent, ContactRow.suppressed_at
        rows = session.execute(select(*columns).where(ContactRow.shop_id == shop_id))
        self._contacts = {(row.channel, row.address): row for row in rows}

    def orders(self, *, until: datetime) -> Iterator[tuple[Order, tuple[PurchaseLine, ...]]]:
        """Yield all orders placed until a moment, without their lines, and the goods that they hold.

        They come in the order in which they were placed.
        """
        place: tuple[datetime, str] | None = None
        while True:
            query = select(*OrderRow.__table__.c).where(OrderRow.shop_id == self._shop_id, OrderRow.created_at <= until)
            if place is not None:
                at, order_id = place
                query = query.where(
                    or_(OrderRow.created_at > at, and_(OrderRow.created_at == at, OrderRow.order_id > order_id))
                )
            rows = self._session.execute(query.order_by(OrderRow.created_at, OrderRow.order_id).limit(_AT_ONCE)).all()
            lines = self._lines(tuple(row.order_id for row in rows))
            yield from ((order_of(row, ()), tuple(lines.get(row.order_id, ()))) for row in rows)
            if len(rows) < _AT_ONCE:
                return
            place = rows[-1].created_at, rows[-1].order_id

    def _lines(self, order_ids: tuple[str, ...]) -> dict[str, list[PurchaseLine]]:
        found: dict[str, list[PurchaseLine]] = defaultdict(list)
        asked = {"its_shop": self._shop_id, "its_orders": order_ids}
        for order_id, variant_id, product_id, quantity, total in self._session.execute(_GOODS_OF, asked):
            found[order_id].append(PurchaseLine(variant_id or "", product_id or "", quantity, total))
        return found

    def goods(self) -> dict[str, VariantFacts]:
        goods = Catalog(self._session, self._shop_id).everything()
        return SellingPlans(self._session, self._shop_id).added_to(goods)

    def memberships(self) -> Memberships:
        return Collections(self._session, self._shop_id).everything()

    def neighbours(self) -> dict[str, tuple[Neighbour, ...]]:
        found: dict[str, list[Neighbour]] = defaultdict(list)
        columns = NeighbourRow.variant_id, NeighbourRow.other_id, NeighbourRow.score, NeighbourRow.together
        query = select(*columns).where(NeighbourRow.shop_id == self._shop_id)
        for row in self._session.execute(query.order_by(NeighbourRow.score.desc(), NeighbourRow.other_id)):
            found[row.variant_id].append(Neighbour(row.other_id, row.score, row.together))
        return {variant_id: tuple(rows) for variant_id, rows in found.items()}

    def customers(self) -> dict[str, Row[Any]]:
        """Return the rows of `CustomerRow`, as far as a replay looks at them, by customer."""
        columns = (
            CustomerRow.customer_id, CustomerRow.email, CustomerRow.phone, CustomerRow.tags, CustomerRow.locale,
            CustomerRow.orders_count, CustomerRow.spent,
        )  # fmt: skip
        rows = self._session.execute(select(*columns).where(CustomerRow.shop_id == self._shop_id))
        return {row.customer_id: row for row in rows}

    def person(self, customer: Row[Any] | None, *, email: str | None, phone: str | None) -> KnownPerson:
        """Return what is known today of who can be reached at these addresses."""
        given = [(channel, address) for channel, address in (("email", email), ("sms", phone)) if address]
        found = [self._contacts.get((channel, normalise_address(channel, address))) for channel, address in given]
        contacts = [each for each in found if each is not None]
        if customer is None and not contacts:
            return NOBODY_KNOWN
        return KnownPerson(
            tags=frozenset(customer.tags) if customer is not None and customer.tags is not None else None,
            locale=customer.locale if customer is not None else None,
            orders=customer.orders_count if customer is not None else None,
            spent=customer.spent if customer is not None else None,
            consents={each.channel: each.consent for each in contacts if each.consent is not None},
            suppressed=frozenset(each.channel for each in contacts if each.suppressed_at is not None),
        )

    def message_results(self, *, since: datetime) -> tuple[int, int]:
        """Return how many messages were sent since a moment, and how many orders they led to."""
        sent = select(func.count()).where(
            TouchRow.shop_id == self._shop_id, TouchRow.state == SENT, TouchRow.sent_at >= since
        )
        led = select(func.count(LedgerRow.order_id.distinct())).where(
            LedgerRow.shop_id == self._shop_id, LedgerRow.source.like("touch:%"), LedgerRow.booked_at >= since
        )
        return self._session.scalar(sent) or 0, self._session.scalar(led) or 0
