"""The log of a process as it is set up for real: JSON lines, redacted, with the error hook told."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = """
import logging, structlog
from server.bootstrap import configure_logging
configure_logging(is_json=True, error_hook="hook_of_a_test:report")
log = structlog.get_logger()
log.info("one.done", to="jo@example.com", token="plain words")
logging.getLogger("a.library").warning("said %s", "Bearer abc.def")
try:
    int("call +447700900123")
except ValueError:
    log.exception("two.failed", delivery=7)
    logging.getLogger("a.library").exception("broke")
"""
HOOK = """
import sys
def report(error, context):
    print(type(error).__name__, context["event"], context.get("delivery"), context.get("logger"))
"""


def test_every_line_is_json_and_redacted_and_the_hook_is_told(tmp_path: Path) -> None:
    (tmp_path / "hook_of_a_test.py").write_text(HOOK, encoding="utf-8")
    environ = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environ, capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["event"] for line in lines] == ["one.done", "said Bearer [removed]", "two.failed", "broke"]
    assert [line.get("logger") for line in lines] == [None, "a.library", None, "a.library"]
    assert not any(key.startswith("_") for line in lines for key in line)
    for secret in ("jo@example.com", "plain words", "abc.def", "+447700900123"):
        assert secret not in done.stderr
    assert done.stdout.splitlines() == ["ValueError two.failed 7 None", "ValueError broke None a.library"]
