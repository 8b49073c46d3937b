"""Under which terms a message may bring a discount code, and which one it brings."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from server.domain.codes import NewCode, code_text
from server.domain.decision import Decision
from server.domain.offered import AppliedDiscount
from server.domain.reasons import Reason
from server.storage.db import Session
from server.storage.shops import may_make_codes
from server.usecases.touch_work import TouchWork


@dataclass(frozen=True, slots=True)
class CodeTerms:
    """What is known of a message's code before its goods are: `gift` is what its step takes off the next order."""

    text: str
    last_day: date
    customer_id: str | None
    gift: AppliedDiscount | None

    def code_for(self, decision: Decision | None) -> NewCode | None:
        """Return the code that makes good what the message says; None where that takes nothing off."""
        if self.gift is not None:
            return NewCode(self.text, self.gift, self.last_day, customer_id=self.customer_id)
        item = decision.offered.item if decision is not None and decision.offered is not None else None
        if item is None or item.discount is None:
            return None
        return NewCode(self.text, item.discount, self.last_day, (item.variant_id,), self.customer_id)


def terms_of(session: Session, work: TouchWork, *, now: datetime) -> CodeTerms | tuple[Reason, str]:
    """Return the terms of a touch's code, or why the code that its step brings cannot be made."""
    step, journey, order = work.step, work.journey, work.order
    gift = None
    if step is not None and step.code is not None:
        if not may_make_codes(session, work.shop.id):
            return Reason.NO_CODES, ""
        gift = step.code.in_currency(order.currency)
        if gift is None:
            return Reason.NO_AMOUNT_IN_CURRENCY, f"no amount off in {order.currency}"
    days = journey.code_days if journey is not None else 0
    return CodeTerms(
        text=code_text(work.touch.id, work.touch.attempt),
        last_day=(now + timedelta(days=days)).date(),
        customer_id=order.customer_id,
        gift=gift,
    )
