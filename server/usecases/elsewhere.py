"""What an order's shopper was shown on other surfaces: the same goods are not offered there and here."""

from collections.abc import Iterable

from server.domain.orders import Order
from server.domain.situation import Surface
from server.storage.db import Session
from server.storage.decisions import Events, StoredDecision
from server.storage.touches import WRITTEN_STATES, Touches

_SHOWN = "shown"
_ON_SITE = frozenset(each.value for each in Surface if each is not Surface.MESSAGE)


def was_shown(session: Session, shop_id: int, decision: StoredDecision) -> bool:
    """Tell whether the shopper saw what was decided on."""
    return any(event.kind == _SHOWN for event in Events(session, shop_id).of_decision(decision.id))


def shown_goods(
    session: Session,
    shop_id: int,
    decisions: Iterable[StoredDecision],
    *,
    but: frozenset[str] = frozenset(),
    written_about: Order | None = None,
) -> frozenset[str]:
    """Return the variants that decisions on site showed, surfaces `but` these, and those of messages about an order."""
    on_site = {each.id: each for each in decisions if each.surface in _ON_SITE - but}
    seen: set[str] = set()
    for decision_id, events in Events(session, shop_id).of_decisions(list(on_site)).items():
        paths = {event.path for event in events}
        for step in on_site[decision_id].steps:
            if step.path in paths:
                seen |= step.offered.variant_ids
    if written_about is not None:
        touches = Touches(session, shop_id).of_order(written_about.id)
        written = (each.content or {} for each in touches if each.state in WRITTEN_STATES)
        seen |= {content["variant_id"] for content in written if content.get("variant_id")}
    return frozenset(seen)
