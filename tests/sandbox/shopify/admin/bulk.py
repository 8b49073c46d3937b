"""Bulk operations: queries that Shopify runs by itself and answers with a file of JSON lines.

Run in a thread on Shopify's schema, with the scopes of the token that asked. Files lie in the sandbox's folder and
are handed out by `bulk_files`. What goes wrong now and then there can be ordered here: `BulkOperations.fails_with`
and the faults of the files.
"""

import json
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from graphql import GraphQLError, GraphQLSchema, execute_sync
from graphql import GraphQLResolveInfo as Info

from tests.sandbox.shopify.admin import ids
from tests.sandbox.shopify.admin.access import AccessDenied
from tests.sandbox.shopify.admin.bulk_document import (
    EVERYTHING,
    PAGE_LIMIT,
    BulkQuery,
    InvalidBulkQuery,
    lines_of,
    read,
)
from tests.sandbox.shopify.admin.fields import Fields, key, of_source, session_of
from tests.sandbox.shopify.admin.records import Session

HOST = "storage.googleapis.com"  # where Shopify's result files lie
URL_LIFE = timedelta(days=7)
MOST_AT_ONCE = 5
OVER = {"COMPLETED", "CANCELED", "FAILED", "EXPIRED"}
FAILURES = ("ACCESS_DENIED", "INTERNAL_SERVER_ERROR", "TIMEOUT")
_NUMBER = 5_104_000_000_000


@dataclass(eq=False)
class Operation:
    """One bulk operation. Its file is there when it is over, or in part when it failed."""

    number: int
    client_id: str
    query: str
    path: Path
    created_at: datetime
    is_grouped: bool
    root: str  # the listing that is gathered
    kind: str = "BulkOperation"
    status: str = "CREATED"
    error_code: str | None = None
    completed_at: datetime | None = None
    object_count: int = 0
    root_object_count: int = 0
    thread: Thread | None = None
    # By the system's own counter, for those who measure; None while it runs.
    began_seconds: float = field(default_factory=time.perf_counter)
    ended_seconds: float | None = None

    @property
    def file_size(self) -> int | None:
        return self.path.stat().st_size if self.status in OVER and self.path.exists() else None

    @property
    def url(self) -> str | None:
        """Where the result lies; nothing where it is empty."""
        has_url = self.status == "COMPLETED" and self.object_count
        return f"https://{HOST}/shopify-bulk/{self.path.name}" if has_url else None

    @property
    def partial_data_url(self) -> str | None:
        has_part = self.status in {"FAILED", "CANCELED"} and self.object_count
        return f"https://{HOST}/shopify-bulk/{self.path.name}" if has_part else None


@dataclass(eq=False)
class BulkOperations:
    """The operations of one sandbox, and what shall go wrong.

    `fails_with` is the error code that every operation ends with, after its first page, until it is taken back.
    `cut_after` bytes the next download breaks off; `is_expired` refuses every download, as after seven days.
    """

    held: dict[int, Operation] = field(default_factory=dict)
    fails_with: str | None = None
    cut_after: int | None = None
    is_expired: bool = False
    lock: Lock = field(default_factory=Lock)

    def start(
        self,
        schema: GraphQLSchema,
        query: BulkQuery,
        operation: Operation,
        open_session: Callable[[], AbstractContextManager[Session]],
    ) -> None:
        self.held[operation.number] = operation
        run = _Run(schema, query, operation, self.fails_with, open_session)
        operation.thread = Thread(target=run.run, name=f"bulk-{operation.number}", daemon=True)
        operation.thread.start()

    def running(self, client_id: str) -> int:
        return sum(each.client_id == client_id and each.status not in OVER for each in self.held.values())


@dataclass(frozen=True)
class _Run:
    schema: GraphQLSchema
    query: BulkQuery
    operation: Operation
    failure: str | None
    open_session: Callable[[], AbstractContextManager[Session]]

    def run(self) -> None:
        PAGE_LIMIT.set(EVERYTHING)
        operation = self.operation
        operation.status = "RUNNING"
        ending, code = "COMPLETED", None
        try:
            with self.open_session() as session, operation.path.open("w", encoding="utf-8") as file:
                cursor: str | None = None
                while operation.status == "RUNNING":
                    page = self._page(session, cursor)
                    self._write(file, [edge["node"] for edge in page["edges"]])
                    if self.failure:
                        ending, code = "FAILED", self.failure
                        break
                    if not page["pageInfo"]["hasNextPage"]:
                        break
                    cursor = page["pageInfo"]["endCursor"]
        except AccessDenied:
            ending, code = "FAILED", "ACCESS_DENIED"
        except Exception:  # whatever the sandbox cannot answer
            ending, code = "FAILED", "INTERNAL_SERVER_ERROR"
            raise
        finally:
            operation.error_code = code
            with self.open_session() as session:
                operation.completed_at = session.now
            operation.ended_seconds = time.perf_counter()
            operation.status = "CANCELED" if operation.status == "CANCELING" else ending

    def _page(self, session: Session, cursor: str | None) -> dict[str, Any]:
        result = execute_sync(self.schema, self.query.page(cursor), root_value={}, context_value=session)
        for error in result.errors or ():
            raise error.original_error or error
        page = (result.data or {})[self.query.root]
        assert isinstance(page, dict)
        return page

    def _write(self, file: Any, nodes: list[dict[str, Any]]) -> None:
        lines = [list(lines_of(node)) for node in nodes]
        if not self.operation.is_grouped:  # children anywhere after their parents
            lines = [[first for first, *_ in lines], [child for _, *rest in lines for child in rest]]
        for line in (line for group in lines for line in group):
            file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
        file.flush()
        self.operation.object_count += sum(map(len, lines))
        self.operation.root_object_count += len(nodes)


def _run_query(_root: Any, info: Info, **arguments: Any) -> dict[str, Any]:
    session = session_of(info)
    bulk, client_id = session.bulk, session.access.client_id
    with bulk.lock:
        if bulk.running(client_id) >= MOST_AT_ONCE:
            return _refused("OPERATION_IN_PROGRESS", "A bulk query operation for this app is already in progress.")
        try:
            query = read(info.schema, arguments["query"])
        except InvalidBulkQuery as fault:
            return _refused("INVALID", str(fault))
        number = _NUMBER + len(bulk.held)
        folder = session.settings.var_dir / "bulk"
        folder.mkdir(exist_ok=True)
        operation = Operation(
            number, client_id, arguments["query"], folder / f"bulk-{number}.jsonl", session.now,
            arguments["groupObjects"], query.root,
        )  # fmt: skip
        bulk.start(info.schema, query, operation, session.reopen)
    return {"operation": operation, "errors": []}


def _refused(code: str, message: str) -> dict[str, Any]:
    return {"operation": None, "errors": [{"code": code, "field": ["query"], "message": message}]}


def _found(info: Info, gid: str) -> Operation | None:
    session = session_of(info)
    found = session.bulk.held.get(ids.number_of(gid, "BulkOperation"))
    return found if found is not None and found.client_id == session.access.client_id else None


def _cancel(_root: Any, info: Info, **arguments: Any) -> dict[str, Any]:
    operation = _found(info, arguments["id"])
    if operation is None:
        raise GraphQLError("Bulk operation does not exist")
    if operation.status not in OVER:
        operation.status = "CANCELING"
    return {"operation": operation, "errors": []}


FIELDS: Fields = {
    "QueryRoot": {"bulkOperation": lambda _root, info, **arguments: _found(info, arguments["id"])},
    "Mutation": {"bulkOperationRunQuery": _run_query, "bulkOperationCancel": _cancel},
    "BulkOperation": {
        "id": lambda operation, _info: ids.gid("BulkOperation", operation.number),
        "status": of_source("status"),
        "errorCode": of_source("error_code"),
        "createdAt": of_source("created_at"),
        "completedAt": of_source("completed_at"),
        "objectCount": of_source("object_count"),
        "rootObjectCount": of_source("root_object_count"),
        "fileSize": of_source("file_size"),
        "url": of_source("url"),
        "partialDataUrl": of_source("partial_data_url"),
        "query": of_source("query"),
        "type": lambda _operation, _info: "QUERY",
    },
    "BulkOperationRunQueryPayload": {"bulkOperation": key("operation"), "userErrors": key("errors")},
    "BulkOperationCancelPayload": {"bulkOperation": key("operation"), "userErrors": key("errors")},
    "BulkOperationUserError": {"code": key("code"), "field": key("field"), "message": key("message")},
}
