"""Loads what conditions ask about an order and its shopper, and of that only what they need."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from server.domain.conditions.context import DAYS
from server.domain.document import RuleDocument, tier_of
from server.domain.eligibility import is_page_eligible
from server.domain.facts import Context, Facts, Need
from server.domain.goods import UNSORTED, Goods, line_of
from server.domain.orders import Order, Purchase
from server.domain.purchases import campaign_of
from server.domain.shopper import Profile, Service, ShopperFacts
from server.domain.situation import Surface
from server.storage.catalog import Catalog
from server.storage.collections import Collections
from server.storage.contacts import Contacts, CustomerRow
from server.storage.db import Session
from server.storage.earlier import EarlierOrders
from server.storage.shops import time_zone_of

_SUBSCRIBED = "subscribed"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about: a placed order, or a purchase whose order is not known (yet), where `order` is None."""

    purchase: Purchase
    unit_id: str
    surface: Surface
    now: datetime
    order: Order | None = None
    own_order_id: str | None = None  # where the page is asked about an order that is placed already

    @property
    def is_nobody(self) -> bool:
        """Tell whether this is a guest whose order is not known: nobody is named, so there is no history."""
        return self.purchase.customer_id is None and self.order is None

    @property
    def own_id(self) -> str | None:
        return self.order.id if self.order is not None else self.own_order_id


def load_facts(
    session: Session, shop_id: int, document: RuleDocument, question: Question, *, needed: frozenset[Need]
) -> Facts:
    """Load what conditions with these needs ask; the goods of the order itself are always known.

    `document` is that of the order's own market.
    """
    goods = Catalog(session, shop_id).variants([line.variant_id for line in question.purchase.lines])
    shopper = _Shopper(session, shop_id, question).facts(needed)
    local = local_time(session, shop_id, question.now) if Need.CLOCK in needed else None
    purchase = replace(question.purchase, market=document.market)
    memberships = UNSORTED
    if Need.CATALOGUE in needed:
        memberships = Collections(session, shop_id).memberships(line.product_id for line in purchase.lines)
    facts = Facts(purchase, shopper, goods, _context(question, local), memberships)
    if Need.TIER not in needed:
        return facts
    return replace(facts, shopper=replace(shopper, tier=tier_of(document, facts)))


def local_time(session: Session, shop_id: int, now: datetime) -> datetime:
    """Return a moment by the clock of the shop."""
    return now.astimezone(ZoneInfo(time_zone_of(session, shop_id) or "UTC"))


def _context(question: Question, local: datetime | None) -> Context:
    order, is_page = question.order, question.surface is Surface.ONE_CLICK
    return Context(
        surface=question.surface.value,
        hour=local.hour if local is not None else None,
        weekday=DAYS[local.weekday()] if local is not None else None,
        is_page_eligible=is_page_eligible(order) if order is not None else (True if is_page else None),
        campaign=None if order is None else campaign_of(order),
    )


@dataclass(frozen=True, slots=True)
class _Shopper:
    """Loads what is known of the shopper, one group of facts after the other."""

    session: Session
    shop_id: int
    question: Question

    def facts(self, needed: frozenset[Need]) -> ShopperFacts:
        unit_id = self.question.unit_id
        if not needed - {Need.CATALOGUE, Need.CLOCK, Need.TIER, Need.PLANS}:
            return ShopperFacts(unit_id=unit_id)
        known = self._customer()
        count = spent = days = None
        if needed & {Need.HISTORY, Need.BASKETS}:
            count, spent, days = self._history(known)
        return ShopperFacts(
            unit_id=unit_id,
            earlier_orders=count,
            spent=spent,
            days_since_order=days,
            bought=self._bought(count) if Need.BASKETS in needed else None,
            agreed_channels=self._agreed_channels() if Need.CONSENT in needed else None,
            profile=self._profile(known) if Need.PROFILE in needed else Profile(),
            service=_service(known.told if known is not None else {}) if Need.SERVICE in needed else Service(),
        )

    def _customer(self) -> CustomerRow | None:
        customer_id = self.question.purchase.customer_id
        return Contacts(self.session, self.shop_id).customer(customer_id) if customer_id else None

    def _history(self, known: CustomerRow | None) -> tuple[int | None, int | None, int | None]:
        """Return earlier orders, what they came to, and days since the last of them."""
        if self.question.is_nobody:
            return None, None, None
        question = self.question
        count, spent, last_at = EarlierOrders(self.session, self.shop_id).history(
            question.unit_id, before=question.now, excluding=self.question.own_id
        )
        days = (question.now - last_at).days if last_at is not None else None
        if known is not None:
            # The platform knows orders older than our history; once placed, the order at hand is among them.
            own = 1 if question.order is not None else 0
            before = known.spent - own * question.purchase.total
            return max(count, known.orders_count - own), max(spent, before), days
        if not count:
            # Our history has a beginning, and the platform told nothing: the first order or the hundredth.
            return None, None, None
        return count, spent, days

    def _bought(self, earlier_orders: int | None) -> Goods | None:
        if self.question.is_nobody or earlier_orders is None:
            return None
        orders, lines = EarlierOrders(self.session, self.shop_id).bought(
            self.question.unit_id, before=self.question.now, excluding=self.question.own_id
        )
        held = Catalog(self.session, self.shop_id).variants(line.variant_id for line in lines)
        sorted_by = Collections(self.session, self.shop_id).memberships(line.product_id for line in lines)
        found = tuple(line_of(line, held.get(line.variant_id), sorted_by) for line in lines)
        return Goods(found, is_whole=orders >= earlier_orders)

    def _agreed_channels(self) -> frozenset[str] | None:
        customer_id, order = self.question.purchase.customer_id, self.question.order
        contacts = Contacts(self.session, self.shop_id)
        if customer_id:
            held = contacts.of_customer(customer_id)
        elif order is not None and order.email:
            found = contacts.get("email", order.email)
            held = (found,) if found is not None else ()
        else:
            return None
        return frozenset(each.channel for each in held if each.consent == _SUBSCRIBED and each.suppressed_at is None)

    def _profile(self, known: CustomerRow | None) -> Profile:
        order = self.question.order
        told = known.told if known is not None else {}
        segments = told.get("segments")
        return Profile(
            tags=frozenset(known.tags) if known is not None and known.tags is not None else None,
            segments=frozenset(segments) if segments is not None else None,
            locale=(order.locale if order is not None else None) or (known.locale if known else None),
            country_code=told.get("home_country"),
            is_business=told.get("is_business"),
            predicted_spend=told.get("predicted_spend"),
            loyalty_tier=told.get("loyalty_tier"),
            loyalty_points=told.get("loyalty_points"),
        )


def _service(told: Mapping[str, Any]) -> Service:
    return Service(
        open_tickets=told.get("open_tickets"),
        last_ticket=told.get("last_ticket"),
        is_refund_pending=told.get("is_refund_pending"),
    )
