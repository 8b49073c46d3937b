"""Says of each surface whether an order could see an offer on it, whether it did, and why not."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from server.domain.charges import Charge, settled_reason
from server.domain.decision import Outcome
from server.domain.eligibility import (
    ONE_CLICK,
    ORDER_STATUS,
    THANK_YOU,
    Asked,
    FollowUp,
    Standing,
    Verdict,
    block_verdict,
    message_verdict,
    one_click_verdict,
)
from server.domain.gates import gate_at
from server.domain.orders import Order
from server.domain.reasons import Reason
from server.storage.db import Session
from server.storage.decisions import EventRow, StoredDecision
from server.storage.gates import Gates
from server.storage.rules import Rules
from server.storage.touches import SequenceRow, TouchRow
from server.usecases.follow_ups import state_of


def verdicts_of(
    session: Session,
    shop_id: int,
    order: Order,
    *,
    decisions: Sequence[StoredDecision],
    events: Mapping[str, tuple[EventRow, ...]],
    sequence: SequenceRow | None,
    touches: Sequence[TouchRow],
    charges: Sequence[Charge],
) -> tuple[Verdict, ...]:
    """Return what each surface came to for an order; `decisions` are all of its own, `events` what happened to them."""
    by_surface = {each.surface: each for each in decisions}
    spans = Gates(session, shop_id).spans()
    page = by_surface.get(ONE_CLICK)
    since = Rules(session, shop_id).offers_since()
    one_click = one_click_verdict(
        order,
        _asked(page),
        state_of(page, events.get(page.id, ())) if page is not None and page.outcome is Outcome.OFFERED else None,
        is_open=gate_at(spans.get(ONE_CLICK, ()), order.created_at),
        had_offers=since is not None and since <= order.created_at,
    )
    if one_click.reason is Reason.PAGE_ACCEPTED_UNPAID:
        one_click = replace(one_click, reason=settled_reason(charges))
    found = [one_click]
    for surface in (THANK_YOU, ORDER_STATUS):
        decision = by_surface.get(surface)
        kinds = {event.kind for event in events.get(decision.id, ())} if decision is not None else set()
        is_placed = gate_at(spans.get(surface, ()), order.created_at)
        found.append(
            block_verdict(
                surface,
                order,
                _asked(decision),
                kinds,
                is_placed=is_placed,
                was_page_shown=one_click.standing is Standing.SHOWN,
            )
        )
    found.append(message_verdict(_follow_up(sequence, touches)))
    return tuple(found)


def _asked(decision: StoredDecision | None) -> Asked | None:
    return Asked(decision.outcome, decision.reason, decision.answer_ms) if decision is not None else None


def _follow_up(sequence: SequenceRow | None, touches: Sequence[TouchRow]) -> FollowUp | None:
    if sequence is None:
        return None
    own = [(touch.state, Reason(touch.reason)) for touch in touches if touch.sequence_id == sequence.id]
    return FollowUp(Reason(sequence.refusal) if sequence.refusal else None, tuple(own))
