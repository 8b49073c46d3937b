"""The app's processes: started with the sandbox's environment, watched, and ended. A small script plays `afters`."""

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from threading import Event

import httpx
import pytest

from tests.sandbox import processes
from tests.sandbox.credentials import make_credentials
from tests.sandbox.listening import free_ports
from tests.sandbox.processes import AppProcesses, ChildFailed, app_environment
from tests.sandbox.settings import SandboxSettings

SCRIPT = dedent(
    """
    import json, os, signal, sys
    from http.server import BaseHTTPRequestHandler, HTTPServer
    from pathlib import Path

    command, var = sys.argv[1], Path(os.environ["AFTERS_SANDBOX_CLOCK"]).parent
    if command == "db":
        print("upgraded", os.environ["AFTERS_DATABASE_URL"])
        sys.exit(int((var / "upgrade-fails").exists()))
    if command == "connect":
        with (var / "typed").open("a") as file:
            file.write(sys.argv[5] + " " + Path(sys.argv[7]).read_text() + "\\n")
        sys.exit(0)
    if command == "worker":
        if (var / "worker-dies").exists():
            sys.exit("the worker cannot go on")
        signal.sigwait({signal.SIGTERM})
        sys.exit(0)
    if (var / "web-is-stubborn").exists():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)

    class Health(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path == "/ready" else 404)
            self.end_headers()

        def log_message(self, *_):
            pass

    HTTPServer(("127.0.0.1", int(sys.argv[3])), Health).serve_forever()
    """
)


@pytest.fixture
def settings(tmp_path: Path) -> SandboxSettings:
    port, app_port, smtp_port = free_ports("127.0.0.1", 3)
    return SandboxSettings(var_dir=tmp_path, app_root=tmp_path, port=port, app_port=app_port, smtp_port=smtp_port)


@pytest.fixture
def app_processes(settings: SandboxSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppProcesses]:
    script = tmp_path / "afters.py"
    script.write_text(SCRIPT, encoding="utf-8")
    monkeypatch.setattr(processes, "afters_command", lambda: [sys.executable, str(script)])
    app = AppProcesses(settings, make_credentials())
    yield app
    app.stop()


def test_a_run_from_upgrade_to_stop(app_processes: AppProcesses, settings: SandboxSettings) -> None:
    app_processes.upgrade()
    assert f"sqlite:///{settings.var_dir}/afters.sqlite3" in app_processes.last_words("upgrade")
    app_processes.start()
    app_processes.wait_until_healthy(30)
    app_processes.check()
    app_processes.connect_vendors()
    typed = (settings.var_dir / "typed").read_text(encoding="utf-8").splitlines()
    assert {line.partition(" ")[0] for line in typed} == {"twilio", "smtp"}
    assert list(settings.var_dir.glob("connection-*")) == []  # they held secrets
    app_processes.stop()
    app_processes.check()


def test_the_same_migrations_are_not_run_twice(app_processes: AppProcesses, settings: SandboxSettings) -> None:
    app_processes.upgrade()
    (settings.var_dir / "upgrade-fails").touch()
    app_processes.upgrade()
    scripts = settings.app_root / "server" / "storage" / "migrations"
    scripts.mkdir(parents=True)
    (scripts / "0002_more.py").touch()
    with pytest.raises(ChildFailed):
        app_processes.upgrade()


def test_a_failed_command_says_its_last_words(app_processes: AppProcesses, settings: SandboxSettings) -> None:
    (settings.var_dir / "upgrade-fails").touch()
    with pytest.raises(ChildFailed, match=r"upgrade ended with exit code 1[\s\S]*upgraded sqlite"):
        app_processes.upgrade()


def watch(app: AppProcesses) -> None:
    while not Event().wait(0.01):
        app.check()


def test_a_process_that_dies_is_said_loudly(app_processes: AppProcesses, settings: SandboxSettings) -> None:
    (settings.var_dir / "worker-dies").touch()
    app_processes.start()
    with pytest.raises(ChildFailed, match=r"worker ended by itself[\s\S]*the worker cannot go on"):
        watch(app_processes)


def test_a_stubborn_process_is_ended_by_force(
    app_processes: AppProcesses, settings: SandboxSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    (settings.var_dir / "web-is-stubborn").touch()
    app_processes.start()
    app_processes.wait_until_healthy(30)
    monkeypatch.setattr(processes, "STOP_SECONDS", 0.1)
    app_processes.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{settings.app_origin}/ready", trust_env=False)


def test_waiting_for_health_can_be_given_up(app_processes: AppProcesses) -> None:
    stopping = Event()
    stopping.set()
    app_processes.wait_until_healthy(3600, stopping=stopping)


def test_no_setting_of_the_caller_reaches_a_sandboxed_app(
    settings: SandboxSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOPIFY_API_SECRET_OLD", "of a real app")
    monkeypatch.setenv("AFTERS_WORKER_ID", "of a real worker")
    credentials = make_credentials()
    found = app_environment(replace(settings, client_secret="shpss_" + "0" * 32), credentials)
    ours = {name: value for name, value in found.items() if name.startswith(("AFTERS_", "SHOPIFY_"))}
    assert ours == {
        "AFTERS_SANDBOX_URL": settings.origin,
        "AFTERS_SANDBOX_CLOCK": str(settings.clock_path),
        "AFTERS_PUBLIC_URL": settings.app_origin,
        "AFTERS_SECRET_KEY": credentials.app_secret_key,
        "AFTERS_DATABASE_URL": f"sqlite:///{settings.var_dir}/afters.sqlite3",
        "SHOPIFY_API_KEY": settings.client_id,
        "SHOPIFY_API_SECRET": "shpss_" + "0" * 32,
    }
    assert found["PATH"] == os.environ["PATH"]


def test_bytecode_is_kept_even_where_it_may_not_lie_beside_its_source(
    settings: SandboxSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    forbidden = app_environment(settings, make_credentials())
    assert "PYTHONDONTWRITEBYTECODE" not in forbidden
    assert forbidden["PYTHONPYCACHEPREFIX"] == str(settings.app_root / "var" / "bytecode")
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE")
    monkeypatch.delenv("PYTHONPYCACHEPREFIX", raising=False)
    assert "PYTHONPYCACHEPREFIX" not in app_environment(settings, make_credentials())
