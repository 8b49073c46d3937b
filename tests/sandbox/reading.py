"""How much of the shop the app has read through the Admin API since the sandbox started: the import, seen from here."""

import json
from threading import Lock
from typing import Any

from flask import Flask, Response, current_app

from tests.sandbox.shopify.admin.bulk import BulkOperations

# What is imported -> the fields of the Admin API that list it and count it.
KINDS = {
    "products": ("products", "productsCount"),
    "orders": ("orders", "ordersCount"),
    "customers": ("customers", "customersCount"),
    "stock": ("inventoryItems", "productVariantsCount"),
}
_NAME = "afters-sandbox-reading"


class ReadingMeter:
    """Counts the different things in the Admin API's answers, and remembers the totals it told.

    What is gathered into a file by a bulk operation counts as it is gathered.
    """

    def __init__(self, bulk: BulkOperations | None = None) -> None:
        self._lock = Lock()
        self._bulk = bulk or BulkOperations()
        self._seen: dict[str, set[str]] = {kind: set() for kind in KINDS}
        self._totals: dict[str, int] = {}

    def note(self, response: Response) -> Response:
        """Look at one answer of the shop's host and hand it on."""
        if response.mimetype == "application/json" and response.status_code == 200:
            data = _data(response)
            with self._lock:
                for kind in KINDS:
                    self._note_kind(kind, data)
        return response

    def counts(self) -> dict[str, dict[str, int | None]]:
        """Return per kind how many were read, and how many there are if the app has asked that."""
        with self._lock:
            return {kind: {"read": self._read(kind), "total": self._totals.get(kind)} for kind in KINDS}

    def _read(self, kind: str) -> int:
        gathered = (each.root_object_count for each in list(self._bulk.held.values()) if each.root == KINDS[kind][0])
        return max(len(self._seen[kind]), *gathered, 0)

    def _note_kind(self, kind: str, data: dict[str, Any]) -> None:
        listed, counted = KINDS[kind]
        page = data.get(listed)
        if isinstance(page, dict):
            self._seen[kind].update(str(node.get("id")) for node in page.get("nodes") or () if node)
        count = data.get(counted)
        if isinstance(count, dict) and isinstance(count.get("count"), int):
            self._totals[kind] = count["count"]


def attach(meter: ReadingMeter, *, shop: Flask, people: Flask) -> None:
    """Let the meter listen at the shop's host, and the people's pages read it."""
    shop.after_request(meter.note)
    people.extensions[_NAME] = meter


def reading() -> dict[str, dict[str, int | None]]:
    """Return the counts for the page being made; nothing read where no meter is attached."""
    meter = current_app.extensions.get(_NAME) or ReadingMeter()
    assert isinstance(meter, ReadingMeter)
    return meter.counts()


def _data(response: Response) -> dict[str, Any]:
    try:
        data = json.loads(response.get_data())["data"]
    except (ValueError, KeyError, TypeError):
        return {}
    return data if isinstance(data, dict) else {}
