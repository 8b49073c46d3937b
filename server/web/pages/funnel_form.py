"""Reads the offer form: field names are paths into the funnel, so that a problem finds its field by its path."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from server.core.money import InvalidMoney, Money
from server.domain.conditions import CONDITIONS
from server.domain.conditions.definition import Argument
from server.domain.offers import AS_SUBSCRIPTION
from server.domain.plans import LONGEST, SHORTEST
from server.domain.rules import Problem

_CONDITION_KEY = re.compile(r"audience\.all\[(\d{1,4})\]\.key")
_ARGUMENTS = re.compile(r"audience\.all\[(\d+)\]\.args")
_NUMBER = re.compile(r"-?\d{1,12}")
_DECIMAL = re.compile(r"-?\d{1,6}(\.\d{1,4})?")
_SLUG_LENGTH = 40
_TEXTS = ("heading", "accept", "decline", "reason")
# Where a problem of a whole is shown: the last of the fields that it may be mended in.
_SHOWN_AT = {
    "offer.discount": "offer.discount.percent",
    "offer.subscription.plan": "offer.subscription",
    "schedule": "schedule.ends_at",
}

Form = MultiDict[str, str]


@dataclass(slots=True)
class FunnelForm:
    """A funnel as the form says it.

    `problems` are about texts that are no value at all: they stand in the funnel as they were written, so that the
    rules' own check finds every other problem beside them.
    """

    funnel: dict[str, Any]
    problems: dict[str, str] = field(default_factory=dict)

    def words_for(self, problems: tuple[Problem, ...], *, index: int) -> tuple[Problem, ...]:
        """Return the problems of a whole document as this form's fields know them: without the funnel's own place."""
        own = f"funnels[{index}]."
        found = {each.path.removeprefix(own).removeprefix("steps[0]."): each for each in problems}
        return tuple(
            Problem(_SHOWN_AT.get(path, path), self.problems.get(path) or self._sentence(path, each.message))
            for path, each in found.items()
            # What is wrong with a whole follows from what is wrong with a part of it.
            if not any(other.startswith((f"{path}.", f"{path}[")) for other in found)
        )

    def _sentence(self, path: str, message: str) -> str:
        """Return a problem as the form says it: arguments by their labels, since nobody sees their names."""
        if place := _ARGUMENTS.fullmatch(path):
            condition = CONDITIONS[self.funnel["audience"]["all"][int(place[1])]["key"]]
            for argument in condition.arguments:
                message = re.sub(rf"\b{argument.name}\b", f"“{argument.label}”", message)
        return message[:1].upper() + message[1:]


def is_simple(audience: Mapping[str, Any] | None) -> bool:
    """Tell whether the form can show an audience: conditions that must all hold.

    Any other tree is shown in words and stays as it is.
    """
    return _simple_leaves(audience) is not None


def simple_leaves(audience: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """Return the conditions of an audience that the form can show."""
    return _simple_leaves(audience) or []


def first_offer(funnel: Mapping[str, Any]) -> dict[str, Any]:
    """Return the offer that a funnel begins with: the one that the form edits."""
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
    read = FunnelForm({})
    name = form.get("name", "").strip()
    funnel = dict(stored) if stored is not None else _named(name)
    funnel["name"] = name
    funnel["is_live"] = "is_live" in form
    funnel["priority"] = _number(form.get("priority", ""), empty=0)
    if stored is None or is_simple(stored.get("audience")):
        funnel["audience"] = {"all": _conditions(read, form, currency)}
    funnel["schedule"] = _schedule(form)
    first, *others = funnel["steps"]
    funnel["steps"] = [{**first, "offer": _offer(read, form, first["offer"], currency)}, *others]
    read.funnel = {key: value for key, value in funnel.items() if value is not None}
    return read


def _named(name: str) -> dict[str, Any]:
    # The random end keeps an id from meaning a deleted funnel of the same name in old decisions.
    slug = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:_SLUG_LENGTH] or "offer"
    funnel_id = f"{slug}-{secrets.token_hex(3)}"
    return {
        "id": funnel_id,
        "trigger": "order_placed",
        "steps": [{"id": "first", "offer": {"id": f"{funnel_id}-offer"}}],
    }


def _schedule(form: Form) -> dict[str, str] | None:
    given = {name: form.get(f"schedule.{name}", "").strip().replace(" ", "T") for name in ("starts_at", "ends_at")}
    return {name: at for name, at in given.items() if at} or None


def _discount(
    read: FunnelForm, form: Form, stored: Mapping[str, Any] | None, currency: str | None
) -> dict[str, Any] | None:
    """Return the discount, with the amounts of other currencies as they were: the form shows the shop's alone."""
    made: dict[str, Any] = {}
    if percent := form.get("offer.discount.percent", "").strip():
        made["percent"] = _decimal(percent)
    path = f"offer.discount.amounts.{currency}"
    if amount := form.get(path, "").strip():
        others = (stored or {}).get("amounts") or {}
        made["amounts"] = {**others, str(currency): _money(read, amount, path, currency)}
    return {**made, "title": form.get("offer.discount.title", "").strip()} if made else None


def _bundle_price(
    read: FunnelForm, form: Form, stored: Mapping[str, Any] | None, currency: str | None
) -> dict[str, Any] | None:
    """Return the one price of a bundle, with those in other currencies as they were."""
    path = f"offer.price.amounts.{currency}"
    amount = form.get(path, "").strip()
    others = {name: each for name, each in ((stored or {}).get("amounts") or {}).items() if name != currency}
    amounts = {**others, **({str(currency): _money(read, amount, path, currency)} if amount else {})}
    return {"title": form.get("offer.discount.title", "").strip(), "amounts": amounts} if amounts else None


def _subscription(form: Form, stored: Mapping[str, Any] | None, *, is_needed: bool) -> Mapping[str, Any] | None:
    """Return how the plan is chosen; what sending costs later stays, as the form does not show it."""
    if "offer.subscription" not in form:
        return stored
    chosen = form["offer.subscription"] or (SHORTEST if is_needed else "")
    if not chosen:
        return None
    kept = {name: value for name, value in (stored or {}).items() if name == "shipping"}
    return {**kept, ("interval" if chosen in (SHORTEST, LONGEST) else "plan"): chosen}


def _offer(read: FunnelForm, form: Form, stored: Mapping[str, Any], currency: str | None) -> dict[str, Any]:
    offer = dict(stored)
    offer["source"] = form.get("offer.source", "")
    offer["variants"] = list(dict.fromkeys(filter(None, form.getlist("offer.variants"))))
    offer["quantity"] = _number(form.get("offer.quantity", ""), empty=1)
    offer["discount"] = _discount(read, form, stored.get("discount"), currency)
    offer["price"] = _bundle_price(read, form, stored.get("price"), currency) if offer["source"] == "bundle" else None
    is_repeat = offer["source"] == AS_SUBSCRIPTION
    offer["subscription"] = _subscription(form, stored.get("subscription"), is_needed=is_repeat)
    if is_repeat:
        offer["variants"] = []
    margin = form.get("offer.minimum_margin", "").strip()
    offer["minimum_margin"] = _decimal(margin) if margin else None
    offer["minimum_stock"] = _number(form.get("offer.minimum_stock", ""), empty=None)
    texts = {name: form.get(f"offer.texts.{name}", "").strip() for name in _TEXTS}
    offer["texts"] = {name: text for name, text in texts.items() if text}
    return {name: value for name, value in offer.items() if value is not None}


def _conditions(read: FunnelForm, form: Form, currency: str | None) -> list[dict[str, Any]]:
    found = []
    places = sorted({int(match[1]) for name in form if (match := _CONDITION_KEY.fullmatch(name))})
    for index, place in enumerate(places):
        key = form[f"audience.all[{place}].key"]
        arguments: dict[str, Any] = {}
        for argument in CONDITIONS[key].arguments if key in CONDITIONS else ():
            given = form.getlist(f"audience.all[{place}].args.{argument.name}")
            value = _argument(read, argument, given, f"audience.all[{index}].args.{argument.name}", currency)
            if value not in (None, []):
                arguments[argument.name] = value
        found.append({"key": key, "args": arguments})
    return found


def _argument(read: FunnelForm, argument: Argument, given: list[str], path: str, currency: str | None) -> Any:
    text = given[0].strip() if given else ""
    match argument.kind:
        case "money":
            return _money(read, text, path, currency) if text else None
        case "count" | "hour":
            return _number(text, empty=None)
        case "percent":
            return _decimal(text) if text else None
        case "choice" | "text":
            return text or None
        case "texts":
            return [each.strip() for each in re.split(r"[,\n]", text) if each.strip()]
    return list(dict.fromkeys(filter(None, given)))


def _money(read: FunnelForm, text: str, path: str, currency: str | None) -> int | str:
    if currency is None:
        read.problems[path] = "The shop's currency is not known yet; wait until the first import has begun."
        return text
    try:
        amount = Money.parse(text, currency).minor
    except InvalidMoney:
        amount = -1
    if amount < 0:
        read.problems[path] = "Must be an amount such as 25.00."
        return text
    return amount


def _number(text: str, *, empty: int | None) -> int | str | None:
    text = text.strip()
    if not text:
        return empty
    return int(text) if _NUMBER.fullmatch(text) else text


def _decimal(text: str) -> int | float | str:
    if not _DECIMAL.fullmatch(text):
        return text
    number = float(text)
    return int(number) if number.is_integer() else number


def _simple_leaves(audience: Mapping[str, Any] | None) -> list[Mapping[str, Any]] | None:
    if not audience:
        return []
    parts = [audience] if "key" in audience else audience.get("all")
    if not isinstance(parts, list) or any(part.get("key") not in CONDITIONS for part in parts):
        return None
    return parts
