"""What a follow-up will do, told in plain words before anything of it has happened."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from server.domain.document import TRIGGERS, Caps, Holds, Kind, QuietHours
from server.domain.rules.document import QUIET_HOURS
from server.domain.rules.journeys import CAPS, HOLDS
from server.domain.rules.reading import Reader
from server.web.pages.controls import UNITS, length_of
from server.web.pages.wording import choice_words

_HOUR = 3_600
_MESSAGES = {"sms": "a text", "email": "an e-mail", "call": "a call by your staff"}
_OTHER = {"sms": "email", "email": "sms"}
_NOT_YET = "When its time is set"


@dataclass(frozen=True, slots=True)
class Moment:
    """One message of the follow-up: when, what, and what may come between."""

    when: str
    what: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JourneyStory:
    """A follow-up from its trigger to its end."""

    opens: tuple[str, ...]
    moments: tuple[Moment, ...]
    ends: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Limits:
    caps: Caps
    holds: Holds
    quiet: QuietHours


def tell_journey(journey: Mapping[str, Any], document: Mapping[str, Any], *, audience: str) -> JourneyStory:
    """Return the story of a follow-up under the limits of its document; `audience` says whom it is for.

    What a form has not said yet, or said wrong, is left out of the story.
    """
    reader = Reader()
    limits = _Limits(
        CAPS.read(reader, document.get("caps") or {}, ""),
        HOLDS.read(reader, document.get("holds") or {}, ""),
        QUIET_HOURS.read(reader, document.get("quiet_hours") or {}, ""),
    )
    steps = sorted(journey.get("steps", ()), key=_delay)
    hours = journey.get("expires_hours", 72)
    moments = tuple(
        Moment(_when(step), _what(step), tuple(_notes(steps, place, limits, hours))) for place, step in enumerate(steps)
    )
    return JourneyStory(tuple(_opens(journey, limits.caps, audience)), moments, tuple(_ends(hours, steps)))


def length_words(seconds: int) -> str:
    """Return a length of time, such as 2 minutes."""
    if seconds == 0:
        return "at once"
    length, unit = length_of(seconds)
    return f"{length} {unit.removesuffix('s') if length == 1 else unit}"


def steps_words(journey: Mapping[str, Any]) -> str:
    """Return the messages of a follow-up in one line."""
    told = (
        f"{_MESSAGES.get(step['channel'], step['channel']).removesuffix(' by your staff')}"
        f" {_after(step['delay_seconds'])}"
        for step in sorted(journey.get("steps", ()), key=_delay)
    )
    words = ", ".join(told)
    return words[:1].upper() + words[1:] if words else "No messages yet"


def _after(seconds: int) -> str:
    return f"after {length_words(seconds)}" if seconds else "at once"


def _opens(journey: Mapping[str, Any], caps: Caps, audience: str) -> Iterator[str]:
    trigger = journey.get("trigger") or next(iter(TRIGGERS))
    words = choice_words(trigger)
    yield f"It opens when {words[:1].lower()}{words[1:]}. For: {audience[:1].lower()}{audience[1:]}."
    days = caps.days_between(TRIGGERS.get(trigger, Kind.SALES))
    if days:
        yield f"A shopper who had a follow-up of this kind within {_count(days, 'day')} before gets none."
    if trigger == "ticket_resolved" and caps.goodwill_per_month:
        yield f"In 30 days the shop opens at most {caps.goodwill_per_month} of them."
    if trigger == "order_paid":
        yield "The time runs from the order, or, where the one-click page was shown, from the shopper's answer to it."
    else:
        yield "The time runs from then."
    if not journey.get("is_live"):
        yield "It is off: nothing of this happens until it is switched on and published."


def _when(step: Mapping[str, Any]) -> str:
    delay = step.get("delay_seconds")
    if not isinstance(delay, int) or isinstance(delay, bool) or delay < 0:
        return _NOT_YET
    words = length_words(delay)
    return f"{words} after that" if delay else "At once"


def _what(step: Mapping[str, Any]) -> str:
    channel = step.get("channel", "")
    goods = "with an offer of your live offers" if step.get("has_offer", True) else "without an offer"
    if step.get("code"):
        goods = "with a code for the next order"
    return f"{_MESSAGES.get(channel, channel)} {goods}, by the template “{step.get('template', '')}”"


def _notes(steps: list[Mapping[str, Any]], place: int, limits: _Limits, hours: Any) -> Iterator[str]:
    step = steps[place]
    channel = step.get("channel", "")
    if channel in ("sms", "call"):
        quiet = limits.quiet
        yield f"Between {quiet.start_hour}:00 and {quiet.end_hour}:00 where the shopper is; else when that begins."
    if channel in _OTHER:
        yield from _held(steps, place, limits, hours)
    most = limits.caps.messages_per_sequence
    if place >= most:
        yield f"Not sent where {_count(most, 'message')} went out before it: your settings allow no more of one."
    if step.get("has_offer", True):
        yield "Not sent where nothing can be offered."
    if step.get("code"):
        yield "Not sent where Shopify does not let Afters make discount codes."


def _held(steps: list[Mapping[str, Any]], place: int, limits: _Limits, hours: Any) -> Iterator[str]:
    """Tell what an earlier message on the other channel does to this one."""
    step = steps[place]
    channel = step["channel"]
    other = _OTHER[channel]
    holds = limits.holds.sms_holds_email_hours if channel == "email" else limits.holds.email_holds_sms_hours
    earlier = [each for each in steps[:place] if each.get("channel") == other]
    if not earlier or not holds:
        return
    free_at = _delay(earlier[-1]) + holds * _HOUR
    if _delay(step) >= free_at:
        return
    name = _MESSAGES[other].removeprefix("a ").removeprefix("an ")
    begin = f"Where the {name} before it went out, that holds it back for {_count(holds, 'hour')}"
    match step.get("in_hold", "wait"):
        case "expire":
            yield f"{begin}: then it is left out."
        case _ if isinstance(hours, int) and free_at >= hours * _HOUR:
            yield f"{begin}, which is after the follow-up expires: then it never goes out."
        case "other_channel":
            yield f"{begin}: it waits for that long, and then goes as {_MESSAGES[other]}."
        case _:
            yield f"{begin}: it waits for that long."


def _ends(hours: Any, steps: list[Mapping[str, Any]]) -> Iterator[str]:
    if not steps:
        yield "It has no messages yet, so nothing will be sent."
        return
    if isinstance(hours, int):
        yield f"What has not gone out {_count(hours, 'hour')} after the start never does."
    yield (
        "Right before each message goes, everything is looked at again: whether the shopper has agreed to it, ordered"
        " again or cancelled, and what is in stock."
    )


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _delay(step: Mapping[str, Any]) -> int:
    """Return when a message is due; one that does not say stands last."""
    delay = step.get("delay_seconds")
    return delay if isinstance(delay, int) and not isinstance(delay, bool) else 400 * UNITS["days"]
