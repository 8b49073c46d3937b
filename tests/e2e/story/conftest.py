import os
from collections.abc import Iterator

import pytest

from tests.story.stage import Stage, set_stage


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One sandbox for the module: each test brings a shopper of its own, and time only goes forward.

    The merchant's first day is the same for all, so that it is lived once for the whole run.
    """
    base = tmp_path_factory.getbasetemp()
    run = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base  # what all workers share
    with set_stage(tmp_path_factory.mktemp("story"), kept=run / "first-day") as ready:
        yield ready
