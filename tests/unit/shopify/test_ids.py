"""Shopify's ids in their three spellings."""

import pytest

from server.shopify.ids import gid, plain_id


@pytest.mark.parametrize(
    "value", [7, "7", "gid://shopify/Order/7", "gid://shopify/InventoryLevel/7?inventory_item_id=9"]
)
def test_one_id_in_every_spelling(value: object) -> None:
    assert plain_id(value) == "7"


@pytest.mark.parametrize(
    "value", [None, True, -1, 7.0, "", "x", "-7", "\u0667", "gid://shopify/Order/", "gid://evil/Order/7", [7]]
)
def test_anything_else_is_no_id(value: object) -> None:
    with pytest.raises(ValueError, match="id"):
        plain_id(value)


def test_a_gid_names_the_kind() -> None:
    assert gid("ProductVariant", "7") == "gid://shopify/ProductVariant/7"
