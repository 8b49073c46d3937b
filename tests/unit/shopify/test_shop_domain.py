"""What counts as the name of a shop."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.shopify.shop_domain import InvalidShopDomain, read_shop_domain


@pytest.mark.parametrize(
    "text", ["gift-shop.myshopify.com", "Gift-Shop.MyShopify.com", "ab.myshopify.com", "7up.myshopify.com"]
)
def test_a_shop_domain_is_read_in_lower_case(text: str) -> None:
    assert read_shop_domain(text) == text.lower()


@pytest.mark.parametrize(
    "text",
    [
        "gift-shop", "https://gift-shop.myshopify.com", "gift-shop.myshopify.com/admin", "gift-shop.myshopify.com\n",
        " gift-shop.myshopify.com", "gift-shop.myshopify.com.evil.com", "evil.com?gift-shop.myshopify.com",
        "a.b.myshopify.com", "-a.myshopify.com", "a-.myshopify.com", "gift_shop.myshopify.com",
        "gift-shop.myshopify.io", "user@gift-shop.myshopify.com", "gift-shop.myshopify.com:444",
        "\u017fhop.myshopify.com", "\uff53hop.myshopify.com", "", None, 7, b"gift-shop.myshopify.com",
    ],
)  # fmt: skip
def test_anything_else_is_refused(text: object) -> None:
    with pytest.raises(InvalidShopDomain):
        read_shop_domain(text)


@given(st.text(max_size=60) | st.from_regex(r"[a-z0-9.-]{0,20}\.myshopify\.com.?"))
def test_what_is_read_is_always_a_plain_host_name(text: str) -> None:
    try:
        domain = read_shop_domain(text)
    except InvalidShopDomain:
        return
    assert domain.isascii()
    assert domain == text.lower()
    assert domain.count(".") == 2
    assert domain.endswith(".myshopify.com")
