"""Tells a decision step by step, from the rules and the facts that it was made with."""

from collections.abc import Sequence

from server.domain.audience import Answer, evaluate, explain
from server.domain.decision import Note
from server.domain.document import Funnel, RuleDocument
from server.domain.facts import Facts
from server.domain.matching import BROKEN, MATCH
from server.domain.reasons import Reason, TraceLine


def tell(
    document: RuleDocument, facts: Facts | None, *, screened: Sequence[int], notes: Sequence[Note], is_chosen: bool
) -> tuple[TraceLine, ...]:
    """Return every step: what kept each funnel and each of the goods out, with the values compared.

    Without the facts, which go when their shopper is erased, it is only told which funnels were kept out.
    `is_chosen` tells whether the last funnel that was asked made the offer: those after it were not needed.
    """
    lines: list[TraceLine] = []
    for place, unmet in enumerate(screened):
        if unmet != MATCH:
            lines.append(_kept_out(document.live_funnels[place], facts, is_broken=unmet == BROKEN))
        lines += [note.line for note in notes if note.place == place]
    rest = document.live_funnels[len(screened) :] if is_chosen else ()
    lines += [TraceLine(f"funnel:{funnel.id}", Reason.LOWER_PRIORITY, funnel.name) for funnel in rest]
    return (*lines, *(note.line for note in notes if note.place is None))


def _kept_out(funnel: Funnel, facts: Facts | None, *, is_broken: bool) -> TraceLine:
    if is_broken:
        return TraceLine(f"funnel:{funnel.id}", Reason.RULE_BROKEN, funnel.name)
    if facts is None:
        return TraceLine(f"funnel:{funnel.id}", Reason.AUDIENCE_MISS, f"{funnel.name}: erased with the shopper")
    answer = evaluate(funnel.audience, facts)
    reason = Reason.AUDIENCE_MISS if answer is Answer.MISS else Reason.AUDIENCE_UNKNOWN
    return TraceLine(f"funnel:{funnel.id}", reason, f"{funnel.name}: {explain(funnel.audience, facts)}")
