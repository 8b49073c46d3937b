"""`make bench`: what matters for speed, as JSON lines of name, value, unit, peer and ratio. How: README.md beside this.

`make bench ARGS="intake calls"` measures these subjects only.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from server.bootstrap import configure_logging
from tests.bench import backfill, backtest, bursts, calls, follow_up, intake, offers, page, rules, starting
from tests.bench.measures import Measure, say

Subject = Callable[[Path], Iterator[Measure]]
SUBJECTS: dict[str, Subject] = {
    "calls": calls.measures,
    "rules": rules.measures,
    "starting": starting.measures,
    "intake": intake.measures,
    "follow-up": follow_up.measures,
    "offers": offers.measures,
    "page": page.measures,
    "bursts": bursts.measures,
    "back-fill": backfill.measures,
    "back-test": backtest.measures,
}


def main(names: list[str]) -> int:
    unknown = set(names) - set(SUBJECTS)
    if unknown:
        say(f"There is no subject {', '.join(sorted(unknown))}; there are {', '.join(SUBJECTS)}.")
        return 2
    configure_logging(is_json=True)
    for name in names or SUBJECTS:
        with tempfile.TemporaryDirectory(prefix="afters-bench-") as folder:
            say(f"{name}: {os.getloadavg()[0]:.1f} processes wait for {os.cpu_count()} processors")
            Measure(
                f"{name}: the disk, one write of 4 KiB made durable", _fsyncs_per_second(Path(folder)), "1/s"
            ).print()
            for measure in SUBJECTS[name](Path(folder)):
                measure.print()
    return 0


def _fsyncs_per_second(folder: Path) -> float:
    """Return how often the disk makes a small write durable: most figures with a store in them follow from it."""
    with (folder / "fsync").open("wb", buffering=0) as file:
        began, times = time.perf_counter(), 0
        while time.perf_counter() - began < 1:
            file.write(bytes(4096))
            os.fsync(file.fileno())
            times += 1
        return times / (time.perf_counter() - began)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
