"""The app's processes: started, killed without warning, started again."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
_PATIENCE_SECONDS = 90.0
_STOP_SECONDS = 40.0


class Stuck(Exception):
    """Something that must happen did not, for longer than any delay of the app explains."""


class Fleet:
    """One web and some worker processes of one installation."""

    def __init__(self, environment: Mapping[str, str], *, port: int, workers: int, processes: int, logs: Path) -> None:
        self._environment, self.port, self._logs = dict(environment), port, logs
        self._commands = {"web": ["serve", "--port", str(port), "--processes", str(processes)]}
        self._commands |= {f"worker-{number}": ["worker"] for number in range(1, workers + 1)}
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._lock = threading.Lock()
        self.killed: list[str] = []

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._commands)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self, *arguments: str) -> None:
        """Run one command to its end."""
        subprocess.run([*_afters(), *arguments], cwd=ROOT, env=self._environment, check=True, capture_output=True)

    def start(self) -> None:
        for name in self._commands:
            self._start(name)
        self.wait_for_web()

    def wait_for_web(self) -> None:
        """Return once the web side answers.

        Raises:
            Stuck.
        """
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{self.origin}/health", trust_env=False, timeout=5.0).is_success:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
        raise Stuck(f"the web side does not answer:\n{self.last_words('web')}")

    def kill(self, name: str) -> None:
        """Kill a process and its children in mid-work, and start it again at once."""
        with self._lock:
            child = self._children[name]
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            self.killed.append(name)
            self._start(name)

    def check(self) -> None:
        """Start again what ended by itself, as a supervisor would; what does so again and again is a fault.

        Raises:
            Stuck.
        """
        with self._lock:
            for name, child in self._children.items():
                if child.poll() is not None:
                    self.killed.append(f"{name} ended itself ({child.returncode})")
                    if len(self.killed) > 1_000:
                        raise Stuck(f"{name} ends again and again:\n{self.last_words(name)}")
                    self._start(name)

    def stop(self) -> dict[str, int]:
        """Stop everything politely and return the exit codes."""
        with self._lock:
            for child in self._children.values():
                child.send_signal(signal.SIGTERM)
            codes = {}
            for name, child in self._children.items():
                try:
                    codes[name] = child.wait(_STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    os.killpg(child.pid, signal.SIGKILL)
                    codes[name] = child.wait()
            self._children.clear()
            return codes

    def last_words(self, name: str) -> str:
        return "\n".join((self._logs / f"{name}.log").read_text(encoding="utf-8", errors="replace").splitlines()[-40:])

    def _start(self, name: str) -> None:
        with (self._logs / f"{name}.log").open("ab") as log:
            self._children[name] = subprocess.Popen(
                [*_afters(), *self._commands[name]],
                cwd=ROOT,
                env={**self._environment, "AFTERS_WORKER_ID": name},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )


def _afters() -> Sequence[str]:
    return [str(Path(sys.executable).with_name("afters"))]
