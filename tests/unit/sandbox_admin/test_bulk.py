"""Bulk operations of the sandbox: what runs, what is refused, and the file that comes of it."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.sandbox.shopify.admin.state import ApiState
from tests.sandbox.shopify.bulk_files import create_host
from tests.unit.sandbox_admin.conftest import READS, Api, Side

ORDERS = "{ orders { edges { node { id name customer { id } lineItems { edges { node { id quantity } } } } } } }"
RUN = """mutation Run($query: String!, $grouped: Boolean!) {
  bulkOperationRunQuery(query: $query, groupObjects: $grouped) {
    bulkOperation { id status } userErrors { code field message } } }"""
ASK = """query Ask($id: ID!) { bulkOperation(id: $id) {
  id status errorCode objectCount rootObjectCount fileSize url partialDataUrl } }"""


def run(api: Api, state: ApiState, query: str, *, grouped: bool = True) -> dict[str, Any]:
    """Run a query to its end and return how it ended."""
    started = api.ask(RUN, query=query, grouped=grouped)["bulkOperationRunQuery"]
    assert started["userErrors"] == []
    for operation in state.bulk.held.values():
        assert operation.thread is not None
        operation.thread.join()
    found = api.ask(ASK, id=started["bulkOperation"]["id"])["bulkOperation"]
    assert isinstance(found, dict)
    return found


def refusal(api: Api, query: str) -> str:
    errors = api.ask(RUN, query=query, grouped=True)["bulkOperationRunQuery"]["userErrors"]
    assert len(errors) == 1
    return f"{errors[0]['code']}: {errors[0]['message']}"


@pytest.fixture
def files(side: Side) -> FlaskClient:
    return create_host(side).test_client()


def path_of(url: str) -> str:
    return url.removeprefix("https://storage.googleapis.com")


@pytest.mark.parametrize("grouped", [True, False])
def test_a_result_holds_every_object_once_children_after_their_parents(
    api: Api, state: ApiState, side: Side, files: FlaskClient, *, grouped: bool
) -> None:
    ended = run(api, state, ORDERS, grouped=grouped)
    raw = files.get(path_of(ended["url"])).get_data()
    lines = [json.loads(line) for line in raw.splitlines()]
    parents = [each["id"] for each in lines if "__parentId" not in each]
    children = [each for each in lines if "__parentId" in each]
    assert ended["status"] == "COMPLETED"
    assert (int(ended["objectCount"]), int(ended["rootObjectCount"])) == (len(lines), len(parents))
    assert int(ended["fileSize"]) == len(raw)
    assert len(parents) == side.one("SELECT count(*) FROM orders")[0]
    assert len(children) == side.one("SELECT count(*) FROM order_line")[0]
    seen: set[str] = set()
    for each in lines:
        assert each.get("__parentId") is None or each["__parentId"] in seen
        seen.add(each["id"])
    assert "lineItems" not in lines[0]
    is_next = [lines[at - 1].get("__parentId", lines[at - 1]["id"]) == each["__parentId"]
               for at, each in enumerate(lines) if "__parentId" in each]  # fmt: skip
    assert all(is_next) is grouped


def test_two_levels_of_connections_name_their_own_parents(api: Api, state: ApiState, files: FlaskClient) -> None:
    levels = "inventoryLevels { edges { node { id location { id } } } }"
    variants = f"variants {{ edges {{ node {{ id inventoryItem {{ id {levels} }} }} }} }}"
    query = f"{{ products {{ edges {{ node {{ id {variants} }} }} }} }}"
    ended = run(api, state, query)
    lines = [json.loads(line) for line in files.get(path_of(ended["url"])).get_data().splitlines()]
    by_id = {each["id"]: each for each in lines}
    level = next(each for each in lines if "InventoryLevel" in each["id"])
    assert "ProductVariant" in level["__parentId"], "the nearest object of a connection is the parent"
    assert "Product/" in by_id[level["__parentId"]]["__parentId"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("{ shop { id } }", "INVALID: Bulk queries must have from 1 to 5 connections."),
        ("{ orders { nodes { id } } }", "INVALID: Connections of bulk queries must be read by their `edges`."),
        ("{ orders { edges { node { nope } } } }", "INVALID: Invalid bulk query: Cannot query field 'nope'"),
        ("query Q($a: String) { orders(query: $a) { edges { node { id } } } }", "INVALID: Bulk queries must contain"),
        ("{ orders { edges {", "INVALID: Invalid bulk query: Syntax Error"),
    ],
)
def test_what_cannot_run_in_bulk_is_refused(api: Api, query: str, said: str) -> None:
    assert refusal(api, query).startswith(said)


def test_nothing_found_has_no_file(api: Api, state: ApiState) -> None:
    ended = run(api, state, ORDERS.replace("orders", 'orders(query: "created_at:<2001-01-01")'))
    assert (ended["status"], ended["url"], int(ended["objectCount"])) == ("COMPLETED", None, 0)


def test_a_missing_scope_fails_the_operation(with_scopes: Any, state: ApiState) -> None:
    ended = run(with_scopes("read_products"), state, ORDERS)
    assert (ended["status"], ended["errorCode"], ended["url"]) == ("FAILED", "ACCESS_DENIED", None)


def test_another_app_sees_no_operation_of_this_one(api: Api, state: ApiState, side: Side) -> None:
    ended = run(api, state, ORDERS)
    next(iter(state.bulk.held.values())).client_id = "another"
    assert api.ask(ASK, id=ended["id"])["bulkOperation"] is None


def test_a_failure_in_the_middle_leaves_a_part(api: Api, state: ApiState, files: FlaskClient) -> None:
    state.bulk.fails_with = "TIMEOUT"
    ended = run(api, state, ORDERS)
    assert (ended["status"], ended["errorCode"], ended["url"]) == ("FAILED", "TIMEOUT", None)
    assert files.get(path_of(ended["partialDataUrl"])).get_data()


def test_files_are_given_from_anywhere_on_and_not_to_who_shows_the_access_token(
    api: Api, state: ApiState, files: FlaskClient
) -> None:
    path = path_of(run(api, state, ORDERS)["url"])
    whole = files.get(path).get_data()
    part = files.get(path, headers={"Range": "bytes=100-"})
    assert (part.status_code, part.get_data()) == (206, whole[100:])
    assert files.get(path, headers={"Range": f"bytes={len(whole)}-"}).status_code == 416
    assert files.get(path, headers={"X-Shopify-Access-Token": "shpat_x"}).status_code == 400
    state.bulk.is_expired = True
    assert files.get(path).status_code == 400


def test_an_app_may_have_five_running(with_scopes: Any, state: ApiState, api: Api) -> None:
    run(api, state, ORDERS)
    template = next(iter(state.bulk.held.values()))
    for number in range(1, 6):
        held = type(template)(
            number, template.client_id, "", template.path, template.created_at, is_grouped=True, root="orders"
        )
        state.bulk.held[number] = held
    assert refusal(with_scopes(*READS), ORDERS).startswith("OPERATION_IN_PROGRESS")
