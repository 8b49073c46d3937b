"""Everything that a replay of the past looks at, read at once."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.domain.backtest.past import NOBODY_KNOWN, KnownPerson
from server.domain.orders import Order, VariantFacts
from server.domain.recommendations import Neighbour
from server.storage.catalog import Catalog, NeighbourRow
from server.storage.contacts import ContactRow, CustomerRow, normalise_address
from server.storage.ledger import LedgerRow
from server.storage.orders import Orders
from server.storage.touches import SENT, TouchRow


class History:
    """A shop's past, and what is known of its people today."""

    def __init__(self, session: Session, shop_id: int) -> None:
        self._session, self._shop_id = session, shop_id
        rows = session.scalars(select(ContactRow).where(ContactRow.shop_id == shop_id))
        self._contacts = {(row.channel, row.address): row for row in rows}

    def orders(self, *, until: datetime) -> Iterator[Order]:
        """Yield all orders with their lines, in the order in which they were placed."""
        yield from Orders(self._session, self._shop_id).in_turn(until=until)

    def goods(self) -> dict[str, VariantFacts]:
        return Catalog(self._session, self._shop_id).everything()

    def neighbours(self) -> dict[str, tuple[Neighbour, ...]]:
        found: dict[str, list[Neighbour]] = defaultdict(list)
        columns = NeighbourRow.variant_id, NeighbourRow.other_id, NeighbourRow.score, NeighbourRow.together
        query = select(*columns).where(NeighbourRow.shop_id == self._shop_id)
        for row in self._session.execute(query.order_by(NeighbourRow.score.desc(), NeighbourRow.other_id)):
            found[row.variant_id].append(Neighbour(row.other_id, row.score, row.together))
        return {variant_id: tuple(rows) for variant_id, rows in found.items()}

    def customers(self) -> dict[str, CustomerRow]:
        rows = self._session.scalars(select(CustomerRow).where(CustomerRow.shop_id == self._shop_id))
        return {row.customer_id: row for row in rows}

    def person(self, customer: CustomerRow | None, *, email: str | None, phone: str | None) -> KnownPerson:
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
