"""Changes collections as a merchant would in the admin, with the webhooks that Shopify sends of it.

On a collection's own page a change is one of the collection; on the product's page it is one of the product, and no
collection says a word. What a rule takes in or lets go by itself is told by nothing.
"""

from collections.abc import Iterable

from tests.sandbox.shopify import ids
from tests.sandbox.shopify.action import Action, acting
from tests.sandbox.shopify.generator_collections import Rule, handle_of
from tests.sandbox.shopify.payloads import collection_body, one, product_body
from tests.sandbox.shopify.webhooks import WebhookSender
from tests.sandbox.shopify.world import World


def create_collection(
    world: World, sender: WebhookSender, title: str, *, products: Iterable[int] = (), rule: Rule | None = None
) -> int:
    """Make a collection, of products or by a rule, and send collections/create.

    Raises:
        ValueError: a collection of both.
        LookupError: no such product.
    """
    products = list(products)
    if products and rule is not None:
        raise ValueError("a collection has products or a rule")
    with acting(world, sender) as action:
        collection_id = ids.next_id(action.connection, "collection")
        action.connection.execute(
            "INSERT INTO collection VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                collection_id, f"{handle_of(title)}-{collection_id}", title, *(rule or (None, None, None)),
                action.now_text, action.now_text,
            ),
        )  # fmt: skip
        for product_id in products:
            _put_in(action, collection_id, product_id)
        action.say("collections/create", collection_body(action.connection, collection_id))
    return collection_id


def change_collection(
    world: World,
    sender: WebhookSender,
    collection_id: int,
    *,
    title: str | None = None,
    add: Iterable[int] = (),
    remove: Iterable[int] = (),
) -> None:
    """Rename a collection, add products to it or remove some, and send collections/update once.

    Raises:
        ValueError: products cannot be put into a collection that fills itself.
        LookupError: no such collection or product.
    """
    add, remove = list(add), list(remove)
    with acting(world, sender) as action:
        _must_be_manual(action, collection_id, is_wanted=bool(add or remove))
        for product_id in add:
            _put_in(action, collection_id, product_id)
        for product_id in remove:
            _take_out(action, collection_id, product_id)
        action.connection.execute(
            "UPDATE collection SET title = coalesce(?, title), updated_at = ? WHERE id = ?",
            (title, action.now_text, collection_id),
        )
        action.say("collections/update", collection_body(action.connection, collection_id))


def put_into_collection(world: World, sender: WebhookSender, product_id: int, collection_id: int) -> None:
    """Put a product into a collection on the product's own page, and send products/update alone.

    Raises:
        ValueError: the collection fills itself.
        LookupError: no such collection or product.
    """
    with acting(world, sender) as action:
        _must_be_manual(action, collection_id, is_wanted=True)
        _put_in(action, collection_id, product_id)
        action.say("products/update", product_body(action.connection, product_id, action.origin))


def delete_collection(world: World, sender: WebhookSender, collection_id: int) -> None:
    """Delete a collection and send collections/delete; its products stay.

    Raises:
        LookupError: no such collection.
    """
    with acting(world, sender) as action:
        one(action.connection, "collection", collection_id)
        action.connection.execute("DELETE FROM collection WHERE id = ?", (collection_id,))
        action.say("collections/delete", {"id": collection_id})


def _must_be_manual(action: Action, collection_id: int, *, is_wanted: bool) -> None:
    if one(action.connection, "collection", collection_id)["rule_column"] is not None and is_wanted:
        raise ValueError("products cannot be put into a collection that fills itself")


def _put_in(action: Action, collection_id: int, product_id: int) -> None:
    one(action.connection, "product", product_id)
    action.connection.execute("INSERT OR IGNORE INTO collection_product VALUES (?, ?)", (collection_id, product_id))


def _take_out(action: Action, collection_id: int, product_id: int) -> None:
    action.connection.execute(
        "DELETE FROM collection_product WHERE collection_id = ? AND product_id = ?", (collection_id, product_id)
    )
