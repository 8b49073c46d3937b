from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from server.outbound.spec import VendorTools


class StoppedClock:
    def now(self) -> datetime:
        return datetime(2026, 11, 22, 10, tzinfo=UTC)


def refuse(request: httpx.Request) -> httpx.Response:
    raise AssertionError(f"no request was expected: {request.url}")


@pytest.fixture
def vendor_tools() -> Iterator[VendorTools]:
    with httpx.Client(transport=httpx.MockTransport(refuse)) as client:
        yield VendorTools(client=client, clock=StoppedClock(), public_url="https://afters.example")
