"""The faults that peers' trackers tell of, each with the tests here that would catch it.

The list is that of other tools' issues (Mautic, Laudspeaker, Gorse, Chatwoot, Dittofeed and others); what it names must
be there, so that a test which is renamed or dropped is missed.
"""

import json
import re
from functools import cache
from pathlib import Path

import pytest

_TESTS = Path(__file__).parents[2]

# What went wrong elsewhere; rows of tests/cases ("table: name") and tests ("file::name") that pin it here.
FAULTS: dict[str, tuple[str, ...]] = {
    "a cap of 0 or blank is off, of 1 is one": (
        "contact: a sequence cap of 0 is off",
        "contact: a sequence cap of one day",
        "unit/domain/test_rules.py::test_a_blank_limit_is_off_and_one_not_named_has_its_default",
    ),
    "a deferred message moves by one window, not by several": ("contact: 8:59 is too early",),
    "limits of texts and of e-mail are not mixed up": (
        "contact: a text does not hold a call back",
        "usecases/test_journeys.py::test_what_a_reminder_does_while_it_is_held_back",
    ),
    "a rule that is paused stops what waits already": (
        "usecases/test_messages.py::test_a_journey_that_was_switched_off_or_changed_stops_what_is_planned",
    ),
    "two workers send once": ("usecases/test_messages.py::test_many_workers_at_once_send_one_message",),
    "hours over a clock change, and a zone that is not known": (
        "unit/domain/test_contact_laws.py::test_a_deferral_ends_at_the_first_open_quarter_of_an_hour",
        "unit/domain/test_contact_laws.py::test_more_zones_never_open_earlier",
    ),
    "stock 9, 10, 11": (
        "decisions: stock 9 of 10 is too little",
        "decisions: stock 10 of 10 is enough",
        "decisions: stock 11 of 10 is enough",
    ),
    "goods that go on selling": ("decisions: goods that go on selling may be kept to their stock",),
    "stock lost between decision and click": (
        "usecases/test_steps.py::test_all_of_a_bundle_must_be_there_at_the_click",
    ),
    "the same offer on two surfaces": ("decisions: a message offers the downsell of what the page showed",),
    "a tampered, foreign or replayed acceptance": (
        "usecases/test_changesets.py::test_the_decision_of_another_purchase",
        "usecases/test_changesets.py::test_an_option_that_was_not_offered",
        "usecases/test_changesets.py::test_a_repeat_after_the_token_ran_out_is_refused",
    ),
    "a charge that fails, recovers, and is refunded": (
        "usecases/test_orders.py::test_a_failed_charge_that_recovers_and_is_then_refunded",
    ),
    "a ticket that opens after the message was queued": (
        "usecases/test_journeys.py::test_a_ticket_that_opens_after_planning_stops_the_message",
    ),
    "a ticket that was closed by itself is not a good one": ("conditions: closed without a word is not good",),
    "hidden goods leak from what is recommended": ("decisions: a hidden item does not leak from the counts",),
    "daily looks find no winner where there is none": (
        "unit/domain/test_lift.py::test_daily_looks_find_no_winner_where_there_is_none",
    ),
    "a ratio is capped by the same people above and below": (
        "unit/domain/test_lift.py::test_caps_are_of_the_same_people_on_both_sides_of_a_ratio",
    ),
    "time is a clock that tests move": ("usecases/test_journeys.py::test_what_a_reminder_does_while_it_is_held_back",),
}


@cache
def _names(table: str) -> frozenset[str]:
    rows = json.loads((_TESTS / "cases" / f"{table}.json").read_text(encoding="utf-8"))
    return frozenset(row["name"] for row in rows)


@cache
def _tests(file: str) -> frozenset[str]:
    return frozenset(re.findall(r"def (test_\w+)", (_TESTS / file).read_text(encoding="utf-8")))


@pytest.mark.parametrize("named", [each for pinned in FAULTS.values() for each in pinned])
def test_what_pins_a_fault_is_there(named: str) -> None:
    file, found, name = named.partition("::")
    if found:
        assert name in _tests(file)
    else:
        table, _, name = named.partition(": ")
        assert name in _names(table)
