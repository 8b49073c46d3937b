"""What a replay remembers of each shopper on its way through the past."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from server.domain.backtest.past import KnownPerson, Past, PastOrder
from server.domain.document import Kind
from server.domain.goods import Goods
from server.domain.shopper import Profile, ShopperFacts

_SUBSCRIBED = "subscribed"


@dataclass(slots=True)
class Memory:
    """One shopper so far."""

    orders: int = 0
    spent: int = 0
    last_order_at: datetime | None = None
    baskets: list[PastOrder] = field(default_factory=list)
    shown_at: list[datetime] = field(default_factory=list)
    declined: list[tuple[datetime, str]] = field(default_factory=list)  # products
    sent_at: dict[str, datetime] = field(default_factory=dict)  # by channel
    sequences: dict[str, tuple[Kind, datetime]] = field(default_factory=dict)  # by order, once something was sent
    sent: int = 0
    sent_for: dict[str, int] = field(default_factory=dict)  # by order


class People:
    """All shoppers so far."""

    def __init__(self, past: Past, orders: Sequence[PastOrder]) -> None:
        self._past = past
        self._held: dict[str, Memory] = defaultdict(Memory)
        self._all: dict[str, int] = defaultdict(int)
        self._all_spent: dict[str, int] = defaultdict(int)
        for each in orders:
            if each.order.cancelled_at is None:
                self._all[each.unit_id] += 1
                self._all_spent[each.unit_id] += each.order.current_total

    def memory(self, unit_id: str) -> Memory:
        return self._held[unit_id]

    def known(self, unit_id: str) -> KnownPerson | None:
        return self._past.people.get(unit_id)

    def facts(self, past: PastOrder, *, at: datetime, has_goods: bool) -> ShopperFacts:
        """Return what was known of a shopper before an order, as far as it can be told today.

        What was bought is told where it is asked for alone: it takes longer than all the rest.
        """
        unit_id, held, known = past.unit_id, self._held[past.unit_id], self._past.people.get(past.unit_id)
        count: int | None = held.orders
        spent: int | None = held.spent
        missing = 0
        if known is not None and known.orders is not None:
            # The platform knows orders older than what is kept here.
            missing = max(0, known.orders - self._all[unit_id])
            count = held.orders + missing
            spent = held.spent + (max(0, (known.spent or 0) - self._all_spent[unit_id]) if missing else 0)
        elif not held.orders:
            count = spent = None
        goods = None
        if count is not None and has_goods:
            lines = (line for basket in held.baskets for line in self._past.goods_of(basket).lines)
            goods = Goods(tuple(lines), is_whole=missing == 0)
        return ShopperFacts(
            unit_id=unit_id,
            earlier_orders=count,
            spent=spent,
            days_since_order=(at - held.last_order_at).days if held.last_order_at else None,
            bought=goods,
            agreed_channels=self._agreed(known),
            profile=Profile(
                tags=known.tags if known else None, locale=past.order.locale or (known.locale if known else None)
            ),
        )

    def bought_since(self, unit_id: str, since: datetime) -> frozenset[str]:
        baskets = (each for each in self._held[unit_id].baskets if each.order.created_at >= since)
        return frozenset(line.product_id for each in baskets for line in each.purchase.lines if line.product_id)

    def declined_since(self, unit_id: str, since: datetime) -> frozenset[str]:
        return frozenset(product for at, product in self._held[unit_id].declined if at >= since)

    def showings_since(self, unit_id: str, since: datetime) -> int:
        return sum(at >= since for at in self._held[unit_id].shown_at)

    def earlier_sequence_at(self, unit_id: str, *, kind: Kind, excluding: str) -> datetime | None:
        starts = (
            at for order, (own, at) in self._held[unit_id].sequences.items() if own is kind and order != excluding
        )
        return max(starts, default=None)

    def place(self, past: PastOrder) -> None:
        """Let an order have been placed: from now on it is an earlier one."""
        order, held = past.order, self._held[past.unit_id]
        held.last_order_at = order.created_at
        if order.cancelled_at is not None:
            return
        held.orders += 1
        held.spent += order.current_total
        held.baskets.append(past)

    def _agreed(self, known: KnownPerson | None) -> frozenset[str] | None:
        if known is None:
            return None
        return frozenset(
            channel
            for channel, state in known.consents.items()
            if state == _SUBSCRIBED and channel not in known.suppressed
        )
