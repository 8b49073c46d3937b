"""Answers the blocks on the thank-you and the order-status page: which offer an order gets there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from server.core.errors import AppError
from server.core.money import Money
from server.domain.block_question import BlockQuestion
from server.domain.experiments import unit_of
from server.domain.orders import Order, Purchase
from server.domain.purchases import purchase_of
from server.domain.reasons import Reason
from server.domain.situation import BLOCKS, Surface
from server.ports import VendorFailure
from server.storage.db import Database, Session
from server.storage.decisions import Decisions, Events, StoredDecision
from server.storage.orders import Orders
from server.storage.rules import Rules
from server.storage.shops import currency_of
from server.usecases.access import ShopAccess, ShopClosed
from server.usecases.elsewhere import shown_goods, was_shown
from server.usecases.imports import order_unit
from server.usecases.inquiries import Answer, Inquiry, purchase_in, rules_for
from server.usecases.local_prices import local_prices, needs_local_prices
from server.usecases.offers import served_shop

log = structlog.get_logger()

_BLOCKS = frozenset(each.value for each in BLOCKS)


class UnknownOffer(AppError):
    """No block of this shop made such an offer."""

    code = "unknown_decision"


@dataclass(frozen=True, slots=True)
class BlockAnswer:
    """An answer, with for how many days a code holds once it is asked for."""

    answer: Answer
    code_days: int

    @property
    def variant_ids(self) -> tuple[str, ...]:
        """The goods that are shown, the shopper's choices among them."""
        steps = self.answer.decision.steps if self.answer.is_shown else ()
        return tuple(sorted(frozenset[str]().union(*(step.offered.variant_ids for step in steps))))


def answer_block(
    *, database: Database, shop_domain: str, question: BlockQuestion, now: datetime
) -> BlockAnswer | Reason:
    """Decide, once, what an order is offered beside its one-click page.

    Both blocks show the one answer: who comes back from the mail that confirms the order finds the offer of the
    thank-you page. A bare Reason means that nothing was decided: the order is not for blocks, or not known yet.

    Raises:
        ShopNotServed.
    """
    with database.read() as session:
        shop_id = served_shop(session, shop_domain)
        published = Rules(session, shop_id).live()
        if published is None:
            return Reason.NO_LIVE_FUNNEL
        order = _order(session, shop_id, question)
        reference_id = (order.reference_id or order.id) if order else (question.checkout_token or question.order_id)
        if reference_id is None:
            return Reason.ORDER_NOT_KNOWN
        given = {each.surface: each for each in Decisions(session, shop_id).of_reference(reference_id)}
        page = given.get(Surface.ONE_CLICK.value)
        purchase = purchase_of(order) if order else _purchase(session, shop_id, page, question)
        if purchase is None:
            return Reason.ORDER_NOT_KNOWN
        blocks = rules_for(published, purchase).blocks
        ends_at = (order.created_at if order else now) + timedelta(days=blocks.days)
        closed = _closed(order) or (Reason.EXPIRED if now >= ends_at else None)
        if closed is None and not blocks.after_page and page is not None and was_shown(session, shop_id, page):
            closed = Reason.PAGE_SHOWN
        if closed is not None:
            return closed
        held = next((given[each] for each in sorted(_BLOCKS & given.keys())), None)
        inquiry = Inquiry(
            shop_id,
            published,
            purchase,
            unit_id=order_unit(order) if order else _unit(purchase),
            surface=Surface(held.surface) if held else question.surface,
            now=now,
            expires_at=ends_at,
            order=order,
            shown=shown_goods(session, shop_id, given.values(), but=_BLOCKS, written_about=order),
        )
        answer = inquiry.held_answer(session, held)
        if answer is not None:
            return BlockAnswer(answer, blocks.code_days)
        situation = inquiry.situation(session)
    return BlockAnswer(inquiry.answer(database, situation), blocks.code_days)


def price_tags(access: ShopAccess, shop_domain: str, found: BlockAnswer, *, now: datetime) -> Mapping[str, Money]:
    """Return what the goods cost in the currency that the order was paid in, where that is not the shop's.

    Without an answer of the platform the shop's own prices stand: an offer in pounds is better than none.
    """
    purchase = purchase_in(found.answer.decision)
    if purchase is None or not found.variant_ids or not needs_local_prices(purchase):
        return {}
    with access.database.read() as session:
        shop_id = served_shop(session, shop_domain)
    try:
        return local_prices(access.api(shop_id, now=now), purchase, found.variant_ids)
    except (VendorFailure, ShopClosed) as failure:
        log.warning("local_prices.missing", shop=shop_domain, code=failure.code)
        return {}


def record_block_event(
    *,
    database: Database,
    shop_domain: str,
    decision_id: str,
    path: str,
    kind: str,
    option_id: str | None,
    latency_ms: int | None,
    now: datetime,
) -> bool:
    """Keep one event of a block; False for a repeat. `latency_ms` is None where the shopper lets nobody measure.

    Raises:
        UnknownOffer, ShopNotServed.
    """

    def record(session: Session) -> bool:
        shop_id = served_shop(session, shop_domain)
        decision = Decisions(session, shop_id).get(decision_id)
        if decision is None or decision.surface not in _BLOCKS or decision.step(path) is None:
            raise UnknownOffer("No block made such an offer.", decision_id=decision_id, step=path)
        told = {"option_id": option_id, "latency_ms": latency_ms}
        data = {name: value for name, value in told.items() if value is not None}
        return Events(session, shop_id).record(decision, kind, path=path, status=None, data=data, now=now)

    return database.run(record)


def _order(session: Session, shop_id: int, question: BlockQuestion) -> Order | None:
    orders = Orders(session, shop_id)
    found = orders.by_reference(question.checkout_token) if question.checkout_token else None
    return found or (orders.get(question.order_id) if question.order_id else None)


def _closed(order: Order | None) -> Reason | None:
    if order is None:
        return None
    if order.cancelled_at is not None:
        return Reason.ORDER_CANCELLED
    return Reason.ORDER_REFUNDED if order.refunded >= order.total > 0 else None


def _purchase(session: Session, shop_id: int, page: StoredDecision | None, question: BlockQuestion) -> Purchase | None:
    """Return the purchase of an order that is not known yet: as the one-click page's token told it, else as claimed.

    What is claimed in another currency than the shop's cannot be compared with what the rules say.
    """
    told = purchase_in(page) if page is not None else None
    claimed = question.claimed
    if told is not None or claimed is None or claimed.currency != currency_of(session, shop_id):
        return told
    return claimed


def _unit(purchase: Purchase) -> str:
    return unit_of(customer_id=purchase.customer_id, email=None, phone=None, reference_id=purchase.reference_id)
