"""What the merchant reads: the state of the set-up, today's figures, and each order's story."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from server.core.errors import AppError
from server.domain.decision import Outcome, Surface
from server.domain.orders import Order
from server.domain.reasons import WORDING, Reason
from server.ports import Vendors
from server.storage.catalog import Catalog
from server.storage.db import Database, Session
from server.storage.decisions import Decisions, EventRow, Events, StoredDecision
from server.storage.ledger import Ledger, LedgerRow
from server.storage.orders import Orders
from server.storage.reports import Period, Reports
from server.storage.rules import Rules
from server.storage.secrets import SecretBox
from server.storage.shops import ImportRow, Imports, ShopRow, Shops
from server.storage.touches import SequenceRow, Touches, TouchRow
from server.usecases.follow_ups import OUTCOMES
from server.usecases.senders import find_sender


class UnknownOrder(AppError):
    code = "unknown_order"


@dataclass(frozen=True, slots=True)
class SetUp:
    """What is ready and what is not; each is really looked at."""

    imports: tuple[ImportRow, ...]
    is_post_purchase_app: bool | None
    has_sms: bool
    has_email: bool
    live_number: int
    last_delivery_at: datetime | None


@dataclass(frozen=True, slots=True)
class Home:
    shop: ShopRow
    set_up: SetUp
    today: Period
    catalogue_size: int


@dataclass(frozen=True, slots=True)
class PageStory:
    """What became of the one-click page of an order: one reason, and the decision behind it when there is one."""

    reason: Reason
    decision: StoredDecision | None
    events: dict[str, EventRow]
    title: str | None  # of the goods offered


@dataclass(frozen=True, slots=True)
class OrderStory:
    """An order with everything Afters did, did not do, and why."""

    order: Order
    page: PageStory
    sequence: SequenceRow | None
    touches: tuple[TouchRow, ...]
    decisions: dict[str, StoredDecision]  # by id, of the touches
    bookings: tuple[LedgerRow, ...]
    titles: dict[str, str]  # product titles by variant id, for the traces

    @property
    def net_revenue(self) -> int:
        return sum(each.amount for each in self.bookings)


@dataclass(frozen=True, slots=True)
class OrderSummary:
    order: Order
    page: PageStory
    sequence: SequenceRow | None
    touches: tuple[TouchRow, ...]
    revenue: int


def wording(code: str) -> str:
    """Return a stored reason in the merchant's words."""
    return WORDING[Reason(code)]


def home(*, database: Database, box: SecretBox, vendors: Vendors, shop_id: int, now: datetime) -> Home:
    """Gather the home page: set-up state and today's figures, by the shop's own calendar day."""
    with database.read() as session:
        row = Shops(session, box).by_id(shop_id)
        senders = {
            channel: find_sender(session, box, vendors, shop_id=shop_id, channel=channel) is not None
            for channel in ("sms", "email")
        }
        return Home(
            shop=row,
            set_up=SetUp(
                imports=Imports(session, shop_id).all(),
                is_post_purchase_app=row.is_post_purchase_app,
                has_sms=senders["sms"],
                has_email=senders["email"],
                live_number=Rules(session, shop_id).live_number(),
                last_delivery_at=row.last_delivery_at,
            ),
            today=Reports(session, shop_id).since(start_of_day(now, row.time_zone)),
            catalogue_size=Catalog(session, shop_id).count(),
        )


def start_of_day(now: datetime, time_zone: str | None) -> datetime:
    """Return when today began where the shop is."""
    local = now.astimezone(ZoneInfo(time_zone or "UTC"))
    return datetime.combine(local.date(), time(), tzinfo=local.tzinfo)


def recent_orders(
    *, database: Database, shop_id: int, limit: int, before: datetime | None = None
) -> tuple[OrderSummary, ...]:
    """Return the latest orders with what happened to each, in a handful of queries whatever their number."""
    with database.read() as session:
        orders = Orders(session, shop_id).recent(limit=limit, before=before)
        ids = [order.id for order in orders]
        references = {order.id: order.reference_id or order.id for order in orders}
        decisions = Decisions(session, shop_id).of_references(list(references.values()), Surface.ONE_CLICK.value)
        events = Events(session, shop_id).of_decisions([each.id for each in decisions.values()])
        touches, sequences = Touches(session, shop_id), Touches(session, shop_id).sequences_of(ids)
        by_order, revenue = touches.of_orders(ids), Ledger(session, shop_id).net_of_orders(ids)
        titles = _titles(session, shop_id, decisions.values())
        return tuple(
            OrderSummary(
                order=order,
                page=_page_story(decisions.get(references[order.id]), events, titles),
                sequence=sequences.get(order.id),
                touches=tuple(by_order.get(order.id, ())),
                revenue=revenue.get(order.id, 0),
            )
            for order in orders
        )


def order_story(*, database: Database, shop_id: int, order_id: str) -> OrderStory:
    """Gather one order's story.

    Raises:
        UnknownOrder.
    """
    with database.read() as session:
        order = Orders(session, shop_id).get(order_id)
        if order is None:
            raise UnknownOrder("This order is not known here.", order_id=order_id)
        reference_id = order.reference_id or order.id
        decisions = Decisions(session, shop_id).of_reference(reference_id)
        page = next((each for each in decisions if each.surface == Surface.ONE_CLICK.value), None)
        events = Events(session, shop_id).of_decisions([page.id] if page else [])
        touches = Touches(session, shop_id)
        titles = _titles(session, shop_id, decisions)
        return OrderStory(
            order=order,
            page=_page_story(page, events, titles),
            sequence=touches.sequence_of(order.id),
            touches=touches.of_order(order.id),
            decisions={each.id: each for each in decisions},
            bookings=Ledger(session, shop_id).of_order(order.id),
            titles=titles,
        )


def _page_story(
    decision: StoredDecision | None, events: dict[str, dict[str, EventRow]], titles: dict[str, str]
) -> PageStory:
    if decision is None:
        return PageStory(Reason.PAGE_NOT_ASKED, None, {}, None)
    found = events.get(decision.id, {})
    title = titles.get(decision.offered.variant_id) if decision.offered else None
    if decision.outcome is not Outcome.OFFERED:
        return PageStory(decision.reason, decision, found, title)
    return PageStory(_page_reason(found), decision, found, title)


def _page_reason(events: dict[str, EventRow]) -> Reason:
    if "outcome" in events:
        return OUTCOMES.get(events["outcome"].status or "", Reason.PAGE_UNSURE)
    for kind, reason in (("declined", Reason.PAGE_DECLINED), ("left", Reason.PAGE_LEFT), ("shown", Reason.PAGE_SHOWN)):
        if kind in events:
            return reason
    return Reason.PAGE_NOT_SHOWN


def _titles(session: Session, shop_id: int, decisions: Iterable[StoredDecision]) -> dict[str, str]:
    named = {
        line.subject.removeprefix("variant:")
        for decision in decisions
        for line in decision.trace
        if line.subject.startswith("variant:")
    }
    return {variant_id: facts.title for variant_id, facts in Catalog(session, shop_id).variants(named).items()}
