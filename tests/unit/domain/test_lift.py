"""What offers add: no winner where there is none, however often one looks; found where there is one."""

import math
import random  # noqa: TID251 - seeded shoppers to compare, not a decision
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.lift import FEWEST, Lift, Shopper, Sums, capped, compare, is_mismatched, per_order

SHOPS, DAYS, A_DAY = 200, 90, 27  # some 2,400 shoppers in 90 days
NORMAL = 1.96


def shop(seed: int, *, percent: float, added: int = 0) -> Iterator[tuple[Sums, Sums]]:
    """Yield both sides at the end of each day; orders are log-normal, and some take what is offered."""
    draw = random.Random(seed)
    offered, held_out = Sums(), Sums()
    for _ in range(DAYS):
        for _ in range(A_DAY):
            before = int(draw.lognormvariate(8.3, 0.8))
            later = int(draw.lognormvariate(8.3, 0.8)) if draw.random() < 0.2 else 0
            if draw.random() * 100 < percent:
                held_out.add(before, before + later)
            else:
                offered.add(before, before + later + (added if draw.random() < 0.1 else 0))
        yield offered, held_out


def looks_certain(offered: Sums, held_out: Sums) -> bool:
    """Tell what the usual rule of 1.96 standard errors would say."""
    if min(offered.n, held_out.n) < FEWEST:
        return False
    error = math.sqrt(offered.spread(0) / offered.n + held_out.spread(0) / held_out.n)
    return abs(offered.mean - held_out.mean) > NORMAL * error


def is_certain(lift: Lift | None) -> bool:
    return lift is not None and lift.is_certain


@pytest.mark.parametrize("percent", [5, 20, 50])
def test_daily_looks_find_no_winner_where_there_is_none(percent: float) -> None:
    false = sum(any(is_certain(compare(*sides)) for sides in shop(seed, percent=percent)) for seed in range(SHOPS))
    assert false / SHOPS <= 0.05


def test_the_plain_rule_would_have_found_many() -> None:
    false = sum(any(looks_certain(*sides) for sides in shop(seed, percent=20)) for seed in range(50))
    assert false / 50 > 0.15


def test_what_is_there_is_found() -> None:
    found = 0
    for seed in range(20):
        *_, (offered, held_out) = shop(seed, percent=10, added=9_000)
        lift = compare(offered, held_out)
        assert lift is not None
        found += lift.is_certain
        assert lift.low <= 900 <= lift.high
    assert found >= 15


def test_what_was_bought_before_narrows_the_interval() -> None:
    *_, (offered, held_out) = shop(1, percent=10)
    blind = [Sums(each.n, 0, 0, each.y, each.yy, 0) for each in (offered, held_out)]
    wide, narrow = compare(*blind), compare(offered, held_out)
    assert wide is not None
    assert narrow is not None
    assert narrow.high - narrow.low < 0.7 * (wide.high - wide.low)


def test_too_few_say_nothing() -> None:
    few = Sums()
    for _ in range(FEWEST - 1):
        few.add(1, 1)
    many = Sums()
    for number in range(1_000):
        many.add(number, number)
    assert compare(many, few) is None
    few.add(1, 1)
    assert compare(many, few) is not None


def test_equal_shoppers_are_no_error() -> None:
    same = Sums()
    for _ in range(FEWEST):
        same.add(100, 100)
    assert compare(same, same) == Lift(0, 0, 0)


def test_caps_are_of_the_same_people_on_both_sides_of_a_ratio() -> None:
    """The example of GrowthBook's issue 6331: every buyer's order is 20 euros, and so must the ratio be."""
    people = [Shopper(0, 0, 0)] * 80 + [Shopper(0, 20, 1)] * 19 + [Shopper(0, 1_000, 50)]
    assert per_order(people) == 20
    assert per_order(capped(people)) == 20
    assert per_order([]) is None
    assert capped([]) == []


@given(st.lists(st.builds(Shopper, *[st.integers(0, 10**9)] * 3), max_size=50), st.floats(0.5, 1))
def test_capping_cuts_and_leaves_nobody_out(people: list[Shopper], share: float) -> None:
    found = capped(people, share)
    assert len(found) == len(people)
    assert all(cut.value <= each.value and cut.before <= each.before for cut, each in zip(found, people, strict=True))
    assert sum(cut.value < each.value for cut, each in zip(found, people, strict=True)) <= (1 - share) * len(people) + 1
    assert capped(people, 1) == people


@pytest.mark.parametrize(
    ("offered", "held_out", "percent", "expected"),
    [(950, 50, 5, False), (990, 10, 5, True), (900, 100, 5, True), (0, 0, 5, False), (10, 0, 0, False)],
)
def test_a_draw_that_went_wrong_is_seen(offered: int, held_out: int, percent: float, *, expected: bool) -> None:
    assert is_mismatched(offered, held_out, percent=percent) is expected
