"""Funnels as a document writes them: steps, offers, how goods are found, discounts, tests of arms."""

from collections import Counter
from collections.abc import Iterator

from server.domain.document import CONTROL, Arm, Experiment, Funnel, FunnelStep, Pair, Pairing, Schedule
from server.domain.offers import AS_SUBSCRIPTION, Band, Break, BundlePrice, Discount, Offer, Quantities, Shipping
from server.domain.plans import LONGEST, SHORTEST, PlanChoice
from server.domain.rules.entries import AUDIENCE, ID, IS_LIVE, MARGIN_WORDS, MAX_STOCK, NAME
from server.domain.rules.page import LAYOUT, TEXTS, TRANSLATIONS, WORDS_HELP
from server.domain.rules.reading import Reader
from server.domain.rules.shapes import (
    Amounts,
    Field,
    Flag,
    LocalTime,
    Percentage,
    Reduction,
    Rows,
    Share,
    Table,
    Text,
    Whole,
)

_MAX_STEPS = 3  # that one shopper may come through: the platform takes three acceptances
_MAX_QUANTITY = 100
_MOST_QUANTITIES = 10  # that a shopper looks through
_MAX_MINUTES = 60  # the platform's own end of the page


def offers_of(funnel: Funnel, path: str) -> Iterator[tuple[str, Offer]]:
    """Yield every offer that a funnel may make, with its path in the document."""
    for index, step in enumerate(funnel.steps):
        yield f"{path}.steps[{index}].offer", step.offer
        for number, arm in enumerate(step.experiment.arms if step.experiment is not None else ()):
            yield f"{path}.steps[{index}].experiment.arms[{number}].offer", arm.offer


def _check_offer(reader: Reader, offer: Offer, path: str) -> None:
    if offer.discount is not None:
        check_discount(reader, offer.discount, f"{path}.discount")
    _check_sold_by(reader, offer, path)
    is_read = f"{path}.variants" not in reader.misshapen
    if offer.source == "fixed" and not offer.variant_ids and is_read:
        reader.fault(f"{path}.variants", "is empty; choose at least one product to offer.")
    if offer.source == "bundle" and len(set(offer.variant_ids)) < 2 and is_read:  # noqa: PLR2004 - a bundle
        reader.fault(f"{path}.variants", "must name at least two products that make the bundle.")
    if offer.source == "paired" and offer.pairing is None:
        reader.fault(f"{path}.pairing", "is missing; name one of the pairings.")
    quantities = [offer.quantity, *(each.quantity for each in offer.breaks)]
    if len(set(quantities)) < len(quantities):
        reader.fault(f"{path}.breaks", "name a quantity twice; give each its own discount.")
    if offer.quantities is not None:
        _check_quantities(reader, offer, offer.quantities, f"{path}.quantities")
    if offer.price is not None and offer.source != "bundle":
        reader.fault(f"{path}.price", "is for bundles alone; take it away, or use a discount.")
    if offer.price is not None and offer.discount is not None:
        reader.fault(f"{path}.price", "stands beside a discount; keep one of the two.")
    if offer.source == "bundle" and (offer.breaks or offer.quantities or offer.has_variant_choice):
        reader.fault(path, "is a bundle, which has no choice of quantities or variants; take breaks and choice away.")


def _check_quantities(reader: Reader, offer: Offer, held: Quantities, path: str) -> None:
    if any(each.path.startswith(path) for each in reader.problems):
        return
    if not held.least <= offer.quantity <= held.most:
        reader.fault(path, f"must include {offer.quantity}, the quantity that is offered.")
    if held.most - held.least >= _MOST_QUANTITIES:
        reader.fault(path, f"holds more than {_MOST_QUANTITIES} quantities; nobody looks through so many.")


def _check_sold_by(reader: Reader, offer: Offer, path: str) -> None:
    """Check that an offer is a subscription where its source is, and not where it cannot be."""
    if offer.source == "bundle" and offer.subscription is not None:
        reader.fault(f"{path}.subscription", "is not for bundles; take it away, or offer the goods one by one.")
    if (
        offer.source == AS_SUBSCRIPTION
        and offer.subscription is None
        and f"{path}.subscription" not in reader.misshapen
    ):
        reader.fault(f"{path}.subscription", "is missing; write {} for the goods' own plan that delivers most often.")
    if offer.source == AS_SUBSCRIPTION and offer.variant_ids:
        reader.fault(f"{path}.variants", "is for other sources: what was bought is offered. Take the products away.")


def _check_subscription(reader: Reader, choice: PlanChoice, path: str) -> None:
    if choice.plan is not None and not choice.plan.isdigit():
        reader.fault(f"{path}.plan", "must be the number of a selling plan, such as 688, without the words around it.")


def _check_break(reader: Reader, held: Break, path: str) -> None:
    if held.discount is not None:
        check_discount(reader, held.discount, f"{path}.discount")


def _check_band(reader: Reader, band: Band, path: str) -> None:
    if band.at_least > band.at_most:
        reader.fault(path, "can never be met; at_least must not lie above at_most.")


def _check_experiment(reader: Reader, experiment: Experiment, path: str) -> None:
    if not experiment.arms and f"{path}.arms" not in reader.misshapen:
        reader.fault(f"{path}.arms", "is empty; a test needs an arm beside the step's own offer.")
    if any(arm.id == CONTROL for arm in experiment.arms):
        reader.fault(f"{path}.arms", f"uses '{CONTROL}', which is the step's own offer; call the arm something else.")


def _check_funnel(reader: Reader, funnel: Funnel, path: str) -> None:
    where = f"{path}.steps"
    if not funnel.steps:
        if where not in reader.misshapen:
            reader.fault(where, "is empty; a funnel begins with a step.")
        return
    known = {step.id for step in funnel.steps}
    is_sound = True
    for index, step in enumerate(funnel.steps):
        for name in ("if_accepted", "if_declined"):
            target = getattr(step, name)
            if target is not None and target not in known:
                reader.fault(f"{where}[{index}].{name}", f"'{target}' is no step of this funnel.")
                is_sound = False
    twins = [each for each, count in Counter(offer.id for offer in funnel.offers).items() if each and count > 1]
    if twins:
        reader.fault(where, f"'{twins[0]}' is used as an id of two offers; give each its own.")
    if is_sound and len(known) == len(funnel.steps):
        _check_ways(reader, funnel, where)


def _check_ways(reader: Reader, funnel: Funnel, path: str) -> None:
    """Follow every way through the steps: none may come back to where it was, or be longer than the platform allows."""
    reached = set[str]()
    waiting: list[tuple[str, ...]] = [(funnel.steps[0].id,)]
    while waiting:
        way = waiting.pop()
        reached.add(way[-1])
        step = funnel.step(way[-1])
        for target in (step.if_accepted, step.if_declined):
            if target is None:
                continue
            if target in way:
                reader.fault(path, f"go in a circle: {' > '.join((*way, target))}. Take one of these away.")
                return
            if len(way) == _MAX_STEPS:
                told = " > ".join((*way, target))
                reader.fault(path, f"lead through more than {_MAX_STEPS} steps: {told}. Shorten the way.")
                return
            waiting.append((*way, target))
    for index, step in enumerate(funnel.steps):
        if step.id not in reached:
            reader.fault(f"{path}[{index}]", "is never reached; name it in if_accepted or if_declined, or remove it.")


def check_discount(reader: Reader, discount: Discount, path: str) -> None:
    """Note what is wrong with a discount as a whole."""
    if (discount.percent is None) == (discount.amounts is None) and path not in reader.misshapen:
        reader.fault(path, "needs either percent or amounts.")


def _check_schedule(reader: Reader, schedule: Schedule, path: str) -> None:
    if schedule.starts_at and schedule.ends_at and schedule.starts_at >= schedule.ends_at:
        reader.fault(path, "is over before it begins; starts_at must lie before ends_at.")


SCHEDULE = Table(
    Schedule,
    (
        Field("starts_at", LocalTime(), "From", "In the shop's own time.", is_nullable=True),
        Field("ends_at", LocalTime(), "Until", "In the shop's own time.", is_nullable=True),
    ),
    _check_schedule,
)

DISCOUNT = Table(
    Discount,
    (
        Field("percent", Reduction(), "Percent off", is_nullable=True),
        Field("amounts", Amounts(), "Amount off each", is_nullable=True),
        Field("title", Text(), "Title on the order", is_required=True),
    ),
)

BREAK = Table(
    Break,
    (
        Field("quantity", Whole(low=1, high=_MAX_QUANTITY), "Quantity", is_required=True),
        Field("discount", DISCOUNT, "Discount", is_nullable=True),
    ),
    _check_break,
)

QUANTITIES = Table(
    Quantities,
    (
        Field("least", Whole(low=1, high=_MAX_QUANTITY), "At least"),
        Field("most", Whole(low=1, high=_MAX_QUANTITY), "At most", is_required=True),
    ),
)

SHIPPING = Table(
    Shipping,
    (
        Field("title", Text(), "Title on the order", is_required=True),
        Field("amounts", Amounts(low=0), "Price by currency", "0 is free.", is_required=True),
    ),
)

PRICE = Table(
    BundlePrice,
    (
        Field("title", Text(), "Title on the order", is_required=True),
        Field("amounts", Amounts(), "Price by currency", "Of all goods together.", is_required=True),
    ),
)

SUBSCRIPTION = Table(
    PlanChoice,
    (
        Field("plan", Text(), "Selling plan", "Its number; goods without it are not offered.", is_nullable=True),
        Field(
            "interval",
            Text((SHORTEST, LONGEST)),
            "Or the goods' own plan",
            "Where no plan is named: of the plans that the goods have, by how often they are delivered.",
        ),
        Field(
            "shipping",
            Amounts(low=0),
            "Shipping each time after",
            "Without it, the same as the offer's own shipping.",
            is_nullable=True,
        ),
    ),
    _check_subscription,
)

BAND = Table(
    Band,
    (
        Field("family", Text(("type", "product")), "Family", "Goods of the same type, or variants of one product."),
        Field("at_least", Percentage(), "Dearer by at least"),
        Field("at_most", Percentage(), "Dearer by at most"),
    ),
    _check_band,
)

OFFER = Table(
    Offer,
    (
        ID,
        Field(
            "source",
            Text(("fixed", "bundle", "bought_together", "dearer", "paired", AS_SUBSCRIPTION)),
            "What is offered",
            is_required=True,
        ),
        Field("variants", Rows(Text()), "Products", into="variant_ids"),
        Field("pairing", Text(), "Pairing", is_nullable=True),
        Field("band", BAND, "How much dearer", is_nullable=True),
        Field("quantity", Whole(low=1, high=_MAX_QUANTITY), "Quantity"),
        Field("breaks", Rows(BREAK, most=5), "Other quantities"),
        Field("quantities", QUANTITIES, "Quantities that the shopper may choose", is_nullable=True),
        Field("has_variant_choice", Flag(), "The shopper may choose another variant"),
        Field("discount", DISCOUNT, "Discount", is_nullable=True),
        Field("price", PRICE, "One price", "Of a bundle, in place of a discount.", is_nullable=True),
        Field(
            "subscription",
            SUBSCRIPTION,
            "Subscription",
            "Sold by a selling plan, on the one-click page alone; {} is the goods' own.",
            is_nullable=True,
        ),
        Field("shipping", SHIPPING, "Shipping", "Added on the one-click page; without it none is.", is_nullable=True),
        Field("minimum_stock", Whole(high=MAX_STOCK), "Minimum stock of this offer", is_nullable=True),
        Field("minimum_margin", Share(), "Minimum margin of this offer", MARGIN_WORDS, is_nullable=True),
        Field(
            "ends_after_minutes",
            Whole(low=1, high=_MAX_MINUTES),
            "Ends after (minutes)",
            "Counted on the page from when it is first seen. Then the offer really ends. Empty: no clock.",
            is_nullable=True,
        ),
        Field("layout", LAYOUT, "Layout of the page"),
        Field("texts", TEXTS, "Texts", WORDS_HELP),
        Field("translations", TRANSLATIONS, "Texts in other languages", "The checkout's language counts."),
    ),
    _check_offer,
)

ARM = Table(Arm, (ID, Field("offer", OFFER, is_required=True), Field("weight", Whole(low=1, high=100), "Weight")))

EXPERIMENT = Table(
    Experiment,
    (
        Field("arms", Rows(ARM, most=9, unique="id"), "Arms", is_required=True),
        Field("traffic", Share(), "Shoppers who take part", "In percent; the others get the step's own offer."),
        Field("salt", Text(), "Draw", "Another word draws anew."),
    ),
    _check_experiment,
)

FUNNEL_STEP = Table(
    FunnelStep,
    (
        ID,
        Field("offer", OFFER, is_required=True),
        Field("experiment", EXPERIMENT, "Test of other offers", is_nullable=True),
        Field("if_accepted", Text(), "Next if accepted", is_nullable=True),
        Field("if_declined", Text(), "Next if declined", is_nullable=True),
    ),
)

FUNNEL = Table(
    Funnel,
    (
        ID,
        NAME,
        IS_LIVE,
        Field("priority", Whole(low=-1_000, high=1_000), "Priority", "The highest goes first."),
        Field("trigger", Text(("order_placed",))),
        AUDIENCE,
        Field("schedule", SCHEDULE, "When", is_nullable=True),
        Field(
            "steps", Rows(FUNNEL_STEP, most=7, unique="id"), "Offers", "The first is where it begins.", is_required=True
        ),
    ),
    _check_funnel,
)

PAIR = Table(
    Pair,
    (
        Field("bought", Text(), "Tag of what was bought", is_required=True),
        Field("offered", Text(), "Tag of what is offered", is_required=True),
    ),
)

PAIRING = Table(Pairing, (ID, NAME, Field("pairs", Rows(PAIR), "Pairs", is_required=True)))
