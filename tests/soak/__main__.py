"""`make soak`: plays a town at full size and judges it; ends with 1 when a promise was broken.

Prints progress and, at the end, JSON: what happened, how long it took, and every violation.
"""

import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from tests.databases import fresh_postgresql
from tests.soak.checker import Record, judge
from tests.soak.play import Soak
from tests.soak.stage import Stage
from tests.soak.town import make_town


@click.command()
@click.option("--database", type=click.Choice(["sqlite", "postgresql"]), required=True)
@click.option("--orders", default=20_000, show_default=True)
@click.option("--shops", default=20, show_default=True)
@click.option("--kills", default=200, show_default=True)
@click.option("--seed", default=1, show_default=True)
def main(database: str, orders: int, shops: int, kills: int, seed: int) -> None:
    """Play one town on one kind of database."""
    began = time.monotonic()

    def say(line: str) -> None:
        click.echo(f"{time.monotonic() - began:7.1f} s  {line}", err=True)

    with tempfile.TemporaryDirectory(prefix="afters-soak-") as folder, _own_database(database, Path(folder)) as url:
        stage = Stage(make_town(seed=seed, shops=shops, orders=orders), url, Path(folder), say)
        soak = Soak(stage, kills, seed)
        record = soak.run()
        verdict = judge(record)
        click.echo(json.dumps(_report(soak, record, verdict, seconds=time.monotonic() - began), indent=2))
    broken = any(verdict.values()) or soak.post.refused or any(soak.codes.values())
    sys.exit(1 if broken else 0)


def _report(soak: Soak, record: Record, verdict: dict[str, list[str]], *, seconds: float) -> dict[str, object]:
    return {
        "database": soak.stage.database.partition(":")[0],
        "seconds": round(seconds),
        "shops": len(record.town.shops),
        "orders": len(record.town.orders),
        "deliveries acknowledged": len(record.acknowledged),
        "kills": dict(Counter(name.partition(" ")[0] for name in soak.stage.fleet.killed)),
        "ended by themselves": [name for name in soak.stage.fleet.killed if " " in name],
        "messages": dict(Counter(message.vendor for message in record.messages)),
        "touches": dict(Counter(f"{row['state']} {row['reason']}" for row in record.touches)),
        "exit codes": soak.codes,
        "refused deliveries": soak.post.refused,
        "violations": {name: {"count": len(found), "first": found[:5]} for name, found in verdict.items()},
    }


@contextmanager
def _own_database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'afters.sqlite3'}"
    else:
        with fresh_postgresql(is_durable=True) as url:
            yield url


if __name__ == "__main__":
    main()
