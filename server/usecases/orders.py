"""Takes in an order as it stands: its snapshot, its shopper, the revenue it proves, and its follow-up."""

from datetime import datetime

from server.domain.attribution import credit_order
from server.domain.document import RuleDocument
from server.domain.experiments import unit_of
from server.domain.orders import Order
from server.domain.reasons import Reason
from server.ports import CustomerSnapshot
from server.storage.contacts import Assignments, Contacts
from server.storage.db import Session
from server.storage.decisions import Decisions
from server.storage.ledger import Ledger
from server.storage.orders import Orders
from server.storage.rules import Rules
from server.storage.touches import Touches
from server.usecases.charges import follow_charges, signed_offers
from server.usecases.follow_ups import plan_follow_up
from server.usecases.imports import order_unit
from server.usecases.leads import led_here
from server.usecases.order_tags import want_order_tag
from server.usecases.situations import holdout_experiment


def record_order(
    session: Session,
    shop_id: int,
    order: Order,
    *,
    customer: CustomerSnapshot | None,
    now: datetime,
    is_certain: bool = True,
) -> bool:
    """Store an order and draw the consequences; False when newer news of it is stored already.

    Running it again with the same order changes nothing. Late news still draws the consequences, of the order that
    is stored: the import stores orders and draws none. Of an order whose shopper was erased only money and goods are
    taken in, and nobody is written to. `is_certain` is False of an order that a webhook carried, and not the API told.

    Raises:
        OrderContested.
    """
    orders = Orders(session, shop_id)
    is_news = orders.save(order, unit_id=order_unit(order), is_certain=is_certain)
    if orders.is_erased(order.id):
        _settle(session, shop_id, orders.get(order.id) or order, now=now)
        return is_news
    if customer is not None:
        # The customer is read as they stand now, however old the order's news is.
        Contacts(session, shop_id).save_customer(customer)
    _draw_consequences(session, shop_id, order if is_news else orders.get(order.id) or order, now=now)
    return is_news


def _draw_consequences(session: Session, shop_id: int, order: Order, *, now: datetime) -> None:
    published = Rules(session, shop_id).live()
    if published is not None:
        _carry_assignment(session, shop_id, order, published.document, now=now)
    _settle(session, shop_id, order, now=now)
    if order.cancelled_at is not None:
        Touches(session, shop_id).cancel_open(order.id, reason=Reason.ORDER_CANCELLED)
    elif order.refunded >= order.total > 0:
        Touches(session, shop_id).cancel_open(order.id, reason=Reason.ORDER_REFUNDED)
    else:
        plan_follow_up(session, shop_id, order, published, now=now)


def _carry_assignment(session: Session, shop_id: int, order: Order, document: RuleDocument, *, now: datetime) -> None:
    """Let a draw made for a nameless purchase follow the shopper once the order tells who it is."""
    if not order.reference_id:
        return
    unit_id = order_unit(order)
    nameless = unit_of(customer_id=None, email=None, phone=None, reference_id=order.reference_id)
    if nameless == unit_id:
        return
    assignments, experiment = Assignments(session, shop_id), holdout_experiment(document)
    arm = assignments.arm(experiment, nameless)
    if arm is not None:
        assignments.assign(experiment, unit_id, arm=arm, now=now)


def _settle(session: Session, shop_id: int, order: Order, *, now: datetime) -> None:
    signed = Decisions(session, shop_id).signed_for(order.reference_id) if order.reference_id else ()
    led = led_here(session, shop_id, order)
    due = credit_order(
        order,
        signed=signed_offers(signed),
        clicks=led.clicks,
        coded=led.coded,
    )
    versions = {f"decision:{each.id}": each.rules_version for each in signed} | led.versions
    Ledger(session, shop_id).settle(order.id, due, currency=order.currency, versions=versions, now=now)
    follow_charges(session, shop_id, order, now=now)
    want_order_tag(session, shop_id, order.id, due, now=now)
