"""Back-fill of a whole shop by bulk operations, beside the same by pages: how long, and how much memory it takes.

The sandbox gathers on Shopify's schema and hands out the file; the worker reads it, on the same processors. Rows are
counted as the merchant sees them, in the progress of the import.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from server.config import REQUIRED_SCOPES
from tests.bench.measures import Measure, say
from tests.databases import fresh_postgresql
from tests.sandbox.running import RunningSandbox
from tests.sandbox.shopify.admin.state import state_of
from tests.soak.evidence import Evidence

SCOPES = (*REQUIRED_SCOPES, "read_all_orders")
_PATIENCE_SECONDS = 1_800.0
_LOOK_SECONDS = 0.1
_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Run:
    """One import of everything; seconds from asking for the orders, from the file being ready, and over all."""

    orders: int
    orders_seconds: float
    from_file_seconds: float | None
    whole_seconds: float
    peak_megabytes: float


def measures(folder: Path, *, orders: int | None = None) -> Iterator[Measure]:
    for where in ("SQLite synchronous=FULL", "PostgreSQL"):
        if where == "PostgreSQL":
            with fresh_postgresql(is_durable=True) as url:
                ours = _run(folder / "postgresql", url, orders, is_bulk=True)
            with fresh_postgresql(is_durable=True) as url:
                peer = _run(folder / "postgresql-pages", url, orders, is_bulk=False)
        else:
            ours, peer = (
                _run(folder / name, f"sqlite:///{folder / name / 'afters.sqlite3'}", orders, is_bulk=name == "sqlite")
                for name in ("sqlite", "sqlite-pages")
            )
        say(f"  {where}: {ours.orders} orders")
        what = f"back-fill of {ours.orders} orders, {where}"
        yield Measure(f"{what}, from the file being ready to the last row", ours.from_file_seconds or 0.0, "s")
        ratio = peer.orders_seconds / ours.orders_seconds
        yield Measure(
            f"{what}, gathering included; peer: by pages", ours.orders_seconds, "s", peer.orders_seconds, ratio
        )
        yield Measure(f"{what}, with catalogue, customers and counting", ours.whole_seconds, "s", peer.whole_seconds)
        yield Measure(f"{what}, most memory of the worker", ours.peak_megabytes, "MB", peer.peak_megabytes)


def _run(folder: Path, url: str, orders: int | None, *, is_bulk: bool) -> Run:
    folder.mkdir()
    with RunningSandbox(folder, orders=orders, database=url) as shop:
        bulk = state_of(shop.sandbox.world).bulk
        bulk.fails_with = None if is_bulk else "TIMEOUT"
        state_of(shop.sandbox.world).throttle.configure(maximum=1_000_000, restored=1_000_000)
        shop.install(*SCOPES)
        began, evidence = time.perf_counter(), Evidence(url)
        last_row_at = 0.0
        while evidence.unfinished_imports():
            progress = evidence.imports()
            shop.processes.check()
            assert time.perf_counter() - began < _PATIENCE_SECONDS, f"the import does not end: {progress}"
            if not last_row_at and progress["orders"]["done"] == progress["orders"]["total"] > 0:
                last_row_at = time.perf_counter()
            time.sleep(_LOOK_SECONDS)
        ended, done = time.perf_counter(), evidence.imports()["orders"]["done"]
        (gathering,) = (each for each in bulk.held.values() if "orders" in each.query)
        assert gathering.ended_seconds is not None
        return Run(
            orders=done,
            orders_seconds=last_row_at - gathering.began_seconds,
            from_file_seconds=last_row_at - gathering.ended_seconds if is_bulk else None,
            whole_seconds=ended - began,
            peak_megabytes=shop.processes.peak_memory("worker") / _MEGABYTE,
        )
