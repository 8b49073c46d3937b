"""`python -m tests.replay`, part of `make soak`: all 30,000 orders of the sandbox, imported, replayed and judged."""

import sys
import tempfile
import tomllib
from pathlib import Path

from tests.bench.measures import say
from tests.replay.judging import judge
from tests.sandbox.running import RunningSandbox
from tests.soak.evidence import Evidence

_IMPORT_SECONDS = 900.0
_CONFIGURATION = Path(__file__).parents[2] / "shopify.app.toml"


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="afters-replay-") as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'afters.sqlite3'}"
        with RunningSandbox(folder, orders=None, database=url) as shop:
            asked = tomllib.loads(_CONFIGURATION.read_text(encoding="utf-8"))["access_scopes"]["scopes"]
            shop.install(*(each.strip() for each in asked.split(",")), "read_all_orders")
            left = Evidence(url).unfinished_imports
            shop.wait_until(left, lambda count: count == 0, timeout=_IMPORT_SECONDS, what="the import")
            now, domain = shop.sandbox.clock.now(), shop.settings.shop_domain
        wrong = 0
        for draft, orders, touches, found in judge(url, domain, now=now):
            say(f"{draft}: {orders:,} orders, {touches:,} touches, {len(found)} violations")
            for each in found[:10]:
                say(f"  {each}")
            wrong += len(found)
        return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
