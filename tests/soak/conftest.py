from collections.abc import Iterator

import pytest

from tests.databases import own_postgresql


@pytest.fixture
def own_postgresql_url(postgresql_url: str) -> Iterator[str]:
    """An empty database for real processes; `postgresql_url` skips or fails where there is no server."""
    assert postgresql_url
    with own_postgresql() as url:
        yield url
