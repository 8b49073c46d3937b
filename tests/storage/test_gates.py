"""Looks at a shop's surfaces: those that found the same are one span, and each shop's are its own."""

from datetime import timedelta

from server.domain.gates import GateSpan
from server.storage.gates import Gates
from tests.factories import NOW
from tests.storage.conftest import Stores

HOUR = timedelta(hours=1)


def test_looks_that_agree_are_one_span(stores: Stores) -> None:
    with stores.database.write() as session:
        gates = Gates(session, stores.ours)
        news = [
            gates.saw("one_click", is_open=is_open, now=NOW + HOUR * hour)
            for hour, is_open in ((0, True), (1, True), (3, False), (2, True), (4, False), (5, True))
        ]
        gates.saw("thank_you", is_open=False, now=NOW)
        Gates(session, stores.theirs).saw("one_click", is_open=False, now=NOW)
    assert news == [True, False, True, False, False, True], "a look that comes late is left out"
    with stores.database.read() as session:
        found = Gates(session, stores.ours).spans()
    assert found == {
        "one_click": (
            GateSpan(is_open=True, seen_from=NOW, seen_to=NOW + HOUR),
            GateSpan(is_open=False, seen_from=NOW + 3 * HOUR, seen_to=NOW + 4 * HOUR),
            GateSpan(is_open=True, seen_from=NOW + 5 * HOUR, seen_to=NOW + 5 * HOUR),
        ),
        "thank_you": (GateSpan(is_open=False, seen_from=NOW, seen_to=NOW),),
    }
