import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.sandbox.shopify import generator, generator_phones, money
from tests.sandbox.shopify.generator_dice import Dice
from tests.sandbox.shopify.generator_parameters import Parameters

ORDERS = 1500
# Written down here once more, apart from the generator's own tables: what the regulators reserve.
FICTIONAL = re.compile(
    r"\+447700900[0-8]\d\d"
    r"|\+44(?:11[34567]496|118496|1[213456]1496|191498|207946|292018)0\d{3}"
    r"|\+3532091\d{5}|\+3363998\d{4}|\+3319900\d{4}"
    r"|\+49176040690\d\d|\+4917139200\d\d|\+493023125\d{3}"
    r"|\+46701740(?:60[5-9]|6[1-9]\d)|\+463139006\d\d"
    r"|\+61491570(?:006|110|15[678])|\+61255[5]0\d{4}"
    r"|\+1[2-9]\d\d55501\d\d"
)


def _fill(path: Path, orders: int, parameters: Parameters | None = None) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.row_factory = sqlite3.Row
    generator.fill(
        connection, domain="gift-shop.myshopify.com", client_id="c1" * 16, orders=orders, parameters=parameters
    )
    return connection


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    with closing(_fill(tmp_path_factory.mktemp("shop") / "shop.sqlite3", ORDERS)) as connection:
        yield connection


def _count(shop: sqlite3.Connection, question: str) -> int:
    return int(shop.execute(f"SELECT count(*) FROM {question}").fetchone()[0])


def _dump(connection: sqlite3.Connection) -> list[str]:
    return list(connection.iterdump())


def test_equal_seeds_make_equal_worlds_and_others_differ(tmp_path: Path) -> None:
    other = replace(Parameters(), seed="another")
    with (
        closing(_fill(tmp_path / "one", 25)) as one,
        closing(_fill(tmp_path / "two", 25)) as two,
        closing(_fill(tmp_path / "three", 25, other)) as three,
    ):
        assert _dump(one) == _dump(two)
        assert _dump(one) != _dump(three)


def test_a_smaller_world_holds_the_same_orders(shop: sqlite3.Connection, tmp_path: Path) -> None:
    same = "id, name, checkout_token, total, payment_gateway, created_at"
    with closing(_fill(tmp_path / "few", 25)) as few:
        latest = shop.execute(f"SELECT {same} FROM orders ORDER BY id DESC LIMIT 25").fetchall()
        assert [tuple(row) for row in few.execute(f"SELECT {same} FROM orders ORDER BY id DESC")] == [
            tuple(row) for row in latest
        ]


def test_order_totals_add_up(shop: sqlite3.Connection) -> None:
    for row in shop.execute(
        """SELECT o.*, sum(l.price * l.quantity - l.discount) AS goods,
           sum(l.price * l.current_quantity) AS goods_now,
           (SELECT coalesce(sum(amount), 0) FROM refund r WHERE r.order_id = o.id) AS paid_back,
           (SELECT coalesce(sum(shipping), 0) FROM refund r WHERE r.order_id = o.id) AS shipping_back
           FROM orders o JOIN order_line l ON l.order_id = o.id GROUP BY o.id"""
    ):
        address = json.loads(row["shipping_address"]) if row["shipping_address"] else None
        code = address["country_code"] if address else None
        assert row["subtotal"] == row["goods"]
        assert row["total"] == row["subtotal"] + row["shipping"]
        assert row["current_total"] == row["total"] - row["refunded"]
        assert row["refunded"] == row["paid_back"]
        assert row["current_total"] == row["goods_now"] + row["shipping"] - row["shipping_back"]
        if code:
            assert row["shipping"] == money.shipping(code, row["subtotal"])
            assert row["tax"] == money.included_tax(code, row["total"])
        assert row["presentment_rate"] == money.RATES[row["presentment_currency"]]


def test_payments_match_orders(shop: sqlite3.Connection) -> None:
    paid = _count(
        shop,
        """orders o WHERE total - refunded = (SELECT sum(CASE kind WHEN 'sale' THEN amount ELSE -amount END)
           FROM payment p WHERE p.order_id = o.id AND status = 'success')""",
    )
    pending = _count(shop, "orders WHERE financial_status = 'PENDING' AND outstanding = total")
    assert paid + pending == ORDERS


def test_customers_know_what_they_bought(shop: sqlite3.Connection) -> None:
    wrong = _count(
        shop,
        """customer c WHERE (number_of_orders, amount_spent) !=
           (SELECT count(*), sum(total - refunded) FROM orders o WHERE o.customer_id = c.id)""",
    )
    assert wrong == 0


def test_refunds_and_cancellations_are_few(shop: sqlite3.Connection) -> None:
    assert 0.01 < _count(shop, "orders WHERE refunded > 0 AND cancelled_at IS NULL") / ORDERS < 0.03
    cancelled = shop.execute("SELECT * FROM orders WHERE cancelled_at IS NOT NULL").fetchall()
    assert 1 <= len(cancelled) <= ORDERS * 0.015
    assert {row["current_total"] for row in cancelled} == {0}
    assert all(row["cancelled_at"] > row["created_at"] for row in cancelled)


def test_nothing_happened_after_the_last_order(shop: sqlite3.Connection) -> None:
    last = shop.execute("SELECT max(created_at) FROM orders").fetchone()[0]
    for table, column in [
        ("orders", "updated_at"),
        ("refund", "created_at"),
        ("customer", "updated_at"),
        ("customer", "email_consent_at"),
        ("variant", "updated_at"),
    ]:
        assert shop.execute(f"SELECT max({column}) FROM {table}").fetchone()[0] <= last


def test_phone_numbers_are_fictional_and_nobodys_twice(shop: sqlite3.Connection) -> None:
    phones = [row[0] for row in shop.execute("SELECT phone FROM customer WHERE phone IS NOT NULL")]
    guests = [
        row[0] for row in shop.execute("SELECT phone FROM orders WHERE phone IS NOT NULL AND customer_id IS NULL")
    ]
    assert len(phones) > 200
    assert all(FICTIONAL.fullmatch(phone) for phone in [*phones, *guests])
    assert len(set(phones + guests)) == len(phones + guests)


def test_every_block_of_numbers_is_fictional_and_spread_without_repetition() -> None:
    for blocks in [*generator_phones.MOBILES.values(), *generator_phones.LANDLINES.values()]:
        numbers = list(generator_phones.numbers(blocks))
        assert len(set(numbers)) == sum(block.last - block.first + 1 for block in blocks)
        assert all(FICTIONAL.fullmatch(number) for number in numbers[:500])


def test_emails_are_at_example_domains(shop: sqlite3.Connection) -> None:
    emails = [row[0] for row in shop.execute("SELECT email FROM orders WHERE email IS NOT NULL")]
    emails += [row[0] for row in shop.execute("SELECT email FROM customer WHERE email IS NOT NULL")]
    assert all(re.fullmatch(r"[a-z0-9.]+@example\.(com|net|org)", email) for email in emails)


def test_all_kinds_of_people_and_consent_occur(shop: sqlite3.Connection) -> None:
    states = {row[0] for row in shop.execute("SELECT DISTINCT email_state FROM customer")}
    assert states == {"SUBSCRIBED", "UNSUBSCRIBED", "NOT_SUBSCRIBED", "PENDING", "INVALID", "REDACTED"}
    states = {row[0] for row in shop.execute("SELECT DISTINCT sms_state FROM customer")}
    assert states == {"SUBSCRIBED", "UNSUBSCRIBED", "NOT_SUBSCRIBED", "PENDING", "REDACTED"}
    assert _count(shop, "customer WHERE email IS NULL AND email_state != 'REDACTED'")
    assert _count(shop, "customer WHERE first_name IS NULL AND email IS NOT NULL")
    assert _count(shop, "orders WHERE customer_id IS NULL AND email IS NULL")
    assert _count(shop, "orders WHERE customer_id IS NULL AND email IS NOT NULL")
    assert _count(shop, "customer WHERE sms_state = 'SUBSCRIBED' AND phone IS NULL") == 0
    assert _count(shop, "customer WHERE email_state IN ('SUBSCRIBED', 'PENDING') AND email IS NULL") == 0
    assert _count(shop, "customer WHERE email_state = 'REDACTED' AND coalesce(email, phone, last_name)") == 0
    assert _count(shop, "customer WHERE email_state = 'SUBSCRIBED' AND email_consent_at IS NULL") == 0


def test_time_zones_exist_and_postcodes_look_right(shop: sqlite3.Connection) -> None:
    formats = {
        "GB": r"[A-Z]{1,2}\d{1,2} \d[A-Z]{2}",
        "IE": r"[A-Z]\d\d [A-Z]{2}\d\d",
        "DE": r"\d{5}",
        "FR": r"\d{5}",
        "NL": r"\d{4} [A-Z]{2}",
        "US": r"\d{5}",
        "SE": r"\d{3} \d\d",
    }
    seen = Counter[str]()
    for row in shop.execute("SELECT address, time_zone FROM customer"):
        assert ZoneInfo(row["time_zone"])
        address = json.loads(row["address"]) if row["address"] else {"country_code": "none"}
        if address["country_code"] in formats:
            seen[address["country_code"]] += 1
            assert re.fullmatch(formats[address["country_code"]], address["zip"]), address
    assert {"GB", "DE", "FR"} <= set(seen)


def test_stock_shows_the_interesting_cases(shop: sqlite3.Connection) -> None:
    available = Counter(row[0] for row in shop.execute("SELECT available FROM inventory_level"))
    assert all(available[units] > 5 for units in (0, 9, 10, 11))
    assert min(available) == 0
    assert _count(shop, "variant WHERE inventory_policy = 'CONTINUE'")
    best = shop.execute(
        """SELECT l.available FROM order_line o JOIN variant v ON v.id = o.variant_id
           JOIN inventory_level l USING (inventory_item_id)
           GROUP BY v.id ORDER BY sum(o.price * o.quantity) DESC, v.sku LIMIT 22"""
    ).fetchall()
    assert [best[rank - 1][0] for rank in (7, 12, 17, 22)] == [0, 9, 10, 11]


def test_committed_units_wait_on_open_orders(shop: sqlite3.Connection) -> None:
    waiting = shop.execute(
        """SELECT sum(l.current_quantity) FROM orders o JOIN order_line l ON l.order_id = o.id
           WHERE o.fulfillment_status = 'UNFULFILLED' AND o.cancelled_at IS NULL"""
    ).fetchone()[0]
    assert shop.execute("SELECT sum(committed) FROM inventory_level").fetchone()[0] == waiting > 0


def test_prices_and_costs_are_sane(shop: sqlite3.Connection) -> None:
    assert _count(shop, "variant WHERE price < 1 OR unit_cost >= price") <= _count(shop, "variant WHERE price < 3")
    assert _count(shop, "variant WHERE compare_at_price <= price") == 0
    assert _count(shop, "variant WHERE compare_at_price IS NOT NULL")
    assert _count(shop, "variant WHERE unit_cost IS NULL")


def test_handles_and_ids_are_unlike(shop: sqlite3.Connection) -> None:
    rows = shop.execute("SELECT id, handle FROM product").fetchall()
    assert len({row["handle"] for row in rows}) == len(rows)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", row["handle"]) for row in rows)
    for table, digits in [("product", 13), ("variant", 14), ("customer", 13), ("orders", 13), ("order_line", 14)]:
        low, high = shop.execute(f"SELECT min(id), max(id) FROM {table}").fetchone()
        assert len(str(low)) == len(str(high)) == digits


def test_variants_of_a_product_have_titles_of_their_own(shop: sqlite3.Connection) -> None:
    assert _count(shop, "(SELECT 1 FROM variant GROUP BY product_id, title HAVING count(*) > 1)") == 0
    assert _count(shop, "(SELECT 1 FROM variant GROUP BY product_id HAVING count(*) > 1)") > 20
    assert (
        _count(
            shop,
            """variant v JOIN product p ON p.id = v.product_id
               WHERE (v.title = 'Default Title') != (p.option_name = 'Title')""",
        )
        == 0
    )


def test_dice_draw_by_key_and_not_by_turn() -> None:
    dice, again = Dice("seed"), Dice("seed")
    again.below(10, "something else")
    assert dice.number("stock", "1") == again.number("stock", "1")
    assert dice.number("stock", "1") != dice.number("stock", "2")
    draws = Counter(dice.weighted((("a", 700), ("b", 300)), number) for number in range(2000))
    assert 1300 < draws["a"] < 1500
    assert {dice.between((3, 5), number) for number in range(50)} == {3, 4, 5}
