"""Tells a decision step by step, from the rules and the facts that it was made with."""

from collections.abc import Sequence

from server.domain.audience import Answer
from server.domain.decision import Note
from server.domain.document import RuleDocument
from server.domain.facts import Facts
from server.domain.matching import BROKEN, MATCH
from server.domain.reasons import Reason, TraceLine
from server.domain.unmet import Unmet, wanted_in_turn

_MISS = Reason.AUDIENCE_MISS


def tell(
    document: RuleDocument, facts: Facts | None, *, screened: Sequence[int], notes: Sequence[Note], is_chosen: bool
) -> tuple[TraceLine, ...]:
    """Return every step: what kept each funnel and each of the goods out, with the values compared.

    Without the facts, which go when their shopper is erased, it is only told which funnels were kept out.
    `is_chosen` tells whether the last funnel that was asked made the offer: those after it were not needed.
    """
    lines: list[TraceLine] = []
    by_place: dict[int | None, list[TraceLine]] = {}
    for note in notes:
        by_place.setdefault(note.place, []).append(note.line)
    live, teller = document.live_funnels, _Teller(document, facts) if facts is not None else None
    for place, unmet in enumerate(screened):
        if unmet == BROKEN:
            lines.append(TraceLine(live[place].subject, Reason.RULE_BROKEN, live[place].name))
        elif unmet != MATCH and teller is not None:
            lines.append(teller.tell(place, unmet))
        elif unmet != MATCH:
            detail = f"{live[place].name}: erased with the shopper"
            lines.append(TraceLine(live[place].subject, Reason.AUDIENCE_MISS, detail))
        if place in by_place:
            lines += by_place[place]
    rest = live[len(screened) :] if is_chosen else ()
    lines += [TraceLine(funnel.subject, Reason.LOWER_PRIORITY, funnel.name) for funnel in rest]
    return (*lines, *by_place.get(None, ()))


class _Teller:
    """Tells what kept funnels out, hundreds of them at every decision.

    What does not change from order to order is laid out side by side, once for as long as the rules live: to look
    for it here and there took most of the time.
    """

    def __init__(self, document: RuleDocument, facts: Facts) -> None:
        self._funnels, self._unmet = document.live_funnels, Unmet(facts)
        self._found, self._doubtful = self._unmet.found, self._unmet.doubtful
        self._facts, currency = facts, facts.order_currency
        self._laid_out = document.told_in.get(currency) or document.told_in.setdefault(
            currency,
            [(each.subject, f"{each.name}: ", wanted_in_turn(each.audience, currency)) for each in self._funnels],
        )

    def tell(self, place: int, unmet: int) -> TraceLine:
        """Tell of the funnel at `place` by its first part that was not met: one that was surely missed is enough."""
        subject, name, conditions = self._laid_out[place]
        if conditions:
            part, leaf, wanted = conditions[unmet]
            found = self._found.get(part) or self._unmet.find(leaf)
            if part not in self._doubtful or leaf.check(self._facts) is False:
                return TraceLine(subject, _MISS, f"{name}{found}, {wanted}")
        answer, told = self._unmet.tell(self._funnels[place].audience)
        return TraceLine(subject, _MISS if answer is Answer.MISS else Reason.AUDIENCE_UNKNOWN, f"{name}{told}")
