"""Laws of stock at locations: counting less never lets more through, and what is remembered tells all that was."""

from dataclasses import replace
from itertools import chain, combinations

from hypothesis import given
from hypothesis import strategies as st

from server.domain.locations import Counting, LocationStock, Stand, remember_stand, stand_of
from server.domain.orders import VariantFacts
from server.domain.stock import Stock, has_fallen, is_unknown, shortage
from tests.factories import variant

_PLACES = ("1", "2", "3")
_STANDS = st.lists(st.dictionaries(st.sampled_from(_PLACES), st.integers(-5, 40), max_size=3), min_size=1, max_size=25)
_SETS = st.frozensets(st.sampled_from((*_PLACES, "9")), min_size=1)
_PLACED = st.dictionaries(st.sampled_from(_PLACES), st.tuples(st.booleans(), st.booleans()))


def _held(stands: list[dict[str, int]], placed: dict[str, tuple[bool, bool]], open_demand: int) -> VariantFacts:
    """Return goods that lay at locations in turn as the stands say, the latest last."""
    kept: tuple[Stand, ...] = ()
    for stand in stands:
        kept = remember_stand(kept, tuple(sorted(stand.items())))
    levels = tuple(
        LocationStock(place, f"Place {place}", amount, *placed.get(place, (True, True)))
        for place, amount in sorted(stands[-1].items())
    )
    totals = tuple(sum(stand.values()) for stand in stands)
    return replace(
        variant("2", available=totals[-1]), levels=levels, stands=kept, stock_levels=totals, open_demand=open_demand
    )


_GOODS = st.builds(_held, _STANDS, _PLACED, st.integers(0, 5))
_LIMITS = st.tuples(st.integers(0, 20), st.integers(0, 20)).map(lambda both: Stock(both[0], both[0] + both[1]))


@given(goods=_GOODS, limits=_LIMITS, some=_SETS, fewer=_SETS, quantity=st.integers(1, 4))
def test_counting_fewer_locations_never_lets_more_through(
    goods: VariantFacts, limits: Stock, some: frozenset[str], fewer: frozenset[str], quantity: int
) -> None:
    less = some & fewer or some
    ladder = [
        limits,
        replace(limits, locations=some),
        replace(limits, locations=less),
        replace(limits, locations=less, at_one_location=True),
    ]
    blocked = [shortage(goods, stock, quantity=quantity) is not None for stock in ladder]
    assert blocked == sorted(blocked)


@given(stands=_STANDS, below=st.integers(0, 20), more=st.integers(0, 20), at_one=st.booleans())
def test_what_is_remembered_tells_the_same_as_all_that_was_however_it_is_counted(
    stands: list[dict[str, int]], below: int, more: int, *, at_one: bool
) -> None:
    until, every = below + more, tuple(tuple(sorted(stand.items())) for stand in stands)
    kept: tuple[Stand, ...] = ()
    for stand in every:
        kept = remember_stand(kept, stand)
    for places in chain.from_iterable(combinations(_PLACES, size) for size in (1, 2, 3)):
        counting = Counting(frozenset(places), at_one=at_one)
        told, whole = counting.amounts(kept, places), counting.amounts(every, places)
        assert has_fallen(told, below=below, until=until) is has_fallen(whole, below=below, until=until)


def test_what_is_remembered_has_an_end_and_the_latest_is_in_it() -> None:
    stands: tuple[Stand, ...] = ()
    for number in range(200):
        stands = remember_stand(stands, (("1", number), ("2", -number)))  # none of them tells less than another
    assert len(stands) == 48
    assert stands[-1] == (("1", 199), ("2", -199))


def test_a_wave_at_one_location_is_remembered_by_its_turns() -> None:
    stands: tuple[Stand, ...] = ()
    for amount in (40, 30, 8, 12, 10, 25):
        stands = remember_stand(stands, (("1", amount),))
    assert [dict(stand)["1"] for stand in stands] == [40, 30, 8, 10, 25]


def test_a_stand_is_what_lies_where() -> None:
    assert stand_of((LocationStock("2", "York", 4), LocationStock("1", "Leeds", -1))) == (("1", -1), ("2", 4))


def test_goods_are_unknown_only_where_it_matters_where_they_lie() -> None:
    goods, at_one = variant("2", available=50), Stock(at_one_location=True)
    assert is_unknown(goods, at_one)
    assert is_unknown(goods, Stock(locations=frozenset({"1"})))
    assert not is_unknown(goods, Stock())
    assert not is_unknown(replace(goods, levels=()), at_one)
    assert not is_unknown(replace(goods, available=None), at_one)
    assert not is_unknown(replace(goods, sells_when_out_of_stock=True), at_one)


def test_many_locations_are_called_by_three_of_their_names() -> None:
    levels = tuple(LocationStock(str(number), f"Place {number}", 1) for number in range(5))
    counting = Counting(frozenset("01234"))
    assert counting.words(levels) == "at Place 0, Place 1, Place 2 and 2 more"
    assert Counting(at_one=True).words(()) == "stocked at no location that sends"
