"""Which messages and blocks led to an order: by their codes that it used, and by clicks that its cart carried."""

from dataclasses import dataclass

from server.domain.attribution import Click
from server.domain.orders import Order
from server.storage.db import Session
from server.storage.decisions import Decisions, Events
from server.storage.offer_codes import OfferCodes
from server.storage.touches import Touches

# What the event is called that a block's offer was taken to the cart.
TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class Leads:
    """Sources that may have earned an order; `versions` are the rules that each of them followed."""

    clicks: tuple[Click, ...]
    coded: tuple[str, ...]
    versions: dict[str, int]


def led_here(session: Session, shop_id: int, order: Order) -> Leads:
    """Gather what may have led to an order."""
    touches, decisions = Touches(session, shop_id), Decisions(session, shop_id)
    carried = [value for _, value in order.attributes]
    clicks = [*touches.clicks(carried), *_taken(session, shop_id, carried)]
    coded = [f"touch:{touch.id}" for touch in touches.by_codes(order.discount_codes)]
    coded += [f"decision:{each}" for each in sorted(OfferCodes(session, shop_id).decisions_of(order.discount_codes))]
    versions = {}
    for source in {*coded, *(click.source for click in clicks)}:
        kind, _, named = source.partition(":")
        if kind == "decision":
            decision = decisions.get(named)
            number = decision.rules_version if decision is not None else None
        else:
            touch = touches.get(named)
            sequence = touches.sequence(touch.sequence_id) if touch is not None else None
            number = sequence.rules_version if sequence is not None else None
        if number is not None:
            versions[source] = number
    return Leads(tuple(clicks), tuple(coded), versions)


def _taken(session: Session, shop_id: int, carried: list[str]) -> list[Click]:
    """Return the presses on blocks that a cart carries: the token is the decision itself."""
    happened = Events(session, shop_id).of_decisions(carried) if carried else {}
    return [
        Click(f"decision:{decision_id}", decision_id, event.occurred_at)
        for decision_id, events in happened.items()
        for event in events
        if event.kind == TAKEN
    ]
