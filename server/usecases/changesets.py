"""Signs the changes of an accepted offer: only what was stored, only once, only while it holds."""

from datetime import datetime

from server.core.errors import AppError
from server.domain.decision import Outcome, Surface, block_of
from server.domain.offers import build_changes
from server.domain.orders import Purchase
from server.ports import ChangesetSigner
from server.storage.catalog import Catalog
from server.storage.db import Database
from server.storage.decisions import Decisions
from server.storage.secrets import SecretBox
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
    """The acceptance was signed before; a second token would let the same click buy twice."""

    code = "already_signed"


def sign_changeset(
    *,
    database: Database,
    box: SecretBox,
    signer: ChangesetSigner,
    shop_domain: str,
    purchase: Purchase,
    decision_id: str,
    option_id: str,
    now: datetime,
) -> str:
    """Return the signed changeset for the offer that was stored for this purchase.

    Nothing but two ids is taken from the page: variant, quantity and discount are the decision's. Stock is asked again.

    Raises:
        OfferUnknown, OfferExpired, OfferUnavailable, AlreadySigned, ShopNotServed.
    """
    with database.write() as session:
        shop = served_shop(session, box, shop_domain)
        decisions = Decisions(session, shop.id)
        decision = decisions.get(decision_id)
        if (
            decision is None
            or decision.reference_id != purchase.reference_id
            or decision.surface != Surface.ONE_CLICK.value
            or decision.outcome is not Outcome.OFFERED
            or decision.offered is None
            or decision.offered.offer_id != option_id
        ):
            raise OfferUnknown("No such offer was made to this purchase.", decision_id=decision_id)
        if decision.signed_at is not None:
            raise AlreadySigned("This offer was accepted already.", decision_id=decision_id)
        if now >= decision.expires_at:
            raise OfferExpired("This offer has ended.", decision_id=decision_id)
        offered = decision.offered
        variant = Catalog(session, shop.id).variants([offered.variant_id]).get(offered.variant_id)
        blocked = block_of(variant, minimum_stock=offered.quantity, purchase=purchase, refused=frozenset())
        if blocked or variant is None or variant.price != offered.unit_price:
            reason = blocked[0].value if blocked else "price_changed"
            raise OfferUnavailable("This offer is no longer available.", decision_id=decision_id, reason=reason)
        if not decisions.mark_signed(decision_id, now=now):
            raise AlreadySigned("This offer was accepted already.", decision_id=decision_id)
        return signer.sign(reference_id=purchase.reference_id, changes=build_changes(offered), now=now)
