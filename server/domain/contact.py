"""Whether, and when, a touch may be sent: consent, opt-outs, hours, holds and caps, asked again at the last moment."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from server.domain.document import Caps, Holds, Kind, QuietHours
from server.domain.reasons import Reason

_NEVER = timedelta(days=365)


OTHER_CHANNEL = {"sms": "email", "email": "sms"}  # a call holds nothing back, and nothing holds it


class Verdict(StrEnum):
    SEND = "send"
    DEFER = "defer"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Ruling:
    """The answer for one touch. `until` is set for a deferral."""

    verdict: Verdict
    reason: Reason
    detail: str = ""
    until: datetime | None = None
    channel: str | None = None  # by which the touch goes then, where that is another


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """What is known at the moment of sending. Times are aware UTC; `zones` are all plausible zones of the recipient."""

    channel: str
    address: str | None
    consent: str | None  # the platform's state, lower case; None: never stated
    is_suppressed: bool
    has_connection: bool
    zones: tuple[str, ...]
    expires_at: datetime
    is_cancelled: bool = False
    is_refunded: bool = False
    has_bought_since: bool = False
    other_channel_sent_at: datetime | None = None  # the latest message on the other channel, any order
    earlier_sequence_at: datetime | None = None  # start of the shopper's latest other sequence that sent something
    sent_in_sequence: int = 0
    in_hold: str = "wait"  # what the touch does while the other channel holds it: wait | other_channel | expire
    kind: Kind = Kind.SALES  # of the sequence; only those of its kind count for its cap


def may_contact(facts: ContactFacts, *, caps: Caps, holds: Holds, quiet: QuietHours, now: datetime) -> Ruling:
    """Rule on one touch: send now, defer to a dated moment, or refuse with the reason.

    A deferral that would come after the touch expires is a refusal: late work is never sent late.
    """
    refusal = _refusal(facts, caps=caps, now=now)
    if refusal:
        return refusal
    deferral = _channel_hold(facts, holds, now=now) or _quiet(facts, quiet, now=now)
    if deferral is None:
        return Ruling(Verdict.SEND, Reason.SENT)
    if deferral.until and deferral.until >= facts.expires_at:
        detail = f"{deferral.detail}; that ends after the offer does, {facts.expires_at:%Y-%m-%d %H:%M} UTC"
        return Ruling(Verdict.REFUSE, deferral.reason, detail)
    return deferral


def sequence_block(*, earlier_at: datetime | None, caps: Caps, now: datetime, kind: Kind = Kind.SALES) -> Ruling | None:
    """Return the refusal when the shopper had another sequence of the kind within its cap; None when one may open."""
    least = caps.days_between(kind)
    if earlier_at is None or not least:
        return None
    if now - earlier_at >= timedelta(days=least):
        return None
    days = (now - earlier_at).days
    detail = f"last follow-up {days} days ago, at least {least} between two"
    return Ruling(Verdict.REFUSE, Reason.SEQUENCE_CAP, detail)


def budget_block(*, opened: int, caps: Caps) -> Ruling | None:
    """Return the refusal when as many follow-ups after tickets were opened in 30 days as the shop wants; else None."""
    if not caps.goodwill_per_month or opened < caps.goodwill_per_month:
        return None
    detail = f"{opened} in 30 days, at most {caps.goodwill_per_month}"
    return Ruling(Verdict.REFUSE, Reason.GOODWILL_BUDGET, detail)


def _refusal(facts: ContactFacts, *, caps: Caps, now: datetime) -> Ruling | None:
    over_cap = sequence_block(earlier_at=facts.earlier_sequence_at, caps=caps, now=now, kind=facts.kind)
    checks: tuple[tuple[bool, Reason, str], ...] = (
        (facts.is_cancelled, Reason.ORDER_CANCELLED, ""),
        (facts.is_refunded, Reason.ORDER_REFUNDED, ""),
        (now >= facts.expires_at, Reason.EXPIRED, f"expired {facts.expires_at:%Y-%m-%d %H:%M} UTC"),
        (facts.has_bought_since, Reason.BOUGHT_SINCE, ""),
        (not facts.address, Reason.NO_ADDRESS, ""),
        (facts.is_suppressed, Reason.SUPPRESSED, ""),
        # A call is work for staff, who may call a customer who has not asked not to be called.
        (
            facts.channel != "call" and facts.consent != "subscribed",
            Reason.NO_CONSENT,
            f"{facts.channel} consent: {facts.consent or 'not stated'}",
        ),
        (not facts.has_connection, Reason.NO_CONNECTION, facts.channel),
        (
            0 < caps.messages_per_sequence <= facts.sent_in_sequence,
            Reason.MESSAGE_CAP,
            f"{facts.sent_in_sequence} sent, at most {caps.messages_per_sequence}",
        ),
        (over_cap is not None, Reason.SEQUENCE_CAP, over_cap.detail if over_cap else ""),
    )
    for is_met, reason, detail in checks:
        if is_met:
            return Ruling(Verdict.REFUSE, reason, detail)
    return None


def _channel_hold(facts: ContactFacts, holds: Holds, *, now: datetime) -> Ruling | None:
    hours = holds.sms_holds_email_hours if facts.channel == "email" else holds.email_holds_sms_hours
    sent_at = facts.other_channel_sent_at
    if sent_at is None or not hours or facts.channel == "call":
        return None
    until = sent_at + timedelta(hours=hours)
    if now >= until:
        return None
    other = "SMS" if facts.channel == "email" else "e-mail"
    ago = int((now - sent_at).total_seconds() // 3600)
    detail = f"{other} {ago} h ago, holds for {hours} h"
    if facts.in_hold == "expire":
        return Ruling(Verdict.REFUSE, Reason.CHANNEL_HOLD, detail)
    channel = OTHER_CHANNEL[facts.channel] if facts.in_hold == "other_channel" else None
    return Ruling(Verdict.DEFER, Reason.CHANNEL_HOLD, detail, until, channel)


def _quiet(facts: ContactFacts, quiet: QuietHours, *, now: datetime) -> Ruling | None:
    if facts.channel == "email":
        return None
    opens_at = next_open(now, zones=facts.zones, quiet=quiet)
    if opens_at <= now:
        return None
    words = "calls" if facts.channel == "call" else "texts"
    detail = f"{', '.join(local_times(now, facts.zones))}; {words} from {quiet.start_hour}:00 to {quiet.end_hour}:00"
    return Ruling(Verdict.DEFER, Reason.QUIET_HOURS, detail, opens_at)


def next_open(now: datetime, *, zones: tuple[str, ...], quiet: QuietHours) -> datetime:
    """Return the first moment from `now` on at which every plausible zone allows texts.

    Walks quarter hours for two days, which covers every clock change. When no hour suits all zones (a toll-free number
    could be anywhere), or a zone is not known, a moment a year ahead is returned: beyond the life of any touch.
    """
    known = [place for place in map(_zone, zones) if place is not None]
    if not known or len(known) < len(zones):
        return now + _NEVER
    moment = now
    for _ in range(2 * 24 * 4):
        if all(_is_open(moment.astimezone(zone), quiet) for zone in known):
            return moment
        rounded = moment.replace(minute=moment.minute - moment.minute % 15, second=0, microsecond=0)
        moment = rounded + timedelta(minutes=15)
    return now + _NEVER


def local_times(now: datetime, zones: tuple[str, ...]) -> list[str]:
    """Return the time of day in the first two of `zones`, for a trace."""
    return [_local_time(now, name) for name in zones[:2]] or ["no time zone is known"]


def _local_time(now: datetime, name: str) -> str:
    zone = _zone(name)
    return f"{now.astimezone(zone):%H:%M} in {name}" if zone else f"'{name}' is no known time zone"


def _is_open(local: datetime, quiet: QuietHours) -> bool:
    return quiet.start_hour <= local.hour < quiet.end_hour


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
