"""The switchboard of faults."""

from typing import Any

import pytest

from tests.sandbox.vendors.faults import Faults, UnknownFault


def test_a_fault_waits_for_its_recipient_and_counts_down(faults: Faults) -> None:
    faults.add("twilio", "error", recipient="+1", times=2, code=21610)
    assert faults.take("twilio", "error", "+2") is None
    assert faults.take("twilio", "error", "+1") is not None
    assert [fault.times for fault in faults.armed()] == [1]
    assert faults.take("twilio", "error", "+1") is not None
    assert faults.take("twilio", "error", "+1") is None


def test_a_standing_fault_stays_until_taken_back(faults: Faults) -> None:
    faults.add("smtp", "slow", seconds=1)
    assert faults.take("smtp", "slow", "a@x.example") == faults.take("smtp", "slow", "b@x.example")
    faults.clear()
    assert faults.armed() == []


@pytest.mark.parametrize(
    ("vendor", "kind", "told"),
    [
        ("fax", "error", {}),
        ("twilio", "refuse", {}),
        ("twilio", "error", {}),
        ("twilio", "error", {"code": "21610"}),
        ("twilio", "error", {"code": True}),
        ("twilio", "error", {"code": 12345}),
        ("twilio", "error", {"code": 21610, "speed": 1}),
        ("twilio", "callbacks", {"mode": "sideways"}),
        ("smtp", "refuse", {"code": 550}),
        ("smtp", "slow", {"seconds": 1, "times": 0}),
    ],
)
def test_what_no_stand_in_can_play_is_refused(vendor: str, kind: str, told: dict[str, Any], faults: Faults) -> None:
    with pytest.raises(UnknownFault):
        faults.add(vendor, kind, **told)
    assert faults.armed() == []
