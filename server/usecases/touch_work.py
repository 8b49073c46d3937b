"""A touch with all it belongs to, and the ways it can end or wait."""

from dataclasses import dataclass
from datetime import datetime

from server.core.clock import Clock
from server.core.errors import AppError
from server.core.signing import LinkSigner
from server.domain.document import Journey, Kind, MessageStep, RuleDocument
from server.domain.orders import Order
from server.domain.reasons import Reason
from server.ports import PhoneNumbers, Renderer, Vendors
from server.storage.db import Session
from server.storage.orders import Orders
from server.storage.rules import PublishedRules, Rules
from server.storage.shops import ShopRow, Shops
from server.storage.touches import OPEN_STATES, PLANNED, SequenceRow, Touches, TouchRow
from server.usecases.access import ShopAccess
from server.usecases.recipients import Approach


class TouchNotOpen(AppError):
    """The touch was sent, ended, moved or taken by another attempt meanwhile: there is nothing to do."""

    code = "touch_not_open"


@dataclass(frozen=True, slots=True)
class Post:
    """What sending takes beside the touch."""

    access: ShopAccess
    vendors: Vendors
    renderer: Renderer
    phones: PhoneNumbers
    clicks: LinkSigner
    unsubscribes: LinkSigner
    public_url: str
    clock: Clock


@dataclass(frozen=True, slots=True)
class TouchWork:
    """One touch, its order, its shop, and the rules that are live now: a funnel switched off stops what is planned."""

    touch: TouchRow
    sequence: SequenceRow
    order: Order
    shop: ShopRow
    rules: PublishedRules

    @property
    def journey(self) -> Journey | None:
        """The follow-up as it is written now; None where it is gone."""
        return self.document.journey(self.sequence.journey_id)

    @property
    def step(self) -> MessageStep | None:
        return self.journey.step(self.touch.step_id) if self.journey is not None else None

    @property
    def has_offer(self) -> bool:
        """Tell whether the touch names goods, and so is not sent without any."""
        return self.step is None or self.step.has_offer

    @property
    def approach(self) -> Approach:
        touch = self.touch
        return Approach(touch.channel, touch.unit_id, touch.sequence_id, Kind(self.sequence.kind), touch.expires_at)

    @property
    def document(self) -> RuleDocument:
        """The rules of the market that the order belongs to."""
        return document_of(self.rules, self.order)


def document_of(rules: PublishedRules, order: Order) -> RuleDocument:
    """Return the rules of the market that an order belongs to."""
    return rules.document.of_purchase(country_code=order.country_code, currency=order.presentment_currency)


def load_touch(session: Session, post: Post, *, shop_id: int, touch_id: str, attempt: int) -> TouchWork:
    """Load an open touch for this attempt, its shopper locked: two messages to one person never leave at once.

    Raises:
        TouchNotOpen.
    """
    touches = Touches(session, shop_id)
    named = touches.get(touch_id)
    sequence = touches.lock_shopper(named.unit_id).get(named.sequence_id) if named is not None else None
    touch = touches.lock(touch_id)
    if touch is None or touch.attempt != attempt or touch.state not in OPEN_STATES:
        raise TouchNotOpen("The touch is not open for this attempt.", touch_id=touch_id, attempt=attempt)
    order = Orders(session, shop_id).get(touch.order_id)
    published = Rules(session, shop_id).live()
    if sequence is None or order is None or published is None:
        raise TouchNotOpen("The touch's order or rules are gone.", touch_id=touch_id)
    shop = Shops(session, post.access.box).by_id(shop_id)
    return TouchWork(touch, sequence, order, shop, published)


def end_touch(touch: TouchRow, state: str, reason: Reason, detail: str = "") -> str:
    """Close a touch with its reason; return its state."""
    touch.state, touch.reason, touch.detail = state, reason.value, detail
    return state


def wait_again(touch: TouchRow, *, until: datetime, reason: Reason, detail: str) -> str:
    """Put a touch back until a moment; the raised attempt makes it a new piece of work for the job engine."""
    touch.state, touch.due_at, touch.reason, touch.detail = PLANNED, until, reason.value, detail
    touch.attempt += 1
    return PLANNED
