"""Signs the changes of an accepted offer: only what was stored, only once, only while it holds."""

from datetime import datetime

from server.core.errors import AppError
from server.domain.blocks import block_of
from server.domain.decision import Outcome, Surface
from server.domain.offers import OfferedVariant, build_changes
from server.domain.orders import Purchase
from server.ports import ChangesetSigner
from server.storage.catalog import Catalog
from server.storage.db import Database, Session
from server.storage.decisions import Decisions, StoredDecision
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

    Nothing but two ids is taken from the page: variant, quantity and discount are the decision's. Stock is asked again.
    Asked again while its token is fresh, an acceptance gets the identical token: an answer may have been lost, and the
    platform applies one token id once.

    Raises:
        OfferUnknown, OfferExpired, OfferUnavailable, AlreadySigned, ShopNotServed.
    """
    with database.write() as session:
        shop_id = served_shop(session, shop_domain)
        decisions = Decisions(session, shop_id)
        decision = decisions.lock(purchase.reference_id, Surface.ONE_CLICK.value)
        if (
            decision is None
            or decision.id != decision_id
            or decision.outcome is not Outcome.OFFERED
            or decision.offered is None
            or decision.offered.offer_id != option_id
        ):
            raise OfferUnknown("No such offer was made to this purchase.", decision_id=decision_id)
        if decision.signed_at is None:
            _check(session, shop_id, decision, decision.offered, purchase, now=now)
            decisions.mark_signed(decision_id, now=now)
        elif now >= decision.signed_at + signer.lifetime:
            raise AlreadySigned("This offer was accepted already.", decision_id=decision_id)
        return signer.sign(
            reference_id=purchase.reference_id,
            changes=build_changes(decision.offered),
            token_id=decision_id,
            now=decision.signed_at or now,
        )


def _check(
    session: Session, shop_id: int, decision: StoredDecision, offered: OfferedVariant, purchase: Purchase, *,
    now: datetime,
) -> None:  # fmt: skip
    if now >= decision.expires_at:
        raise OfferExpired("This offer has ended.", decision_id=decision.id)
    variant = Catalog(session, shop_id).variants([offered.variant_id]).get(offered.variant_id)
    blocked = block_of(variant, quantity=offered.quantity, minimum_stock=0, purchase=purchase)
    if blocked or variant is None or variant.price != offered.unit_price:
        reason = blocked[0].value if blocked else "price_changed"
        raise OfferUnavailable("This offer is no longer available.", decision_id=decision.id, reason=reason)
