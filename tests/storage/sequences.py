"""Stores follow-ups for the tests of what is kept about them."""

from datetime import datetime, timedelta

from server.domain.journeys import plan
from server.storage.db import Session
from server.storage.touches import SequenceRow, Touches, TouchRow
from tests.factories import NOW, REFERENCE, document


def open_sequence(
    session: Session,
    shop_id: int,
    *,
    order_id: str = "500",
    reference_id: str = REFERENCE,
    unit_id: str = "customer:77",
    starts_at: datetime = NOW,
) -> tuple[TouchRow, ...]:
    """Store an order's follow-up of a text and an e-mail; return its touches, by the time they are due."""
    journey = document().journeys[0]
    row = SequenceRow(
        shop_id=shop_id,
        order_id=order_id,
        reference_id=reference_id,
        unit_id=unit_id,
        journey_id=journey.id,
        rules_version=1,
        starts_at=starts_at,
        release_reason="page_not_asked",
        created_at=NOW,
    )
    touches = Touches(session, shop_id)
    touches.open_sequence(row, plan(journey, starts_at=starts_at))
    session.flush()
    return touches.of_order(order_id)


def minutes(number: float) -> datetime:
    return NOW + timedelta(minutes=number)
