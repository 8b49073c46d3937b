"""One oracle for all of its tests."""

from collections.abc import Iterator

import pytest

from tests.unit.shopify.forging import CLIENT_ID, SECRET
from tests.web.oracle.asking import Oracle, running_oracle


@pytest.fixture(scope="package")
def oracle() -> Iterator[Oracle]:
    with running_oracle(client_id=CLIENT_ID, secret=SECRET) as running:
        yield running
