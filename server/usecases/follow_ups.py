"""Plans an order's follow-up, and moves it when the shopper does something on the one-click page."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from server.domain.audience import facts_of
from server.domain.decision import Outcome
from server.domain.document import Journey
from server.domain.eligibility import is_page_eligible
from server.domain.facts import Need
from server.domain.journeys import Release, choose_journey, plan, release, trigger_of
from server.domain.orders import Order
from server.domain.pages import PageEvent, PageState
from server.domain.pages import page_state as page_state_of
from server.domain.purchases import purchase_of
from server.domain.reasons import Reason
from server.domain.situation import Surface
from server.storage.db import Session
from server.storage.decisions import Decisions, EventRow, Events, StoredDecision
from server.storage.orders import Orders
from server.storage.rules import PublishedRules, Rules
from server.storage.touches import SequenceRow, Touches
from server.usecases.facts import Question, load_facts
from server.usecases.openings import Opening
from server.usecases.touch_work import TouchWork, document_of

_PAID = ("paid", "partially_paid", "partially_refunded")


def plan_follow_up(
    session: Session, shop_id: int, order: Order, published: PublishedRules | None, *, now: datetime
) -> SequenceRow | None:
    """Open the sequence of a paid order, or record why there is none; an order gets one at most.

    None is returned for an order that is not paid, has a sequence already, is too old to follow up, or was placed
    before the shop had this app and offered anything: a refund of such an order is no reason to write to anybody.
    """
    touches = Touches(session, shop_id)
    if published is None or order.financial_status not in _PAID or touches.sequence_of(order.id) is not None:
        return None
    if not _is_ours(session, shop_id, order):
        return None
    document = document_of(published, order)
    longest = max((timedelta(hours=each.expires_hours) for each in document.journeys), default=None)
    if longest is not None and now - order.created_at > longest:
        return None
    # A webhook that comes late must not make a message of the past: the clock starts now at the earliest.
    started = _release(session, shop_id, order, not_before=now)
    return Opening(session, shop_id, order, published, trigger_of(order), now).open(started)


def still_fits(session: Session, work: TouchWork, *, now: datetime) -> tuple[Reason, str] | None:
    """Return why a message's shopper is no longer whom its follow-up is for; None when they are.

    A ticket may have been opened, a tag taken away. The hour and the day are those of when it was planned.
    """
    journey = work.document.journey(work.sequence.journey_id)
    asked = facts_of(journey.audience) if journey is not None else frozenset()
    if journey is None or not asked:
        return None
    needed = work.document.needs_of(asked)
    question = Question(purchase_of(work.order), work.touch.unit_id, Surface.MESSAGE, now, work.order)
    facts = load_facts(session, work.shop.id, work.document, question, needed=needed)
    if Need.CLOCK in needed:
        then = replace(question, now=work.sequence.created_at)
        context = load_facts(session, work.shop.id, work.document, then, needed=frozenset({Need.CLOCK})).context
        facts = replace(facts, context=context)
    found = choose_journey([journey], facts)
    return None if isinstance(found, Journey) else found


def _is_ours(session: Session, shop_id: int, order: Order) -> bool:
    since = Rules(session, shop_id).offers_since()
    # The platform tells times of orders in whole seconds.
    return since is not None and order.created_at >= since.replace(microsecond=0)


def reschedule(session: Session, shop_id: int, *, reference_id: str) -> int:
    """Move an order's waiting touches to where the page's state puts them now; return how many moved.

    What was deferred at its sending time already has its own reason to wait and stays, unless that was the page.
    """
    touches = Touches(session, shop_id)
    row = touches.sequence_of_reference(reference_id)
    order = Orders(session, shop_id).get(row.order_id) if row is not None else None
    if row is None or order is None or row.refusal is not None:
        return 0
    published = Rules(session, shop_id).version(row.rules_version)
    journey = document_of(published, order).journey(row.journey_id) if published else None
    if journey is None:
        return 0
    started = _release(session, shop_id, order, not_before=row.created_at)
    row.starts_at, row.release_reason = started.at, started.reason.value
    return _move(touches, row, journey, started)


def current_release(session: Session, shop_id: int, order: Order) -> Release:
    """Say when the follow-up may start by what is known of the page now; locks nothing."""
    decision = Decisions(session, shop_id).find(order.reference_id or order.id, Surface.ONE_CLICK.value)
    return release(
        _state_of(session, shop_id, decision), ordered_at=order.created_at, is_eligible=is_page_eligible(order)
    )


def page_state(session: Session, shop_id: int, reference_id: str) -> PageState | None:
    """Return what is known of the one-click page of an order; None when the checkout never asked.

    The decision is locked: an event of the page and the order's webhook wait for each other, or each would miss what
    the other brings.
    """
    return _state_of(session, shop_id, Decisions(session, shop_id).lock(reference_id, Surface.ONE_CLICK.value))


def _state_of(session: Session, shop_id: int, decision: StoredDecision | None) -> PageState | None:
    if decision is None:
        return None
    return state_of(decision, Events(session, shop_id).of_decision(decision.id))


def state_of(decision: StoredDecision, events: Iterable[EventRow]) -> PageState:
    """Return what a decision's page has come to."""
    return page_state_of(
        [step.path for step in decision.steps],
        [PageEvent(each.path, each.kind, each.occurred_at, each.status) for each in events],
        was_offered=decision.outcome is Outcome.OFFERED,
    )


def _release(session: Session, shop_id: int, order: Order, *, not_before: datetime) -> Release:
    state = page_state(session, shop_id, order.reference_id or order.id)
    found = release(state, ordered_at=order.created_at, is_eligible=is_page_eligible(order))
    return found if found.at > not_before else Release(not_before, found.reason)


def _move(touches: Touches, row: SequenceRow, journey: Journey, started: Release) -> int:
    plans = {each.step_id: each for each in plan(journey, starts_at=started.at)}
    moved = 0
    for touch in touches.lock_waiting(row.id):
        found = plans.get(touch.step_id)
        if found is not None and touch.due_at != found.due_at:
            touch.due_at, touch.expires_at, touch.attempt = found.due_at, found.expires_at, touch.attempt + 1
            touch.reason, touch.detail = Reason.PLANNED.value, ""
            moved += 1
    return moved
