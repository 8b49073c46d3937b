"""Which conditions kept an audience from matching, in words: what was found, and what it was compared with."""

from itertools import islice

from server.domain.audience import AllOf, Answer, Audience, Leaf, Not, evaluate, leaves
from server.domain.conditions import CONDITIONS
from server.domain.facts import Facts

_TOLD = 3


class Unmet:
    """Tells of one order. What was found is put into words once, however many conditions look at it."""

    def __init__(self, facts: Facts) -> None:
        self._facts, self._currency = facts, facts.order_currency
        self.found: dict[str, str] = {}  # by `Leaf.part`
        self.doubtful: set[str] = set()  # of these, what is found does not tell whether what is not met is missed

    def tell(self, audience: Audience) -> tuple[Answer, str]:
        """Return how an audience answers, and the first conditions that kept it from matching."""
        told: list[Leaf] = []
        self._gather(audience, told)
        told = told or list(islice(leaves(audience), _TOLD))
        words = (f"{self._found(leaf)}, {wanted(leaf, self._currency)}" for leaf in told)
        return evaluate(audience, self._facts), "; ".join(words)

    def find(self, leaf: Leaf) -> str:
        """Return what was found, and keep it."""
        if self._value(leaf) is None or not CONDITIONS[leaf.key].comparison.is_twofold:
            self.doubtful.add(leaf.part)
        words = self.found[leaf.part] = self._found(leaf)
        return words

    def _gather(self, audience: Audience, told: list[Leaf]) -> None:
        if isinstance(audience, Leaf):
            if len(told) < _TOLD and audience.check(self._facts) is not True:
                told.append(audience)
        else:
            for part in (audience.part,) if isinstance(audience, Not) else audience.parts:
                self._gather(part, told)

    def _value(self, leaf: Leaf) -> object:
        return getattr(self._facts, CONDITIONS[leaf.key].fact.name)

    def _found(self, leaf: Leaf) -> str:
        comparison = CONDITIONS[leaf.key].comparison
        return comparison.held(self._value(leaf), comparison.part(leaf.arguments), self._currency)


def wanted(leaf: Leaf, currency: str) -> str:
    """Return what a condition asks for, in words."""
    return CONDITIONS[leaf.key].comparison.wanted(leaf.arguments, currency)


def wanted_in_turn(audience: Audience, currency: str) -> tuple[tuple[str, Leaf, str], ...]:
    """Return `Leaf.part`, condition and what it asks for, for each of a list; nothing of groups."""
    conditions = audience.conditions if isinstance(audience, AllOf) else None
    return tuple((leaf.part, leaf, wanted(leaf, currency)) for leaf in conditions or ())
