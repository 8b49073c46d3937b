"""Tells how a stored decision came about, with the rules of its day and the facts it read."""

from server.domain.reasons import TraceLine
from server.domain.records import recorded
from server.domain.telling import tell
from server.storage.db import Session
from server.storage.decisions import StoredDecision
from server.storage.rules import Rules


def trace_of(session: Session, shop_id: int, decision: StoredDecision) -> tuple[TraceLine, ...]:
    """Return every step of a decision."""
    published = Rules(session, shop_id).version(decision.rules_version)
    if published is None or not decision.screened:
        return tuple(note.line for note in decision.notes)
    document = published.document.of_purchase(
        country_code=decision.facts.get("country_code"), currency=decision.facts.get("presentment_currency", "")
    )
    return tell(
        document,
        recorded(decision.read_facts, document.live_facts),
        screened=decision.screened,
        notes=decision.notes,
        is_chosen=decision.offered is not None,
    )
