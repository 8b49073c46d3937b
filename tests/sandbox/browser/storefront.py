"""The shop's public pages: shelf, product, basket, and cart permalinks that lead straight to checkout."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from tests.sandbox.browser import shelf
from tests.sandbox.browser.basket import Basket
from tests.sandbox.browser.cart import (
    COOKIE,
    MOST_OF_ONE,
    BadPermalink,
    Cart,
    read_cookie,
    read_permalink,
    write_cookie,
)
from tests.sandbox.browser.checkouts import Checkouts
from tests.sandbox.browser.money_text import money_text
from tests.sandbox.browser.shopside import Shopside
from tests.sandbox.shopify.pictures import PICTURE_PATH
from tests.sandbox.shopify.world import World


def blueprint(sandbox: Shopside) -> Blueprint:
    """Return `/store` with its pages and static files."""
    pages = Blueprint(
        "storefront",
        __name__,
        template_folder="templates",
        static_folder="static/store",
        static_url_path="/store/static",
    )
    pages.app_template_filter("shop_money")(money_text)
    pages.app_template_filter("picture_of")(_picture_of)
    _add_shelf(pages, sandbox)
    _add_cart(pages, sandbox)
    return pages


def _picture_of(product_id: int) -> str:
    return PICTURE_PATH.format(product_id=product_id)


def current_cart() -> Cart:
    """Return the cart of this request; a new one remembers where its shopper came in."""
    if COOKIE in request.cookies:
        return read_cookie(request.cookies[COOKIE])
    return replace(read_cookie(None), landing_site=request.full_path.rstrip("?")[:500])


def _page(name: str, status: int = 200, **context: object) -> Response:
    cart = current_cart()
    response = make_response(render_template(f"store/{name}", cart_quantity=cart.quantity, **context), status)
    if COOKIE not in request.cookies:
        _keep(response, cart)
    return response


def _keep(response: AnyResponse, cart: Cart) -> AnyResponse:
    response.set_cookie(COOKIE, write_cookie(cart), httponly=True, samesite="Lax", path="/")
    return response


def _add_shelf(pages: Blueprint, sandbox: Shopside) -> None:
    world = sandbox.world

    @cache
    def sold() -> dict[int, int]:
        # Counted once: a tour of 700,000 lines on every page would tell the shopper nothing new.
        with world.read() as connection:
            return shelf.units_sold(connection)

    @pages.get("/store")
    @pages.get("/store/")
    def shelf_page() -> Response:
        query = shelf.Query(
            words=request.args.get("q", "").strip()[:100],
            product_type=request.args.get("type", ""),
            tag=request.args.get("tag", ""),
            sort=request.args.get("sort", "popular"),
            page=request.args.get("page", 1, type=int),
        )
        with world.read() as connection:
            page = shelf.search(connection, query, sold())
            types = shelf.product_types(connection)
            tags = shelf.common_tags(connection)
        return _page(
            "shelf.html",
            query=query,
            page=page,
            types=types,
            tags=tags,
            sorts=shelf.SORTS,
            address=_paging(query),
        )

    @pages.get("/store/products/<handle>")
    def product_page(handle: str) -> Response:
        with world.read() as connection:
            found = shelf.product(connection, handle)
            if found is None:
                return _missing("That product is not on sale", "It may have been taken out of the shop.")
            row, variants = found
            related = shelf.related(connection, variants[0], sold())
        return _page(
            "product.html",
            product=row,
            tags=json.loads(row["tags"]),
            variants=variants,
            all_sold_out=all(item.stock.is_sold_out for item in variants),
            related=related,
        )


def _paging(query: shelf.Query) -> Callable[[int], str]:
    def address(page: int) -> str:
        parts = {"q": query.words, "type": query.product_type, "tag": query.tag, "sort": query.sort}
        kept = {name: value for name, value in parts.items() if value and (name, value) != ("sort", "popular")}
        return f"{url_for('storefront.shelf_page')}?{urlencode({**kept, 'page': page})}"

    return address


def _missing(heading: str, words: str) -> Response:
    return _page("missing.html", 404, heading=heading, words=words)


def _add_cart(pages: Blueprint, sandbox: Shopside) -> None:
    world = sandbox.world

    @pages.get("/store/cart")
    def cart_page() -> AnyResponse:
        basket = Basket.of(world, current_cart())
        return _keep(_basket_page(basket), basket.cart)

    @pages.post("/store/cart/add")
    def add_to_cart() -> AnyResponse:
        variant_id = request.form.get("variant_id", type=int)
        quantity = request.form.get("quantity", 1, type=int)
        if variant_id is None or quantity < 1:
            return Response("variant_id and a quantity of at least 1 are needed", 400, mimetype="text/plain")
        cart = current_cart()
        if request.form.get("then") == "checkout":
            return _to_checkout(world, replace(cart, lines={variant_id: min(quantity, MOST_OF_ONE)}))
        cart = cart.with_line(variant_id, cart.lines.get(variant_id, 0) + quantity)
        return _keep(redirect(url_for("storefront.cart_page"), 303), cart)

    @pages.post("/store/cart")
    def change_cart() -> AnyResponse:
        return _keep(redirect(url_for("storefront.cart_page"), 303), _changed(current_cart()))

    @pages.post("/store/checkout")
    def begin_checkout() -> AnyResponse:
        return _to_checkout(world, _changed(current_cart()))

    @pages.get("/store/discount/<code>")
    def take_code(code: str) -> AnyResponse:
        """Keep a code in the cart and go on, as Shopify's shareable discount links do."""
        target = request.args.get("redirect", "")
        inside = url_for("storefront.shelf_page") if not re.fullmatch(r"/[\w/-]*", target) else f"/store{target}"
        return _keep(redirect(inside, 303), replace(current_cart(), discount_code=code[:255]))

    @pages.get("/store/cart/<lines>")
    def permalink(lines: str) -> AnyResponse:
        try:
            cart = read_permalink(lines, request.args.items(multi=True), request.full_path.rstrip("?")[:500])
        except BadPermalink as error:
            return _page("missing.html", 400, heading="This link is broken", words=f"{error}.".capitalize())
        return _to_checkout(world, cart)


def _to_checkout(world: World, cart: Cart) -> AnyResponse:
    basket = Basket.of(world, cart)
    if basket.notes or not basket.lines:
        return _keep(_basket_page(basket, 409 if basket.notes else 200), basket.cart)
    token = Checkouts(world).open(basket.cart)
    return _keep(redirect(url_for("checkout.checkout_page", token=token), 303), basket.cart)


def _changed(cart: Cart) -> Cart:
    """Return the cart with the quantities of the posted basket form."""
    for variant_id in list(cart.lines):
        quantity = request.form.get(f"q{variant_id}", cart.lines[variant_id], type=int)
        cart = cart.with_line(variant_id, max(quantity, 0))
    removed = request.form.get("remove", type=int)
    return cart if removed is None else cart.with_line(removed, 0)


def _basket_page(basket: Basket, status: int = 200) -> Response:
    return _page("cart.html", status, lines=basket.lines, notes=basket.notes, subtotal=basket.subtotal)
