"""A back-test of the sandbox's whole shop against many rules, as `afters backtest` runs it: all replays of one draft.

The shop is imported by the app itself. The draft is replayed with and without limits of stock, in two processes.
"""

import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from server.domain.rules import parse
from server.outbound.phone import NumberingPlan
from server.storage.db import Database, make_engine
from server.storage.shops import ShopRow
from server.usecases.backtest import run_backtest
from tests.bench.backfill import SCOPES
from tests.bench.measures import Measure, say
from tests.bench.offers import IMPORT_SECONDS, baskets_of, rules_of
from tests.sandbox.running import RunningSandbox
from tests.soak.evidence import Evidence

RULES = 50
_DAYS = 3_650  # all orders there are


def measures(folder: Path, *, orders: int | None = None, rules: int = RULES) -> Iterator[Measure]:
    url = f"sqlite:///{folder / 'afters.sqlite3'}"
    with RunningSandbox(folder, orders=orders, database=url) as shop:
        shop.install(*SCOPES)
        evidence = Evidence(url)
        shop.wait_until(evidence.unfinished_imports, lambda left: left == 0, timeout=IMPORT_SECONDS, what="the import")
        document = rules_of(baskets_of(shop.settings.world_path), rules)
        now, domain = shop.sandbox.clock.now(), shop.settings.shop_domain
    yield Measure(f"back-test of all orders against {rules} rules", _seconds(url, domain, document, now), "s")


def _seconds(url: str, domain: str, document: dict[str, object], now: datetime) -> float:
    database = Database(make_engine(url))
    with database.read() as session:
        shop_id = session.scalars(select(ShopRow.id).where(ShopRow.domain == domain)).one()
    began = time.perf_counter()
    report = run_backtest(
        database=database,
        shop_id=shop_id,
        shop=domain,
        phones=NumberingPlan(),
        documents={"draft": parse(document)},
        days=_DAYS,
        now=now,
    )
    seconds = time.perf_counter() - began
    database.dispose()
    say(f"  {report.results[0].orders} orders, {sum(each.offers for each in report.results[0].reach.values())} offers")
    return seconds
