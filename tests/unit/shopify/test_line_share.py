from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.shopify.line_share import share_left

TOTALS = st.integers(0, 10**14)
UNITS = st.integers(1, 10_000_000)


@pytest.mark.parametrize(
    ("total", "ordered", "left", "share"),
    [(999, 2, 1, 500), (1000, 3, 1, 333), (1000, 3, 2, 667), (-1, 2, 1, 0), (500, 0, 0, 0), (500, 2, 0, 0)],
)
def test_a_share_is_rounded_half_up(total: int, ordered: int, left: int, share: int) -> None:
    assert share_left(total, ordered=ordered, left=left) == share


@given(TOTALS, UNITS, st.data())
def test_a_share_is_the_nearest_whole_amount_and_never_too_much(total: int, ordered: int, data: st.DataObject) -> None:
    left = data.draw(st.integers(0, ordered))
    share = share_left(total, ordered=ordered, left=left)
    assert Fraction(-1, 2) < share - Fraction(total * left, ordered) <= Fraction(1, 2)
    assert 0 <= share <= total
    assert share_left(total, ordered=ordered, left=ordered) == total
