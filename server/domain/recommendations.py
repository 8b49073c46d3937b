"""What is bought together, counted from the shop's own orders."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from heapq import nsmallest
from math import sqrt
from typing import NamedTuple

from server.domain.situation import Candidate

_NEIGHBOURS = 20  # kept per item
_SHRINK = 5.0  # pulls pairs seen once or twice towards zero
_MIN_TOGETHER = 2
_MAX_LINES = 60  # a wholesaler's order of hundreds of lines says little about any pair, and costs their square


class Neighbour(NamedTuple):
    """What was bought beside an item; a tuple, because an order of a wholesaler has hundreds to be added up."""

    variant_id: str
    score: float
    together: int  # orders that held both


def count_neighbours(baskets: Iterable[Iterable[str]]) -> dict[str, tuple[Neighbour, ...]]:
    """Return each item's neighbours, best first, from orders given as the variants they held.

    Each order of m items adds 1/(m-1) to each of its pairs, so that large orders do not drown small ones; the score is
    the cosine of these weights, shrunk by the number of orders that held both.
    """
    orders = _Orders()
    for basket in baskets:
        orders.add(basket)
    best = partial(nsmallest, _NEIGHBOURS, key=lambda each: (-each.score, each.variant_id))
    found = {name: tuple(best(orders.beside(number))) for number, name in enumerate(orders.names)}
    return {name: neighbours for name, neighbours in found.items() if neighbours}


class _Orders:
    """Orders as numbers of their items, and for each item the orders that held it.

    Pairs are counted item by item: a shop of thousands of goods has millions of pairs, too many to hold at once.
    """

    def __init__(self) -> None:
        self.names: list[str] = []
        self._numbers: dict[str, int] = {}
        self._orders: list[array[int]] = []
        self._holding: list[array[int]] = []

    def add(self, basket: Iterable[str]) -> None:
        items = sorted(set(basket))
        if not 1 < len(items) <= _MAX_LINES:
            return
        numbers = array("L", map(self._number, items))
        for number in numbers:
            self._holding[number].append(len(self._orders))
        self._orders.append(numbers)

    def beside(self, item: int) -> Iterator[Neighbour]:
        """Yield what orders held beside an item, often enough to say anything."""
        of_size: dict[int, Counter[int]] = defaultdict(Counter)
        for at in self._holding[item]:
            order = self._orders[at]
            of_size[len(order)].update(order)
        together: Counter[int] = Counter()
        weight: dict[int, float] = defaultdict(float)
        for size, counts in sorted(of_size.items()):
            together.update(counts)
            for other, count in counts.items():
                weight[other] += count / (size - 1)
        del together[item]
        mass = len(self._holding[item])
        for other, count in together.items():
            if count >= _MIN_TOGETHER:
                cosine = weight[other] / sqrt(mass * len(self._holding[other]))
                yield Neighbour(self.names[other], cosine * count / (count + _SHRINK), count)

    def _number(self, name: str) -> int:
        number = self._numbers.get(name)
        if number is None:
            number = self._numbers[name] = len(self.names)
            self.names.append(name)
            self._holding.append(array("L"))
        return number


def rank_candidates(
    bought: Iterable[str], neighbours: Mapping[str, Iterable[Neighbour]], titles: Mapping[str, str], *, most: int
) -> tuple[Candidate, ...]:
    """Merge the neighbours of all goods bought into one list, best first; each names the item that led to it most."""
    own = sorted(set(bought))
    scores: dict[str, float] = defaultdict(float)
    for item in own:
        for variant_id, score, _ in neighbours.get(item, ()):
            scores[variant_id] += score
    for item in own:
        scores.pop(item, None)
    ranked = nsmallest(most, scores.items(), key=lambda each: (-each[1], each[0]))
    strongest = {variant_id: (0.0, "") for variant_id, _ in ranked}
    for item in own:
        for variant_id, score, _ in neighbours.get(item, ()):
            if variant_id in strongest and score > strongest[variant_id][0]:
                strongest[variant_id] = (score, titles.get(item, ""))
    return tuple(Candidate(variant_id, score, strongest[variant_id][1]) for variant_id, score in ranked)
