"""From a stored webhook to the planned follow-up, at a fixed rate of orders, with everything running.

Open loop: each order is posted at its time, whether the one before was answered or not, and its answer is timed from
then. From stored to planned is read from the database: from the time of storing to the time of closing the delivery,
which comes after the touches are planned.
"""

import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.measures import Measure, percentile, say
from tests.bench.open_loop import Request, post_at_rate
from tests.databases import fresh_postgresql
from tests.soak import bodies
from tests.soak.evidence import Row
from tests.soak.post import Delivery
from tests.soak.stage import CLIENT_SECRET, Stage
from tests.soak.town import Order, make_town

SECONDS = 20
SHOPS = 20
_PATIENCE_SECONDS = 120


def measures(folder: Path, *, seconds: int = SECONDS, rates: tuple[int, int] = (50, 100)) -> Iterator[Measure]:
    on_sqlite, on_postgresql = folder / "sqlite", folder / "postgresql"
    for each in (on_sqlite, on_postgresql):
        each.mkdir()
    yield from _at(rates[0], seconds, f"sqlite:///{on_sqlite / 'afters.sqlite3'}", on_sqlite, "SQLite")
    with fresh_postgresql(is_durable=True) as url:
        yield from _at(rates[1], seconds, url, on_postgresql, "PostgreSQL, two workers")


def _at(rate: int, seconds: int, url: str, folder: Path, where: str) -> Iterator[Measure]:
    town = make_town(seed=3, shops=SHOPS, orders=rate * seconds)
    stage = Stage(town, url, folder)
    try:
        stage.open()
        answers = post(stage, town.orders, rate)
        waits = _waits(stage, len(town.orders))
    finally:
        stage.close()
    at = f"at {rate} orders/s, {where}"
    yield Measure(f"answer to a webhook while it is worked off, {at}, p99", percentile(answers, 99), "ms")
    for p in (50, 99):
        yield Measure(f"webhook stored to follow-up planned, {at}, p{p}", percentile(waits, p), "s")


def post(stage: Stage, orders: list[Order], rate: float) -> list[float]:
    """Post each order at its time; return how long after it each was answered, in milliseconds."""

    def make(number: int) -> Request:
        order = orders[number]
        order.placed_at = stage.clock.now()
        body = bodies.order_body(order, status="paid", updated_at=order.placed_at)
        delivery = Delivery(order.shop, "orders/paid", f"paid-{order.id}", body, order.placed_at, order.id)
        raw = delivery.raw()
        return "/webhooks/shopify", raw, delivery.headers(raw, CLIENT_SECRET)

    return post_at_rate(len(orders), rate, stage.fleet.port, make)[0]


def worked_off(stage: Stage) -> list[Row]:
    """Wait until all orders are worked off; return their deliveries."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while stage.evidence.open_deliveries():
        assert time.monotonic() < deadline, "the deliveries are not worked off"
        time.sleep(0.5)
    return [row for row in stage.evidence.deliveries() if row["topic"] == "orders/paid"]


def _waits(stage: Stage, count: int) -> list[float]:
    rows = worked_off(stage)
    assert len(rows) == count
    assert {row["state"] for row in rows} == {"handled"}, "every order is news"
    say(f"  {len(rows)} orders, {len(stage.evidence.touches())} touches")
    return [(row["handled_at"] - row["received_at"]).total_seconds() for row in rows]
