"""A funnel as its page shows it: each step's offer with its test, and the way through them in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from server.domain.rules.funnels import ARM, EXPERIMENT, FUNNEL_STEP
from server.usecases.plans import list_plans
from server.usecases.reports import Goods
from server.web.guards import runtime, shop
from server.web.pages.audience_form import AudienceView, describe_named
from server.web.pages.controls import Choices, Control, draw
from server.web.pages.display import Display
from server.web.pages.offer_form import OfferView, empty_offer
from server.web.pages.wording import discount_words, offer_words

_ENDS = ("", "Nothing more")


@dataclass(frozen=True, slots=True)
class Turn:
    """One offer on the way, and what comes after each answer to it."""

    answer: str  # what led here; empty where the way begins
    words: str
    turns: tuple["Turn", ...]


@dataclass(frozen=True, slots=True)
class ArmView:
    """One arm of a test as the form shows it."""

    path: str
    arm: Mapping[str, Any]
    offer: OfferView

    @property
    def controls(self) -> tuple[Control, ...]:
        return draw(ARM, self.path, self.arm, only=("weight",))


@dataclass(frozen=True, slots=True)
class StepView:
    """One step as the form shows it; `nexts` are the steps that may follow."""

    path: str
    step: Mapping[str, Any]
    offer: OfferView
    nexts: Choices

    @property
    def ways(self) -> tuple[Control, ...]:
        """What follows each answer."""
        given = {"if_accepted": self.nexts, "if_declined": self.nexts}
        controls = draw(FUNNEL_STEP, self.path, self.step, only=given, choices=given)
        return tuple(replace(each, choices=(_ENDS, *each.choices[1:])) for each in controls)

    @property
    def arms(self) -> tuple[ArmView, ...]:
        return tuple(
            self.arm_at(place, arm) for place, arm in enumerate((self.step.get("experiment") or {}).get("arms", ()))
        )

    @property
    def experiment(self) -> tuple[Control, ...]:
        """The plain fields of its test."""
        held = self.step.get("experiment") or {}
        return draw(EXPERIMENT, f"{self.path}.experiment", held, only=("traffic",))

    def arm_at(self, place: int, arm: Mapping[str, Any]) -> ArmView:
        path, offer = f"{self.path}.experiment.arms[{place}]", self.offer
        held = OfferView(f"{path}.offer", arm["offer"], offer.goods, offer.display, offer.pairings, offer.plans)
        return ArmView(path, arm, held)

    @property
    def new_arm(self) -> ArmView:
        """What an arm that is added starts from."""
        return self.arm_at(0, {"id": "b", "offer": empty_offer("")})


@dataclass(frozen=True, slots=True)
class FunnelView:
    """What the form of one funnel shows."""

    funnel: Mapping[str, Any]
    steps: tuple[StepView, ...]
    audience: AudienceView
    new_step: StepView
    way: Turn


def view_of(funnel: Mapping[str, Any], document: Mapping[str, Any], display: Display) -> FunnelView:
    """Return what the form of a funnel shows."""
    goods = goods_in(funnel)
    pairings = tuple((each["id"], each["name"]) for each in document.get("pairings", ()))
    plans = list_plans(database=runtime().database, shop_id=shop().shop_id)
    ids = [step["id"] for step in funnel["steps"]]
    # The first is where every way begins: one that leads back to it would go in a circle.
    nexts = tuple((each, f"Offer {place}") for place, each in enumerate(ids, start=1))[1:]

    def at(place: int, step: Mapping[str, Any]) -> StepView:
        # The first offer stands in the form by itself: its names have always been without their place.
        path = f"steps[{place}]"
        named = "offer" if place == 0 else f"{path}.offer"
        return StepView(path, step, OfferView(named, step["offer"], goods, display, pairings, plans), nexts)

    new_step = at(1, {"id": "", "offer": empty_offer("")})
    return FunnelView(
        funnel=funnel,
        steps=tuple(at(place, step) for place, step in enumerate(funnel["steps"])),
        audience=AudienceView(funnel.get("audience"), goods, display),
        new_step=new_step,
        way=_turn(funnel, ids[0], "", goods, walked=()),
    )


def goods_in(*funnels: Mapping[str, Any]) -> Goods:
    """Return what the catalogue holds of all goods that funnels name."""
    variants = {each for funnel in funnels for offer in _offers(funnel) for each in offer.get("variants", ())}
    return describe_named(*(funnel.get("audience") for funnel in funnels), variants=variants)


def _offers(funnel: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for step in funnel["steps"]:
        yield step["offer"]
        yield from (arm["offer"] for arm in (step.get("experiment") or {}).get("arms", ()))


def _turn(funnel: Mapping[str, Any], step_id: str, answer: str, goods: Goods, *, walked: tuple[str, ...]) -> Turn:
    steps = {each["id"]: each for each in funnel["steps"]}
    step = steps[step_id]
    place = list(steps).index(step_id) + 1
    ways = (("If accepted", step.get("if_accepted")), ("If declined", step.get("if_declined")))
    turns = tuple(
        _turn(funnel, target, words, goods, walked=(*walked, step_id))
        for words, target in ways
        # A draft may name a step that it does not have, and a way may come back to where it was.
        if target in steps and target not in (*walked, step_id)
    )
    return Turn(answer, f"Offer {place}: {_words(step, goods)}", turns)


def _words(step: Mapping[str, Any], goods: Goods) -> str:
    offer = step["offer"]
    discount = discount_words(offer)
    told = offer_words(offer, goods) + ("" if discount == "None" else f", {discount}")
    arms = len((step.get("experiment") or {}).get("arms", ()))
    return f"{told}; tested against {arms} other{'' if arms == 1 else 's'}" if arms else told
