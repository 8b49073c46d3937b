from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from server.domain.document import Journey, MessageStep
from server.domain.journeys import plan, release
from server.domain.pages import PageState
from server.domain.rules import parse
from tests.factories import NOW, rules_json


def test_each_step_is_due_after_its_delay_and_all_end_together() -> None:
    journey = parse(rules_json()).journeys[0]
    text, mail = plan(journey, starts_at=NOW)
    assert (text.step_id, text.channel, text.template, text.due_at) == (
        "text",
        "sms",
        "offer",
        NOW + timedelta(minutes=2),
    )
    assert (mail.step_id, mail.channel, mail.due_at) == ("mail", "email", NOW + timedelta(minutes=4))
    assert text.expires_at == mail.expires_at == NOW + timedelta(hours=72)


@given(st.lists(st.integers(0, 86_400), max_size=4), st.integers(1, 720))
def test_a_later_start_moves_everything_by_as_much(delays: list[int], hours: int) -> None:
    steps = tuple(MessageStep(str(at), "sms", delay, "offer") for at, delay in enumerate(delays))
    journey = Journey("j", "J", steps, expires_hours=hours)
    moved = timedelta(minutes=61)
    for early, late in zip(plan(journey, starts_at=NOW), plan(journey, starts_at=NOW + moved), strict=True):
        assert late.due_at - early.due_at == late.expires_at - early.expires_at == moved


_TIMES = st.none() | st.integers(-3_600, 7_200).map(lambda seconds: NOW + timedelta(seconds=seconds))


@given(
    page=st.builds(PageState, was_offered=st.booleans(), shown_at=_TIMES, answered_at=_TIMES),
    is_eligible=st.booleans(),
)
def test_an_answer_ends_all_waiting(page: PageState, *, is_eligible: bool) -> None:
    found = release(page, ordered_at=NOW, is_eligible=is_eligible)
    if page.answered_at is not None:
        assert found.at == page.answered_at
    else:
        assert found.at <= max(NOW, page.shown_at or NOW) + timedelta(minutes=60)
