"""Durable webhook intake over HTTP, in turn with the peer: Shopify's own Node packages, stored before the answer too.

32 connections that stay open, a 12 kB order with a good signature, an id of its own each time. Both stores must hold
what was acknowledged, or the figure is worth nothing and the bench stops.
"""

import base64
import hashlib
import hmac
import json
import os
import random  # noqa: TID251 - a body drawn from a seed
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg

from tests.bench.measures import Measure, median, say
from tests.databases import fresh_postgresql, inbox_of
from tests.sandbox.listening import free_ports
from tests.soak.fleet import Fleet

PEER = Path(__file__).parent / "peers" / "node"
SCRIPT = Path(__file__).with_name("intake.wrk.lua")
SHOP = "gift-shop.myshopify.com"
SECRET = "shpss_" + "5" * 32
CONNECTIONS = 32
ROUNDS = 5
SECONDS = 3
_PEER_SPEAKS, _WE_SPEAK = "2026-07", "2026-10"
_STOP_SECONDS = 30


class NotDurable(Exception):
    """A store does not hold what was acknowledged, or requests were refused."""


@dataclass
class Side:
    """One server under test: where it listens, and where it stores."""

    name: str
    url: str
    version: str
    store: str
    acknowledged: int = 0


@dataclass(frozen=True, slots=True)
class Round:
    per_second: float
    p50: float
    p99: float


def measures(folder: Path, *, rounds: int = ROUNDS, seconds: int = SECONDS) -> Iterator[Measure]:
    for tool in ("wrk", "node"):
        if shutil.which(tool) is None:
            say(f"intake is not measured: {tool} is not installed (Debian's package {tool})")
            return
    _install_peer()
    body = folder / "order.json"
    body.write_bytes(_order())
    yield from _compare("SQLite synchronous=FULL, 1 process", _on_sqlite(folder), body, rounds, seconds)
    yield from _compare("PostgreSQL, 2 processes", _on_postgresql(folder), body, rounds, seconds)


@contextmanager
def _on_sqlite(folder: Path) -> Iterator[tuple[Side, Side]]:
    ours, theirs = f"sqlite:///{folder / 'afters.sqlite3'}", str(folder / "peer.sqlite3")
    with _afters(ours, folder, processes=1) as url, _node(theirs, processes=1) as peer_url:
        yield (
            Side("Afters", url, _WE_SPEAK, inbox_of(ours)),
            Side("Node", peer_url, _PEER_SPEAKS, f"sqlite:///{theirs}"),
        )


@contextmanager
def _on_postgresql(folder: Path) -> Iterator[tuple[Side, Side]]:
    with fresh_postgresql(is_durable=True) as ours, fresh_postgresql(is_durable=True) as theirs:
        plain = theirs.replace("+psycopg", "")
        with _afters(ours, folder, processes=2) as url, _node(plain, processes=2) as peer_url:
            yield Side("Afters", url, _WE_SPEAK, ours), Side("Node", peer_url, _PEER_SPEAKS, theirs)


def _compare(
    where: str, sides: "AbstractContextManager[tuple[Side, Side]]", body: Path, rounds: int, seconds: int
) -> Iterator[Measure]:
    found: dict[str, list[Round]] = {"Afters": [], "Node": []}
    with sides as both:
        for number in range(rounds + 1):
            for side in both:
                one = _round(side, body, seconds)
                say(f"  {where}: {side.name} {one.per_second:.0f}/s, p99 {one.p99:.0f} ms")
                if number:  # the first one warms up
                    found[side.name].append(one)
        for side in both:
            _check_store(side)
    ours, theirs = (found[name] for name in ("Afters", "Node"))
    rate, peer = (median([each.per_second for each in rounds]) for rounds in (ours, theirs))
    yield Measure(f"durable intake, {where}", rate, "1/s", peer, rate / peer)
    for p in ("p50", "p99"):
        mine, other = (median([getattr(each, p) for each in rounds]) for rounds in (ours, theirs))
        yield Measure(f"durable intake, {where}, {p} of the answer", mine, "ms", other, other / mine)


def _round(side: Side, body: Path, seconds: int) -> Round:
    signature = base64.b64encode(hmac.digest(SECRET.encode(), body.read_bytes(), hashlib.sha256)).decode()
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(SCRIPT), side.url]
    told = subprocess.run(
        [*command, "--", SHOP, signature, side.version, str(body)], check=True, capture_output=True, text=True
    )
    result = json.loads(told.stdout.splitlines()[-1])
    if result["refused"] or result["broken"]:
        raise NotDurable(f"{side.name}: {result['refused']} refused, {result['broken']} broken")
    side.acknowledged += result["answered"]
    return Round(result["answered"] / result["seconds"], result["p50_ms"], result["p99_ms"])


def _check_store(side: Side) -> None:
    """Compare what is stored with what was acknowledged; what was under way when a round ended may be there too."""
    if side.store.startswith("sqlite"):
        with closing(sqlite3.connect(side.store.removeprefix("sqlite:///"), timeout=30)) as connection:
            (stored,) = connection.execute("SELECT count(*) FROM deliveries").fetchone()
    else:
        with psycopg.connect(side.store.replace("+psycopg", "")) as connected:
            (stored,) = connected.execute("SELECT count(*) FROM deliveries").fetchone() or (0,)
    if not side.acknowledged <= stored <= side.acknowledged + CONNECTIONS * (ROUNDS + 1):
        raise NotDurable(f"{side.name} acknowledged {side.acknowledged} deliveries and stored {stored}")


@contextmanager
def _afters(database: str, folder: Path, *, processes: int) -> Iterator[str]:
    (port,) = free_ports("127.0.0.1", 1)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AFTERS_", "SHOPIFY_"))}
    environment = kept | {
        "AFTERS_PUBLIC_URL": "https://afters.example",
        "AFTERS_SECRET_KEY": "bench-" + "6" * 32,
        "AFTERS_DATABASE_URL": database,
        "SHOPIFY_API_KEY": "bench",
        "SHOPIFY_API_SECRET": SECRET,
    }
    fleet = Fleet(environment, port=port, workers=0, processes=processes, logs=folder)
    fleet.run("db", "upgrade")
    fleet.start()
    try:
        yield f"{fleet.origin}/webhooks/shopify"
    finally:
        fleet.stop()


@contextmanager
def _node(store: str, *, processes: int) -> Iterator[str]:
    (port,) = free_ports("127.0.0.1", 1)
    settings = {"PORT": str(port), "STORE": store, "PROCESSES": str(processes)}
    environment = os.environ | settings | {"SHOPIFY_API_KEY": "bench", "SHOPIFY_API_SECRET": SECRET}
    child = subprocess.Popen(
        ["node", "server.mjs"], cwd=PEER, env=environment, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/health")
        yield f"http://127.0.0.1:{port}/webhooks/shopify"
    finally:
        os.killpg(child.pid, signal.SIGTERM)
        child.wait(_STOP_SECONDS)


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + _STOP_SECONDS
    while True:
        try:
            if httpx.get(url, trust_env=False, timeout=2).is_success:
                return
        except httpx.HTTPError:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.1)


def _install_peer() -> None:
    if not (PEER / "node_modules" / ".package-lock.json").exists():
        say("  installing the peer")
        subprocess.run(["npm", "ci", "--silent"], cwd=PEER, check=True)


def _order() -> bytes:
    """Return an order of about 12 kB as Shopify sends it for thirteen lines, most of it not the same twice."""
    draw = random.Random(1)

    def money() -> dict[str, dict[str, str]]:
        amount = {"amount": f"{draw.randrange(1_000) / 100:.2f}", "currency_code": "GBP"}
        return {"shop_money": amount, "presentment_money": amount}

    def line() -> dict[str, object]:
        number = draw.randrange(10**12)
        return {
            "id": number,
            "admin_graphql_api_id": f"gid://shopify/LineItem/{number}",
            "current_quantity": 1,
            "fulfillable_quantity": 1,
            "fulfillment_service": "manual",
            "fulfillment_status": None,
            "gift_card": False,
            "grams": draw.randrange(900),
            "name": f"Jumbo bag no. {draw.randrange(10**6)}",
            "price": "2.08",
            "price_set": money(),
            "product_exists": True,
            "product_id": draw.randrange(10**12),
            "properties": [],
            "quantity": draw.randrange(1, 9),
            "requires_shipping": True,
            "sku": str(draw.randrange(10**5)),
            "taxable": True,
            "title": "Jumbo bag",
            "total_discount": "0.00",
            "total_discount_set": money(),
            "variant_id": draw.randrange(10**12),
            "variant_inventory_management": "shopify",
            "tax_lines": [
                {"channel_liable": False, "price": "0.35", "price_set": money(), "rate": 0.2, "title": "VAT"}
            ],
            "duties": [],
            "discount_allocations": [],
        }

    return json.dumps({"id": 5, "email": "jo@shop.example", "line_items": [line() for _ in range(11)]}).encode()
