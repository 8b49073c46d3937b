"""Answers the one-click page: which offer this purchase gets."""

from datetime import datetime, timedelta

from server.core.errors import AppError
from server.domain.eligibility import LATE_AFTER
from server.domain.experiments import unit_of
from server.domain.orders import Purchase
from server.domain.reasons import Reason
from server.domain.situation import Surface
from server.storage.db import Database, Session
from server.storage.decisions import Decisions
from server.storage.rules import Rules
from server.storage.shops import served_id
from server.usecases.inquiries import Answer, Inquiry

# The page is held for up to an hour; a changeset is refused after that anyway.
OFFER_LIFE = timedelta(minutes=60)


class ShopNotServed(AppError):
    """The token is genuine, but this shop does not have the app (any more)."""

    code = "shop_not_served"


def answer_purchase(*, database: Database, shop_domain: str, purchase: Purchase, now: datetime) -> Answer | Reason:
    """Decide, once, what a purchase is offered on the one-click page.

    The checkout asks several times; the same basket gets the same stored answer, so that arms do not flip. A changed
    basket is decided anew as long as nothing was shown or signed. A bare Reason means there are no rules to decide by.

    Raises:
        ShopNotServed.
    """
    with database.read() as session:
        shop_id = served_shop(session, shop_domain)
        published = Rules(session, shop_id).live()
        if published is None:
            return Reason.NO_LIVE_FUNNEL
        unit_id = unit_of(customer_id=purchase.customer_id, email=None, phone=None, reference_id=purchase.reference_id)
        inquiry = Inquiry(shop_id, published, purchase, unit_id, Surface.ONE_CLICK, now, now + OFFER_LIFE)
        held = Decisions(session, shop_id).find(purchase.reference_id, Surface.ONE_CLICK.value)
        given = inquiry.held_answer(session, held)
        if given is not None:
            return given
        situation = inquiry.situation(session)
    return inquiry.answer(database, situation)


def note_answer_time(
    *, database: Database, shop_domain: str, answer: Answer, asked_at: datetime, answered_at: datetime
) -> None:
    """Keep how long a late answer took, and forget it once the same question was answered in time.

    The checkout goes by the last answer before the shopper pays, and goes on without one that is late.

    Raises:
        ShopNotServed.
    """
    took = answered_at - asked_at
    is_late = took >= LATE_AFTER
    if not is_late and answer.decision.answer_ms is None:
        return
    with database.write() as session:
        decisions = Decisions(session, served_shop(session, shop_domain))
        decisions.note_answer(answer.decision.id, answer_ms=took // timedelta(milliseconds=1) if is_late else None)


def served_shop(session: Session, shop_domain: str) -> int:
    """Return the id of the shop that a page belongs to.

    Raises:
        ShopNotServed.
    """
    shop_id = served_id(session, shop_domain)
    if shop_id is None:
        raise ShopNotServed("This shop does not have the app.", shop=shop_domain)
    return shop_id
