"""Signs the changes of an accepted offer: only what was stored, only once, only while it holds."""

from datetime import datetime

from server.core.errors import AppError
from server.core.money import Money
from server.domain.blocks import block_of
from server.domain.decision import Outcome
from server.domain.offered import ACCEPTED, Offered, OfferedItem, answers_before, build_changes, read_option
from server.domain.orders import Purchase, VariantFacts
from server.domain.plans import terms_of
from server.domain.situation import Surface
from server.domain.stock import Stock
from server.ports import ChangesetSigner
from server.storage.catalog import Catalog
from server.storage.db import Database, Session
from server.storage.decisions import Decisions, StoredDecision
from server.storage.levels import with_levels
from server.storage.plans import SellingPlans
from server.usecases.offer_ends import is_over
from server.usecases.offers import served_shop


class OfferUnknown(AppError):
    """No offer of this id was made to this purchase."""

    code = "offer_unknown"


class OfferExpired(AppError):
    code = "offer_expired"


class OfferUnavailable(AppError):
    """The goods cannot be had any more: sold out, withdrawn, or bought already."""

    code = "offer_unavailable"


class AlreadySigned(AppError):
    """The acceptance was signed before, and that token has run out; another would let the same offer be taken twice."""

    code = "already_signed"


def sign_changeset(
    *,
    database: Database,
    signer: ChangesetSigner,
    shop_domain: str,
    purchase: Purchase,
    decision_id: str,
    option_id: str,
    now: datetime,
) -> str:
    """Return the signed changeset for the offer that was stored for this purchase.

    Nothing but two ids is taken from the page: variant, quantity and discount are the decision's. The option names the
    step, and a choice within it. Stock is asked again. A step that follows an acceptance is signed only after that was,
    and one that follows a decline only when that was not.
    Asked again while its token is fresh, an acceptance gets the identical token: an answer may have been lost, and the
    platform applies one token id once.

    Raises:
        OfferUnknown, OfferExpired, OfferUnavailable, AlreadySigned, ShopNotServed.
    """
    with database.write() as session:
        shop_id = served_shop(session, shop_domain)
        decisions = Decisions(session, shop_id)
        decision = decisions.lock(purchase.reference_id, Surface.ONE_CLICK.value)
        if decision is None or decision.id != decision_id or decision.outcome is not Outcome.OFFERED:
            raise OfferUnknown("No such offer was made to this purchase.", decision_id=decision_id)
        path, choice = read_option(option_id) or ("", None)
        offered = _offered(decision, path, choice)
        signed_at = decision.signed.get(path)
        if signed_at is None:
            if is_over(session, shop_id, decision, path, now=now):
                raise OfferExpired("This offer has ended.", decision_id=decision_id)
            _check(session, shop_id, decision, (offered, choice), purchase)
            decisions.mark_signed(decision, path, now=now)
        elif now >= signed_at + signer.lifetime:
            raise AlreadySigned("This offer was accepted already.", decision_id=decision_id)
        return signer.sign(
            reference_id=purchase.reference_id,
            changes=build_changes(offered, choice),
            token_id=f"{decision_id}:{path}",
            now=signed_at or now,
        )


def _offered(decision: StoredDecision, path: str, choice: int | None) -> Offered:
    """Return what stands at the end of a way that the shopper really went."""
    offered = decision.step(path)
    ways = [(step in decision.signed) == (answer == ACCEPTED) for step, answer in answers_before(path)]
    if offered is None or not all(ways) or (choice is not None and choice >= len(offered.choices)):
        raise OfferUnknown("No such offer was made to this purchase.", decision_id=decision.id)
    return offered


def _check(
    session: Session,
    shop_id: int,
    decision: StoredDecision,
    option: tuple[Offered, int | None],
    purchase: Purchase,
) -> None:
    offered, choice = option
    items = offered.chosen(choice)
    # Whoever accepts may have the last one: the minimum was for offering.
    stock = Stock(minimum=0, locations=frozenset(offered.locations), at_one_location=offered.at_one_location)
    goods = Catalog(session, shop_id).variants(item.variant_id for item in items)
    if stock.counting.is_needed:
        goods = with_levels(session, shop_id, goods)
    if offered.is_subscription:
        goods = SellingPlans(session, shop_id).added_to(goods)
    for item in items:
        variant = goods.get(item.variant_id)
        blocked = block_of(
            variant,
            quantity=item.quantity,
            stock=stock,
            purchase=purchase,
            is_of_family=True,
            is_subscription=item.plan is not None,
            is_repeat=item.lines_before > 0,
        )
        reason = blocked[0].value if blocked else _changed(variant, item, offered.currency)
        if reason is not None:
            raise OfferUnavailable("This offer is no longer available.", decision_id=decision.id, reason=reason)


def _changed(variant: VariantFacts | None, item: OfferedItem, currency: str) -> str | None:
    """Return what is no longer as it was shown: the price, or what the shopper would be bound to."""
    if variant is None or variant.price != item.unit_price:
        return "price_changed"
    if item.plan is None:
        return None
    plan = next((each for each in variant.plans if each.plan_id == item.plan.plan_id), None)
    full = Money(variant.price, currency)
    is_same = plan is not None and terms_of(plan, full, shipping=item.plan.shipping) == item.plan
    return None if is_same else "plan_changed"
