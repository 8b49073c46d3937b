"""Metafields: reading them from their owners, and writing them with `metafieldsSet`."""

import json
import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from graphql import GraphQLResolveInfo as Info

from tests.sandbox.shopify.admin import ids
from tests.sandbox.shopify.admin.access import WRITE
from tests.sandbox.shopify.admin.connections import EMPTY, Connection, from_list, window
from tests.sandbox.shopify.admin.fields import Fields, Resolver, column, identity, key, of, session_of
from tests.sandbox.shopify.admin.gaps import Unsupported
from tests.sandbox.shopify.admin.records import Record, Session, grouped

TABLE = Path(__file__).with_suffix(".sql")
MOST_AT_ONCE = 25
FIRST_ID = 31_845_000_000_000
STEP = 32_771

# Where an owner of each type is found; the shop and the installation own things too.
OWNERS = {
    "Product": "SELECT 1 FROM product WHERE id = ?",
    "ProductVariant": "SELECT 1 FROM variant WHERE id = ?",
    "Order": "SELECT 1 FROM orders WHERE id = ?",
    "Customer": "SELECT 1 FROM customer WHERE id = ?",
    "Shop": "SELECT 1 FROM shop WHERE id = ?",
}
OWNER_TYPES = {
    "Product": "PRODUCT",
    "ProductVariant": "PRODUCTVARIANT",
    "Order": "ORDER",
    "Customer": "CUSTOMER",
    "Shop": "SHOP",
    "AppInstallation": "API_PERMISSION",
}


def app_number(client_id: str) -> int:
    """Return the numeric id of an app, the same that the body of `orders/edited` names."""
    return int(client_id[:10], 16)


def namespace_of(session: Session, asked: str | None) -> str:
    """Return the stored namespace: none and `$app` mean the app's own."""
    own = f"app--{app_number(session.access.client_id)}"
    if asked is None or asked == "$app":
        return own
    return f"{own}--{asked[5:]}" if asked.startswith("$app:") else asked


def digest_of(value: str) -> str:
    """Return the compare digest of a value."""
    return sha256(value.encode()).hexdigest()


def _owned(record: Record) -> list[Record]:
    batch = record.batch
    kind = record.kind

    def load() -> dict[int, list[Record]]:
        if not batch.session.rows("SELECT 1 FROM sqlite_master WHERE name = 'metafield'"):
            return {}
        rows = batch.session.rows(
            """
            SELECT * FROM metafield WHERE owner_kind = ? AND owner_id IN (SELECT value FROM json_each(?))
            ORDER BY id
            """,
            kind,
            json.dumps(batch.values("id")),
        )
        return grouped(batch.session.batch("Metafield", rows), "owner_id")

    return batch.once(f"metafields of {kind}", load).get(record.id, [])


def _one(record: Record, _info: Info, **arguments: Any) -> Record | None:
    namespace = namespace_of(record.session, arguments.get("namespace"))
    return next(
        (
            found
            for found in _owned(record)
            if found.row["namespace"] == namespace and found.row["key"] == arguments["key"]
        ),
        None,
    )


def _many(record: Record, _info: Info, **arguments: Any) -> Connection:
    if arguments.get("keys"):
        raise Unsupported("keys of metafields")
    found = _owned(record)
    if arguments.get("namespace") is not None:
        namespace = namespace_of(record.session, arguments["namespace"])
        found = [one for one in found if one.row["namespace"] == namespace]
    if not found:
        window(arguments)
        return EMPTY
    return from_list(found, arguments, "id")


def owner_fields() -> dict[str, Resolver]:
    """Return the resolvers of `metafield` and `metafields` of an owner."""
    return {"metafield": _one, "metafields": _many}


def set_metafields(_root: Any, info: Info, **arguments: Any) -> dict[str, Any]:
    session = session_of(info)
    inputs = arguments["metafields"]
    errors: list[dict[str, Any]] = []
    if len(inputs) > MOST_AT_ONCE:
        message = f"Exceeded the maximum metafields input limit of {MOST_AT_ONCE}."
        errors.append({"field": ["metafields"], "message": message, "code": "LESS_THAN_OR_EQUAL_TO"})
        return {"metafields": None, "userErrors": errors}
    ensure_table(session)
    for index, entry in enumerate(inputs):
        problem = _problem(session, entry)
        if problem:
            field, message, code = problem
            path = ["metafields", str(index), field]
            errors.append({"field": path, "message": message, "code": code, "elementIndex": index})
    if errors:
        return {"metafields": None, "userErrors": errors}
    written = [_write(session, entry) for entry in inputs]
    batch = session.batch(
        "Metafield",
        session.rows("SELECT * FROM metafield WHERE id IN (SELECT value FROM json_each(?))", json.dumps(written)),
    )
    return {"metafields": batch.records, "userErrors": []}


def ensure_table(session: Session) -> None:
    """Make the table if this world has none yet; inside the caller's transaction."""
    session.connection.execute(TABLE.read_text(encoding="utf-8"))


def _problem(session: Session, entry: dict[str, Any]) -> tuple[str, str, str] | None:
    owner = ids.parse(entry["ownerId"])
    if owner.kind not in OWNERS:
        raise Unsupported(f"metafieldsSet on a {owner.kind}")
    if owner.kind in WRITE:
        session.access.demand("metafieldsSet", WRITE[owner.kind])
    if not session.rows(OWNERS[owner.kind], owner.number):
        return "ownerId", "Owner does not exist.", "INVALID"
    if not re.fullmatch(r"[A-Za-z0-9_-]{2,64}", entry["key"]):
        return "key", "Key must be 2 to 64 letters, digits, hyphens or underscores.", "INVALID"
    stored = _stored(session, entry)
    kind = entry.get("type") or (stored["type"] if stored else None)
    if kind is None:
        return "type", "Type can't be blank", "BLANK"
    if kind not in VALUES:
        raise Unsupported(f"metafields of type {kind}")
    if not VALUES[kind](entry["value"]):
        return "value", f"Value is no {kind}.", "INVALID_VALUE"
    if "compareDigest" in entry:
        expected = entry["compareDigest"]
        if expected != (digest_of(stored["value"]) if stored else None):
            return "compareDigest", "The resource has been updated since it was loaded.", "STALE_OBJECT"
    return None


def _stored(session: Session, entry: dict[str, Any]) -> Any:
    owner = ids.parse(entry["ownerId"])
    found = session.rows(
        "SELECT * FROM metafield WHERE owner_kind = ? AND owner_id = ? AND namespace = ? AND key = ?",
        owner.kind,
        owner.number,
        namespace_of(session, entry.get("namespace")),
        entry["key"],
    )
    return found[0] if found else None


def _write(session: Session, entry: dict[str, Any]) -> int:
    owner = ids.parse(entry["ownerId"])
    stored = _stored(session, entry)
    latest = session.rows("SELECT max(id) AS latest FROM metafield")[0]["latest"]
    number: int = stored["id"] if stored else FIRST_ID if latest is None else latest + STEP
    session.connection.execute(
        """
        INSERT INTO metafield VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET type = excluded.type, value = excluded.value, updated_at = excluded.updated_at
        """,
        (
            number,
            owner.kind,
            owner.number,
            namespace_of(session, entry.get("namespace")),
            entry["key"],
            entry.get("type") or stored["type"],
            entry["value"],
            session.now_text,
            session.now_text,
        ),
    )
    return number


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


VALUES: dict[str, Callable[[str], bool]] = {
    "single_line_text_field": lambda text: bool(text) and "\n" not in text,
    "multi_line_text_field": bool,
    "number_integer": lambda text: re.fullmatch(r"-?\d{1,16}", text) is not None,
    "number_decimal": lambda text: re.fullmatch(r"-?\d{1,13}(\.\d{1,9})?", text) is not None,
    "boolean": lambda text: text in {"true", "false"},
    "json": _is_json,
    "url": lambda text: re.match(r"https?://", text) is not None,
}

FIELDS: Fields = {
    "Mutation": {"metafieldsSet": set_metafields},
    "MetafieldsSetPayload": {"metafields": key("metafields"), "userErrors": key("userErrors")},
    "MetafieldsSetUserError": {
        "code": key("code"),
        "field": key("field"),
        "message": key("message"),
        "elementIndex": lambda error, _info: error.get("elementIndex"),
    },
    "Metafield": {
        **identity("Metafield"),
        "namespace": column("namespace"),
        "key": column("key"),
        "type": column("type"),
        "value": column("value"),
        "jsonValue": of(
            lambda record: (
                record.row["value"]
                if record.row["type"].endswith(("text_field", "url"))
                else json.loads(record.row["value"])
            )
        ),
        "compareDigest": of(lambda record: digest_of(record.row["value"])),
        "ownerType": of(lambda record: OWNER_TYPES[record.row["owner_kind"]]),
        "sizeInBytes": of(lambda record: len(record.row["value"].encode())),
        "createdAt": column("created_at"),
        "updatedAt": column("updated_at"),
    },
}
