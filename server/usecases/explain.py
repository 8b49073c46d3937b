"""Tells an order's story as plain data: for the command line and for machines."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from server.domain.reasons import TraceLine
from server.storage.db import Database, Session
from server.storage.decisions import StoredDecision
from server.storage.orders import Orders
from server.usecases.reports import OrderStory, UnknownOrder, order_story, wording


def explain_order(*, database: Database, shop_id: int, named: str, now: datetime) -> dict[str, Any]:
    """Return what happened to an order, given by its id or by its name such as "#1001": JSON values only.

    Amounts are minor units of the order's currency, those called presentment of the one it was paid in; times are ISO
    8601 in UTC. Nothing in it names a person.

    Raises:
        UnknownOrder.
    """
    with database.read() as session:
        order_id = _find(session, shop_id, named)
    story = order_story(database=database, shop_id=shop_id, order_id=order_id, now=now)
    return {
        "order": {
            "id": story.order.id,
            "name": story.order.name,
            "placed_at": _moment(story.order.created_at),
            "total": story.order.total,
            "current_total": story.order.current_total,
            "currency": story.order.currency,
            "presentment_total": story.order.presentment_total,
            "presentment_current_total": story.order.presentment_current_total,
            "presentment_currency": story.order.presentment_currency,
            "lines": [[line.quantity, line.title] for line in story.order.lines],
        },
        "page": {
            "reason": story.page.reason.value,
            "says": wording(story.page.reason.value),
            "decision": _decision(story.page.decision, story),
            "events": [
                {
                    "step": event.path,
                    "kind": event.kind,
                    "at": _moment(event.occurred_at),
                    "status": event.status,
                    **event.data,
                }
                for event in story.page.events
            ],
        },
        "surfaces": [
            {
                "surface": each.surface,
                "standing": each.standing.value,
                "reason": each.reason.value,
                "says": wording(each.reason.value),
            }
            for each in story.surfaces
        ],
        "charges": [
            {
                "decision": each.decision_id,
                "state": each.state.value,
                "amount": each.amount,
                "since": _moment(each.since),
                "changed_at": _moment(each.changed_at),
            }
            for each in story.charges
        ],
        "hold": {"state": story.hold.state.name.lower(), "at": _moment(story.hold.at)} if story.hold else None,
        "follow_up": _follow_up(story),
        "touches": [
            {
                "id": touch.id,
                "channel": touch.channel,
                "state": touch.state,
                "reason": touch.reason,
                "says": wording(touch.reason),
                "detail": touch.detail,
                "due_at": _moment(touch.due_at),
                "sent_at": _moment(touch.sent_at),
                "receipt": touch.receipt,
                "decision": _decision(story.decisions.get(touch.decision_id or ""), story),
            }
            for touch in story.touches
        ],
        "clicks": [{"touch": click.touch_id, "at": _moment(click.clicked_at)} for click in story.clicks],
        "revenue": [
            {"source": row.source, "amount": row.amount, "currency": row.currency, "booked_at": _moment(row.booked_at)}
            for row in story.bookings
        ],
    }


def _find(session: Session, shop_id: int, named: str) -> str:
    order_id = Orders(session, shop_id).id_of_name(named) or named
    if Orders(session, shop_id).get(order_id) is None:
        raise UnknownOrder(f"There is no order {named} here.", order=named)
    return order_id


def _follow_up(story: OrderStory) -> dict[str, Any] | None:
    row = story.sequence
    if row is None:
        return None
    return {
        "starts_at": _moment(row.starts_at),
        "because": row.release_reason,
        "refused": row.refusal,
        "detail": row.refusal_detail,
        "rules_version": row.rules_version,
    }


def _decision(decision: StoredDecision | None, story: OrderStory) -> dict[str, Any] | None:
    if decision is None:
        return None
    return {
        "id": decision.id,
        "at": _moment(decision.decided_at),
        "outcome": decision.outcome.value,
        "reason": decision.reason.value,
        "rules_version": decision.rules_version,
        "offered": [
            {
                "step": step.path,
                "funnel": step.offered.funnel_id,
                "arm": step.offered.arm,
                "items": [
                    {
                        "variant_id": item.variant_id,
                        "quantity": item.quantity,
                        "unit_price": item.unit_price,
                        "discounted_unit_price": item.discounted_unit_price,
                        **({"selling_plan": item.plan.plan_id} if item.plan is not None else {}),
                    }
                    for item in step.offered.items
                ],
            }
            for step in decision.steps
        ],
        "is_made_again": story.made_again[decision.id],
        "trace": _trace(story.traces[decision.id]),
    }


def _trace(lines: Iterable[TraceLine]) -> list[list[str]]:
    return [[line.subject, line.reason.value, line.detail] for line in lines]


def _moment(at: datetime | None) -> str | None:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}" if at else None
