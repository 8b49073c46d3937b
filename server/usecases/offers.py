"""Answers the one-click page: which offer this purchase gets."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from server.core.errors import AppError
from server.domain.decision import Outcome, Surface, decide
from server.domain.experiments import unit_of
from server.domain.orders import Purchase, VariantFacts
from server.domain.reasons import Reason
from server.storage.catalog import Catalog
from server.storage.db import Database, Session
from server.storage.decisions import Decisions, Events, StoredDecision
from server.storage.rules import PublishedRules, Rules
from server.storage.secrets import SecretBox
from server.storage.shops import ShopRow, Shops
from server.usecases.situations import load_situation

# The page is held for up to an hour; a changeset is refused after that anyway.
OFFER_LIFE = timedelta(minutes=60)


class ShopNotServed(AppError):
    """The token is genuine, but this shop does not have the app (any more)."""

    code = "shop_not_served"


@dataclass(frozen=True, slots=True)
class Answer:
    """A stored decision, with the goods' facts to show when it is an offer to be shown."""

    decision: StoredDecision
    variant: VariantFacts | None

    @property
    def is_shown(self) -> bool:
        return self.decision.outcome is Outcome.OFFERED and self.variant is not None


def answer_purchase(
    *, database: Database, box: SecretBox, shop_domain: str, purchase: Purchase, now: datetime
) -> Answer | Reason:
    """Decide, once, what a purchase is offered on the one-click page.

    The checkout asks several times; the same basket gets the same stored answer, so that arms do not flip. A changed
    basket is decided anew as long as nothing was shown or signed. A bare Reason means there are no rules to decide by.

    Raises:
        ShopNotServed.
    """
    with database.read() as session:
        shop = served_shop(session, box, shop_domain)
        rules = Rules(session, shop.id)
        live_number = rules.live_number()
        if not live_number:
            return Reason.NO_LIVE_FUNNEL
        held = Decisions(session, shop.id).find(purchase.reference_id, Surface.ONE_CLICK.value)
        if held is not None and _still_holds(session, shop.id, held, purchase, live_number=live_number, now=now):
            return _answer(session, shop.id, held)
    return database.run(lambda session: _decide_once(session, box, shop_domain, purchase, now=now))


def _decide_once(
    session: Session, box: SecretBox, shop_domain: str, purchase: Purchase, *, now: datetime
) -> Answer | Reason:
    """Decide and store, unless a twin of this question did so meanwhile."""
    shop = served_shop(session, box, shop_domain)
    published = Rules(session, shop.id).live()
    if published is None:
        return Reason.NO_LIVE_FUNNEL
    held = Decisions(session, shop.id).lock(purchase.reference_id, Surface.ONE_CLICK.value)
    if held is not None and _still_holds(session, shop.id, held, purchase, live_number=published.number, now=now):
        return _answer(session, shop.id, held)
    decision = _decide_and_store(session, shop, published, purchase, replaces=held, now=now)
    return _answer(session, shop.id, decision)


def served_shop(session: Session, box: SecretBox, shop_domain: str) -> ShopRow:
    row = Shops(session, box).by_domain(shop_domain)
    if row is None or not row.is_installed:
        raise ShopNotServed("This shop does not have the app.", shop=shop_domain)
    return row


def purchase_facts(purchase: Purchase) -> dict[str, Any]:
    """Return the purchase as it is stored beside a decision, so that the decision can be replayed."""
    return {
        "currency": purchase.currency,
        "presentment_currency": purchase.presentment_currency,
        "total": purchase.total,
        "country_code": purchase.country_code,
        "customer_id": purchase.customer_id,
        "lines": [[line.variant_id, line.product_id, line.quantity, line.total] for line in purchase.lines],
    }


def _decide_and_store(
    session: Session,
    shop: ShopRow,
    published: PublishedRules,
    purchase: Purchase,
    *,
    replaces: StoredDecision | None,
    now: datetime,
) -> StoredDecision:
    unit_id = unit_of(customer_id=purchase.customer_id, email=None, phone=None, reference_id=purchase.reference_id)
    situation = load_situation(
        session, shop.id, published.document, purchase=purchase, unit_id=unit_id, surface=Surface.ONE_CLICK, now=now
    )
    return Decisions(session, shop.id).save(
        decide(published.document, situation),
        replaces=replaces,
        reference_id=purchase.reference_id,
        surface=Surface.ONE_CLICK.value,
        unit_id=unit_id,
        rules_version=published.number,
        facts=purchase_facts(purchase),
        now=now,
        expires_at=now + OFFER_LIFE,
    )


def _still_holds(
    session: Session, shop_id: int, held: StoredDecision, purchase: Purchase, *, live_number: int, now: datetime
) -> bool:
    if held.facts == purchase_facts(purchase) and held.rules_version == live_number and now < held.expires_at:
        return True
    # What was signed or seen is history, and stays the answer.
    return held.signed_at is not None or bool(Events(session, shop_id).of_decision(held.id))


def _answer(session: Session, shop_id: int, decision: StoredDecision) -> Answer:
    offered = decision.offered
    if decision.outcome is not Outcome.OFFERED or offered is None:
        return Answer(decision, None)
    return Answer(decision, Catalog(session, shop_id).variants([offered.variant_id]).get(offered.variant_id))
