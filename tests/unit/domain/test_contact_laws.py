from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from server.domain.contact import ContactFacts, Ruling, Verdict, local_times, may_contact, next_open, sequence_block
from server.domain.document import Caps, Holds, QuietHours
from server.domain.reasons import Reason

_ZONES = [
    "Europe/London",
    "America/New_York",
    "Pacific/Honolulu",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
]
MOMENTS = st.integers(0, 2 * 365 * 86_400).map(
    lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
QUIETS = (
    st.tuples(st.integers(0, 23), st.integers(1, 24))
    .filter(lambda each: each[0] < each[1])
    .map(lambda each: QuietHours(*each))
)
LENGTHS = st.timedeltas(timedelta(days=-30), timedelta(days=30))


@st.composite
def asked(draw: st.DrawFn) -> tuple[ContactFacts, Caps, Holds, QuietHours, datetime]:
    now = draw(MOMENTS)
    facts = ContactFacts(
        channel=draw(st.sampled_from(["sms", "email"])),
        address=draw(st.sampled_from(["x", None])),
        consent=draw(st.sampled_from(["subscribed", "pending", None])),
        is_suppressed=draw(st.booleans()),
        has_connection=draw(st.booleans()),
        zones=draw(st.lists(st.sampled_from([*_ZONES, "Mars/Olympus"]), max_size=2).map(tuple)),
        expires_at=now + draw(LENGTHS),
        is_cancelled=draw(st.booleans()),
        other_channel_sent_at=draw(st.none() | LENGTHS.map(lambda each: now + each)),
        earlier_sequence_at=draw(st.none() | LENGTHS.map(lambda each: now - abs(each))),
        sent_in_sequence=draw(st.integers(0, 4)),
    )
    caps = Caps(sequence_days=draw(st.integers(0, 20)), messages_per_sequence=draw(st.integers(0, 4)))
    return facts, caps, Holds(), draw(QUIETS), now


@given(asked())
def test_what_is_sent_is_allowed_and_what_waits_has_a_date(
    given: tuple[ContactFacts, Caps, Holds, QuietHours, datetime],
) -> None:
    facts, caps, holds, quiet, now = given
    ruling = may_contact(facts, caps=caps, holds=holds, quiet=quiet, now=now)
    if ruling.verdict is Verdict.SEND:
        assert facts.consent == "subscribed"
        assert not facts.is_suppressed
        assert facts.address
        assert now < facts.expires_at
        if facts.channel == "sms":
            assert all(quiet.start_hour <= now.astimezone(ZoneInfo(each)).hour < quiet.end_hour for each in facts.zones)
    if ruling.verdict is Verdict.DEFER:
        assert ruling.until is not None
        assert now < ruling.until < facts.expires_at
        assert ruling.reason in (Reason.CHANNEL_HOLD, Reason.QUIET_HOURS)
    else:
        assert ruling.until is None


@given(MOMENTS, st.sampled_from(_ZONES), QUIETS)
def test_a_deferral_ends_at_the_first_open_quarter_of_an_hour(now: datetime, zone: str, quiet: QuietHours) -> None:
    def is_open(moment: datetime) -> bool:
        return quiet.start_hour <= moment.astimezone(ZoneInfo(zone)).hour < quiet.end_hour

    opens_at = next_open(now, zones=(zone,), quiet=quiet)
    assert is_open(opens_at)
    assert timedelta() <= opens_at - now < timedelta(days=2)
    if opens_at > now:
        assert not is_open(now)
        assert not is_open(opens_at - timedelta(minutes=15))
        assert opens_at.second == 0


@given(MOMENTS, st.lists(st.sampled_from(_ZONES), min_size=1, max_size=4), QUIETS)
def test_more_zones_never_open_earlier(now: datetime, zones: list[str], quiet: QuietHours) -> None:
    together = next_open(now, zones=tuple(zones), quiet=quiet)
    assert all(together >= next_open(now, zones=(each,), quiet=quiet) for each in zones)


def test_the_first_two_zones_are_told() -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert local_times(now, ("Europe/London", "Pacific/Honolulu", "Asia/Tokyo")) == [
        "12:00 in Europe/London",
        "02:00 in Pacific/Honolulu",
    ]


def test_a_sequence_that_never_was_blocks_nothing() -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert sequence_block(earlier_at=None, caps=Caps(), now=now) is None
    assert sequence_block(earlier_at=now, caps=Caps(), now=now) == Ruling(
        Verdict.REFUSE, Reason.SEQUENCE_CAP, "last follow-up 0 days ago, at least 14 between two"
    )
