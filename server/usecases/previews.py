"""Works out what the one-click page would offer by rules that nobody has saved. Reads only: nothing is stored."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from server.core.errors import AppError
from server.domain.choice import Chooser, experiment_name
from server.domain.document import CONTROL, Funnel, RuleDocument
from server.domain.offered import OfferedStep
from server.domain.offers import AS_SUBSCRIPTION
from server.domain.orders import Purchase, PurchaseLine, VariantFacts
from server.domain.purchases import page_purchase_of, purchase_of
from server.domain.reasons import Reason, TraceLine
from server.domain.situation import Situation, Surface
from server.storage.catalog import Catalog
from server.storage.db import Database, Session
from server.storage.orders import Orders
from server.usecases.candidates import load_goods
from server.usecases.facts import Question, load_facts

NOBODY = "preview"  # whoever the sample purchase is made by: no reference, customer or contact is called so
_ORDERS, _SINGLES = 12, 8  # tried as the sample purchase, where goods are found by what was bought
_FEW = 3  # where they are not: only what is in the order already can differ
_MOST_TAKEN = 50


class NothingToPreview(AppError):
    """The shop's currency or its goods are not imported yet."""

    code = "nothing_to_preview"


@dataclass(frozen=True, slots=True)
class Preview:
    """What the page shows to who made the `purchase`; where `steps` are none, `lines` say why."""

    purchase: Purchase
    goods: Mapping[str, VariantFacts]  # those bought too
    steps: tuple[OfferedStep, ...]
    lines: tuple[TraceLine, ...]


def preview_page(
    *,
    database: Database,
    shop_id: int,
    document: RuleDocument,
    funnel_id: str,
    currency: str | None,
    bought: str | None,
    arm: str | None,
    now: datetime,
) -> Preview:
    """Return what one funnel of a document offers on the page, to a guest whom it is meant for, at a time it is open.

    `bought` is the one variant in the sample purchase; without it, the latest orders are tried in turn, then single
    goods, until something can be offered. `arm` is the arm shown of each test that has one of this name.

    Raises:
        NothingToPreview.
    """
    if currency is None:
        raise NothingToPreview("The shop's currency is not known yet; wait until the first import has begun.")
    funnel = next(each for each in document.funnels if each.id == funnel_id)
    first: Preview | None = None
    with database.read() as session:
        trials = _Trials(session, shop_id, document, funnel, _arms(funnel, arm), now)
        for purchase in trials.samples(currency, bought):
            found = trials.run(purchase)
            if found.steps:
                return found
            first = first or found
    if first is None:
        raise NothingToPreview(
            "There is nothing to make a sample purchase of: the product is gone, or none is imported yet."
        )
    return first


def _arms(funnel: Funnel, wanted: str | None) -> dict[str, str]:
    """Return which arm to show of each test: the step's own offer where none is called as wanted."""
    return {
        experiment_name(funnel, step): wanted if wanted in {arm.id for arm in step.arms} else CONTROL
        for step in funnel.steps
        if step.experiment is not None
    }


@dataclass(frozen=True, slots=True)
class _Trials:
    """Tries one funnel on one purchase after the other."""

    session: Session
    shop_id: int
    document: RuleDocument
    funnel: Funnel
    arms: Mapping[str, str]
    now: datetime

    def samples(self, currency: str, bought: str | None) -> Iterator[Purchase]:
        """Yield purchases to try; those come last that hold what the funnel names, which would not be offered again."""
        catalog = Catalog(self.session, self.shop_id)
        if bought is not None:
            yield from (_of_one(each, currency) for each in catalog.variants([bought]).values())
            return
        named = catalog.variants(each for offer in self.funnel.offers for each in offer.variant_ids)
        taken = {each.product_id for each in named.values()}
        orders = Orders(self.session, self.shop_id).recent(limit=_ORDERS)
        found = [_of_guest(purchase_of(order)) for order in orders if order.currency == currency]
        found = [purchase for purchase in found if purchase.lines]
        found += [_of_one(each, currency) for each in catalog.sellable(limit=_SINGLES + min(len(taken), _MOST_TAKEN))]
        found.sort(key=lambda purchase: any(line.product_id in taken for line in purchase.lines))
        is_found_by_order = any(
            offer.wanted is not None or offer.source == AS_SUBSCRIPTION for offer in self.funnel.offers
        )
        yield from found[: _ORDERS + _SINGLES if is_found_by_order else _FEW]

    def run(self, purchase: Purchase) -> Preview:
        """Return what the funnel offers on one purchase, whoever its audience is and whenever it is open."""
        question = Question(purchase, NOBODY, Surface.ONE_CLICK, self.now)
        facts = load_facts(self.session, self.shop_id, self.document, question, needed=frozenset())
        situation = load_goods(
            self.session,
            self.shop_id,
            self.document,
            (self.funnel,),
            Situation(Surface.ONE_CLICK, facts, facts.goods, arms=self.arms),
            now=self.now,
        )
        chooser = Chooser(self.document, self.funnel, situation)
        steps = chooser.steps()
        lines = tuple(dict.fromkeys(line for line in chooser.lines if line.reason is not Reason.CHOSEN))
        return Preview(purchase, situation.goods, steps, lines)


def _of_one(variant: VariantFacts, currency: str) -> Purchase:
    line = PurchaseLine(variant.variant_id, variant.product_id, 1, variant.price)
    return Purchase(NOBODY, currency, variant.price, (line,), currency)


def _of_guest(purchase: Purchase) -> Purchase:
    """Return an order's goods as somebody buys them whom the page knows nothing of."""
    return replace(
        page_purchase_of(purchase),
        reference_id=NOBODY,
        customer_id=None,
        country_code=None,
        subscription=None,
        presentment_currency=purchase.currency,
        presentment_total=None,
    )
