"""Tells how a stored decision came about, and makes it again, with the rules of its day and what it read."""

from server.domain.decision import Decision, decide
from server.domain.document import RuleDocument
from server.domain.reasons import TraceLine
from server.domain.records import recorded, recorded_situation
from server.domain.telling import tell
from server.storage.db import Session
from server.storage.decisions import StoredDecision
from server.storage.rules import PublishedRules, Rules
from server.usecases.inquiries import purchase_in


def trace_of(session: Session, shop_id: int, decision: StoredDecision) -> tuple[TraceLine, ...]:
    """Return every step of a decision."""
    published = Rules(session, shop_id).version(decision.rules_version)
    if published is None or not decision.screened:
        return tuple(note.line for note in decision.notes)
    document = _document(published, decision)
    return tell(
        document,
        recorded(decision.read_facts, document.live_facts),
        screened=decision.screened,
        notes=decision.notes,
        is_chosen=decision.offered is not None,
    )


def is_made_again(session: Session, shop_id: int, decision: StoredDecision) -> bool | None:
    """Tell whether the rules of its day make the same of what a decision read; None where that is gone or was not."""
    published = Rules(session, shop_id).version(decision.rules_version)
    purchase = purchase_in(decision)
    if published is None or purchase is None:
        return None
    document = _document(published, decision)
    situation = recorded_situation(decision.read_facts, document, purchase)
    if situation is None:
        return None
    again = decide(document, situation)
    stored = Decision(decision.outcome, decision.reason, decision.steps, decision.screened, decision.notes)
    return again == stored


def _document(published: PublishedRules, decision: StoredDecision) -> RuleDocument:
    facts = decision.facts
    return published.document.of_purchase(
        country_code=facts.get("country_code"), currency=facts.get("presentment_currency", "")
    )
