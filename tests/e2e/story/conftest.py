from collections.abc import Iterator

import pytest

from tests.story.stage import Stage, set_stage


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One sandbox for the module: each test brings a shopper of its own, and time only goes forward."""
    with set_stage(tmp_path_factory.mktemp("story")) as ready:
        yield ready
