"""Asks Shopify's own Node library, which runs in `oracle.mjs`."""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent


class Refused(Exception):
    """The library does not take what it was asked about."""


class Oracle:
    """One running Node process; every question carries the client secret it is about."""

    def __init__(self, process: "subprocess.Popen[str]", *, client_id: str, secret: str) -> None:
        self._process = process
        self._given = {"client_id": client_id, "secret": secret}

    def ask(self, question: str, **given: object) -> Any:
        """Return the library's answer.

        Raises:
            Refused: the library threw.
            RuntimeError: the process is gone.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise RuntimeError("the oracle has no pipes")
        stdin.write(json.dumps({"ask": question, **self._given, **given}) + "\n")
        stdin.flush()
        line = stdout.readline()
        if not line:
            raise RuntimeError("the oracle stopped; run `node oracle.mjs` by hand to see why")
        reply = json.loads(line)
        if "refused" in reply:
            raise Refused(reply["refused"])
        return reply.get("answer")

    def takes(self, question: str, **given: object) -> bool:
        """Tell whether the library takes something, by an answer that is neither false nor `valid: false`."""
        try:
            answer = self.ask(question, **given)
        except Refused:
            return False
        return bool(answer.get("valid", True) if isinstance(answer, dict) else answer)


def encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


@contextmanager
def running_oracle(*, client_id: str, secret: str) -> Iterator[Oracle]:
    """Start the oracle; where it is not installed, fail in CI and skip elsewhere."""
    node = shutil.which("node")
    if node is None or not (FOLDER / "node_modules/@shopify/shopify-api").is_dir():
        reason = f"Shopify's Node library is not installed: run `npm ci` in {FOLDER.relative_to(FOLDER.parents[2])}."
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with subprocess.Popen(
        [node, "oracle.mjs"], cwd=FOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        yield Oracle(process, client_id=client_id, secret=secret)
