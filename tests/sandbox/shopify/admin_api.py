"""The Admin GraphQL endpoint: `POST /admin/api/<version>/graphql.json`, answered from the world.

Shopify's protocol first (token, body, document, cost, bucket), then execution on Shopify's own schema. A valid
document that the sandbox cannot answer gets HTTP 500 naming the part: never a silent null.
"""

import json
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from sqlite3 import Connection
from typing import Any

from flask import Blueprint, Response, request
from graphql import ExecutionResult, GraphQLError, GraphQLSchema, execute_sync

from tests.sandbox.shopify.action import Action, acting
from tests.sandbox.shopify.admin import cost, schema
from tests.sandbox.shopify.admin.access import Access, authenticate
from tests.sandbox.shopify.admin.documents import Refused, Request, execution_errors, missing_resolvers, read
from tests.sandbox.shopify.admin.faults import REFUSED, Fault
from tests.sandbox.shopify.admin.gaps import Unsupported
from tests.sandbox.shopify.admin.records import Session
from tests.sandbox.shopify.admin.side import ServerSide
from tests.sandbox.shopify.admin.state import state_of
from tests.sandbox.shopify.admin.throttle import MOST_FOR_ONE_QUERY
from tests.sandbox.shopify.switches import late_since

VERSION = re.compile(r"20\d{2}-(01|04|07|10)|unstable")
LIMITS = "https://shopify.dev/api/usage/rate-limits"


def blueprint(sandbox: ServerSide) -> Blueprint:
    """Return the endpoint of the shop's own host."""
    api = AdminApi(sandbox)
    routes = Blueprint("admin_api", __name__)
    routes.post("/admin/api/<version>/graphql.json")(api.answer)
    return routes


class AdminApi:
    """Answers GraphQL requests for one sandbox."""

    def __init__(self, sandbox: ServerSide) -> None:
        self._sandbox = sandbox
        self._state = state_of(sandbox.world)

    def answer(self, version: str) -> Response:
        """Answer one request, faults included."""
        if not VERSION.fullmatch(version):
            return _json(404, {"errors": "Not Found"})
        body = request.get_json(silent=True)
        fault = self._state.faults.take("graphql", _operation_name(body))
        response = self._spoiled(fault, body) if fault else self._honest(body)
        # Every version this sandbox is asked for falls forward to the one whose schema it carries.
        response.headers["X-Shopify-API-Version"] = schema.API_VERSION
        response.headers["X-Request-Id"] = str(uuid.uuid4())
        return response

    def _spoiled(self, fault: Fault, body: Any) -> Response:
        honest = self._honest(body) if fault.executed else None
        if fault.kind == "throttled":
            return _json(200, _throttled(None, self._state.throttle.status(self._sandbox.settings.client_id)))
        return self._state.faults.spoil(fault, honest)

    def _honest(self, body: Any) -> Response:
        token = request.headers.get("X-Shopify-Access-Token")
        with self._sandbox.world.read() as connection:
            access = authenticate(connection, token, self._sandbox.world.now_text())
        if access is None:
            return _json(401, {"errors": REFUSED})
        if not isinstance(body, dict) or not isinstance(body.get("query"), str):
            return _json(400, {"errors": {"query": "Required parameter missing or invalid"}})
        variables, name = body.get("variables"), body.get("operationName")
        if not isinstance(variables, dict | None) or not isinstance(name, str | None):
            return _json(400, {"errors": {"variables": "Required parameter missing or invalid"}})
        loaded = schema.load()
        try:
            asked = read(loaded, body["query"], variables, name or None)
            if missing := missing_resolvers(loaded, asked.document):
                return _unsupported(", ".join(missing))
            return self._metered(loaded, asked, access)
        except Refused as refusal:
            return _json(200, {"errors": refusal.errors})
        except Unsupported as gap:
            return _unsupported(str(gap))

    def _metered(self, loaded: GraphQLSchema, asked: Request, access: Access) -> Response:
        throttle = self._state.throttle
        price = cost.requested(loaded, asked)
        if price > MOST_FOR_ONE_QUERY:
            return _json(200, _too_dear(price))
        if not throttle.take(access.client_id, price):
            return _json(200, _throttled(price, throttle.status(access.client_id)))
        spent = price
        try:
            result = self._executed(loaded, asked, access)
            spent = min(price, cost.actual(loaded, asked, result.data))
        finally:
            throttle.give_back(access.client_id, price - spent)
        answer: dict[str, Any] = {"data": result.data}
        if result.errors:
            answer["errors"] = execution_errors(result)
        answer["extensions"] = {"cost": _cost(price, spent, throttle.status(access.client_id))}
        return _json(200, answer)

    def _executed(self, loaded: GraphQLSchema, asked: Request, access: Access) -> ExecutionResult:
        if asked.is_mutation:
            with acting(self._sandbox.world, self._sandbox.sender) as action:
                return self._run(loaded, asked, self._session(access, action.connection, action))
        with self._sandbox.world.read() as connection:
            return self._run(loaded, asked, self._session(access, connection))

    def _session(self, access: Access, connection: Connection, action: Action | None = None) -> Session:
        return Session(
            connection=connection,
            settings=self._sandbox.settings,
            now=self._sandbox.clock.now(),
            access=access,
            action=action,
            bulk=self._state.bulk,
            reopen=lambda: self._reading(access),
            late_since=late_since(self._sandbox.world),
        )

    @contextmanager
    def _reading(self, access: Access) -> Iterator[Session]:
        with self._sandbox.world.read() as connection:
            now = self._sandbox.clock.now()
            yield Session(
                connection=connection,
                settings=self._sandbox.settings,
                now=now,
                access=access,
                late_since=late_since(self._sandbox.world),
            )

    def _run(self, loaded: GraphQLSchema, asked: Request, session: Session) -> ExecutionResult:
        name = asked.operation.name.value if asked.operation.name else None
        result = execute_sync(
            loaded,
            asked.document,
            root_value={},
            context_value=session,
            variable_values=asked.given,
            operation_name=name,
        )
        for error in result.errors or ():
            # What is no GraphQL error is a gap or a fault of the sandbox; a write made so far is rolled back.
            if error.original_error is not None and not isinstance(error.original_error, GraphQLError):
                raise error.original_error
        return result


def _operation_name(body: Any) -> str | None:
    """Return the name of the operation that a body asks for, as far as that can be seen without parsing it."""
    if not isinstance(body, dict):
        return None
    if isinstance(body.get("operationName"), str):
        return str(body["operationName"])
    found = re.search(r"(?:query|mutation)\s+(\w+)", str(body.get("query")))
    return found[1] if found else None


def _cost(requested: int | None, actual: int | None, status: dict[str, Any]) -> dict[str, Any]:
    return {"requestedQueryCost": requested, "actualQueryCost": actual, "throttleStatus": status}


def _throttled(requested: int | None, status: dict[str, Any]) -> dict[str, Any]:
    error = {"message": "Throttled", "extensions": {"code": "THROTTLED", "documentation": LIMITS}}
    return {"errors": [error], "extensions": {"cost": _cost(requested, None, status)}}


def _too_dear(price: int) -> dict[str, Any]:
    extensions = {"code": "MAX_COST_EXCEEDED", "cost": price, "maxCost": MOST_FOR_ONE_QUERY, "documentation": LIMITS}
    message = f"Query cost is {price}, which exceeds the single query max cost limit ({MOST_FOR_ONE_QUERY})."
    return {"errors": [{"message": message, "extensions": extensions}]}


def _unsupported(what: str) -> Response:
    message = f"The sandbox has no answer for: {what}"
    return _json(500, {"errors": [{"message": message, "extensions": {"code": "SANDBOX_UNSUPPORTED"}}]})


def _json(status: int, body: dict[str, Any]) -> Response:
    # Not jsonify: it would sort the fields, which Shopify answers in the order of the document.
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text, status=status, content_type="application/json; charset=utf-8")
