"""Collections of the sandbox's shop, filled by hand and by rules, as our side reads them."""

import json
from pathlib import Path

import pytest

from server.ports import CollectionSnapshot
from server.shopify.inbound import ShopifyInbound
from tests.sandbox.shopify import collections, products
from tests.sandbox.shopify.generator_collections import Rule
from tests.sandbox.shopify.stock import set_available
from tests.sandbox.shopify.subscriptions import read_subscriptions
from tests.unit.shopify.test_on_the_sandbox import Pair, _pages, pair

__all__ = ["pair"]  # the fixture
TOML = Path(__file__).parents[3] / "shopify.app.toml"


def by_title(pair: Pair) -> dict[str, CollectionSnapshot]:
    api = pair.api()
    return {each.title: each for each in _pages(lambda cursor: api.collections(cursor=cursor))}


def topics(pair: Pair) -> list[str]:
    return [row["topic"] for row in pair.sender.deliveries()]


def test_the_shop_has_collections_of_both_kinds(pair: Pair) -> None:
    found = by_title(pair)
    assert len(found) == pair.api().count_collections() == len(pair.ids("collection"))
    assert found["Best sellers"].product_ids
    with pair.world.read() as connection:
        row = connection.execute("SELECT id FROM product WHERE product_type = 'Party' ORDER BY id").fetchall()
    assert found["Party"].product_ids == tuple(str(each["id"]) for each in row)


def test_pages_a_gathered_file_and_one_collection_say_the_same(pair: Pair) -> None:
    api = pair.api()
    paged = _pages(lambda cursor: api.collections(cursor=cursor))
    _, result = pair.gathered(api, "collections")
    assert [each.item for each in api.gathered_collections(result, offset=0)] == paged
    assert [api.collection(each.collection_id) for each in paged[:5]] == paged[:5]
    assert api.collection("1") is None
    assert max(len(each.product_ids) for each in paged) > 250, "more than one page of products"


def test_a_product_tells_all_of_its_collections(pair: Pair) -> None:
    api = pair.api()
    some = str(pair.ids("product")[0])
    for number in range(110):
        collections.create_collection(pair.world, pair.sender, f"Shelf {number}", products=[int(some)])
    held = api.product(some)
    assert held is not None
    assert held.collection_ids is not None
    expected = {each.collection_id for each in by_title(pair).values() if some in each.product_ids}
    assert set(held.collection_ids) == expected
    assert len(expected) > 110


@pytest.fixture
def listening(pair: Pair) -> Pair:
    pair.sender.subscriptions = read_subscriptions(TOML)
    return pair


def test_what_is_done_to_a_collection_is_told_of_it(listening: Pair) -> None:
    pair, inbound = listening, ShopifyInbound(secrets=())
    first, second = pair.ids("product")[:2]
    made = collections.create_collection(pair.world, pair.sender, "Attic", products=[first])
    collections.change_collection(pair.world, pair.sender, made, title="Loft", add=[second], remove=[first])
    assert pair.api().collection(str(made)) == CollectionSnapshot(str(made), "Loft", (str(second),))
    collections.delete_collection(pair.world, pair.sender, made)
    assert pair.api().collection(str(made)) is None
    assert topics(pair) == ["collections/create", "collections/update", "collections/delete"]
    assert {inbound.parse_collection_reference(row["body"]) for row in pair.sender.deliveries()} == {str(made)}
    assert json.loads(pair.sender.deliveries()[0]["body"]).keys() >= {"id", "title", "handle", "updated_at"}


def test_on_a_products_page_only_the_product_says_so(listening: Pair) -> None:
    pair = listening
    product = pair.ids("product")[-1]
    made = collections.create_collection(pair.world, pair.sender, "Attic")
    collections.put_into_collection(pair.world, pair.sender, product, made)
    assert topics(pair) == ["collections/create", "products/update"]
    held = pair.api().product(str(product))
    assert held is not None
    assert str(made) in (held.collection_ids or ())


def test_what_fills_itself_follows_the_goods_and_says_nothing(listening: Pair) -> None:
    pair = listening
    made = collections.create_collection(pair.world, pair.sender, "Attic", rule=Rule("TAG", "EQUALS", "attic"))
    product = pair.ids("product")[0]
    products.update_product(pair.world, pair.sender, product, tags=["attic"])
    assert pair.api().collection(str(made)) == CollectionSnapshot(str(made), "Attic", (str(product),))
    assert topics(pair) == ["collections/create", "products/update"]
    with pytest.raises(ValueError, match="fills itself"):
        collections.change_collection(pair.world, pair.sender, made, add=[product])


def test_what_is_sold_out_leaves_without_a_word(listening: Pair) -> None:
    pair = listening
    ready = by_title(pair)["Ready to ship"]
    with pair.world.read() as connection:
        rows = connection.execute(
            "SELECT id FROM variant WHERE product_id = ? ORDER BY id", (int(ready.product_ids[0]),)
        ).fetchall()
    for row in rows:
        set_available(pair.world, pair.sender, row["id"], 0)
    left = pair.api().collection(ready.collection_id)
    assert left is not None
    assert set(ready.product_ids) - set(left.product_ids) == {ready.product_ids[0]}
    assert set(topics(pair)) <= {"inventory_levels/update", "products/update"}
