"""A thousand rules of eight conditions asked of one order, beside rule engines that exist, in turn.

Every rule says the same to each of them. None is met: once by its last condition alone, so that all eight are asked,
and once by a drawn one, as rules do.
"""

import random  # noqa: TID251 - a seeded choice of rules to measure, not a decision
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import cel
import json_logic
import zen

from server.domain.decision import decide
from server.domain.document import RuleDocument
from server.domain.facts import Facts
from server.domain.orders import Purchase, PurchaseLine
from server.domain.rules import parse
from server.domain.shopper import Profile, ShopperFacts
from server.domain.situation import Situation, Surface
from server.domain.telling import tell
from tests.bench.measures import Measure

RULES = 1_000
ROUNDS = 30
_CONDITIONS = 8
_MOST = 10_000_000
_PEERS = ("zen-engine", "common-expression-language", "json-logic")
# One order, as ours and as the others are told of it.
_FACTS = Facts(
    Purchase("r", "GBP", 5_000, (PurchaseLine("v1", "p1", 2, 5_000),), "GBP", "GB", "7"),
    ShopperFacts("customer:7", earlier_orders=3, tier="vip", profile=Profile(tags=frozenset({"loyal"}))),
    {},
)
_TOLD: dict[str, Any] = {
    "total": 5_000, "items": 2, "country": "gb", "products": ["p1"], "orders": 3, "tier": "vip", "tags": ["loyal"],
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Range:
    """A number between two others, which are part of the range."""

    fact: str
    low: int
    high: int = _MOST


@dataclass(frozen=True, slots=True)
class _Words:
    """A word that is one of some, or a list that holds one of them."""

    fact: str
    words: tuple[str, ...]

    @property
    def is_list(self) -> bool:
        return isinstance(_TOLD[self.fact], list)


_Rule = list[_Range | _Words]


def measures(folder: Path, *, rules: int = RULES, rounds: int = ROUNDS) -> Iterator[Measure]:
    draw = random.Random(7)
    for name, places in (("all eight asked", (7,)), ("the last one asked drawn", tuple(range(_CONDITIONS)))):
        made = [_rule(number, draw.randrange(100, 2_000), draw.choice(places)) for number in range(rules)]
        document = _document(made)
        title = f"{rules} rules of {_CONDITIONS} conditions, {name}"
        engines = {
            "ours": _ours(document),
            "zen-engine": _zen(made),
            "common-expression-language": _cel(made),
            "json-logic": _json_logic(made),
        }
        times = _in_turn(engines, rounds)
        for peer in _PEERS:
            yield Measure(f"{title}, beside {peer}, p50", times["ours"], "ms", times[peer], times[peer] / times["ours"])
        yield Measure(f"{title}, decided and told, p50", _in_turn({"": _telling(document)}, rounds)[""], "ms")
    yield Measure(f"{rules} rules read and compiled, once a version", _timed(lambda: _document(made).screen), "ms")


def _rule(number: int, low: int, unmet: int) -> _Rule:
    """Return a rule that the order meets but for the condition at `unmet`."""
    rule: _Rule = [
        _Range("total", low), _Range("items", 1), _Words("country", ("fr", "de", "gb")),
        _Words("products", (f"x{number}", "p1")), _Range("orders", 0, 50 + number), _Words("tier", ("standard", "vip")),
        _Words("tags", (f"t{number}", "loyal")), _Range("total", 1),
    ]  # fmt: skip
    met = rule[unmet]
    rule[unmet] = _Range(met.fact, 900_000 + number) if isinstance(met, _Range) else _Words(met.fact, (f"no{number}",))
    return rule


def _in_turn(engines: dict[str, Callable[[], int]], rounds: int) -> dict[str, float]:
    """Return each engine's median in milliseconds; all must find the same number of rules met."""
    assert len({ask() for ask in engines.values()}) == 1, "the engines do not agree"
    times: dict[str, list[float]] = {name: [] for name in engines}
    for _ in range(rounds):
        for name, ask in engines.items():
            times[name].append(_timed(ask))
    return {name: median(found) for name, found in times.items()}


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1_000


def _fresh() -> Facts:
    # What is worked out of facts is part of asking.
    return Facts(_FACTS.purchase, _FACTS.shopper, _FACTS.goods)


_KEYS = {
    "total": ("order.value", ""), "items": ("order.item_count", ""), "country": ("order.country", "countries"),
    "products": ("order.contains", "products"), "orders": ("customer.orders", ""), "tier": ("customer.tier", "tiers"),
    "tags": ("customer.tags", "tags"),
}  # fmt: skip


def _document(made: list[_Rule]) -> RuleDocument:
    funnels = [
        {
            "id": f"rule-{number:04}", "name": f"Rule {number}", "is_live": True,
            "audience": {"all": [_condition(each) for each in rule]},
            "steps": [{"id": "first", "offer": {"id": f"offer-{number}", "source": "fixed", "variants": ["1"]}}],
        }
        for number, rule in enumerate(made)
    ]  # fmt: skip
    return parse({"schema": 1, "funnels": funnels})


def _condition(test: _Range | _Words) -> dict[str, Any]:
    key, argument = _KEYS[test.fact]
    if isinstance(test, _Range):
        return {"key": key, "args": {"at_least": test.low, "at_most": test.high}}
    return {"key": key, "args": {argument: list(test.words)}}


def _ours(document: RuleDocument) -> Callable[[], int]:
    screen = document.screen
    return lambda: sum(unmet < 0 for unmet in screen(_fresh()))


def _telling(document: RuleDocument) -> Callable[[], int]:
    def told() -> int:
        facts = _fresh()
        decision = decide(document, Situation(Surface.ONE_CLICK, facts, {}))
        return len(tell(document, facts, screened=decision.screened, notes=decision.notes, is_chosen=False))

    return told


def _zen(made: list[_Rule]) -> Callable[[], int]:
    def written(test: _Range | _Words) -> str:
        if isinstance(test, _Range):
            return f"{test.fact} >= {test.low} and {test.fact} <= {test.high}"
        words = ", ".join(f'"{word}"' for word in test.words)
        return f"some({test.fact}, # in [{words}])" if test.is_list else f"{test.fact} in [{words}]"

    rules = [zen.compile_expression(" and ".join(written(test) for test in rule)) for rule in made]
    return lambda: sum(rule.evaluate(_TOLD) for rule in rules)


def _cel(made: list[_Rule]) -> Callable[[], int]:
    def written(test: _Range | _Words) -> str:
        if isinstance(test, _Range):
            return f"{test.fact} >= {test.low} && {test.fact} <= {test.high}"
        words = ", ".join(f'"{word}"' for word in test.words)
        return f"{test.fact}.exists(each, each in [{words}])" if test.is_list else f"{test.fact} in [{words}]"

    rules = [cel.compile(" && ".join(written(test) for test in rule)) for rule in made]
    return lambda: sum(rule.execute(_TOLD) for rule in rules)


def _json_logic(made: list[_Rule]) -> Callable[[], int]:
    def written(test: _Range | _Words) -> dict[str, Any]:
        asked = {"var": test.fact}
        if isinstance(test, _Range):
            return {"<=": [test.low, asked, test.high]}
        if test.is_list:
            return {"or": [{"in": [word, asked]} for word in test.words]}
        return {"in": [asked, list(test.words)]}

    logic: Any = json_logic.jsonLogic  # it has no types
    rules = [{"and": [written(test) for test in rule]} for rule in made]
    return lambda: sum(bool(logic(rule, _TOLD)) for rule in rules)
