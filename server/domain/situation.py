"""All that a decision may look at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from server.domain.blocks import NOTHING_REFUSED, Refused
from server.domain.facts import Facts
from server.domain.offers import Wanted
from server.domain.orders import Purchase, VariantFacts


class Surface(StrEnum):
    ONE_CLICK = "one_click"
    THANK_YOU = "thank_you"
    ORDER_STATUS = "order_status"
    MESSAGE = "message"


# On site like the one-click page, but nobody is charged there: who takes the offer goes to the cart.
BLOCKS = frozenset({Surface.THANK_YOU, Surface.ORDER_STATUS})


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something found for the goods of an order; `because` names the line that led to it."""

    variant_id: str
    score: float
    because: str


@dataclass(frozen=True, slots=True)
class Situation:
    """All that a decision may look at.

    `goods` holds every variant that a candidate or an offer of a matching funnel names, as far as it exists.
    """

    surface: Surface
    facts: Facts
    goods: Mapping[str, VariantFacts]
    candidates: Mapping[Wanted, tuple[Candidate, ...]] = field(default_factory=dict)  # best first
    is_held_out: bool = False
    has_codes: bool = False  # whether a block or a message may take something off by a discount code
    showings: int = 0  # pages and blocks shown to this shopper within the cap's window
    refused: Refused = NOTHING_REFUSED
    local_time: datetime | None = None  # by the clock of the shop, without a zone; known where a funnel is scheduled
    arms: Mapping[str, str] = field(default_factory=dict)  # that this shopper was drawn into, by experiment
    screened: tuple[int, ...] | None = None  # of the live funnels in turn, where they were asked already

    @property
    def purchase(self) -> Purchase:
        return self.facts.purchase
