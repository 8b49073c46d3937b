"""Which money belongs to which offer or message: each order line is credited at most once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from server.domain.orders import LineItem, Order

CLICK_WINDOW = timedelta(days=5)


@dataclass(frozen=True, slots=True)
class SignedOffer:
    """An offer whose changeset we signed for this order: the only goods an acceptance may have added.

    Of what was bought before and subscribed to as well, the order held so many `lines_before`.
    """

    decision_id: str
    variant_ids: frozenset[str]
    lines_before: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Click:
    """A click on a link. `token` comes back on the cart's attributes when the shopper buys from it."""

    source: str  # touch:<id>, of a message; decision:<id>, of a block
    token: str
    clicked_at: datetime


@dataclass(frozen=True, slots=True)
class Credit:
    """Revenue that a source deserves as the order stands now, in minor units of the order's currency."""

    source: str  # decision:<id> | touch:<id>
    line_id: str
    amount: int


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What nobody has paid yet of a line that an accepted offer added, in minor units of the order's currency."""

    line_id: str
    decision_id: str
    amount: int


def credit_order(
    order: Order, *, signed: Iterable[SignedOffer], clicks: Iterable[Click], coded: Iterable[str] = ()
) -> tuple[Credit, ...]:
    """Return who earned which line of `order` as it stands now; each line is credited at most once.

    Lines that an accepted offer added go to its decision; what is left goes to the source whose code was used (`coded`
    are such sources), else to the latest click that led to the order.
    A line's total is that of the units still there, so credits computed again after an edit or a refund of lines give
    revenue back by themselves: a line without units earns 0. A refund of a bare amount belongs to no line and gives
    nothing back.
    """
    if order.cancelled_at is not None:
        return ()
    return _paid(order, (*_by_offer(order, signed), *_by_code(order, coded), *_by_click(order, clicks)))


def shortfalls(order: Order, *, signed: Iterable[SignedOffer]) -> tuple[Shortfall, ...]:
    """Return what is missing of each line that an accepted offer added and that is not paid in full."""
    unpaid, found = max(order.outstanding, 0), dict[str, Shortfall]()
    for source, line in _by_offer(order, signed):
        short = min(unpaid, line.total)
        unpaid -= short
        if short:
            found[line.line_id] = Shortfall(line.line_id, source.removeprefix("decision:"), short)
    return tuple(found.values())


def _by_offer(order: Order, signed: Iterable[SignedOffer]) -> Iterable[tuple[str, LineItem]]:
    """An offer's variants name the added lines, one each: what the order held before is left to itself.

    Lines are numbered as they come to be, so that the first of them are the shopper's own.
    """
    taken: set[str] = set()
    earned = sorted(
        (offer.decision_id, variant_id, offer.lines_before.get(variant_id, 0))
        for offer in signed
        for variant_id in offer.variant_ids
    )
    for decision_id, variant_id, before in earned:
        lines = [line for line in order.lines if line.variant_id == variant_id]
        if before:
            lines.sort(key=lambda line: (len(line.line_id), line.line_id))
        for line in lines[before:]:
            if line.line_id not in taken:
                taken.add(line.line_id)
                yield f"decision:{decision_id}", line
                break


def _by_code(order: Order, coded: Iterable[str]) -> Iterable[tuple[str, LineItem]]:
    """A code is proof by itself: it is one shopper's, and holds no longer than was said with it."""
    return [(source, line) for source in sorted(coded)[:1] for line in order.lines]


def _paid(order: Order, earned: Iterable[tuple[str, LineItem]]) -> tuple[Credit, ...]:
    """Credit each line to the first who earned it, less what is not paid.

    What is outstanding is first of all the charge of an accepted offer that failed: no revenue, until it is paid.
    """
    unpaid = max(order.outstanding, 0)
    found: dict[str, Credit] = {}
    for source, line in earned:
        if line.line_id not in found:
            short = min(unpaid, line.total)
            unpaid -= short
            found[line.line_id] = Credit(source, line.line_id, line.total - short)
    return tuple(found.values())


def _by_click(order: Order, clicks: Iterable[Click]) -> Iterable[tuple[str, LineItem]]:
    carried = {value for _, value in order.attributes}
    leading = [
        click
        for click in clicks
        if click.token in carried and timedelta() <= order.created_at - click.clicked_at <= CLICK_WINDOW
    ]
    if not leading:
        return []
    latest = max(leading, key=lambda click: (click.clicked_at, click.source))
    return [(latest.source, line) for line in order.lines]
