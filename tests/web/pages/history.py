"""Orders with every kind of story, put straight into a database."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from server.domain.decision import Outcome
from server.domain.orders import LineItem, Order
from server.domain.reasons import Reason, TraceLine
from server.storage.db import Database, Session
from server.storage.decisions import DecisionRow, EventRow
from server.storage.ledger import LedgerRow
from server.storage.orders import Orders
from server.storage.touches import FAILED, PLANNED, REFUSED, SENT, UNKNOWN, ClickRow, SequenceRow, TouchRow

OFFERED: dict[str, Any] = {
    "path": "0",
    "funnel_id": "bought-together",
    "step_id": "first",
    "offer_id": "offer",
    "arm": None,
    "currency": "GBP",
    "items": [["2", "p2", 1, 1_000, 850, ["One more", "15", None]]],
    "choices": [],
    "minimum_stock": 10,
    "reason_line": "Often bought together with Product 1",
    "texts": {},
}
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
            decision_id = self._decide(session, order, Outcome.OFFERED, CHOSEN)
            self._event(session, order, "shown", 4)
            self._event(session, order, "accepted", 15)
            self._event(session, order, "outcome", 18, status="processed")
            decision = session.get_one(DecisionRow, decision_id)
            decision.signed_at = order.created_at + timedelta(seconds=16)
            decision.signed = {"0": decision.signed_at.isoformat()}
            self._book(session, order, 850, after=20)
            touches = self._sequence(session, order, Reason.PAGE_ACCEPTED)
            text = touches["sms"]
            text.state, text.reason, text.sent_at, text.receipt = SENT, "sent", text.due_at, "delivered"
            text.recipient, text.content = (
                "+447700900123",
                {"text": "Jo, Product 2 goes well with your order. STOP ends"},
            )
            text.decision_id = self._decide(session, order, Outcome.OFFERED, CHOSEN[2:3], surface=f"message:{text.id}")
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
            session.add(ClickRow(shop_id=self.shop_id, touch_id=mail.id, token=mail.id, clicked_at=clicked))
        return order.id

    def declined(self, number: int = 1003) -> str:
        order = self.order(number, minutes_ago=40)
        with self.database.write() as session:
            self._decide(session, order, Outcome.OFFERED, CHOSEN)
            self._event(session, order, "shown", 3)
            self._event(session, order, "declined", 9)
            self._sequence(session, order, Reason.PAGE_DECLINED, refusal=Reason.SEQUENCE_CAP)
        return order.id

    def unpaid(self, number: int = 1004) -> str:
        """Accepted, but the card was refused; the text could not be sent."""
        order = self.order(number, minutes_ago=30, first_name=None, outstanding=850)
        with self.database.write() as session:
            self._decide(session, order, Outcome.OFFERED, CHOSEN)
            self._event(session, order, "outcome", 9, status="partially_processed", error_codes=("payment_required",))
            touches = self._sequence(session, order, Reason.PAGE_ACCEPTED_UNPAID)
            touches["sms"].state, touches["sms"].reason = FAILED, "vendor_failed"
            touches["sms"].detail = "Not sent: the number cannot receive texts (Twilio 21614)."
        return order.id

    def cut_off(self, number: int = 1005) -> str:
        """Nothing fitted the page; the text's fate is unknown."""
        order = self.order(number, minutes_ago=20)
        trace = (TraceLine("funnel:spring", Reason.AUDIENCE_UNKNOWN, "Spring: buyer unknown, wanted first"),)
        with self.database.write() as session:
            self._decide(session, order, Outcome.NOTHING, trace)
            text = self._sequence(session, order, Reason.NOTHING_ELIGIBLE)["sms"]
            text.state, text.reason, text.claimed_at = UNKNOWN, "fate_unknown", text.due_at
            text.recipient = "+447700900456"
        return order.id

    def given_back(self, number: int = 1006) -> str:
        """An accepted offer that was refunded later; the order was cancelled in the end."""
        cancelled_at = self.now - timedelta(minutes=2)
        order = self.order(number, minutes_ago=10, cancelled_at=cancelled_at, refunded=2_000, current_total=0)
        with self.database.write() as session:
            self._decide(session, order, Outcome.OFFERED, CHOSEN)
            self._event(session, order, "outcome", 5, status="processed")
            self._book(session, order, 850, after=10)
            self._book(session, order, -850, after=480)
        return order.id

    def held_out(self, number: int = 1007) -> str:
        order = self.order(number, minutes_ago=8)
        trace = (*CHOSEN, TraceLine("shopper", Reason.HELD_OUT, "10 % of shoppers"))
        with self.database.write() as session:
            self._decide(session, order, Outcome.HELD_OUT, trace)
        return order.id

    def call(self, number: int, **changes: Any) -> str:
        """Keep an order whose shopper staff are to call; return the call's id."""
        order = self.order(number, gateways=("paypal",), **changes)
        with self.database.write() as session:
            touch = self._sequence(session, order, Reason.PAGE_NOT_ASKED)["sms"]
            touch.channel, touch.state, touch.reason = "call", SENT, "sent"
            touch.sent_at = touch.claimed_at = touch.due_at
            touch.recipient, touch.content = "+447700900123", {"text": "Thank Jo for the order."}
            return touch.id

    def ready(self, number: int, **more: Any) -> str:
        """An offer was made, and no page appeared."""
        order = self.order(number, minutes_ago=5, **more)
        with self.database.write() as session:
            self._decide(session, order, Outcome.OFFERED, CHOSEN)
        return order.id

    def shown_and(self, number: int, kind: str) -> str:
        """Shown, then one more event."""
        order = self.order(number, minutes_ago=5)
        with self.database.write() as session:
            self._decide(session, order, Outcome.OFFERED, CHOSEN)
            for seconds, each in enumerate(dict.fromkeys(("shown", kind)), start=3):
                self._event(session, order, each, seconds)
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
        trace: tuple[TraceLine, ...],
        *,
        surface: str = "one_click",
    ) -> str:
        decided_at = order.created_at + timedelta(seconds=2)
        reasons = {Outcome.OFFERED: Reason.OFFERED, Outcome.HELD_OUT: Reason.HELD_OUT}
        row = DecisionRow(
            id=f"{surface}-{order.id}",
            shop_id=self.shop_id,
            reference_id=order.reference_id,
            surface=surface,
            unit_id=f"customer:{order.id}",
            rules_version=1,
            outcome=outcome.value,
            reason=reasons.get(outcome, Reason.NOTHING_ELIGIBLE).value,
            offered=[] if outcome is Outcome.NOTHING else [OFFERED],
            facts={},
            trace=[[line.subject, line.reason.value, line.detail] for line in trace],
            decided_at=decided_at,
            expires_at=decided_at + timedelta(hours=2),
            signed_at=None,
            read_facts={},
            screened=[],
        )
        session.add(row)
        session.flush()
        return row.id

    def _event(
        self,
        session: Session,
        order: Order,
        kind: str,
        seconds: float,
        *,
        status: str | None = None,
        error_codes: tuple[str, ...] = (),
    ) -> None:
        session.add(
            EventRow(
                shop_id=self.shop_id,
                decision_id=f"one_click-{order.id}",
                reference_id=order.reference_id,
                kind=kind,
                status=status,
                data={"latency_ms": 240, "error_codes": list(error_codes)},
                occurred_at=order.created_at + timedelta(seconds=seconds),
            )
        )

    def _book(self, session: Session, order: Order, amount: int, *, after: float) -> None:
        session.add(
            LedgerRow(
                shop_id=self.shop_id,
                order_id=order.id,
                line_id="l2",
                source=f"decision:one_click-{order.id}",
                amount=amount,
                currency="GBP",
                rules_version=1,
                booked_at=order.created_at + timedelta(seconds=after),
            )
        )

    def _sequence(
        self, session: Session, order: Order, release: Reason, *, refusal: Reason | None = None
    ) -> dict[str, TouchRow]:
        starts_at = order.created_at + timedelta(seconds=30)
        sequence = SequenceRow(
            shop_id=self.shop_id,
            order_id=order.id,
            reference_id=order.reference_id,
            unit_id=f"customer:{order.id}",
            journey_id="after",
            rules_version=1,
            starts_at=starts_at,
            release_reason=release.value,
            refusal=refusal.value if refusal else None,
            refusal_detail="the last one 3 days ago, at most one in 14 days" if refusal else None,
            created_at=order.created_at + timedelta(seconds=1),
        )
        session.add(sequence)
        session.flush()
        touches = {
            channel: TouchRow(
                id=f"{channel}-{order.id}",
                shop_id=self.shop_id,
                sequence_id=sequence.id,
                order_id=order.id,
                unit_id=sequence.unit_id,
                step_id=channel,
                channel=channel,
                template="offer",
                state=PLANNED,
                due_at=starts_at + timedelta(minutes=minutes),
                expires_at=order.created_at + timedelta(hours=72),
                reason="planned",
                detail="",
            )
            for channel, minutes in (("sms", 2), ("email", 4))
            if refusal is None
        }
        session.add_all(touches.values())
        session.flush()
        return touches
