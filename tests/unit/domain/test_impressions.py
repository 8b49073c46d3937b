"""A fall is told when it is no chance and matters; few orders never alarm."""

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.impressions import FEWEST, LEVEL, Share, chance_of_so_few, has_fallen, has_recovered

SHARES = st.integers(0, 400).flatmap(lambda orders: st.builds(Share, st.just(orders), st.integers(0, orders)))


@pytest.mark.parametrize(
    ("late", "before", "expected"),
    [
        ((60, 3), (1_200, 840), True),  # 5 % after 70 %
        ((20, 0), (1_200, 840), True),
        ((19, 0), (1_200, 840), False),  # too few to say anything
        ((20, 0), (19, 19), False),
        ((60, 40), (1_200, 840), False),  # 67 % after 70 %
        ((5_000, 2_600), (20_000, 14_000), False),  # 52 % after 70 %: certain, and still more than two thirds
        ((5_000, 2_300), (20_000, 14_000), True),  # 46 %
        ((30, 0), (600, 60), False),  # none of 30 where one in ten is usual happens once in 23 times
        ((200, 0), (600, 60), True),
        ((100, 0), (600, 0), False),  # never shown, and still not
    ],
)
def test_falls(late: tuple[int, int], before: tuple[int, int], expected: object) -> None:
    assert has_fallen(Share(*late), Share(*before)) is expected


@given(SHARES, SHARES)
def test_few_orders_never_alarm_and_a_rise_never_does(late: Share, before: Share) -> None:
    if min(late.orders, before.orders) < FEWEST or late.rate >= before.rate:
        assert not has_fallen(late, before)


@given(SHARES, SHARES)
def test_the_chance_is_a_probability_and_less_for_fewer(late: Share, before: Share) -> None:
    chance = chance_of_so_few(late, before)
    assert 0 < chance <= 1
    if late.shown:
        fewer = Share(late.orders, late.shown - 1)
        # The same past, with the one that was not shown of late shown then instead: all else being equal.
        same = Share(before.orders + 1, before.shown + 1)
        assert chance_of_so_few(fewer, same) <= chance + 1e-9


@given(st.integers(1, 40), st.integers(1, 60), st.data())
def test_the_chance_is_that_of_drawing_without_putting_back(late: int, before: int, data: st.DataObject) -> None:
    shown = data.draw(st.integers(0, late + before))
    seen = data.draw(st.integers(max(0, shown - before), min(late, shown)))
    exact = sum(
        comb(shown, each) * comb(late + before - shown, late - each)
        for each in range(max(0, late - (late + before - shown)), seen + 1)
    ) / comb(late + before, late)
    assert chance_of_so_few(Share(late, seen), Share(before, shown - seen)) == pytest.approx(exact, rel=1e-6)


def test_what_changed_nothing_alarms_no_more_often_than_the_level() -> None:
    """Over all that may be seen of late with 60 orders of 660, weighed by how likely it is if nothing changed."""
    late, before, shown = 60, 600, 300
    alarm = sum(
        comb(shown, seen) * comb(late + before - shown, late - seen) / comb(late + before, late)
        for seen in range(late + 1)
        if has_fallen(Share(late, seen), Share(before, shown - seen))
    )
    assert 0 < alarm < LEVEL


def test_it_is_well_again_when_most_of_it_is_back() -> None:
    before = Share(1_200, 840)
    assert not has_recovered(Share(60, 34), before)
    assert has_recovered(Share(60, 36), before)
    assert not has_recovered(Share(10, 10), before)
