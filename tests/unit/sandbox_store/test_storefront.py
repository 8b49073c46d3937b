import re

import pytest
from flask.testing import FlaskClient

from tests.sandbox.browser import shelf
from tests.sandbox.browser.cart import COOKIE, MOST_LINES, read_cookie
from tests.unit.sandbox_store.conftest import Shop


def text(client: FlaskClient, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status
    return response.get_data(as_text=True)


def search(shop: Shop, query: shelf.Query, sold: dict[int, int] | None = None) -> shelf.Page:
    with shop.world.read() as connection:
        return shelf.search(connection, query, sold or {})


def test_the_shelf_pages_through_every_live_product_once(shop: Shop) -> None:
    first = search(shop, shelf.Query(sort="title"))
    seen = [
        item.product_id
        for number in range(1, first.pages + 1)
        for item in search(shop, shelf.Query(sort="title", page=number)).items
    ]
    assert len(seen) == len(set(seen)) == first.count
    assert first.count == shop.one("SELECT COUNT(*) FROM product WHERE status = 'ACTIVE'")


def test_a_page_out_of_range_is_the_nearest(shop: Shop) -> None:
    assert search(shop, shelf.Query(page=10_000)).page == search(shop, shelf.Query()).pages
    assert search(shop, shelf.Query(page=-3)).page == 1


def test_every_word_must_be_found_and_wildcards_are_letters(shop: Shop) -> None:
    shop.change("UPDATE product SET title = '100% Wool_Heart', tags = '[]' WHERE id = (SELECT MIN(id) FROM product)")
    assert [item.title for item in search(shop, shelf.Query(words="heart 100%")).items] == ["100% Wool_Heart"]
    assert search(shop, shelf.Query(words="l_h")).count == 1
    assert search(shop, shelf.Query(words="100% zzz")).count == 0


def test_types_tags_and_orders_narrow_and_sort(shop: Shop) -> None:
    with shop.world.read() as connection:
        kind, count = max(shelf.product_types(connection), key=lambda pair: pair[1])
        tag = shelf.common_tags(connection)[0]
    assert search(shop, shelf.Query(product_type=kind)).count == count
    assert 0 < search(shop, shelf.Query(tag=tag)).count < search(shop, shelf.Query()).count
    dear = [item.price for item in search(shop, shelf.Query(sort="-price")).items]
    assert dear == sorted(dear, reverse=True)
    favourite = search(shop, shelf.Query(sort="price")).items[3].product_id
    assert search(shop, shelf.Query(), {favourite: 9}).items[0].product_id == favourite


@pytest.mark.parametrize(
    ("available", "policy", "tracked", "words"),
    [
        (0, "DENY", 1, "Sold out"),
        (-2, "DENY", 1, "Sold out"),
        (9, "DENY", 1, "Only 9 left"),
        (11, "DENY", 1, "In stock"),
        (0, "CONTINUE", 1, "In stock"),
        (0, "DENY", 0, "In stock"),
    ],
)
def test_stock_reads_as_it_is(shop: Shop, available: int, policy: str, tracked: int, words: str) -> None:
    shop.change("UPDATE inventory_level SET available = ?", available)
    shop.change("UPDATE variant SET inventory_policy = ?, tracked = ?", policy, tracked)
    with shop.world.read() as connection:
        item = shelf.items(connection, [shop.variants[0]])[shop.variants[0]]
    assert item.stock.words == words


def test_the_pages_answer_and_escape_what_was_typed(shop: Shop, client: FlaskClient) -> None:
    assert "Gift Shop" in text(client, "/store")
    page = text(client, "/store/?q=<script>alert(1)</script>")
    assert "<script>alert(1)" not in page
    assert "Nothing in the shop fits" in page
    handle = shop.one("SELECT handle FROM product WHERE status = 'ACTIVE'")
    assert "Add to basket" in text(client, f"/store/products/{handle}")
    text(client, "/store/products/no-such-thing", 404)
    text(client, "/store?page=x&sort=x&type=x&tag=x")


def test_a_draft_product_is_not_shown(shop: Shop, client: FlaskClient) -> None:
    handle = shop.one("SELECT handle FROM product")
    shop.change("UPDATE product SET status = 'DRAFT' WHERE handle = ?", handle)
    text(client, f"/store/products/{handle}", 404)


def test_the_basket_adds_changes_and_removes(shop: Shop, client: FlaskClient) -> None:
    first, second, *_ = shop.variants
    for variant in (first, first, second):
        assert client.post("/store/cart/add", data={"variant_id": variant, "quantity": 2}).status_code == 303
    assert cart_lines(client) == {first: 4, second: 2}
    client.post("/store/cart", data={f"q{first}": 3, f"q{second}": 0})
    assert cart_lines(client) == {first: 3}
    client.post("/store/cart", data={"remove": first})
    assert "It is empty" in text(client, "/store/cart")


@pytest.mark.parametrize("data", [{}, {"variant_id": "x"}, {"variant_id": "1", "quantity": "0"}])
def test_adding_nothing_is_refused(client: FlaskClient, data: dict[str, str]) -> None:
    assert client.post("/store/cart/add", data=data).status_code == 400


def test_the_basket_says_what_it_had_to_change(shop: Shop, client: FlaskClient) -> None:
    first, second, third, _ = shop.variants
    for variant in (first, second, third, 1):
        client.post("/store/cart/add", data={"variant_id": variant, "quantity": 5})
    stock = (
        "UPDATE inventory_level SET available = ? WHERE inventory_item_id ="
        " (SELECT inventory_item_id FROM variant WHERE id = ?)"
    )
    shop.change(stock, 2, first)
    shop.change(stock, 0, second)
    page = text(client, "/store/cart")
    assert "There are only 2 of" in page
    assert "has sold out" in page
    assert "no longer on sale" in page
    assert cart_lines(client) == {first: 2, third: 5}


def test_checking_out_a_basket_opens_a_checkout(shop: Shop, client: FlaskClient) -> None:
    client.post("/store/cart/add", data={"variant_id": shop.variants[0], "quantity": 2})
    response = client.post("/store/checkout", data={f"q{shop.variants[0]}": 3})
    assert re.fullmatch(r"/checkout/[0-9a-f]{32}", response.location)
    assert "Pay" in text(client, response.location)
    assert client.post("/store/checkout").status_code == 303


def test_buying_now_leaves_the_basket_behind(shop: Shop, client: FlaskClient) -> None:
    client.post("/store/cart/add", data={"variant_id": shop.variants[0]})
    response = client.post("/store/cart/add", data={"variant_id": shop.variants[1], "then": "checkout"})
    token = response.location.rpartition("/")[2]
    assert shop.one("SELECT stage FROM checkout WHERE token = ?", token) == "open"
    assert str(shop.variants[1]) in str(shop.one("SELECT state FROM checkout WHERE token = ?", token))


def test_an_empty_basket_or_one_that_lost_something_does_not_check_out(shop: Shop, client: FlaskClient) -> None:
    assert "It is empty" in client.post("/store/checkout").get_data(as_text=True)
    client.post("/store/cart/add", data={"variant_id": shop.variants[0]})
    shop.change("UPDATE inventory_level SET available = 0")
    response = client.post("/store/checkout")
    assert response.status_code == 409
    assert "has sold out" in response.get_data(as_text=True)


def test_a_permalink_leads_to_a_checkout_with_its_code_and_attributes(shop: Shop, client: FlaskClient) -> None:
    address = f"/store/cart/{shop.variants[0]}:2?discount=WELCOME10&attributes[touch]=t-1&utm_source=sms"
    response = client.get(address)
    assert response.status_code == 303
    state = str(shop.one("SELECT state FROM checkout WHERE token = ?", response.location.rpartition("/")[2]))
    assert '"note_attributes": [{"name": "touch", "value": "t-1"}]' in state
    assert '"code": "WELCOME10"' in state
    assert "utm_source=sms" in state
    assert "This link is broken" in text(client, "/store/cart/nonsense", 400)
    assert "It is empty" not in text(client, f"/store/cart/{shop.variants[0]}:2,1:1", 409)


def test_the_landing_page_is_remembered(shop: Shop, client: FlaskClient) -> None:
    text(client, "/store?utm_source=newsletter")
    client.post("/store/cart/add", data={"variant_id": shop.variants[0]})
    token = client.post("/store/checkout").location.rpartition("/")[2]
    assert '"landing_site": "/store?utm_source=newsletter"' in str(
        shop.one("SELECT state FROM checkout WHERE token = ?", token)
    )


def test_a_basket_of_many_lines_fits_its_cookie(shop: Shop, client: FlaskClient) -> None:
    shop.change("UPDATE inventory_level SET available = 9999")
    with shop.world.read() as connection:
        variants = [row[0] for row in connection.execute("SELECT id FROM variant LIMIT ?", (MOST_LINES + 5,))]
    for variant in variants:
        client.post("/store/cart/add", data={"variant_id": variant, "quantity": 999})
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    assert len(cookie.value) < 3800
    assert len(cart_lines(client)) == MOST_LINES


def cart_lines(client: FlaskClient) -> dict[int, int]:
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    return dict(read_cookie(cookie.value).lines)
