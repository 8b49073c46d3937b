from hypothesis import given
from hypothesis import strategies as st

from server.domain.stock import Stock, has_fallen, remember, shortage
from tests.factories import variant

_LEVELS = st.lists(st.integers(-5, 60), min_size=1, max_size=40)


def _remembered(levels: list[int]) -> tuple[int, ...]:
    kept: tuple[int, ...] = ()
    for level in levels:
        kept = remember(kept, level)
    return kept


@given(_LEVELS, st.integers(0, 30), st.integers(0, 30))
def test_what_is_remembered_tells_the_same_as_all_that_was(levels: list[int], below: int, more: int) -> None:
    until = below + more
    is_stopped = False
    for level in levels:
        is_stopped = level < below or (is_stopped and level < until)
    assert has_fallen(_remembered(levels), below=below, until=until) is is_stopped


@given(_LEVELS)
def test_little_is_remembered_and_the_latest_last(levels: list[int]) -> None:
    kept = _remembered(levels)
    assert len(kept) <= 16
    assert kept[-1] == levels[-1]
    assert set(kept) <= set(levels)


@given(st.integers(0, 40), st.integers(0, 20), st.integers(1, 5), st.integers(0, 40))
def test_a_higher_minimum_never_lets_more_through(available: int, minimum: int, quantity: int, more: int) -> None:
    held = variant("2", available=available)
    strict = shortage(held, Stock(minimum=minimum + more), quantity=quantity)
    assert strict is not None or shortage(held, Stock(minimum=minimum), quantity=quantity) is None


def test_stock_that_is_not_tracked_or_goes_on_selling_never_runs_short() -> None:
    assert shortage(variant("2", available=None), Stock(resume_at=30), quantity=99) is None
    on = variant("2", available=-4, sells_when_out_of_stock=True)
    assert shortage(on, Stock(), quantity=99) is None
    assert shortage(on, Stock(offers_oversold=False), quantity=1) == "stock -4 < 10"
