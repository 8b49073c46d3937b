"""Twenty shops sell at once, one of them a hundred times as much as each other one: what the others notice of it.

The nineteen burst alone first, which is their own measure, and then beside the twentieth. Everything is posted as fast
as it is taken; a wait is from the time of storing a delivery to the time of closing it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.bench.follow_up import post, worked_off
from tests.bench.measures import Measure, percentile
from tests.databases import fresh_postgresql
from tests.soak.stage import Stage
from tests.soak.town import Order, Shopper, Town

SHOPS, EACH, TIMES = 20, 5, 100
_AS_FAST_AS_IT_GOES = 2_000.0  # a second
_FIRST = 5_000_000


def measures(folder: Path, *, each: int = EACH) -> Iterator[Measure]:
    on_sqlite, on_postgresql = folder / "sqlite", folder / "postgresql"
    for place in (on_sqlite, on_postgresql):
        place.mkdir()
    yield from _on(f"sqlite:///{on_sqlite / 'afters.sqlite3'}", on_sqlite, "SQLite", each)
    with fresh_postgresql(is_durable=True) as url:
        yield from _on(url, on_postgresql, "PostgreSQL, two workers", each)


def _on(url: str, folder: Path, where: str, each: int) -> Iterator[Measure]:
    big, *others = shops = tuple(f"burst-{number:02d}.myshopify.com" for number in range(SHOPS))
    alone = _orders(dict.fromkeys(others, each), first=_FIRST)
    beside = _orders({big: each * TIMES, **dict.fromkeys(others, each)}, first=_FIRST + len(alone))
    orders = [*alone, *beside]
    stage = Stage(Town(shops, [order.shopper for order in orders], orders), url, folder)
    try:
        stage.open()
        of_their_own = _waits(stage, alone)
        together = _waits(stage, beside)
    finally:
        stage.close()
    own = percentile([wait for shop in others for wait in of_their_own[shop]], 99)
    held_up = percentile([wait for shop in others for wait in together[shop]], 99)
    name = f"webhook stored to handled of 19 shops beside one with {TIMES} times as much, {where}, p99 against alone"
    # The ratio is how much longer it takes beside the burst: under 3 is what is asked of it.
    yield Measure(name, held_up, "s", peer=own, ratio=held_up / own)
    yield Measure(f"the same of the one shop, {where}, p99", percentile(together[big], 99), "s")


def _waits(stage: Stage, orders: list[Order]) -> dict[str, list[float]]:
    """Let every shop sell at once; return how long each shop's deliveries waited, in seconds."""
    post(stage, orders, _AS_FAST_AS_IT_GOES)
    names, found = {f"paid-{order.id}" for order in orders}, defaultdict[str, list[float]](list)
    for row in worked_off(stage):
        if row["delivery_id"] in names:
            found[row["shop_domain"]].append((row["handled_at"] - row["received_at"]).total_seconds())
    assert sum(map(len, found.values())) == len(orders)
    return found


def _orders(sold: Mapping[str, int], *, first: int) -> list[Order]:
    """Return the shops' sales mixed evenly, as they would come in together; every shopper buys once."""
    placed = sorted(((number + 0.5) / count, shop) for shop, count in sold.items() for number in range(count))
    return [Order(shop, first + number, _shopper(shop, number), 0, "kept") for number, (_, shop) in enumerate(placed)]


def _shopper(shop: str, number: int) -> Shopper:
    return Shopper(
        shop=shop,
        id=9_000_000 + number,
        email=f"shopper{number}@{shop.partition('.')[0]}.example",
        phone=f"+447700900{number % 1_000:03d}",
        sms="SUBSCRIBED",
        mail="SUBSCRIBED",
        withdraws=False,
    )
