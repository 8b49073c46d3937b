from datetime import timedelta

import pytest

from server.domain.pages import PageEvent, PageState, page_state
from server.domain.reasons import Reason
from tests.factories import NOW

_ALL = ("0", "0a", "0d", "0da")


def _state(*told: str) -> PageState:
    """Return the state of a page that told `path kind status`, a minute apart."""
    events = []
    for minute, each in enumerate(told):
        path, kind, *status = each.split()
        events.append(PageEvent(path, kind, NOW + timedelta(minutes=minute), *status))
    return page_state(_ALL, events, was_offered=True)


def _minutes(state: PageState) -> tuple[float | None, float | None]:
    shown, answered = (
        None if at is None else (at - NOW).total_seconds() / 60 for at in (state.shown_at, state.answered_at)
    )
    return shown, answered


@pytest.mark.parametrize(
    ("told", "minutes", "reason"),
    [
        ([], (None, None), Reason.PAGE_NOT_SHOWN),
        (["0 shown"], (0, None), Reason.PAGE_SHOWN),
        (["0 shown", "0 left"], (0, 1), Reason.PAGE_LEFT),
        (["0 shown", "0 accepted"], (0, None), Reason.PAGE_UNSURE),
        (["0 shown", "0 accepted", "0 outcome processed"], (2, None), Reason.PAGE_ACCEPTED),
        (["0 shown", "0 outcome processed", "0a shown", "0a declined"], (2, 3), Reason.PAGE_ACCEPTED),
        (["0 shown", "0 outcome processed", "0a shown", "0a left"], (2, 3), Reason.PAGE_ACCEPTED),
        (["0 shown", "0 outcome unprocessed"], (0, 1), Reason.PAGE_FAILED),
        (["0 shown", "0 outcome partially_processed"], (0, 1), Reason.PAGE_ACCEPTED_UNPAID),
        (["0 shown", "0 outcome unknown"], (0, 1), Reason.PAGE_UNSURE),
        (["0 shown", "0 declined"], (1, None), Reason.PAGE_DECLINED),
        (["0 shown", "0 declined", "0d shown"], (2, None), Reason.PAGE_DECLINED),
        (["0 shown", "0 declined", "0d shown", "0d outcome processed"], (3, None), Reason.PAGE_ACCEPTED),
        (["0 shown", "0 declined", "0d shown", "0d declined"], (2, 3), Reason.PAGE_DECLINED),
        (["0 declined", "0d outcome processed", "0da declined"], (1, 2), Reason.PAGE_ACCEPTED),
    ],
)
def test_the_page_is_followed_through_its_steps(
    told: list[str], minutes: tuple[float | None, float | None], reason: Reason
) -> None:
    state = _state(*told)
    assert _minutes(state) == minutes
    assert state.reason is reason


def test_a_page_of_one_step_ends_with_its_answer() -> None:
    for answer in ("declined", "outcome"):
        state = page_state(["0"], [PageEvent("0", answer, NOW, "processed")], was_offered=True)
        assert state.answered_at == NOW
