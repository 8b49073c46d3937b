"""Orders with every kind of story, put straight into a database."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from server.domain.attribution import Credit
from server.domain.decision import Decision, Outcome
from server.domain.journeys import TouchPlan
from server.domain.offers import Discount, OfferedVariant, Texts
from server.domain.orders import LineItem, Order
from server.domain.reasons import Reason, TraceLine
from server.storage.db import Database, Session
from server.storage.decisions import Decisions, Events
from server.storage.ledger import Ledger
from server.storage.orders import Orders
from server.storage.touches import FAILED, PLANNED, REFUSED, SENT, UNKNOWN, SequenceRow, Touches, TouchRow

CHOSEN = (
    TraceLine("funnel:spring", Reason.AUDIENCE_MISS, "Spring: order value 20.00 GBP, at least 50.00 GBP"),
    TraceLine("variant:3", Reason.STOCK_BELOW_MINIMUM, "Product 3: stock 4 < 10"),
    TraceLine("variant:2", Reason.CHOSEN, "Fixed: Product 2"),
    TraceLine("funnel:last", Reason.LOWER_PRIORITY, "Last resort"),
)


@dataclass
class History:
    """Writes the history of one shop; each method is one order's story and returns the order's id."""

    database: Database
    shop_id: int
    now: datetime

    def order(self, number: int, *, minutes_ago: float = 60, first_name: str | None = "Jo", **more: Any) -> Order:
        placed = self.now - timedelta(minutes=minutes_ago)
        line = LineItem("l1", "1", "1001", "Product 1", 2, 1_000, 2_000)
        made = Order(
            **{
                "id": str(number),
                "name": f"#{number}",
                "reference_id": f"{number:032x}",
                "customer_id": None,
                "email": None,
                "phone": None,
                "created_at": placed,
                "updated_at": placed,
                "currency": "GBP",
                "presentment_currency": "GBP",
                "total": 2_000,
                "current_total": 2_000,
                "lines": (line,),
                "gateways": ("shopify_payments",),
                "financial_status": "paid",
                "country_code": "GB",
                "first_name": first_name,
                **more,
            }
        )
        with self.database.write() as session:
            Orders(session, self.shop_id).save(made, unit_id=f"customer:{number}")
        return made

    def accepted(self, number: int = 1001, **more: Any) -> str:
        """Shown, accepted, charged, booked; then an SMS that was delivered and an e-mail that waits."""
        order = self.order(number, **more)
        with self.database.write() as session:
            decision_id = self._decide(session, order, Outcome.OFFERED, Reason.OFFERED, CHOSEN)
            for seconds, kind, status in ((4, "shown", None), (15, "accepted", None), (18, "outcome", "processed")):
                self._event(session, order, kind, status, seconds)
            Decisions(session, self.shop_id).mark_signed(decision_id, now=order.created_at + timedelta(seconds=16))
            self._book(session, order, decision_id, 850, after=20)
            touches = self._sequence(session, order, Reason.PAGE_ACCEPTED)
            text = touches["sms"]
            text.state, text.reason, text.sent_at, text.receipt = SENT, "sent", text.due_at, "delivered"
            text.recipient, text.content = (
                "+447700900123",
                {"text": "Jo, Product 2 goes well with your order. STOP ends"},
            )
            text.decision_id = self._decide(
                session, order, Outcome.OFFERED, Reason.OFFERED, CHOSEN[2:3], surface=f"message:{text.id}"
            )
            touches["email"].reason, touches["email"].detail = "channel_hold", "until 48 hours after the SMS"
        return order.id

    def wallet(self, number: int = 1002) -> str:
        """Paid by a wallet, so no page; no consent for texts, an e-mail whose link was followed."""
        order = self.order(number, minutes_ago=50, gateways=("paypal",), first_name="Ada")
        with self.database.write() as session:
            touches = self._sequence(session, order, Reason.PAGE_NOT_ASKED)
            touches["sms"].state, touches["sms"].reason = REFUSED, "no_consent"
            mail = touches["email"]
            mail.state, mail.reason, mail.sent_at = SENT, "sent", mail.due_at
            mail.recipient = "ada@example.com"
            mail.content = {"subject": "One more thing", "text": "Dear Ada,\nhow about Product 2?"}
            clicked = mail.due_at + timedelta(minutes=5)
            Touches(session, self.shop_id).record_click(mail.id, token=mail.id, now=clicked)
        return order.id

    def declined(self, number: int = 1003) -> str:
        order = self.order(number, minutes_ago=40)
        with self.database.write() as session:
            self._decide(session, order, Outcome.OFFERED, Reason.OFFERED, CHOSEN)
            self._event(session, order, "shown", None, 3)
            self._event(session, order, "declined", None, 9)
            self._sequence(session, order, Reason.PAGE_DECLINED, refusal=Reason.SEQUENCE_CAP)
        return order.id

    def unpaid(self, number: int = 1004) -> str:
        """Accepted, but the card was refused; the text could not be sent."""
        order = self.order(number, minutes_ago=30, first_name=None, outstanding=850)
        with self.database.write() as session:
            self._decide(session, order, Outcome.OFFERED, Reason.OFFERED, CHOSEN)
            self._event(session, order, "outcome", "partially_processed", 9, error_codes=["payment_required"])
            touches = self._sequence(session, order, Reason.PAGE_ACCEPTED_UNPAID)
            touches["sms"].state, touches["sms"].reason = FAILED, "vendor_failed"
            touches["sms"].detail = "Not sent: the number cannot receive texts (Twilio 21614)."
        return order.id

    def cut_off(self, number: int = 1005) -> str:
        """Nothing fitted the page; the text's fate is unknown."""
        order = self.order(number, minutes_ago=20)
        trace = (
            TraceLine("funnel:spring", Reason.AUDIENCE_UNKNOWN, "Spring: earlier orders None, wanted first buyer"),
        )
        with self.database.write() as session:
            self._decide(session, order, Outcome.NOTHING, Reason.NOTHING_ELIGIBLE, trace)
            text = self._sequence(session, order, Reason.NOTHING_ELIGIBLE)["sms"]
            text.state, text.reason, text.claimed_at = UNKNOWN, "fate_unknown", text.due_at
            text.recipient = "+447700900456"
        return order.id

    def given_back(self, number: int = 1006) -> str:
        """An accepted offer that was refunded later; the order was cancelled in the end."""
        cancelled_at = self.now - timedelta(minutes=2)
        order = self.order(number, minutes_ago=10, cancelled_at=cancelled_at, refunded=2_000, current_total=0)
        with self.database.write() as session:
            decision_id = self._decide(session, order, Outcome.OFFERED, Reason.OFFERED, CHOSEN)
            self._event(session, order, "outcome", "processed", 5)
            self._book(session, order, decision_id, 850, after=10)
            self._book(session, order, decision_id, 0, after=480)
        return order.id

    def held_out(self, number: int = 1007) -> str:
        order = self.order(number, minutes_ago=8)
        trace = (*CHOSEN, TraceLine("shopper", Reason.HELD_OUT, "10 % of shoppers"))
        with self.database.write() as session:
            self._decide(session, order, Outcome.HELD_OUT, Reason.HELD_OUT, trace)
        return order.id

    def everything(self) -> list[str]:
        """Write one order of each kind; return their ids."""
        kinds = (self.accepted, self.wallet, self.declined, self.unpaid, self.cut_off, self.given_back, self.held_out)
        return [write() for write in kinds]

    def _decide(
        self,
        session: Session,
        order: Order,
        outcome: Outcome,
        reason: Reason,
        trace: tuple[TraceLine, ...],
        *,
        surface: str = "one_click",
    ) -> str:
        offered = OfferedVariant(
            funnel_id="fixed",
            offer_id="fixed-15",
            variant_id="2",
            product_id="1002",
            quantity=1,
            currency="GBP",
            unit_price=1_000,
            discounted_unit_price=850,
            discount=Discount(Decimal(15), "One more"),
            minimum_stock=10,
            reason_line="Often bought together with Product 1",
            texts=Texts(),
        )
        decision = Decision(outcome, reason, offered if outcome is not Outcome.NOTHING else None, trace)
        stored = Decisions(session, self.shop_id).save(
            decision,
            reference_id=order.reference_id or order.id,
            surface=surface,
            unit_id=f"customer:{order.id}",
            rules_version=1,
            facts={},
            now=order.created_at + timedelta(seconds=2),
            expires_at=order.created_at + timedelta(hours=2),
        )
        return stored.id

    def _event(
        self,
        session: Session,
        order: Order,
        kind: str,
        status: str | None,
        seconds: float,
        error_codes: list[str] | None = None,
    ) -> None:
        decision = Decisions(session, self.shop_id).find(order.reference_id or order.id, "one_click")
        assert decision is not None
        data = {"latency_ms": 240, "error_codes": error_codes or []}
        at = order.created_at + timedelta(seconds=seconds)
        Events(session, self.shop_id).record(decision, kind, status=status, data=data, now=at)

    def _book(self, session: Session, order: Order, decision_id: str, amount: int, *, after: float) -> None:
        source = f"decision:{decision_id}"
        Ledger(session, self.shop_id).settle(
            order.id,
            [Credit(source, "l2", amount)],
            currency="GBP",
            versions={source: 1},
            now=order.created_at + timedelta(seconds=after),
        )
        session.flush()

    def _sequence(
        self, session: Session, order: Order, release: Reason, *, refusal: Reason | None = None
    ) -> dict[str, TouchRow]:
        starts_at = order.created_at + timedelta(seconds=30)
        row = SequenceRow(
            shop_id=self.shop_id,
            order_id=order.id,
            reference_id=order.reference_id or order.id,
            unit_id=f"customer:{order.id}",
            journey_id="after",
            rules_version=1,
            starts_at=starts_at,
            release_reason=release.value,
            refusal=refusal.value if refusal else None,
            refusal_detail="the last one 3 days ago, at most one in 14 days" if refusal else None,
            created_at=order.created_at + timedelta(seconds=1),
        )
        late = order.created_at + timedelta(hours=72)
        plans = (
            TouchPlan("text", "sms", "offer", starts_at + timedelta(minutes=2), late),
            TouchPlan("mail", "email", "offer", starts_at + timedelta(minutes=4), late),
        )
        touches = Touches(session, self.shop_id)
        touches.open_sequence(row, () if refusal else plans)
        session.flush()
        found = {touch.channel: touch for touch in touches.of_order(order.id)}
        assert all(touch.state == PLANNED for touch in found.values())
        return found
