"""What a funnel offers: the goods of each of its steps, along each way that the shopper's answers may take."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from server.domain.blocks import Block, Price, Refused, block_of, margin_block, price_of
from server.domain.bundles import at_one_price
from server.domain.document import Arm, Funnel, FunnelStep, RuleDocument
from server.domain.experiments import draw_arm
from server.domain.offered import ACCEPTED, DECLINED, FIRST, Offered, OfferedItem, OfferedStep
from server.domain.offers import AS_SUBSCRIPTION, BundlePrice, Offer
from server.domain.orders import VariantFacts
from server.domain.reasons import Reason, TraceLine
from server.domain.situation import BLOCKS, Situation, Surface
from server.domain.stock import Stock

_MOST_VARIANTS = 10  # that the shopper may choose among
_BECAUSE = {
    "bought_together": "Often bought together with {}",
    "dearer": "A step up from {}",
    "paired": "Goes with your {}",
    AS_SUBSCRIPTION: "You have just bought {}",
}


@dataclass(slots=True)
class Chooser:
    """Walks through the steps of one funnel, and tells on the way what was looked at."""

    document: RuleDocument
    funnel: Funnel
    situation: Situation
    lines: list[TraceLine] = field(default_factory=list)

    def steps(self) -> tuple[OfferedStep, ...]:
        """Return what each step offers, the first one first; nothing when there is nothing to begin with.

        A message has one step, as nobody answers it there and then. A block goes on after a decline alone: who accepts
        is led away from it.
        """
        return tuple(self._walk(self.funnel.steps[0].id, FIRST, self.situation.refused))

    def _walk(self, step_id: str | None, path: str, refused: Refused) -> Iterator[OfferedStep]:
        offered = None
        while step_id is not None and offered is None:
            step = self.funnel.step(step_id)
            offered = self._offered(step, refused)
            # Where a step has nothing, what would follow its decline stands in for it.
            step_id = step.if_declined
        if offered is None:
            return
        yield OfferedStep(path, offered)
        if self.situation.surface is Surface.ONE_CLICK:
            yield from self._walk(step.if_accepted, path + ACCEPTED, refused.after_acceptance(offered))
        if self.situation.surface is Surface.ONE_CLICK or self.situation.surface in BLOCKS:
            yield from self._walk(step.if_declined, path + DECLINED, refused.after_decline(offered))

    def _offered(self, step: FunnelStep, refused: Refused) -> Offered | None:
        arm = self._arm(step)
        offer = arm.offer if arm is not None else step.offer
        if offer.is_of_page_only and self.situation.surface is not Surface.ONE_CLICK:
            self.lines.append(TraceLine(self.funnel.subject, Reason.ONLY_ON_PAGE, self.funnel.name))
            return None
        shipping, currency = None, self.situation.purchase.currency
        if self.situation.surface is Surface.ONE_CLICK:
            shipping = offer.shipping.in_currency(currency) if offer.shipping is not None else None
            if (offer.shipping is not None and shipping is None) or offer.later_shipping(currency) is None:
                detail = f"{self.funnel.name}: no shipping price in {currency}"
                self.lines.append(TraceLine(self.funnel.subject, Reason.NO_AMOUNT_IN_CURRENCY, detail))
                return None
        blank = Offered(
            funnel_id=self.funnel.id,
            step_id=step.id,
            offer_id=offer.id,
            arm=arm.id if arm is not None else None,
            currency=currency,
            items=(),
            minimum_stock=self._stock(offer).minimum,
            locations=tuple(sorted(self.document.stock.locations)),
            at_one_location=self.document.stock.at_one_location,
            texts=offer.texts,
            translations=offer.translations,
            layout=offer.layout,
            ends_after_minutes=offer.ends_after_minutes,
            shipping=shipping,
        )
        return self._bundle(offer, blank, refused) if offer.source == "bundle" else self._first(offer, blank, refused)

    def _arm(self, step: FunnelStep) -> Arm | None:
        if step.experiment is None:
            return None
        name = experiment_name(self.funnel, step)
        held = self.situation.arms.get(name) or draw_arm(
            name=name,
            unit_id=self.situation.facts.unit_id,
            traffic=step.experiment.traffic,
            weights=[(arm.id, arm.weight) for arm in step.arms],
        )
        return next((arm for arm in step.arms if arm.id == held), None)

    def _first(self, offer: Offer, blank: Offered, refused: Refused) -> Offered | None:
        is_looked_at = False
        for variant_id, because in candidates(offer, self.situation):
            is_looked_at = True
            item = self._item(offer, variant_id, refused)
            if item is None:
                continue
            return replace(
                blank,
                items=(item,),
                choices=tuple(self._choices(offer, item, refused)),
                reason_line=offer.texts.reason or because_words(offer.source, because),
                bought=because,
                found_by=offer.source if because is not None else None,
            )
        if not is_looked_at:
            self.lines.append(TraceLine(self.funnel.subject, Reason.NO_CANDIDATES, self.funnel.name))
        return None

    def _bundle(self, offer: Offer, blank: Offered, refused: Refused) -> Offered | None:
        items = [self._item(offer, variant_id, refused) for variant_id in dict.fromkeys(offer.variant_ids)]
        found = tuple(item for item in items if item is not None)
        if len(found) < len(items):
            return None
        if offer.price is not None:
            found = self._at_one_price(offer, offer.price, found)
        return replace(blank, items=found, reason_line=offer.texts.reason) if found else None

    def _at_one_price(
        self, offer: Offer, wanted: BundlePrice, items: tuple[OfferedItem, ...]
    ) -> tuple[OfferedItem, ...]:
        """Return a bundle's goods at one price together; nothing when they may not be sold at it."""
        name, currency = self.funnel.name, self.situation.purchase.currency
        price = wanted.in_currency(currency)
        if price is None:
            line = TraceLine(self.funnel.subject, Reason.NO_AMOUNT_IN_CURRENCY, f"{name}: no price in {currency}")
            self.lines.append(line)
            return ()
        found = at_one_price(items, price, wanted.title)
        costs = [self.situation.goods[each.variant_id].unit_cost for each in found]
        known = [cost * each.quantity for cost, each in zip(costs, found, strict=True) if cost is not None]
        blocked = margin_block(
            name,
            paid=sum(each.total for each in found),
            cost=sum(known) if len(known) == len(found) else None,
            minimum=self._minimum_margin(offer),
        )
        if blocked is not None:
            self.lines.append(TraceLine(self.funnel.subject, *blocked))
        return () if blocked is not None else found

    def _item(self, offer: Offer, variant_id: str, refused: Refused) -> OfferedItem | None:
        variant = self.situation.goods.get(variant_id)
        blocked = self._blocked(offer, variant, offer.quantity, refused)
        found = blocked if blocked or variant is None else self._priced(offer, variant)
        if isinstance(found, Price) and variant is not None:
            self.lines.append(TraceLine(f"variant:{variant_id}", Reason.CHOSEN, f"{self.funnel.name}: {variant.title}"))
            return self._at(variant, offer.quantity, found)
        if isinstance(found, tuple):
            self.lines.append(TraceLine(f"variant:{variant_id}", *found))
        return None

    def _choices(self, offer: Offer, chosen: OfferedItem, refused: Refused) -> Iterator[OfferedItem]:
        """Yield other variants and quantities that the shopper may take instead; what is blocked is left out."""
        variants = [self.situation.goods[chosen.variant_id]]
        if offer.has_variant_choice:
            others = (each for each in self.situation.goods.values() if each.product_id == chosen.product_id)
            variants += sorted(
                (each for each in others if each.variant_id != chosen.variant_id), key=lambda each: each.variant_id
            )
        for variant in variants[:_MOST_VARIANTS]:
            for quantity, discount in offer.discounts.items():
                if (variant.variant_id, quantity) == (chosen.variant_id, chosen.quantity):
                    continue
                if self._blocked(offer, variant, quantity, refused):
                    continue
                price = self._priced(replace(offer, discount=discount), variant)
                if isinstance(price, Price):
                    yield self._at(variant, quantity, price)

    def _blocked(self, offer: Offer, variant: VariantFacts | None, quantity: int, refused: Refused) -> Block | None:
        return block_of(
            variant,
            quantity=quantity,
            stock=self._stock(offer),
            purchase=self.situation.purchase,
            refused=refused,
            is_of_family=offer.source == "dearer",
            is_subscription=offer.subscription is not None,
            is_repeat=offer.source == AS_SUBSCRIPTION,
        )

    def _priced(self, offer: Offer, variant: VariantFacts) -> Price | Block:
        choice, currency = offer.subscription, self.situation.purchase.currency
        plan = choice.among(variant.plans) if choice is not None else None
        if choice is not None and plan is None:
            asked = f"plan {choice.plan}" if choice.plan is not None else "any plan"
            return Reason.NO_SELLING_PLAN, f"{variant.title}: not sold by {asked}"
        return price_of(
            variant,
            # Beside the page only a code takes something off; without codes the shopper pays the shop's price.
            discount=offer.discount
            if self.situation.surface is Surface.ONE_CLICK or self.situation.has_codes
            else None,
            minimum_margin=self._minimum_margin(offer),
            currency=currency,
            plan=plan,
            later_shipping=offer.later_shipping(currency) or 0,
        )

    def _at(self, variant: VariantFacts, quantity: int, price: Price) -> OfferedItem:
        return OfferedItem(
            variant_id=variant.variant_id,
            product_id=variant.product_id,
            quantity=quantity,
            unit_price=price.full.minor,
            discounted_unit_price=price.reduced.minor,
            discount=price.discount,
            plan=price.terms,
            lines_before=sum(each.variant_id == variant.variant_id for each in self.situation.purchase.lines),
        )

    def _minimum_margin(self, offer: Offer) -> float | None:
        return offer.minimum_margin if offer.minimum_margin is not None else self.document.margin.minimum

    def _stock(self, offer: Offer) -> Stock:
        default = self.document.stock
        return default if offer.minimum_stock is None else replace(default, minimum=offer.minimum_stock)


def because_words(source: str, bought: str | None) -> str | None:
    """Return what is said of why goods are offered that were found by what was bought."""
    return _BECAUSE[source].format(bought) if bought is not None else None


def experiment_name(funnel: Funnel, step: FunnelStep) -> str:
    """Return the name that draws among the arms of a step are stored under."""
    salt = step.experiment.salt if step.experiment is not None else ""
    return f"arms:{funnel.id}/{step.id}:{salt}"


def candidates(offer: Offer, situation: Situation) -> Iterable[tuple[str, str | None]]:
    """Yield the goods that an offer may come to, in turn, each with the title of what led to it."""
    wanted = offer.wanted
    for found in situation.candidates.get(wanted, ()) if wanted is not None else ():
        yield found.variant_id, found.because or None
    if offer.source == AS_SUBSCRIPTION:
        for line in sorted(situation.purchase.lines, key=lambda each: (-each.total, each.variant_id)):
            known = situation.goods.get(line.variant_id)
            yield line.variant_id, known.title if known is not None else None
    for variant_id in offer.variant_ids:
        yield variant_id, None
