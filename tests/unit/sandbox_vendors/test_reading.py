"""The import as the sandbox sees it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, jsonify

from tests.sandbox.browser.landing import Progress
from tests.sandbox.reading import ReadingMeter, attach, reading
from tests.sandbox.shopify.admin.bulk import BulkOperations, Operation


@pytest.fixture
def hosts() -> tuple[Flask, Flask]:
    shop, people = Flask("shop", static_folder=None), Flask("people", static_folder=None)
    attach(ReadingMeter(), shop=shop, people=people)
    return shop, people


def answer(shop: Flask, body: Any, status: int = 200) -> None:
    with shop.test_request_context():
        response = jsonify(body)
        response.status_code = status
        shop.process_response(response)


def test_different_nodes_and_totals_are_counted(hosts: tuple[Flask, Flask]) -> None:
    shop, people = hosts
    answer(shop, {"data": {"ordersCount": {"count": 5}}})
    answer(shop, {"data": {"orders": {"nodes": [{"id": "a"}, {"id": "b"}]}}})
    answer(shop, {"data": {"orders": {"nodes": [{"id": "b"}, {"id": "c"}, None]}, "shop": {"name": "x"}}})
    with people.app_context():
        nothing = {"read": 0, "total": None}
        assert reading() == {
            "products": nothing,
            "orders": {"read": 3, "total": 5},
            "customers": nothing,
            "stock": nothing,
        }


def test_what_is_gathered_counts_as_it_is_gathered(tmp_path: Path) -> None:
    bulk = BulkOperations()
    running = Operation(
        1, "app", "", tmp_path / "1", datetime(2026, 11, 23, tzinfo=UTC), is_grouped=True, root="orders"
    )
    bulk.held[1] = running
    running.root_object_count = 250
    counts = ReadingMeter(bulk).counts()
    assert (counts["orders"]["read"], counts["products"]["read"]) == (250, 0)


@pytest.mark.parametrize("body", [[], {}, {"data": None}, {"data": {"orders": None}}, {"errors": []}, "text"])
def test_other_answers_do_not_count(body: Any, hosts: tuple[Flask, Flask]) -> None:
    shop, people = hosts
    answer(shop, body)
    answer(shop, {"data": {"orders": {"nodes": [{"id": "a"}]}}}, status=500)
    with shop.test_request_context():
        shop.process_response(Response("not JSON", mimetype="application/json"))
    with people.app_context():
        assert reading()["orders"] == {"read": 0, "total": None}


def test_the_landing_page_says_it_in_words() -> None:
    progress = Progress(
        shop="Gift Shop",
        is_app_up=True,
        is_installed=True,
        is_chosen=False,
        read={"products": {"read": 1200, "total": 4396}, "orders": {"read": 0, "total": None}},
        orders=0,
        orders_today=0,
        last_order=None,
        accepted=0,
        sms=0,
        emails=0,
    )
    assert progress.states()["install"] == (
        True,
        "Installed. Read so far: 1,200 of 4,396 products. Another app has the page after paying (Settings > Checkout).",
    )
