"""`afters serve` as a real process: ready, measured, told to stop."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.cli.environment import environment
from tests.databases import copied_sqlite
from tests.jobs.waiting import until

ROOT = Path(__file__).parents[2]
TOKEN = "metrics-token-of-a-test"


def settings(url: str) -> dict[str, str]:
    return environment(url, AFTERS_METRICS_TOKEN=TOKEN)


def start(environ: dict[str, str], folder: Path, *options: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", "from server.cli import main; main()", "serve", *options],
        cwd=ROOT,
        env={**os.environ, **environ, "TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def client(port: int) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=10) as made:
        yield made


@pytest.mark.postgresql
def test_two_processes_share_what_they_count_and_end_when_told(
    postgresql_url: str, tmp_path: Path, port: int, client: httpx.Client
) -> None:
    serving = start(settings(postgresql_url), tmp_path, "--port", str(port), "--processes", "2")

    def is_ready() -> bool:
        try:
            return client.get("/ready").is_success
        except httpx.TransportError:
            return False

    until(is_ready, "the web side's being ready")
    for _ in range(40):
        httpx.get(f"http://127.0.0.1:{port}/health", trust_env=False)  # a connection each, so that both get some
    asking = {"Authorization": f"Bearer {TOKEN}"}
    counted = 'afters_http_requests_total{method="GET",route="/health",status="200"} 40.0'
    assert all(counted in client.get("/metrics", headers=asking).text for _ in range(4))
    shared = list(tmp_path.glob("afters-metrics-*/*.db"))
    serving.send_signal(signal.SIGTERM)
    output, _ = serving.communicate(timeout=60)
    assert (serving.returncode, len({path.name for path in shared}) >= 2) == (0, True)
    assert list(tmp_path.glob("afters-metrics-*")) == []
    assert all(line.startswith(b"{") for line in output.splitlines()), output.decode()


def test_sqlite_takes_one_web_process(sqlite_template: Path, tmp_path: Path) -> None:
    serving = start(settings(copied_sqlite(sqlite_template, tmp_path)), tmp_path, "--processes", "2")
    output, _ = serving.communicate(timeout=60)
    assert (serving.returncode, b"SQLite takes one web process" in output) == (1, True)
