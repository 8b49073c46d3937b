"""Leads a shopper from a block's offer to the cart: goods looked at once more, the discount made good by a code."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from server.core.errors import AppError
from server.domain.blocks import block_of
from server.domain.codes import NewCode, code_text
from server.domain.decision import Outcome
from server.domain.offered import Offered, OfferedItem, read_option
from server.domain.orders import Order, VariantFacts
from server.domain.purchases import purchase_of
from server.domain.situation import BLOCKS
from server.domain.stock import Stock
from server.storage.db import Session
from server.storage.decisions import DecisionIndex, Decisions, Events, StoredDecision
from server.storage.offer_codes import OfferCodes
from server.storage.orders import Orders
from server.storage.rules import Rules
from server.storage.shops import ShopRow, Shops
from server.usecases.access import ShopAccess
from server.usecases.inquiries import rules_for
from server.usecases.leads import TAKEN
from server.usecases.links import CART_ATTRIBUTE, LinkUnknown


class OfferOver(AppError):
    """A block's offer cannot be taken (any more); `shop_name` and `shop_url` lead back to the shop."""

    code = "offer_over"


class OfferGone(OfferOver):
    """The goods cannot be had any more, or not at the price that was shown."""

    code = "offer_unavailable"


class OfferEnded(OfferOver):
    code = "offer_expired"


class OrderNotThere(OfferOver):
    """The platform has not told us of the order yet: nobody gets a code for an order that may be none."""

    code = "order_not_known"


@dataclass(frozen=True, slots=True)
class _Press:
    """A press on a block's button, with all that it is about."""

    shop: ShopRow
    decision: StoredDecision
    option_id: str
    path: str
    offered: Offered
    item: OfferedItem
    order: Order
    code_days: int
    back: dict[str, str]  # to the shop


def take_offer(*, access: ShopAccess, decision_id: str, option_id: str, storefront: str | None, now: datetime) -> str:
    """Return the cart address with what a block offered in it, its code applied; remember the press.

    The goods are asked about at the platform. The code is the same however often the button is pressed, and holds from
    the first press. `storefront` replaces the shop's own address in the sandbox.

    Raises:
        LinkUnknown, OfferGone, OfferEnded, OrderNotThere, ShopClosed, ReopenNeeded, TemporaryFailure, PermanentFailure,
        CredentialsRejected.
    """
    with access.database.read() as session:
        press = _read(session, access, decision_id, option_id, storefront, now=now)
        code = _code(session, press, now=now)
    api = access.api_of(press.shop, now=now)
    offered, item = press.offered, press.item
    stock = Stock(minimum=0, locations=frozenset(offered.locations), at_one_location=offered.at_one_location)
    live = api.variants((item.variant_id,), at_locations=stock.counting.is_needed)
    found = next((each for each in live if each.variant_id == item.variant_id), None)
    reason = _gone(found, press, stock)
    if reason is not None:
        raise OfferGone("This offer is no longer available.", reason=reason, **press.back)
    if code is not None:
        api.make_code(code)
    access.database.run(lambda session: _remember(session, press, code, now=now))
    applied = f"discount={code.text}&" if code is not None else ""
    goods = f"{item.variant_id}:{item.quantity}"
    return f"{press.back['shop_url']}/cart/{goods}?{applied}attributes[{CART_ATTRIBUTE}]={decision_id}"


def _read(
    session: Session, access: ShopAccess, decision_id: str, option_id: str, storefront: str | None, *, now: datetime
) -> _Press:
    shop_id = DecisionIndex(session).shop_of(decision_id)
    decision = Decisions(session, shop_id).get(decision_id) if shop_id is not None else None
    option = read_option(option_id)
    offered = decision.step(option[0]) if decision is not None and option is not None else None
    if shop_id is None or decision is None or option is None or offered is None:
        raise LinkUnknown("This link is no longer known.")
    path, choice = option
    is_of_block = any(decision.surface == each.value for each in BLOCKS)
    has_choice = choice is None or choice < len(offered.choices)
    if not is_of_block or decision.outcome is not Outcome.OFFERED or not has_choice:
        raise LinkUnknown("This link is no longer known.")
    shop = Shops(session, access.box).by_id(shop_id)
    back = {"shop_name": shop.name or shop.domain, "shop_url": storefront or f"https://{shop.domain}"}
    if now >= decision.expires_at:
        raise OfferEnded("This offer has ended.", **back)
    orders = Orders(session, shop_id)
    order = orders.by_reference(decision.reference_id) or orders.get(decision.reference_id)
    if order is None:
        raise OrderNotThere("Your order is still being confirmed.", **back)
    published = Rules(session, shop_id).version(decision.rules_version)
    if order.cancelled_at is not None or published is None:
        raise OfferEnded("This offer has ended.", **back)
    code_days = rules_for(published, purchase_of(order)).blocks.code_days
    return _Press(shop, decision, option_id, path, offered, offered.chosen(choice)[0], order, code_days, back)


def _code(session: Session, press: _Press, *, now: datetime) -> NewCode | None:
    """Return the code that makes good what the offer says; None where it takes nothing off."""
    if press.item.discount is None:
        return None
    text = code_text(f"{press.decision.id}:{press.option_id}", 1)
    held = OfferCodes(session, press.shop.id).get(text)
    last_day = held.last_day if held is not None else (now + timedelta(days=press.code_days)).date()
    code = NewCode(text, press.item.discount, last_day, (press.item.variant_id,), press.order.customer_id)
    if now >= code.ends_at:
        raise OfferEnded("This offer has ended.", **press.back)
    return code


def _remember(session: Session, press: _Press, code: NewCode | None, *, now: datetime) -> None:
    data = {"option_id": press.option_id}
    Events(session, press.shop.id).record(press.decision, TAKEN, path=press.path, status=None, data=data, now=now)
    if code is not None:
        OfferCodes(session, press.shop.id).keep(
            code.text, decision_id=press.decision.id, option_id=press.option_id, last_day=code.last_day, now=now
        )


def _gone(found: VariantFacts | None, press: _Press, stock: Stock) -> str | None:
    """Return why the goods cannot be had, or not at the price that was shown; whoever asks may have the last one."""
    blocked = block_of(
        found, quantity=press.item.quantity, stock=stock, purchase=purchase_of(press.order), is_of_family=True
    )
    if blocked is not None:
        return blocked[0].value
    return "price_changed" if found is not None and found.price != press.item.unit_price else None
