"""What is bought together, counted from the shop's own orders."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import sqrt

from server.domain.decision import Candidate

_NEIGHBOURS = 20  # kept per item
_SHRINK = 5.0  # pulls pairs seen once or twice towards zero
_MIN_TOGETHER = 2
_MAX_LINES = 60  # a wholesaler's order of hundreds of lines says little about any pair, and costs their square


@dataclass(frozen=True, slots=True)
class Neighbour:
    variant_id: str
    score: float
    together: int  # orders that held both


def count_neighbours(baskets: Iterable[Iterable[str]]) -> dict[str, tuple[Neighbour, ...]]:
    """Return each item's neighbours, best first, from orders given as the variants they held.

    Each order of m items adds 1/(m-1) to each of its pairs, so that large orders do not drown small ones; the score is
    the cosine of these weights, shrunk by the number of orders that held both.
    """
    weight: dict[tuple[str, str], float] = defaultdict(float)
    together: dict[tuple[str, str], int] = defaultdict(int)
    mass: dict[str, float] = defaultdict(float)
    for basket in baskets:
        items = sorted(set(basket))
        if not 1 < len(items) <= _MAX_LINES:
            continue
        share = 1.0 / (len(items) - 1)
        for item in items:
            mass[item] += 1.0
        for pair in combinations(items, 2):
            weight[pair] += share
            together[pair] += 1
    found: dict[str, list[Neighbour]] = defaultdict(list)
    for (one, other), total in weight.items():
        count = together[one, other]
        if count < _MIN_TOGETHER:
            continue
        score = total / sqrt(mass[one] * mass[other]) * count / (count + _SHRINK)
        found[one].append(Neighbour(other, score, count))
        found[other].append(Neighbour(one, score, count))
    return {
        item: tuple(sorted(neighbours, key=lambda each: (-each.score, each.variant_id))[:_NEIGHBOURS])
        for item, neighbours in found.items()
    }


def rank_candidates(
    bought: Iterable[str], neighbours: Mapping[str, Iterable[Neighbour]], titles: Mapping[str, str]
) -> tuple[Candidate, ...]:
    """Merge the neighbours of all goods bought into one list, best first; each names the item that led to it most."""
    scores: dict[str, float] = defaultdict(float)
    strongest: dict[str, tuple[float, str]] = {}
    own = set(bought)
    for item in sorted(own):
        for neighbour in neighbours.get(item, ()):
            if neighbour.variant_id in own:
                continue
            scores[neighbour.variant_id] += neighbour.score
            if neighbour.score > strongest.get(neighbour.variant_id, (0.0, ""))[0]:
                strongest[neighbour.variant_id] = (neighbour.score, titles.get(item, ""))
    ranked = sorted(scores.items(), key=lambda each: (-each[1], each[0]))
    return tuple(Candidate(variant_id, score, strongest[variant_id][1]) for variant_id, score in ranked)
