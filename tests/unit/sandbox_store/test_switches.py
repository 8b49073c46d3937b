"""The platform's switches: each can be set by name, nothing wrong is taken, and a late order is late everywhere."""

import pytest
from flask.testing import FlaskClient

from tests.sandbox.shopify.checkout_state import CheckoutState
from tests.sandbox.shopify.orders import place_order
from tests.sandbox.shopify.placed_blocks import ORDER_STATUS, THANK_YOU, place_blocks, read_placed
from tests.sandbox.shopify.switches import NETWORKS, Switches, late_since, switches_of
from tests.unit.sandbox_store.conftest import Shop


def test_switches_are_at_their_defaults_until_they_are_set_and_again_after_a_reset(
    shop: Shop, client: FlaskClient
) -> None:
    assert switches_of(shop.world) == Switches()
    answer = client.post("/sandbox/api/switches", json={"network": "slow", "network_milliseconds": 900})
    assert answer.get_json()["switches"] == Switches(network="slow", network_milliseconds=900).as_json()
    weather = answer.get_json()["network"]["weather"]
    assert (weather["kind"], weather["milliseconds"]) == ("slow", 900)
    assert client.get("/sandbox/api/switches").get_json() == answer.get_json()
    assert client.delete("/sandbox/api/switches").get_json()["network"] == {"weather": None, "isGranted": True}
    assert switches_of(shop.world) == Switches()


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"weather": "rain"}, "there is no switch weather"),
        ({"network": "rain"}, "network must be one of fine, slow"),
        ({"network_milliseconds": -1}, "network_milliseconds must be"),
        ({"network_milliseconds": True}, "network_milliseconds must be"),
        ({"network_milliseconds": 60_001}, "network_milliseconds must be"),
        ({"is_logged_in": "yes"}, "is_logged_in must be true or false"),
        (["network"], "the body must be a JSON object"),
    ],
)
def test_a_switch_that_cannot_stand_like_that_changes_nothing(
    shop: Shop, client: FlaskClient, told: object, words: str
) -> None:
    answer = client.post("/sandbox/api/switches", json=told)
    assert answer.status_code == 422
    assert words in answer.get_json()["error"]["message"]
    assert switches_of(shop.world) == Switches()


@pytest.mark.parametrize("network", sorted(set(NETWORKS) - {"fine", "slow", "drop"}))
def test_what_stands_in_for_the_server_fails_as_its_name_says(client: FlaskClient, network: str) -> None:
    answer = client.post(f"/sandbox/weather/{network}")
    assert (answer.status_code == 500) == (network == "server_error")
    assert (answer.mimetype == "text/html") == (network == "html")
    assert ("Access-Control-Allow-Origin" not in answer.headers) == (network == "wrong_cors")
    assert client.post("/sandbox/weather/rain").status_code == 404


def test_an_order_that_is_late_is_neither_told_nor_found_until_it_arrives(
    shop: Shop, client: FlaskClient, state: CheckoutState
) -> None:
    client.post("/sandbox/api/switches", json={"is_order_late": True})
    since = late_since(shop.world)
    assert since is not None
    placed = place_order(shop.world, shop.sender, state)
    assert shop.one("SELECT created_at FROM orders WHERE id = ?", placed.order_id) >= since  # type: ignore[operator]  # texts
    client.post("/sandbox/api/switches", json={"is_logged_in": True})
    assert late_since(shop.world) == since
    client.post("/sandbox/api/switches", json={"is_order_late": False})
    assert late_since(shop.world) is None


def test_blocks_are_placed_where_there_is_a_place(shop: Shop, client: FlaskClient) -> None:
    assert read_placed(shop.world) == frozenset()
    answer = client.post("/sandbox/api/placed-blocks", json=[THANK_YOU, ORDER_STATUS])
    assert answer.get_json() == sorted([THANK_YOU, ORDER_STATUS])
    assert client.post("/sandbox/api/placed-blocks", json=["purchase.nowhere"]).status_code == 422
    assert client.post("/sandbox/api/placed-blocks", json="all").status_code == 422
    assert read_placed(shop.world) == {THANK_YOU, ORDER_STATUS}
    place_blocks(shop.world, [])
    assert client.get("/sandbox/api/placed-blocks").get_json() == []
