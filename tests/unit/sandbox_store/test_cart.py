from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox.browser.cart import (
    MOST_LINES,
    MOST_OF_ONE,
    BadPermalink,
    Cart,
    empty_cart,
    read_cookie,
    read_permalink,
    write_cookie,
)

CARTS = st.builds(
    Cart,
    token=st.text("0123456789abcdef", min_size=32, max_size=32),
    lines=st.dictionaries(st.integers(1, 10**15), st.integers(1, MOST_OF_ONE), max_size=MOST_LINES),
    attributes=st.dictionaries(st.text(max_size=20), st.text(max_size=20), max_size=4),
    discount_code=st.none() | st.text(max_size=20),
    landing_site=st.none() | st.text(max_size=50),
)


@given(CARTS)
def test_a_cookie_gives_back_the_cart_that_was_written(cart: Cart) -> None:
    assert read_cookie(write_cookie(cart)) == cart


@given(st.text(max_size=200))
def test_a_cookie_of_rubbish_is_an_empty_cart(value: str) -> None:
    assert read_cookie(value).lines == {}


def test_a_cookie_cannot_name_more_than_the_shop_allows() -> None:
    huge = Cart(token="a" * 32, lines=dict.fromkeys(range(1, 200), 5000))
    cart = read_cookie(write_cookie(huge))
    assert len(cart.lines) == MOST_LINES
    assert set(cart.lines.values()) == {MOST_OF_ONE}


def test_a_quantity_of_nothing_takes_the_line_out() -> None:
    cart = empty_cart().with_line(1, 2).with_line(2, 1)
    assert cart.with_line(1, 0).lines == {2: 1}
    assert cart.with_line(1, 7).lines == {1: 7, 2: 1}


def test_a_full_cart_takes_no_further_line() -> None:
    full = replace(empty_cart(), lines=dict.fromkeys(range(MOST_LINES), 1))
    assert full.with_line(999, 1).lines == full.lines
    assert full.with_line(0, 3).lines[0] == 3


def test_a_permalink_carries_lines_code_and_attributes() -> None:
    query = [("discount", "WELCOME10"), ("attributes[afters_touch]", "t1"), ("utm_source", "sms")]
    cart = read_permalink("11:2,12:1,11:1", query, "/store/cart/11:2?utm_source=sms")
    assert cart.lines == {11: 3, 12: 1}
    assert cart.attributes == {"afters_touch": "t1"}
    assert cart.discount_code == "WELCOME10"
    assert cart.landing_site == "/store/cart/11:2?utm_source=sms"


@pytest.mark.parametrize(("given", "kept"), [("3610040713", 3_610_040_713), ("", None), ("monthly", None)])
def test_a_permalink_may_sell_by_a_plan(given: str, kept: int | None) -> None:
    cart = read_permalink("11:2", [("selling_plan", given)], "/")
    assert cart.selling_plan == kept
    assert read_cookie(write_cookie(cart)) == cart


@pytest.mark.parametrize("path", ["", "11", "11:", ":1", "11:0", "11:1,", "x:1", "11:1;12:1", "-1:1", "1:99999"])
def test_a_broken_permalink_says_so(path: str) -> None:
    with pytest.raises(BadPermalink):
        read_permalink(path, [], "/")
