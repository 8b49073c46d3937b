"""Fixtures that bring a running sandbox to tests; a conftest imports the ones it wants."""

from collections.abc import Iterator

import pytest

from tests.sandbox.running import RunningSandbox


@pytest.fixture(scope="module")
def running_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    """Everything `make demo` starts, with a short history, shared by the tests of one module."""
    with RunningSandbox(tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def stand_ins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    """The shop and the vendors without Afters, shared by the tests of one module."""
    with RunningSandbox(tmp_path_factory.mktemp("stand-ins"), with_app=False) as sandbox:
        yield sandbox
