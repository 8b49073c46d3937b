"""An order's timeline: what happened to it in the shop, and which webhooks were told of it."""

import json
import sqlite3
from dataclasses import dataclass

from tests.sandbox.browser.money_text import money_text

GATEWAYS = {
    "bogus": "a test card",
    "shopify_payments": "a card",
    "paypal": "PayPal",
    "apple_pay": "Apple Pay",
    "google_pay": "Google Pay",
    "klarna": "Klarna",
    "gift_card": "a gift card",
    "manual": "a manual payment",
}
_KINDS = {"duplicate": " (duplicate on demand)", "forged": " (forged on demand)"}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the timeline; `at` as the world writes times."""

    at: str
    words: str
    detail: str = ""
    is_machine: bool = False
    is_failed: bool = False


def timeline(connection: sqlite3.Connection, order: sqlite3.Row) -> list[Entry]:
    """Return everything known about the order, newest first."""
    entries = [
        Entry(at=order["created_at"], words="The order was placed", detail=order["confirmation_number"]),
        *_payments(connection, order),
        *_edits(connection, order),
        *_refunds(connection, order),
        *_webhooks(connection, order),
    ]
    if order["cancelled_at"]:
        reason = (order["cancel_reason"] or "").lower()
        entries.append(Entry(at=order["cancelled_at"], words="The order was cancelled", detail=reason))
    # Entries of one second stay in the order they were listed: an order before its webhooks.
    return sorted(entries, key=lambda entry: entry.at[:19])[::-1]


def _payments(connection: sqlite3.Connection, order: sqlite3.Row) -> list[Entry]:
    rows = connection.execute("SELECT * FROM payment WHERE order_id = ? ORDER BY id", (order["id"],)).fetchall()
    words = {
        ("sale", "success"): "{amount} was paid with {gateway}",
        ("sale", "pending"): "{amount} is to be paid with {gateway}",
        ("sale", "failure"): "{amount} could not be taken from {gateway}",
        ("refund", "success"): "{amount} was paid back to {gateway}",
    }
    return [
        Entry(
            at=row["created_at"],
            words=words.get((row["kind"], row["status"]), "{amount}: " + f"{row['kind']} {row['status']}").format(
                amount=money_text(row["amount"], order["currency"]),
                gateway=GATEWAYS.get(row["gateway"], row["gateway"]),
            ),
            is_failed=row["status"] == "failure",
        )
        for row in rows
    ]


def _edits(connection: sqlite3.Connection, order: sqlite3.Row) -> list[Entry]:
    entries = []
    for edit in connection.execute("SELECT * FROM order_edit WHERE order_id = ? ORDER BY id", (order["id"],)):
        added = []
        for change in json.loads(edit["additions"]):
            line = connection.execute("SELECT title FROM order_line WHERE id = ?", (change["id"],)).fetchone()
            added.append(f"{change['delta']} \N{MULTIPLICATION SIGN} {line['title'] if line else change['id']}")
        who = "An app" if edit["app_client_id"] else "A member of staff"
        words = f"{who} added {', '.join(added)}" if added else f"{who} edited the order"
        entries.append(Entry(at=edit["committed_at"], words=words, detail=f"edit {edit['id']}"))
    return entries


def _refunds(connection: sqlite3.Connection, order: sqlite3.Row) -> list[Entry]:
    rows = connection.execute("SELECT * FROM refund WHERE order_id = ? ORDER BY id", (order["id"],))
    return [
        Entry(
            at=row["created_at"],
            words=f"{sum(line['quantity'] for line in json.loads(row['lines']))} units were refunded",
            detail=row["note"] or "",
        )
        for row in rows
    ]


def _webhooks(connection: sqlite3.Connection, order: sqlite3.Row) -> list[Entry]:
    rows = connection.execute(
        """SELECT * FROM webhook_delivery
           WHERE (topic LIKE 'orders/%' AND json_extract(CAST(body AS TEXT), '$.id') = :id)
           OR (topic = 'orders/edited' AND json_extract(CAST(body AS TEXT), '$.order_edit.order_id') = :id)
           OR (topic = 'refunds/create' AND json_extract(CAST(body AS TEXT), '$.order_id') = :id)
           ORDER BY id""",
        {"id": order["id"]},
    ).fetchall()
    return [_webhook(row) for row in rows]


def _webhook(row: sqlite3.Row) -> Entry:
    if row["delivered_at"]:
        state = f"answered {row['last_status']}"
    elif row["next_attempt_at"]:
        state = f"waits after {row['attempts']} attempts" if row["attempts"] else "is on its way"
    else:
        state = f"given up after {row['attempts']} attempts"
    why = row["last_status"] or row["last_error"]
    is_failed = row["delivered_at"] is None and row["attempts"] > 0
    return Entry(
        at=row["triggered_at"],
        words=f"Webhook {row['topic']}{_KINDS.get(row['kind'], '')} {state}",
        detail=f"last answer: {why}" if is_failed and why else "",
        is_machine=True,
        is_failed=is_failed,
    )
