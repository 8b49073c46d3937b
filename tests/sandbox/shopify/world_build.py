"""Makes world files: a template once per content of its inputs, copied and moved in time for each fresh start."""

import gc
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.sandbox.data import online_retail
from tests.sandbox.shopify import generator

SHOP_TIME_ZONE = ZoneInfo("Europe/London")

# Every time of the history, by table. Tables that only life in the sandbox fills are not among them.
_TIMES = {
    "product": ("created_at", "updated_at"),
    "collection": ("created_at", "updated_at"),
    "variant": ("updated_at",),
    "inventory_level": ("updated_at",),
    "customer": ("email_consent_at", "sms_consent_at", "created_at", "updated_at"),
    "orders": ("created_at", "processed_at", "updated_at", "cancelled_at"),
    "payment": ("created_at",),
    "refund": ("created_at",),
}


def build_template(path: Path, *, domain: str, client_id: str, orders: int | None = None) -> None:
    """Write a world with the data's own times to `path`, replacing what is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.draft")
    draft.unlink(missing_ok=True)
    with closing(sqlite3.connect(draft, isolation_level=None)) as connection:
        # Nothing is lost if this is cut off: a draft is no template until it is renamed.
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        with _without_garbage_collection():
            last_day = generator.fill(connection, domain=domain, client_id=client_id, orders=orders)
        # The day of the last order, as a number a copy can read without a table of its own.
        connection.execute(f"PRAGMA user_version = {last_day.toordinal()}")
    draft.replace(path)


def copy_template(template: Path, path: Path, now: datetime) -> None:
    """Copy a template to `path`, moved by whole days so that its last order was yesterday in the shop."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for suffix in ("-wal", "-shm"):  # they belong to the world that the copy replaces
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.draft")
    shutil.copyfile(template, draft)
    with closing(sqlite3.connect(draft, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        last_day = date.fromordinal(connection.execute("PRAGMA user_version").fetchone()[0])
        yesterday = now.astimezone(SHOP_TIME_ZONE).date() - timedelta(days=1)
        shift_days(connection, (yesterday - last_day).days)
        connection.execute(f"PRAGMA user_version = {yesterday.toordinal()}")
        connection.execute("PRAGMA journal_mode = WAL")
    draft.replace(path)


def shift_days(connection: sqlite3.Connection, days: int) -> None:
    """Move every time of the history by whole days; times of day stay."""
    if days == 0:
        return
    with _without_indexes(connection):
        connection.execute("BEGIN")
        for table, columns in _TIMES.items():
            changes = ", ".join(
                f"{column} = strftime('%Y-%m-%dT%H:%M:%SZ', {column}, '{days:+d} days')" for column in columns
            )
            connection.execute(f"UPDATE {table} SET {changes}")
        connection.execute("COMMIT")


@contextmanager
def _without_indexes(connection: sqlite3.Connection) -> Iterator[None]:
    # Moving 30,000 keys one by one costs more than making the index anew.
    found = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND name IN ('orders_created', 'orders_updated')"
    ).fetchall()
    for name, _ in found:
        connection.execute(f"DROP INDEX {name}")
    yield
    for _, statement in found:
        connection.execute(statement)


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    # Two million live rows and no cycles: the collector only walks them again and again (a quarter of the time).
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def inputs_key(*parts: object) -> str:
    """Return a short name for everything a template depends on: generator, schema, data and `parts`."""
    found = sha256(repr(parts).encode())
    here = Path(__file__).parent
    sources = [*here.glob("generator*.py"), here / "ids.py", here / "money.py", generator.SCHEMA]
    data = Path(online_retail.__file__).parent
    for source in sorted([*sources, Path(__file__), data / "codec.py", data / "online_retail.py"]):
        found.update(source.read_bytes())
    found.update(online_retail.FILE.read_bytes())
    return found.hexdigest()[:16]


def template_path(folder: Path, *, domain: str, client_id: str, orders: int | None = None) -> Path:
    """Return the template for these inputs in `folder`, made now if it is not there yet."""
    path = folder / f"{'whole' if orders is None else orders}-{inputs_key(domain, client_id, orders)}.sqlite3"
    if not path.exists():
        build_template(path, domain=domain, client_id=client_id, orders=orders)
    return path
