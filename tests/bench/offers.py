"""The one-click page's question at a fixed rate: the sandbox's whole shop, many rules and goods, one web process.

Every question is of an order that was not asked about before, so that each is decided and stored before the answer.
The shop is imported by the app itself, and baskets are those of real orders; to its goods come as many of the same
kinds as a large shop has.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from server.storage.catalog import VariantRow, VariantTagRow
from server.storage.db import Database, make_engine
from server.storage.rules import Rules
from server.storage.shops import ShopRow
from server.usecases.presets import FIRST_DRAFT
from tests.bench.measures import Measure, percentile, say
from tests.bench.open_loop import Request, post_at_rate
from tests.databases import fresh_postgresql
from tests.sandbox.running import RunningSandbox
from tests.sandbox.settings import SandboxSettings
from tests.soak.evidence import Evidence
from tests.web.purchases import bearer, claims, money, sign

RATE = 100
RUSH = 500
SECONDS = 20
FUNNELS = 1_000
GOODS = 100_000
IMPORT_SECONDS = 300.0
_WARM_UP = 100
_BASKETS = 1_000
_MOST_LINES = 20  # a wholesaler's order says nothing of a shopper's
_LEAST_OFFERED = 0.5


@dataclass(frozen=True, slots=True)
class _Found:
    waits: list[float]  # ms
    megabytes: float  # the most that the web process had in use


def measures(
    folder: Path, *, orders: int | None = None, seconds: int = SECONDS, rate: int = RATE, funnels: int = FUNNELS
) -> Iterator[Measure]:
    for where in ("SQLite synchronous=FULL", "PostgreSQL"):
        own = folder / where.split()[0]
        own.mkdir()
        if where == "PostgreSQL":
            with fresh_postgresql(is_durable=True) as url:
                found = _ask(own, url, orders, count=seconds * rate, rate=rate, funnels=funnels)
        else:
            url = f"sqlite:///{own / 'afters.sqlite3'}"
            found = _ask(own, url, orders, count=seconds * rate, rate=rate, funnels=funnels)
        name = f"offer decided and stored, {funnels:,} live funnels, {GOODS:,} goods, {rate} questions/s, {where}"
        for p in (50, 99):
            yield Measure(f"{name}, p{p}", percentile(found.waits, p), "ms")
        yield Measure(f"{name}, most memory of the web process", found.megabytes, "MB")
    own = folder / "rush"
    own.mkdir()
    with fresh_postgresql(is_durable=True) as url:
        found = _ask(own, url, orders, count=seconds * RUSH, rate=RUSH, funnels=1, goods=0, processes=2)
    name = f"offer decided and stored, the sandbox's shop, {RUSH} questions/s, two web processes, PostgreSQL"
    for p in (50, 99):
        yield Measure(f"{name}, p{p}", percentile(found.waits, p), "ms")


def _ask(
    folder: Path,
    url: str,
    orders: int | None,
    *,
    count: int,
    rate: int,
    funnels: int,
    goods: int = GOODS,
    processes: int = 1,
) -> _Found:
    with RunningSandbox(folder, orders=orders, database=url, web_processes=processes) as shop:
        shop.install()
        evidence = Evidence(url)
        shop.wait_until(evidence.unfinished_imports, lambda left: left == 0, timeout=IMPORT_SECONDS, what="the import")
        baskets = baskets_of(shop.settings.world_path)
        _stock_up(url, goods)
        _publish(url, shop.settings.shop_domain, rules_of(baskets, funnels), now=shop.sandbox.clock.now())
        told = partial(token_of, shop.settings, shop.sandbox.clock.now())
        tokens = [told(number, baskets[number % len(baskets)]) for number in range(count + _WARM_UP)]

        def ask(number: int) -> Request:
            return "/post-purchase/offers", b"{}", {**bearer(tokens[number]), "Content-Type": "application/json"}

        port = shop.settings.app_port
        post_at_rate(_WARM_UP, rate, port, lambda number: ask(count + number))
        waits, answers = post_at_rate(count, rate, port, ask)
        offers = [bool(json.loads(answer)["offer"]) for answer in answers]
        share = sum(offers) / len(offers)
        assert share > _LEAST_OFFERED, f"only {share:.0%} of the baskets were offered something"
        say(f"  {count} questions, {share:.0%} answered with an offer")
        return _Found(waits, shop.processes.peak_memory("web") / 1e6)


def baskets_of(world: Path) -> list[list[tuple[int, int, int, int]]]:
    """Return what the latest orders of the shop hold: variant, product, quantity and total of each line, in pence."""
    query = """
        SELECT l.order_id, l.variant_id, v.product_id, l.quantity, l.quantity * l.price AS total
        FROM order_line l JOIN variant v ON v.id = l.variant_id
        WHERE l.order_id IN (SELECT id FROM orders ORDER BY created_at DESC LIMIT ?) ORDER BY l.order_id, l.id"""
    found: dict[int, list[tuple[int, int, int, int]]] = {}
    with closing(sqlite3.connect(world)) as connection:
        for order_id, *line in connection.execute(query, (_BASKETS,)):
            found.setdefault(order_id, []).append((line[0], line[1], line[2], line[3]))
    return [basket[:_MOST_LINES] for basket in found.values()]


def rules_of(baskets: list[list[tuple[int, int, int, int]]], funnels: int) -> dict[str, Any]:
    """Return rules whose funnels ask what shops ask; the last, of least priority, is for everybody."""
    goods = sorted({line[:2] for basket in baskets for line in basket})
    made = []
    for number in range(funnels - 1):
        _variant_id, product_id = goods[number * len(goods) // funnels]
        audience: list[dict[str, Any]] = [
            {"key": "order.contains", "args": {"products": [str(product_id)]}},
            {"key": "order.value", "args": {"at_least": 1_000 + 25 * number}},
        ]
        if number % 4 == 0:
            audience.append({"key": "customer.tier", "args": {"tiers": ["vip"]}})
        offer = {
            "id": f"offer-{number}",
            "source": "fixed",
            "variants": [str(goods[(number * 7 + step) % len(goods)][0]) for step in range(3)],
            "discount": {"percent": 10, "title": "One more"},
        }
        made.append(
            {"id": f"funnel-{number}", "name": f"Funnel {number}", "is_live": True, "priority": 1,
             "audience": {"all": audience}, "steps": [{"id": "first", "offer": offer}]}
        )  # fmt: skip
    return {**FIRST_DRAFT, "funnels": [*made, *FIRST_DRAFT["funnels"]]}


def _stock_up(url: str, wanted: int) -> None:
    """Add to the shop's goods until there are so many: each a copy of one that it has, under an id of its own."""
    database = Database(make_engine(url))
    with database.write() as session:
        held = [dict(row) for row in session.execute(select(VariantRow.__table__)).mappings()]
        tags = defaultdict(list)
        for variant_id, tag in session.execute(select(VariantTagRow.variant_id, VariantTagRow.tag)):
            tags[variant_id].append(tag)
        for copy in range(1, wanted // len(held) + 1):
            more = [(row, f"9{copy:03}{row['variant_id']}") for row in held[: wanted - copy * len(held)]]
            goods = [{**row, "variant_id": new, "product_id": f"9{copy:03}{row['product_id']}"} for row, new in more]
            session.execute(insert(VariantRow), goods)
            tagged = [
                {"shop_id": row["shop_id"], "tag": tag, "variant_id": new}
                for row, new in more
                for tag in tags[row["variant_id"]]
            ]
            if tagged:
                session.execute(insert(VariantTagRow), tagged)
    database.dispose()


def _publish(url: str, domain: str, document: dict[str, Any], *, now: datetime) -> None:
    database = Database(make_engine(url))
    with database.write() as session:
        shop = session.scalars(select(ShopRow).where(ShopRow.domain == domain)).one()
        rules = Rules(session, shop.id)
        draft = rules.draft()
        rules.save_draft(document, revision=draft.revision if draft else 0, now=now)
        rules.publish(by=None, now=now)
    database.dispose()


def token_of(settings: SandboxSettings, now: datetime, number: int, basket: list[tuple[int, int, int, int]]) -> str:
    """Return the token of a purchase of a basket by a customer of its own."""
    body = claims(now, reference_id=f"{number:032x}", shop=settings.shop_domain, customer_id=number + 1)
    bought = body["input_data"]["initialPurchase"]
    bought["totalPriceSet"] = money(_pounds(sum(line[3] for line in basket)))
    bought["lineItems"] = [
        {
            "quantity": quantity,
            "totalPriceSet": money(_pounds(total)),
            "product": {
                "id": product_id, "title": "Bought", "metafields": [],
                "variant": {"id": variant_id, "title": "Default Title", "metafields": []},
            },
        }
        for variant_id, product_id, quantity, total in basket
    ]  # fmt: skip
    return sign(body, secret=settings.client_secret)


def _pounds(pence: int) -> str:
    return f"{pence // 100}.{pence % 100:02}"
