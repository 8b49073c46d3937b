"""What the merchant reads: the state of the set-up, today's figures, and each order's story."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from server.core.errors import AppError
from server.domain.charges import Charge
from server.domain.decision import Outcome
from server.domain.eligibility import ONE_CLICK, Verdict, is_page_eligible
from server.domain.holds import Hold, hold_of
from server.domain.impressions import Drop
from server.domain.orders import Order, VariantFacts
from server.domain.reasons import WORDING, Reason, TraceLine
from server.domain.situation import Surface
from server.ports import Vendors
from server.storage.catalog import Catalog
from server.storage.charges import Charges
from server.storage.collections import CollectionName, Collections
from server.storage.db import Database, Session
from server.storage.decisions import Decisions, EventRow, Events, StoredDecision
from server.storage.gates import Gates
from server.storage.ledger import Ledger, LedgerRow
from server.storage.listings import Listings, ProductName
from server.storage.orders import Orders
from server.storage.reports import Period, Reports
from server.storage.rules import Rules
from server.storage.secrets import SecretBox
from server.storage.shops import Connection, Connections, ImportRow, Imports, ShopRow, Shops
from server.storage.touches import ClickRow, SequenceRow, Touches, TouchRow
from server.usecases.follow_ups import state_of
from server.usecases.impressions import read_drop
from server.usecases.senders import find_sender
from server.usecases.surfaces import verdicts_of
from server.usecases.tracing import is_made_again, trace_of

# How far back the pages look for messages whose fate nobody knows: an older one helps nobody any more.
UNKNOWN_WINDOW = timedelta(days=7)


class UnknownOrder(AppError):
    code = "unknown_order"


@dataclass(frozen=True, slots=True)
class SetUp:
    """What is ready and what is not; each is really looked at."""

    imports: tuple[ImportRow, ...]
    is_post_purchase_app: bool | None
    placed: dict[str, bool]  # whether the block is placed, by its surface; without those that nobody looked at
    has_sms: bool
    has_email: bool
    live_offers: int  # funnels switched on in the published version
    last_delivery_at: datetime | None


@dataclass(frozen=True, slots=True)
class Unpaid:
    """An order with accepted goods that nobody has paid yet; `amount` is minor units of the shop's currency."""

    order_id: str
    name: str
    amount: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Home:
    shop: ShopRow
    set_up: SetUp
    today: Period
    catalogue_size: int
    paused: tuple[Connection, ...]
    unknown: int  # messages of the last week whose fate nobody knows
    unpaid: tuple[Unpaid, ...]  # the oldest first
    drop: Drop | None  # the one-click page is shown less than it was


@dataclass(frozen=True, slots=True)
class PageStory:
    """What became of the one-click page of an order: one reason, and the decision behind it when there is one."""

    reason: Reason
    decision: StoredDecision | None
    events: tuple[EventRow, ...]
    title: str | None  # of the goods offered


@dataclass(frozen=True, slots=True)
class OrderStory:
    """An order with everything Afters did, did not do, and why."""

    order: Order
    page: PageStory
    surfaces: tuple[Verdict, ...]
    charges: tuple[Charge, ...]  # those that failed
    hold: Hold | None
    sequence: SequenceRow | None
    goodwill: SequenceRow | None  # the follow-up after a support ticket
    touches: tuple[TouchRow, ...]
    decisions: dict[str, StoredDecision]  # by id, of the touches
    clicks: tuple[ClickRow, ...]  # on the links of the touches, oldest first
    bookings: tuple[LedgerRow, ...]
    traces: dict[str, tuple[TraceLine, ...]]  # how each decision came about, by its id
    made_again: dict[str, bool | None]  # whether each decision comes out the same from what is kept of it, by its id
    titles: dict[str, str]  # product titles by variant id, for the traces

    @property
    def one_click(self) -> Verdict:
        return next(each for each in self.surfaces if each.surface == ONE_CLICK)

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


@dataclass(frozen=True, slots=True)
class Goods:
    """What the catalogue holds of goods that rules name."""

    variants: dict[str, VariantFacts]
    products: dict[str, ProductName]
    collections: dict[str, CollectionName] = field(default_factory=dict)

    def collection_title(self, collection_id: str) -> str:
        named = self.collections.get(collection_id)
        return named.title if named else f"A collection that is gone ({collection_id})"

    def product_title(self, product_id: str) -> str:
        named = self.products.get(product_id)
        return named.title if named else f"A product that is gone ({product_id})"


def load_shop(*, database: Database, box: SecretBox, shop_id: int) -> ShopRow:
    """Return a shop: every page needs its name, currency and time zone."""
    with database.read() as session:
        return Shops(session, box).by_id(shop_id)


def describe_goods(
    *,
    database: Database,
    shop_id: int,
    variant_ids: Iterable[str],
    product_ids: Iterable[str] = (),
    collection_ids: Iterable[str] = (),
) -> Goods:
    """Return the facts of those variants, products and collections that the catalogue still holds."""
    with database.read() as session:
        return Goods(
            variants=Catalog(session, shop_id).variants(variant_ids),
            products=Listings(session, shop_id).products(product_ids),
            collections=Collections(session, shop_id).named(collection_ids),
        )


def wording(code: str) -> str:
    """Return a stored reason in the merchant's words."""
    return WORDING[Reason(code)]


def home(*, database: Database, box: SecretBox, vendors: Vendors, shop_id: int, now: datetime) -> Home:
    """Gather the home page: set-up state and today's figures, by the shop's own calendar day."""
    with database.read() as session:
        row = Shops(session, box).by_id(shop_id)
        published = Rules(session, shop_id).live()
        return Home(
            shop=row,
            set_up=SetUp(
                imports=Imports(session, shop_id).all(),
                is_post_purchase_app=row.is_post_purchase_app,
                placed={surface: spans[-1].is_open for surface, spans in Gates(session, shop_id).spans().items()},
                has_sms=_has_sender(session, box, vendors, shop_id, "sms"),
                has_email=_has_sender(session, box, vendors, shop_id, "email"),
                live_offers=sum(funnel.is_live for funnel in published.document.funnels) if published else 0,
                last_delivery_at=row.last_delivery_at,
            ),
            today=Reports(session, shop_id).since(start_of_day(now, row.time_zone)),
            catalogue_size=Catalog(session, shop_id).count(),
            paused=tuple(each for each in Connections(session, shop_id, box).all() if each.is_paused),
            unknown=Listings(session, shop_id).count_unknown(since=now - UNKNOWN_WINDOW),
            unpaid=_unpaid(session, shop_id),
            drop=read_drop(session, shop_id),
        )


def _unpaid(session: Session, shop_id: int) -> tuple[Unpaid, ...]:
    by_order: dict[str, list[Charge]] = {}
    for order_id, charge in Charges(session, shop_id).unpaid():
        by_order.setdefault(order_id, []).append(charge)
    names = Orders(session, shop_id).names(by_order)
    return tuple(
        Unpaid(order_id, names.get(order_id, order_id), sum(each.amount for each in charges), charges[0].since)
        for order_id, charges in by_order.items()
    )


def _has_sender(session: Session, box: SecretBox, vendors: Vendors, shop_id: int, channel: str) -> bool:
    return find_sender(session, box, vendors, shop_id=shop_id, channel=channel) is not None


def start_of_day(now: datetime, time_zone: str | None) -> datetime:
    """Return when today began where the shop is."""
    local = now.astimezone(ZoneInfo(time_zone or "UTC"))
    return datetime.combine(local.date(), time(), tzinfo=local.tzinfo)


def recent_orders(
    *, database: Database, shop_id: int, limit: int, before: tuple[datetime, str] | None = None
) -> tuple[OrderSummary, ...]:
    """Return the latest orders with what happened to each, in a handful of queries whatever their number.

    `before` is time and id of the last order already seen.
    """
    with database.read() as session:
        orders = Orders(session, shop_id).recent(limit=limit, before=before)
        return _summaries(session, shop_id, orders)


def unknown_orders(*, database: Database, shop_id: int, limit: int, now: datetime) -> tuple[OrderSummary, ...]:
    """Return the orders with messages of the last week whose fate nobody knows."""
    with database.read() as session:
        ids = Listings(session, shop_id).orders_with_unknown(since=now - UNKNOWN_WINDOW, limit=limit)
        found = (Orders(session, shop_id).get(order_id) for order_id in ids)
        return _summaries(session, shop_id, tuple(order for order in found if order is not None))


def _summaries(session: Session, shop_id: int, orders: tuple[Order, ...]) -> tuple[OrderSummary, ...]:
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
            page=_page_story(order, decisions.get(references[order.id]), events, titles),
            sequence=sequences.get(order.id),
            touches=tuple(by_order.get(order.id, ())),
            revenue=revenue.get(order.id, 0),
        )
        for order in orders
    )


def order_story(*, database: Database, shop_id: int, order_id: str, now: datetime) -> OrderStory:
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
        if reference_id != order.id:
            # A block that knew nothing else asked by the order's own number.
            decisions += Decisions(session, shop_id).of_reference(order.id)
        page = next((each for each in decisions if each.surface == Surface.ONE_CLICK.value), None)
        events = Events(session, shop_id).of_decisions([each.id for each in decisions])
        sequence = Touches(session, shop_id).sequence_of(order.id)
        charges = Charges(session, shop_id).of_order(order.id)
        touches = Touches(session, shop_id).of_order(order.id)
        titles = _titles(session, shop_id, decisions)
        return OrderStory(
            order=order,
            page=_page_story(order, page, events, titles),
            surfaces=verdicts_of(
                session,
                shop_id,
                order,
                decisions=decisions,
                events=events,
                sequence=sequence,
                touches=touches,
                charges=charges,
            ),
            charges=charges,
            hold=hold_of(order, state_of(page, events.get(page.id, ())) if page else None, now=now),
            sequence=sequence,
            goodwill=Touches(session, shop_id).goodwill_of(order.id),
            touches=touches,
            decisions={each.id: each for each in decisions},
            clicks=Listings(session, shop_id).clicks_of(touch.id for touch in touches),
            bookings=Ledger(session, shop_id).of_order(order.id),
            traces={each.id: trace_of(session, shop_id, each) for each in decisions},
            made_again={each.id: is_made_again(session, shop_id, each) for each in decisions},
            titles=titles,
        )


def _page_story(
    order: Order, decision: StoredDecision | None, events: dict[str, tuple[EventRow, ...]], titles: dict[str, str]
) -> PageStory:
    if decision is None:
        return PageStory(Reason.PAGE_NOT_ASKED if is_page_eligible(order) else Reason.PAGE_NOT_ELIGIBLE, None, (), None)
    found = events.get(decision.id, ())
    title = titles.get(decision.offered.item.variant_id) if decision.offered else None
    if decision.outcome is not Outcome.OFFERED:
        return PageStory(decision.reason, decision, found, title)
    reason = state_of(decision, found).reason
    if reason is Reason.PAGE_NOT_SHOWN and not is_page_eligible(order):
        reason = Reason.PAGE_NOT_ELIGIBLE
    return PageStory(reason, decision, found, title)


def _titles(session: Session, shop_id: int, decisions: Iterable[StoredDecision]) -> dict[str, str]:
    held = tuple(decisions)
    named = {
        note.line.subject.removeprefix("variant:")
        for decision in held
        for note in decision.notes
        if note.line.subject.startswith("variant:")
    }
    named |= {variant_id for decision in held for step in decision.steps for variant_id in step.offered.variant_ids}
    return {variant_id: facts.title for variant_id, facts in Catalog(session, shop_id).variants(named).items()}
