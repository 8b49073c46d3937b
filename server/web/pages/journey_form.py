"""A follow-up in its form: its plain fields and its messages, drawn from their shapes and read back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.domain.document import TRIGGERS
from server.domain.rules.journeys import JOURNEY, MESSAGE_STEP
from server.outbound.rendering import template_names
from server.web.pages.audience_form import read_audience
from server.web.pages.controls import Choices, Control, Filled, draw, read
from server.web.pages.funnel_form import new_id
from server.web.pages.groups import Group, draw_groups, read_groups
from server.web.pages.wording import CHANNELS

_STEP = re.compile(r"steps\[(\d{1,3})\]\.(?:channel|id)")


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a follow-up as the form shows it."""

    path: str
    id: str
    controls: tuple[Control, ...]
    groups: tuple[Group, ...]


def empty_journey() -> dict[str, Any]:
    """Return what the form of a new follow-up starts from."""
    return {"name": "", "is_live": True, "trigger": next(iter(TRIGGERS)), "audience": {"all": []}, "steps": []}


def messages_of(journey: Mapping[str, Any], *, currency: str | None) -> tuple[Message, ...]:
    steps = journey.get("steps", ())
    return tuple(message_at(place, step, currency=currency) for place, step in enumerate(steps))


def message_at(place: int, step: Mapping[str, Any], *, currency: str | None) -> Message:
    path = f"steps[{place}]"
    return Message(
        path,
        step.get("id", ""),
        draw(MESSAGE_STEP, path, step, choices={"template": template_choices()}),
        tuple(draw_groups(MESSAGE_STEP, path, step, currency=currency)),
    )


def new_message(*, currency: str | None) -> Message:
    """Return what a message that is added starts from."""
    return message_at(0, currency=currency, step={"channel": "email", "delay_seconds": 86_400, "template": "offer"})


def read_journey(filled: Filled, stored: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the follow-up that a form says; what the form does not show is kept from `stored`."""
    held: Mapping[str, Any] = stored if stored is not None else {"id": new_id(filled.text("name"), "follow-up")}
    made = read(JOURNEY, held, filled, "")
    made["audience"] = read_audience(filled, held.get("audience"))
    known = {each["id"]: each for each in held.get("steps", ())}
    made["steps"] = []
    for place in sorted({int(match[1]) for name in filled.form if (match := _STEP.fullmatch(name))}):
        path = f"steps[{place}]"
        step_id = filled.text(f"{path}.id")
        # A planned message is found again by its step's id, so that one of another channel gets an id of its own.
        step = known.get(step_id) or {"id": new_id(filled.text(f"{path}.channel"), "message")}
        message = read_groups(MESSAGE_STEP, read(MESSAGE_STEP, step, filled, path), filled, path)
        made["steps"].append({name: value for name, value in message.items() if value is not None})
    return {name: value for name, value in made.items() if value is not None}


def template_choices() -> Choices:
    """Return the templates of messages that this installation has, with the channels that each is written for."""
    return tuple(
        (name, f"{name.capitalize()} ({', '.join(CHANNELS[each] for each in channels)})")
        for name, channels in template_names().items()
    )
