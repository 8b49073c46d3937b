"""What is otherwise in a market: fields for limits and discounts, and the rest as it is written."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from server.domain.rules.markets import OVERRIDDEN
from server.domain.rules.shapes import Flag
from server.web.pages.controls import Choices, Control, Filled, as_number, draw, is_plain, read
from server.web.pages.listing import Part
from server.web.pages.settings import PARTS, SettingsPart
from server.web.pages.wording import discount_words

Overrides = dict[str, Any]

_SHOWN_FUNNELS = 40  # the fields of more would be no form any more; their overrides stand in the text
_AS_ELSEWHERE = ""
_SWITCH: Choices = ((_AS_ELSEWHERE, "As everywhere"), ("yes", "Yes"), ("no", "No"))
_TITLE = "Added to your order"  # of a discount where there is none elsewhere


@dataclass(frozen=True, slots=True)
class OfferPlace:
    """One offer of the draft that a market may discount otherwise; `path` is where it stands in the document."""

    path: str
    funnel_id: str
    step_id: str
    offer: Mapping[str, Any]


def limits() -> tuple[SettingsPart, ...]:
    """Return the parts with plain values that a market may have otherwise."""
    return tuple(part for part in PARTS if part.name in OVERRIDDEN)


def parts_of(document: Mapping[str, Any], shown: Overrides) -> tuple[Part, ...]:
    """Return the fields of a market: what it has otherwise, and beside each what holds elsewhere."""
    found = [
        Part(part.heading, "", tuple(_limits(part, document.get(part.name) or {}, shown.get(part.name, {}))))
        for part in limits()
    ]
    return (*_offers(document, shown), *found)


def split(document: Mapping[str, Any], overrides: Overrides) -> tuple[Overrides, Overrides]:
    """Return what of a market's overrides the fields show, and the rest."""
    shown: Overrides = {}
    rest = deepcopy(overrides)
    for part in limits():
        held = rest.get(part.name)
        if isinstance(held, dict):
            plain = [each.name for each in part.table.fields if is_plain(each.shape)]
            shown[part.name] = {name: held.pop(name) for name in plain if held.get(name) is not None}
            if shown[part.name] and not held:
                del rest[part.name]
    for place in _places(document):
        _take(rest, place, shown)
    return shown, rest


def read_overrides(
    filled: Filled, document: Mapping[str, Any], rest: Overrides, titles: Mapping[str, Any]
) -> tuple[Overrides, list[str]]:
    """Return the overrides that fields and text say together, and the places that both of them name."""
    made, twice = deepcopy(rest), list[str]()
    for part in limits():
        given = _read_limits(filled, part)
        if given:
            held = made.setdefault(part.name, {})
            twice += [f"{part.name}.{name}" for name in given if name in held]
            held.update(given)
    for place in _places(document):
        live = filled.text(f"overrides.{_funnel_path(place)}.is_live")
        percent = filled.text(f"overrides.{place.path}.discount.percent")
        if live and place.path.endswith("steps[0].offer"):
            funnel = _entry(made, "funnels", place.funnel_id)
            twice += [f"{_funnel_path(place)}.is_live"] if "is_live" in funnel else []
            funnel["is_live"] = live == "yes"
        if percent:
            discount = _discount(made, place)
            twice += [f"{place.path}.discount.percent"] if "percent" in discount else []
            discount["percent"] = as_number(percent)
            elsewhere = place.offer.get("discount")
            if not elsewhere:
                discount.setdefault("title", titles.get(f"{place.path}.title", _TITLE))
            elif elsewhere.get("amounts"):
                discount["amounts"] = None  # a percentage takes the place of amounts
    return made, twice


def _limits(part: SettingsPart, elsewhere: Mapping[str, Any], own: Mapping[str, Any]) -> Iterator[Control]:
    path = f"overrides.{part.name}"
    pairs = zip(draw(part.table, path, elsewhere), draw(part.table, path, own), strict=True)
    for usual, control in pairs:
        name = control.name.removeprefix(f"{path}.")
        if control.kind == "flag":
            words = f"Elsewhere {'yes' if usual.value else 'no'}."
            yield replace(control, kind="choice", value=_switched(own.get(name)), choices=_SWITCH, help=words)
            continue
        told = f"{usual.value}{usual.suffix}" if usual.value != "" else "none"
        yield replace(control, value=control.value if name in own else "", help=f"Elsewhere {told}. Empty: the same.")


def _read_limits(filled: Filled, part: SettingsPart) -> dict[str, Any]:
    path = f"overrides.{part.name}"
    given = [each for each in part.table.fields if filled.text(f"{path}.{each.name}")]
    flags = [each.name for each in given if isinstance(each.shape, Flag)]
    found = read(part.table, {}, filled, path, only=[each.name for each in given if each.name not in flags])
    return found | {name: filled.text(f"{path}.{name}") == "yes" for name in flags}


def _offers(document: Mapping[str, Any], shown: Overrides) -> Iterator[Part]:
    for index, funnel in enumerate(document.get("funnels", ())[:_SHOWN_FUNNELS]):
        places = [each for each in _places(document) if each.path.startswith(f"funnels[{index}].")]
        live = shown.get(f"{funnel['id']}.is_live")
        switch = Control(
            name=f"overrides.funnels[{index}].is_live",
            label="On here",
            help=f"Elsewhere {'on' if funnel.get('is_live') else 'off'}.",
            kind="choice",
            value=_switched(live),
            choices=_SWITCH,
        )
        discounts = tuple(
            Control(
                name=f"overrides.{place.path}.discount.percent",
                label="Discount" if len(places) == 1 else f"Discount of offer {number}",
                help=f"Elsewhere {discount_words(place.offer).lower()}. Empty: the same.",
                kind="number",
                value=shown.get(place.path, ""),
                highest=100,
                suffix="%",
            )
            for number, place in enumerate(places, start=1)
        )
        yield Part(f"Offer “{funnel['name']}”", "", (switch, *discounts))


def _take(rest: Overrides, place: OfferPlace, shown: Overrides) -> None:
    """Move what fields show of one offer from the rest to them, and what is empty by that out of the rest."""
    funnel = _found(rest.get("funnels"), place.funnel_id)
    if funnel is None:
        return
    is_taken = False
    if isinstance(funnel.get("is_live"), bool):
        shown[f"{place.funnel_id}.is_live"] = funnel.pop("is_live")
        is_taken = True
    step = _found(funnel.get("steps"), place.step_id)
    offer = (step or {}).get("offer")
    discount = offer.get("discount") if isinstance(offer, dict) else None
    if isinstance(discount, dict) and discount.get("percent") is not None and discount.get("amounts") is None:
        if (place.offer.get("discount") or {}).get("amounts"):
            discount.pop("amounts", None)  # is written again beside the percentage
        shown[place.path] = discount.pop("percent")
        if not place.offer.get("discount"):
            shown[f"{place.path}.title"] = discount.pop("title", _TITLE)
        is_taken = True
        _drop_empty(funnel, step, offer)
    if is_taken and set(funnel) == {"id"}:
        rest["funnels"].remove(funnel)
        if not rest["funnels"]:
            del rest["funnels"]


def _drop_empty(funnel: dict[str, Any], step: Any, offer: Any) -> None:
    """Take out the tables around a discount in which nothing is left; an id alone overrides nothing."""
    if not offer["discount"]:
        del offer["discount"]
    if not offer:
        del step["offer"]
    if set(step) == {"id"}:
        funnel["steps"].remove(step)
    if not funnel["steps"]:
        del funnel["steps"]


def _places(document: Mapping[str, Any]) -> Iterator[OfferPlace]:
    for index, funnel in enumerate(document.get("funnels", ())[:_SHOWN_FUNNELS]):
        for number, step in enumerate(funnel["steps"]):
            yield OfferPlace(f"funnels[{index}].steps[{number}].offer", funnel["id"], step["id"], step["offer"])


def _switched(value: Any) -> str:
    return _AS_ELSEWHERE if value is None else "yes" if value else "no"


def _funnel_path(place: OfferPlace) -> str:
    return place.path.partition(".")[0]


def _found(entries: Any, entry_id: str) -> dict[str, Any] | None:
    known = entries if isinstance(entries, list) else []
    return next((each for each in known if isinstance(each, dict) and each.get("id") == entry_id), None)


def _entry(held: dict[str, Any], name: str, entry_id: str) -> dict[str, Any]:
    """Return the entry of an id in a list of overrides, made if it is not there."""
    entries = held.setdefault(name, [])
    found = _found(entries, entry_id)
    if found is None:
        found = {"id": entry_id}
        entries.append(found)
    return found


def _discount(made: Overrides, place: OfferPlace) -> dict[str, Any]:
    step = _entry(_entry(made, "funnels", place.funnel_id), "steps", place.step_id)
    discount: Any = step.setdefault("offer", {}).setdefault("discount", {})
    if not isinstance(discount, dict):  # it was taken away by the text, which the percentage gives back
        discount = step["offer"]["discount"] = {}
    found: dict[str, Any] = discount
    return found
