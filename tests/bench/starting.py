"""Cold start of the processes, and the memory of an idle web process."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from tests.bench.measures import Measure, median
from tests.sandbox.listening import free_ports

ROUNDS = 5
_PATIENCE_SECONDS = 60
_PAGE = os.sysconf("SC_PAGE_SIZE")


def measures(folder: Path, *, rounds: int = ROUNDS) -> Iterator[Measure]:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("AFTERS_", "SHOPIFY_"))},
        "AFTERS_PUBLIC_URL": "https://afters.example",
        "AFTERS_SECRET_KEY": "bench-" + "6" * 32,
        "AFTERS_DATABASE_URL": f"sqlite:///{folder / 'afters.sqlite3'}",
        "SHOPIFY_API_KEY": "bench",
        "SHOPIFY_API_SECRET": "shpss_" + "5" * 32,
        "PYTHONUNBUFFERED": "1",
    }
    subprocess.run([_afters(), "db", "upgrade"], env=environment, check=True, capture_output=True)
    webs = [_start_web(environment) for _ in range(rounds)]
    yield Measure("cold start of the web side, to its first good answer", median([each for each, _ in webs]), "s")
    yield Measure("cold start of the worker", median([_start_worker(environment) for _ in range(rounds)]), "s")
    yield Measure("memory of an idle web process", median([each for _, each in webs]), "MB")


def _start_web(environment: dict[str, str]) -> tuple[float, float]:
    (port,) = free_ports("127.0.0.1", 1)
    began = time.perf_counter()
    child = subprocess.Popen([_afters(), "serve", "--port", str(port)], env=environment, stderr=subprocess.DEVNULL)
    try:
        while time.perf_counter() - began < _PATIENCE_SECONDS:
            try:
                if httpx.get(f"http://127.0.0.1:{port}/health", trust_env=False, timeout=2).is_success:
                    break
            except httpx.HTTPError:
                time.sleep(0.01)
        seconds = time.perf_counter() - began
        return seconds, max(_megabytes(each) for each in (child.pid, *_children(child.pid)))
    finally:
        child.terminate()
        child.wait(_PATIENCE_SECONDS)


def _start_worker(environment: dict[str, str]) -> float:
    began = time.perf_counter()
    child = subprocess.Popen([_afters(), "worker"], env=environment, stderr=subprocess.PIPE, text=True)
    assert child.stderr is not None
    try:
        for line in child.stderr:
            if "worker.started" in line:
                return time.perf_counter() - began
        raise AssertionError("the worker ended by itself")
    finally:
        child.terminate()
        child.stderr.close()
        child.wait(_PATIENCE_SECONDS)


def _children(parent: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()]


def _megabytes(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * _PAGE / 1e6


def _afters() -> str:
    return str(Path(sys.executable).with_name("afters"))
