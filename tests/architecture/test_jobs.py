"""Job names are stored with what waits in the engine: each has a handler, and none changes by accident."""

import ast
from pathlib import Path

import pytest

from server.bootstrap import make_runtime
from server.jobs import workflows
from server.jobs.engine import DuplicateJob, Engine
from server.jobs.workflows import make_jobs
from tests.web.installed import settings_for

JOBS = {"deliveries.handle", "receipts.handle", "shop.import", "touch.resolve", "touch.send"}
SERVER = Path(__file__).parents[2] / "server"


def test_every_job_has_a_name_and_every_name_a_job() -> None:
    jobs = make_jobs(make_runtime(settings_for("sqlite://")))
    assert set(jobs) == JOBS
    named = {value for name, value in vars(workflows).items() if name.isupper() and isinstance(value, str)}
    assert named == JOBS
    engine = Engine(url="sqlite://", worker_id="w")
    engine.register(jobs)
    with pytest.raises(DuplicateJob):
        engine.register(jobs)


def test_every_job_is_handed_over_somewhere() -> None:
    poller = ast.parse((SERVER / "jobs" / "poller.py").read_text(encoding="utf-8"))
    used = {node.id for node in ast.walk(poller) if isinstance(node, ast.Name)}
    assert {name for name, value in vars(workflows).items() if isinstance(value, str) and value in JOBS} <= used
