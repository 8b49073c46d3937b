"""Products in the admin: the list, and one product whose stock and prices can be changed, or which can be deleted."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from tests.sandbox.browser.admin.amounts import pence
from tests.sandbox.browser.admin.frame import Frame
from tests.sandbox.browser.admin.paging import PAGE_SIZE, like, pages_of
from tests.sandbox.shopify.pictures import PICTURE_PATH
from tests.sandbox.shopify.products import delete_product, update_product, update_variant
from tests.sandbox.shopify.stock import set_available

VIEWS = {
    "all": ("All", "1"),
    "low": ("Ten or fewer", "available BETWEEN 1 AND 10"),
    "out": ("Sold out", "available <= 0"),
    "draft": ("Not active", "status <> 'ACTIVE'"),
}
STATUSES = ("ACTIVE", "DRAFT", "ARCHIVED")
_LIST = """
    SELECT p.*, count(DISTINCT v.id) AS variants, min(v.price) AS least, max(v.price) AS most, min(v.sku) AS sku,
        coalesce(sum(l.available), 0) AS available
    FROM product p LEFT JOIN variant v ON v.product_id = p.id
    LEFT JOIN inventory_level l ON l.inventory_item_id = v.inventory_item_id GROUP BY p.id
"""
_UNPROCESSABLE = 422
_MOST_STOCK = 1_000_000


def add_product_pages(pages: Blueprint, frame: Frame) -> None:
    """Add `/products` and everything below it."""
    world, sender = frame.sandbox.world, frame.sandbox.sender

    @pages.get("/products")
    def products() -> str:
        words, view = request.args.get("query", "").strip()[:100], request.args.get("view", "all")
        condition = VIEWS.get(view, VIEWS["all"])[1]
        values: tuple[str, ...] = ()
        if words:
            condition += """ AND (title LIKE ? ESCAPE '\\' OR EXISTS (SELECT 1 FROM variant s
                WHERE s.product_id = found.id AND s.sku LIKE ? ESCAPE '\\'))"""
            values = (like(words),) * 2
        with world.read() as connection:
            source = f"FROM ({_LIST}) AS found WHERE {condition}"
            place = pages_of(
                connection.execute(f"SELECT count(*) {source}", values).fetchone()[0], request.args.get("page")
            )
            rows = connection.execute(
                f"SELECT * {source} ORDER BY title, id LIMIT ? OFFSET ?", (*values, PAGE_SIZE, place.first)
            ).fetchall()
        return frame.show(
            "products.html", rows=rows, place=place, words=words, view=view, views=VIEWS, picture=_picture
        )

    @pages.get("/products/<int:product_id>")
    def product(product_id: int) -> str:
        return _product_page(frame, product_id)

    @pages.post("/products/<int:product_id>")
    def save(product_id: int) -> Response | tuple[str, int]:
        try:
            changes = _changes(frame, product_id, request.form)
        except ValueError as refusal:
            return _product_page(frame, product_id, refusal=str(refusal)), _UNPROCESSABLE
        for change in changes:
            change()
        return redirect(url_for("admin.product", product_id=product_id, done="product"), code=303)

    @pages.post("/products/<int:product_id>/delete")
    def delete(product_id: int) -> Response:
        try:
            delete_product(world, sender, product_id)
        except LookupError:
            abort(404)
        return redirect(url_for("admin.products", done="deleted"), code=303)


def _picture(product_id: int) -> str:
    return PICTURE_PATH.format(product_id=product_id)


def _product_page(frame: Frame, product_id: int, *, refusal: str | None = None) -> str:
    with frame.sandbox.world.read() as connection:
        row = connection.execute("SELECT * FROM product WHERE id = ?", (product_id,)).fetchone()
        if row is None:
            abort(404)
        variants = _variants(connection, product_id)
        sold = connection.execute(
            "SELECT coalesce(sum(current_quantity), 0) FROM order_line WHERE product_id = ?", (product_id,)
        ).fetchone()[0]
    return frame.show(
        "product.html",
        product=row,
        variants=variants,
        sold=sold,
        statuses=STATUSES,
        refusal=refusal,
        picture=_picture,
    )


def _variants(connection: Any, product_id: int) -> list[Any]:
    found: list[Any] = connection.execute(
        """SELECT v.*, coalesce(sum(l.available), 0) AS available, coalesce(sum(l.committed), 0) AS committed
           FROM variant v LEFT JOIN inventory_level l ON l.inventory_item_id = v.inventory_item_id
           WHERE v.product_id = ? GROUP BY v.id ORDER BY v.position""",
        (product_id,),
    ).fetchall()
    return found


def _changes(frame: Frame, product_id: int, form: MultiDict[str, Any]) -> list[Callable[[], object]]:
    """Return what has to be done to make the product what the form says; what is equal already is left alone.

    Raises:
        ValueError: a price, a stock or a status that makes no sense; nothing was done.
    """
    world, sender = frame.sandbox.world, frame.sandbox.sender
    with world.read() as connection:
        product = connection.execute("SELECT * FROM product WHERE id = ?", (product_id,)).fetchone()
        if product is None:
            abort(404)
        variants = _variants(connection, product_id)
    changes: list[Callable[[], object]] = []
    status = form.get("status", product["status"])
    if status not in STATUSES:
        raise ValueError(f"{status} is no status.")
    if status != product["status"]:
        changes.append(lambda: update_product(world, sender, product_id, status=status))
    for variant in variants:
        changes.extend(_variant_changes(frame, variant, form))
    return changes


def _variant_changes(frame: Frame, variant: Any, form: MultiDict[str, Any]) -> list[Callable[[], object]]:
    world, sender = frame.sandbox.world, frame.sandbox.sender
    variant_id: int = variant["id"]
    changes: list[Callable[[], object]] = []
    if typed := form.get(f"price-{variant_id}", "").strip():
        price = pence(typed)
        if price != variant["price"]:
            changes.append(lambda: update_variant(world, sender, variant_id, price=price))
    if typed := form.get(f"stock-{variant_id}", "").strip():
        if not typed.removeprefix("-").isdecimal() or abs(int(typed)) > _MOST_STOCK:
            raise ValueError(f"{typed!r} is no number of units.")
        stock = int(typed)
        if stock != variant["available"]:
            changes.append(lambda: set_available(world, sender, variant_id, stock))
    return changes
