"""Figures of single calls in this process: the decision, the offer route behind its guard, an e-mail, the bundle."""

import gzip
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from server.app import create_app
from server.bootstrap import make_runtime
from server.core.clock import SystemClock
from server.domain.decision import decide
from server.domain.document import RuleDocument
from server.domain.facts import Facts
from server.domain.orders import Purchase, PurchaseLine
from server.domain.rules import parse
from server.domain.shopper import ShopperFacts
from server.domain.situation import Situation, Surface
from server.outbound.rendering import MessageRenderer
from server.ports import OfferMessage
from server.storage.migrate import upgrade
from tests.bench.measures import Measure, percentile
from tests.sandbox.deploy import deploy_extension
from tests.sandbox.settings import SandboxSettings
from tests.web.installed import fixed_rules, install, settings_for, variant
from tests.web.purchases import bearer, token

ROOT = Path(__file__).parents[2]
FUNNELS = 200
CALLS = 300
_ASKED_AGAIN = 50


def measures(folder: Path) -> Iterator[Measure]:
    for subject in (_decision, _offer_routes, _email, _bundle):
        for name, value, unit in subject(folder):
            yield Measure(name, value, unit)


def _decision(_folder: Path) -> list[tuple[str, float, str]]:
    document = _many_funnels()
    purchase = Purchase("r", "GBP", 2_500, (PurchaseLine("1", "1001", 1, 2_500),), "GBP", "GB", "77")
    goods = {str(number): variant(number) for number in range(1, 4)}
    situation = Situation(Surface.ONE_CLICK, Facts(purchase, ShopperFacts("customer:77"), goods), goods)
    times = _timed(lambda: decide(document, situation))
    return [(f"decision over {FUNNELS} funnels, all but the last a miss, p50", percentile(times, 50), "ms")]


def _offer_routes(folder: Path) -> list[tuple[str, float, str]]:
    clock = SystemClock()
    runtime = make_runtime(settings_for(f"sqlite:///{folder / 'bench.sqlite3'}"), clock=clock)
    upgrade(runtime.database.engine)
    install(runtime)
    client = create_app(runtime).test_client()
    number = 0

    def first() -> None:
        nonlocal number
        number += 1
        headers = bearer(token(clock.now(), reference_id=f"{number:032x}", customer_id=number))
        assert client.post("/post-purchase/offers", headers=headers, json={}).get_json()["offer"]

    def again() -> None:
        nonlocal number
        number = number % _ASKED_AGAIN + 1  # one page that asked again and again would meet its limit
        headers = bearer(token(clock.now(), reference_id=f"{number:032x}", customer_id=number))
        assert client.post("/post-purchase/offers", headers=headers, json={}).get_json()["offer"]

    results = []
    for name, call in (("first", first), ("repeated", again)):
        times = _timed(call)
        results += [
            (f"offer route, {name} question, SQLite synchronous=FULL, {p}", percentile(times, int(p[1:])), "ms")
            for p in ("p50", "p99")
        ]
    runtime.close()
    return results


def _email(_folder: Path) -> list[tuple[str, float, str]]:
    renderer = MessageRenderer()
    message = OfferMessage(
        template="offer",
        locale="en-GB",
        shop_name="Gift Shop",
        first_name="Jo",
        order_name="#1001",
        product_title="Red Retrospot Lunch Bag",
        product_url="https://afters.example/c/abc",
        image_url="https://cdn.example/bag.png",
        image_alt="A lunch bag",
        price=165,
        full_price=165,
        currency="GBP",
        reason_line="Often bought together with Jumbo Bag",
        unsubscribe_url="https://afters.example/unsubscribe/abc",
        postal_address="1 High Street, London",
    )
    renderer.render("email", message)
    return [("one e-mail rendered, p50", percentile(_timed(lambda: renderer.render("email", message)), 50), "ms")]


def _bundle(folder: Path) -> list[tuple[str, float, str]]:
    settings = SandboxSettings(var_dir=folder, app_root=ROOT)
    deploy_extension(settings)
    return [("one-click page's bundle, gzip", float(len(gzip.compress(settings.bundle_path.read_bytes(), 9))), "bytes")]


def _many_funnels() -> RuleDocument:
    rules = fixed_rules("2", "3")
    last = rules["funnels"][0]
    misses = [
        {
            **last,
            "id": f"f{number}",
            "priority": 1,
            "audience": {"all": [{"key": "order.value", "args": {"at_least": 1_000_000}}]},
        }
        for number in range(FUNNELS - 1)
    ]
    return parse({**rules, "funnels": [*misses, last]})


def _timed(call: Callable[[], object]) -> list[float]:
    """Return how long each call took, in milliseconds, after some that are not counted."""
    for _ in range(20):
        call()
    times = []
    for _ in range(CALLS):
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1_000)
    return times
