"""Reads the form of a funnel: field names are paths into it, so that a problem finds its field by its path."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.domain.rules import Problem
from server.domain.rules.funnels import ARM, EXPERIMENT, FUNNEL
from server.web.pages.audience_form import read_audience
from server.web.pages.controls import Filled, Form, as_number, read
from server.web.pages.form_problems import told_at_fields
from server.web.pages.offer_form import empty_offer, new_offer_id, read_offer

_SLUG_LENGTH = 40
_STEP = re.compile(r"steps\[(\d{1,2})\]\.id")
# The form has further steps and tests; one without this mark leaves them as they are.
STEPS_MARK = "has_steps"


@dataclass(frozen=True, slots=True)
class FunnelForm:
    """A funnel as the form says it."""

    funnel: dict[str, Any]
    faults: Mapping[str, str]

    def words_for(self, problems: tuple[Problem, ...], *, index: int) -> tuple[Problem, ...]:
        """Return the problems of a whole document as this form's fields know them: without the funnel's own place."""
        own, first = f"funnels[{index}].", f"funnels[{index}].steps[0].offer"
        # The first step's offer stands in the form without its place.
        moved = tuple(
            Problem(f"{own}offer{each.path.removeprefix(first)}", each.message) if each.path.startswith(first) else each
            for each in problems
        )
        told = told_at_fields(moved, own=own, entry=self.funnel, table=FUNNEL, faults=self.faults)
        return tuple(Problem(_shown_at(each.path), each.message) for each in told)


def first_offer(funnel: Mapping[str, Any]) -> dict[str, Any]:
    """Return the offer that a funnel begins with."""
    offer: dict[str, Any] = funnel["steps"][0]["offer"]
    return offer


def empty_funnel() -> dict[str, Any]:
    """Return what the form of a new funnel starts from."""
    return {
        "name": "",
        "is_live": True,
        "priority": 0,
        "audience": {"all": []},
        "steps": [{"id": "first", "offer": {"source": "fixed", "variants": [], "quantity": 1, "texts": {}}}],
    }


def read_funnel(form: Form, *, stored: Mapping[str, Any] | None, currency: str | None) -> FunnelForm:
    """Return the funnel that a filled-in form makes; money is minor units of `currency`.

    `stored` is the funnel being edited, None for a new one: what the form does not show is kept from it.
    """
    filled = Filled(form, currency)
    name = filled.text("name")
    funnel = dict(stored) if stored is not None else _new(name)
    funnel["name"] = name
    funnel["is_live"] = "is_live" in form
    priority = filled.text("priority")
    funnel["priority"] = as_number(priority) if priority else 0
    funnel["audience"] = read_audience(filled, stored.get("audience") if stored is not None else None)
    funnel["schedule"] = _schedule(filled)
    first, *others = funnel["steps"]
    steps = [{**first, "offer": read_offer(filled, "offer", first["offer"])}, *others]
    funnel["steps"] = _steps(filled, steps, funnel["id"]) if STEPS_MARK in form else steps
    return FunnelForm({key: value for key, value in funnel.items() if value is not None}, filled.faults)


def new_id(name: str, otherwise: str) -> str:
    """Return an id for something of this name."""
    # The random end keeps an id from meaning a deleted thing of the same name in old decisions.
    slug = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:_SLUG_LENGTH] or otherwise
    return f"{slug}-{secrets.token_hex(3)}"


def _new(name: str) -> dict[str, Any]:
    funnel_id = new_id(name, "offer")
    return {
        "id": funnel_id,
        "trigger": "order_placed",
        "steps": [{"id": "first", "offer": {"id": f"{funnel_id}-offer"}}],
    }


def _schedule(filled: Filled) -> dict[str, str] | None:
    given = {name: filled.text(f"schedule.{name}").replace(" ", "T") for name in ("starts_at", "ends_at")}
    return {name: at for name, at in given.items() if at} or None


def _steps(filled: Filled, stored: list[dict[str, Any]], funnel_id: str) -> list[dict[str, Any]]:
    """Return the steps in the form's order, each with its test and with what comes after its answers."""
    known = {each["id"]: each for each in stored}
    made = [_step(filled, "steps[0]", stored[0], funnel_id)]
    for place in sorted({int(match[1]) for name in filled.form if (match := _STEP.fullmatch(name))} - {0}):
        path, step_id = f"steps[{place}]", filled.text(f"steps[{place}].id")
        held = known.get(step_id) or {"id": step_id, "offer": empty_offer(new_offer_id(funnel_id))}
        offer = read_offer(filled, f"{path}.offer", held["offer"])
        made.append(_step(filled, path, {**held, "offer": offer}, funnel_id))
    return made


def _step(filled: Filled, path: str, step: Mapping[str, Any], funnel_id: str) -> dict[str, Any]:
    """Return a step with its test, and with what comes after its answers."""
    made = dict(step)
    for name in ("if_accepted", "if_declined"):
        made[name] = filled.text(f"{path}.{name}") or None
    made["experiment"] = _experiment(filled, f"{path}.experiment", step.get("experiment"), funnel_id)
    return {name: value for name, value in made.items() if value is not None}


def _experiment(filled: Filled, path: str, held: Mapping[str, Any] | None, funnel_id: str) -> dict[str, Any] | None:
    """Return the test of a step; one without arms is none."""
    arm_key = re.compile(rf"{re.escape(path)}\.arms\[(\d{{1,2}})\]\.id")
    places = sorted({int(match[1]) for name in filled.form if (match := arm_key.fullmatch(name))})
    if not places:
        return None
    # An arm may be called otherwise than before: its offer is what it is known by.
    stored = {each["offer"]["id"]: each for each in (held or {}).get("arms", [])}
    arms = []
    for place in places:
        at = f"{path}.arms[{place}]"
        arm = stored.get(filled.text(f"{at}.offer.id")) or {"offer": empty_offer(new_offer_id(funnel_id))}
        named = {**arm, "id": filled.text(f"{at}.id"), "offer": read_offer(filled, f"{at}.offer", arm["offer"])}
        arms.append(read(ARM, named, filled, at, only=("weight",)))
    return read(EXPERIMENT, {**(held or {}), "arms": arms}, filled, path, only=("traffic",))


def _shown_at(path: str) -> str:
    """Return where a problem of a whole is shown: the last of the fields that it may be mended in."""
    if path == "schedule":
        return "schedule.ends_at"
    if block := re.fullmatch(r"(.*offer\.layout\.blocks)\[\d+\]", path):
        return block[1]  # one field for their order
    if re.search(r"offer\.subscription\.\w+$", path):
        return path.rpartition(".")[0]  # one choice for how goods are sold
    return f"{path}.percent" if path.endswith("offer.discount") else path
