from collections.abc import Iterator

import pytest

from tests.databases import fresh_postgresql


@pytest.fixture
def own_postgresql_url(postgresql_url: str) -> Iterator[str]:
    """An empty database for real processes; `postgresql_url` skips or fails where there is no server."""
    assert postgresql_url
    with fresh_postgresql(is_durable=True) as url:
        yield url
