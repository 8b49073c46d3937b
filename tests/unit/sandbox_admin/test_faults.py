"""Faults on demand: what comes back, how often, and whether the call took effect."""

import json
from threading import Thread
from typing import Any

import pytest

from tests.sandbox.shopify.admin.faults import Faults, UnknownFault
from tests.sandbox.shopify.admin.state import ApiState
from tests.unit.sandbox_admin.conftest import Api, Side

SHOP = "query Shop { shop { name } }"
TAG = 'mutation Tag($id: ID!) { tagsAdd(id: $id, tags: ["x"]) { userErrors { field } } }'


def test_a_fault_plays_so_often_and_then_all_is_well(api: Api, state: ApiState) -> None:
    state.faults.add("server_error", times=2)
    assert [api.post(SHOP).status_code for _ in range(3)] == [500, 500, 200]
    assert state.faults.armed() == []


def test_each_kind_looks_as_it_should(api: Api, state: ApiState) -> None:
    state.faults.add("rate_limited", seconds=1.5)
    response = api.post(SHOP)
    assert (response.status_code, response.headers["Retry-After"]) == (429, "1.5")
    state.faults.add("throttled")
    body = api.answer(SHOP)
    assert body["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert body["extensions"]["cost"]["throttleStatus"]["restoreRate"] == 100.0
    state.faults.add("bad_gateway")
    response = api.post(SHOP)
    assert (response.status_code, response.mimetype) == (502, "text/html")
    state.faults.add("unauthorized")
    assert api.post(SHOP).status_code == 401
    state.faults.add("garbage")
    response = api.post(SHOP)
    assert (response.status_code, response.mimetype) == (200, "application/json")
    with pytest.raises(ValueError, match=r"Expecting|codec"):
        json.loads(response.get_data())
    state.faults.add("timeout", seconds=0)
    assert api.post(SHOP).status_code == 504
    assert "errors" not in api.answer(SHOP)


def test_a_truncated_answer_is_half_of_the_real_one_and_the_write_is_done(
    api: Api, side: Side, state: ApiState, order_row: Any
) -> None:
    state.faults.add("truncated")
    response = api.post(TAG, {"id": f"gid://shopify/Order/{order_row['id']}"})
    assert response.status_code == 200
    assert response.get_data().startswith(b'{"data":')
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        json.loads(response.get_data())
    assert json.loads(side.one("SELECT tags FROM orders WHERE id = ?", order_row["id"])[0]) == ["x"]


@pytest.mark.parametrize("executed", [True, False])
def test_a_lost_answer_may_or_may_not_have_taken_effect(
    api: Api, side: Side, state: ApiState, order_row: Any, *, executed: bool
) -> None:
    state.faults.add("server_error", executed=executed)
    assert api.post(TAG, {"id": f"gid://shopify/Order/{order_row['id']}"}).status_code == 500
    tags = json.loads(side.one("SELECT tags FROM orders WHERE id = ?", order_row["id"])[0])
    assert tags == (["x"] if executed else [])


def test_a_fault_may_wait_for_one_operation(api: Api, state: ApiState) -> None:
    state.faults.add("server_error", operation="Orders")
    assert api.post(SHOP).status_code == 200
    assert api.post("query Orders { orders(first: 1) { nodes { id } } }").status_code == 500
    state.faults.add("server_error", operation="Orders")
    two = "query Shop { shop { name } } query Orders { orders(first: 1) { nodes { id } } }"
    assert api.post(two, operationName="Shop").status_code == 200
    assert api.post(two, operationName="Orders").status_code == 500


def test_faults_of_the_two_endpoints_are_kept_apart(api: Api, state: ApiState) -> None:
    state.faults.add("server_error", endpoint="oauth")
    assert api.post(SHOP).status_code == 200
    assert api.client.post("/admin/oauth/access_token", json={}).status_code == 500
    assert api.client.post("/admin/oauth/access_token", json={}).status_code == 401


def test_a_held_call_is_let_go_when_faults_are_cleared(api: Api, state: ApiState) -> None:
    state.faults.add("timeout", seconds=30.0)
    statuses: list[int] = []
    caller = Thread(target=lambda: statuses.append(api.post(SHOP).status_code))
    caller.start()
    while state.faults.armed():  # taken: the call is in the hold, or about to be
        pass
    state.faults.clear()
    caller.join(timeout=10)
    assert statuses == [504]


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("nonsense", {}),
        ("server_error", {"times": 0}),
        ("server_error", {"times": "2"}),
        ("server_error", {"times": True}),
        ("server_error", {"loud": True}),
        ("server_error", {"endpoint": "rest"}),
        ("server_error", {"executed": 1}),
        ("rate_limited", {"seconds": -1}),
        ("throttled", {"endpoint": "oauth"}),
        ("server_error", {"endpoint": "oauth", "operation": "Shop"}),
    ],
)
def test_a_fault_that_cannot_be_played_is_refused(kind: str, told: dict[str, Any]) -> None:
    faults = Faults()
    with pytest.raises(UnknownFault):
        faults.add(kind, **told)
    assert faults.armed() == []
