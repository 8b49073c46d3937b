"""Reads a rule document from JSON, and says what is wrong with it, where, and what to do."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar, cast

from server.core.errors import AppError
from server.domain.audience import EVERYBODY, AllOf, AnyOf, Audience, Leaf, Not
from server.domain.conditions import CONDITIONS
from server.domain.conditions.definition import Argument
from server.domain.document import (
    SCHEMA,
    Caps,
    Funnel,
    Holds,
    Journey,
    QuietHours,
    RuleDocument,
    Step,
    Tier,
)
from server.domain.offers import Discount, Offer, Texts

_MAX_DEPTH = 20
_MAX_ITEMS = 1_000
_MAX_NODES = 1_000  # of one audience
_MAX_ALL_NODES = 20_000  # of all audiences together: a thousand rules of some ten conditions, and room
_MAX_MESSAGES = 3  # one order opens one sequence of at most three messages
_MAX_TEXT = 300
_MAX_NAMED = 5  # problems in the error's message; all of them are in its data
_SHOWN = 60
_PERCENT = re.compile(r"\d{1,3}(\.\d{1,2})?", re.ASCII)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # the categories Cc and Cs of Unicode
_AUDIENCE_FORMS = ("all", "any", "not", "key")
_CHANNELS = ("sms", "email")
_SOURCES = ("fixed", "bought_together")

Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a document: where it is, what is wrong, what to do."""

    path: str
    message: str


class InvalidRules(AppError):
    code = "invalid_rules"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        told = [f"{each.path}: {each.message}" for each in problems[:_MAX_NAMED]]
        if len(problems) > _MAX_NAMED:
            told.append(f"and {len(problems) - _MAX_NAMED} more")
        super().__init__("; ".join(told), count=len(problems))
        self.problems = problems


@dataclass(slots=True)
class _Reader:
    """Walks a JSON value and gathers every problem instead of stopping at the first."""

    problems: list[Problem] = field(default_factory=list)
    misshapen: list[str] = field(default_factory=list)
    nodes: int = 0  # of the audience being read
    all_nodes: int = 0

    def fault(self, path: str, message: str) -> None:
        self.problems.append(Problem(path or "document", message))

    def found(self) -> tuple[Problem, ...]:
        """Return the problems, but not that something is missing inside what is no object or list at all."""
        inside = tuple(f"{path}{mark}" for path in self.misshapen for mark in (".", "["))
        hidden = "" in self.misshapen
        return tuple(
            each
            for each in self.problems
            if not each.path.startswith(inside) and (not hidden or each.path == "document")
        )

    def table(self, value: object, path: str, *, known: tuple[str, ...]) -> Mapping[str, object]:
        if not isinstance(value, dict):
            self.fault(path, "must be an object.")
            self.misshapen.append(path)
            return {}
        for key in value:
            if key not in known:
                named = f"{path}.{_shown(key)}".lstrip(".")
                self.fault(named, f"is not known here; known are {', '.join(known)}.")
        return cast("Mapping[str, object]", value)

    def rows(self, value: object, path: str) -> list[object]:
        if not isinstance(value, list):
            self.fault(path, "must be a list.")
            self.misshapen.append(path)
            return []
        if len(value) > _MAX_ITEMS:
            self.fault(path, f"holds {len(value)} entries; at most {_MAX_ITEMS} are allowed.")
            return []
        return value

    def text(self, value: object, path: str, *, choices: tuple[str, ...] = ()) -> str:
        if not isinstance(value, str) or not value.strip() or len(value) > _MAX_TEXT:
            self.fault(path, f"must be a text of 1 to {_MAX_TEXT} characters.")
            return ""
        if _CONTROL.search(value):
            self.fault(path, "must not hold control characters.")
            return ""
        if choices and value not in choices:
            self.fault(path, f"is '{value}'; it must be one of {', '.join(choices)}.")
        return value

    def number(self, value: object, path: str, *, low: int = 0, high: int = 10_000_000_000) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.fault(path, f"must be a whole number from {low} to {high}.")
            return low
        return value

    def share(self, value: object, path: str) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:  # noqa: PLR2004 - percent
            self.fault(path, "must be a percentage from 0 to 100.")
            return 0.0
        return float(value)

    def flag(self, value: object, path: str) -> bool:
        if not isinstance(value, bool):
            self.fault(path, "must be true or false.")
            return False
        return value


def parse(value: object) -> RuleDocument:
    """Read a rule document.

    Raises:
        InvalidRules: with every problem found, each with its path and cure.
    """
    reader = _Reader()
    document = _document(reader, value)
    if reader.problems:
        raise InvalidRules(reader.found())
    return document


def _document(reader: _Reader, value: object) -> RuleDocument:
    known = ("schema", "funnels", "journey", "caps", "holds", "quiet_hours", "tiers", "stock", "holdout")
    top = reader.table(value, "", known=known)
    schema = top.get("schema")
    if isinstance(schema, bool) or not isinstance(schema, int) or schema != SCHEMA:
        reader.fault("schema", f"must be {SCHEMA}, the one this version of Afters reads.")
    funnels = tuple(
        _funnel(reader, each, f"funnels[{index}]")
        for index, each in enumerate(reader.rows(top.get("funnels", []), "funnels"))
    )
    _refuse_twins(reader, [funnel.id for funnel in funnels], "funnels")
    stock = reader.table(top.get("stock", {}), "stock", known=("minimum",))
    holdout = reader.table(top.get("holdout", {}), "holdout", known=("percent", "salt"))
    return RuleDocument(
        funnels=funnels,
        journey=_journey(reader, top["journey"], "journey") if top.get("journey") is not None else None,
        caps=_caps(reader, top.get("caps", {})),
        holds=_numbers(reader, top.get("holds", {}), "holds", Holds),
        quiet_hours=_quiet_hours(reader, top.get("quiet_hours", {})),
        tiers=tuple(
            _tier(reader, each, f"tiers[{index}]")
            for index, each in enumerate(reader.rows(top.get("tiers", []), "tiers"))
        ),
        minimum_stock=reader.number(stock.get("minimum", 10), "stock.minimum", high=1_000_000),
        holdout_percent=reader.share(holdout.get("percent", 0), "holdout.percent"),
        holdout_salt=reader.text(holdout.get("salt", "holdout"), "holdout.salt"),
    )


def _shown(key: object) -> str:
    return str(key)[:_SHOWN].encode("ascii", "backslashreplace").decode() if isinstance(key, str) else "?"


def _refuse_twins(reader: _Reader, ids: list[str], path: str) -> None:
    for twin in sorted(each for each, count in Counter(ids).items() if each and count > 1):
        reader.fault(path, f"'{twin}' is used as an id twice; give each its own.")


def _numbers(reader: _Reader, value: object, path: str, kind: Callable[..., Part]) -> Part:
    names = tuple(kind.__dataclass_fields__)  # type: ignore[attr-defined]  # kind is one of the dataclasses above
    table = reader.table(value, path, known=names)
    # A limit that was left blank is a limit that is off, as 0 is; one that is not named has its default.
    given = {name: 0 if table[name] is None else table[name] for name in names if name in table}
    return kind(**{name: reader.number(each, f"{path}.{name}", high=10_000) for name, each in given.items()})


def _caps(reader: _Reader, value: object) -> Caps:
    caps = _numbers(reader, value, "caps", Caps)
    if not 1 <= caps.messages_per_sequence <= _MAX_MESSAGES:
        reader.fault("caps.messages_per_sequence", f"must be from 1 to {_MAX_MESSAGES}.")
    return caps


def _quiet_hours(reader: _Reader, value: object) -> QuietHours:
    table = reader.table(value, "quiet_hours", known=("start_hour", "end_hour"))
    start = reader.number(table.get("start_hour", 9), "quiet_hours.start_hour", high=23)
    end = reader.number(table.get("end_hour", 20), "quiet_hours.end_hour", high=24)
    if start >= end:
        reader.fault("quiet_hours", "leaves no hour for texts; start_hour must lie before end_hour.")
    return QuietHours(start_hour=start, end_hour=end)


def _tier(reader: _Reader, value: object, path: str) -> Tier:
    table = reader.table(value, path, known=("name", "at_least_spent", "at_least_orders"))
    return Tier(
        name=reader.text(table.get("name"), f"{path}.name"),
        at_least_spent=reader.number(table.get("at_least_spent", 0), f"{path}.at_least_spent"),
        at_least_orders=reader.number(table.get("at_least_orders", 0), f"{path}.at_least_orders"),
    )


def _funnel(reader: _Reader, value: object, path: str) -> Funnel:
    known = ("id", "name", "is_live", "priority", "trigger", "audience", "offer")
    table = reader.table(value, path, known=known)
    return Funnel(
        id=reader.text(table.get("id"), f"{path}.id"),
        name=reader.text(table.get("name"), f"{path}.name"),
        is_live=reader.flag(table.get("is_live", False), f"{path}.is_live"),
        priority=reader.number(table.get("priority", 0), f"{path}.priority", low=-1_000, high=1_000),
        trigger=reader.text(table.get("trigger", "order_placed"), f"{path}.trigger", choices=("order_placed",)),
        audience=_audience(reader, table.get("audience"), f"{path}.audience", depth=0),
        offer=_offer(reader, table.get("offer"), f"{path}.offer"),
    )


def _journey(reader: _Reader, value: object, path: str) -> Journey:
    known = ("id", "name", "is_live", "trigger", "audience", "steps", "expires_hours")
    table = reader.table(value, path, known=known)
    steps = tuple(
        _step(reader, each, f"{path}.steps[{index}]")
        for index, each in enumerate(reader.rows(table.get("steps", []), f"{path}.steps"))
    )
    _refuse_twins(reader, [step.id for step in steps], f"{path}.steps")
    expires_hours = reader.number(table.get("expires_hours", 72), f"{path}.expires_hours", low=1, high=720)
    for index, step in enumerate(steps):
        if step.delay_seconds >= expires_hours * 3600:
            reader.fault(f"{path}.steps[{index}].delay_seconds", f"lies beyond expires_hours, {expires_hours}.")
    return Journey(
        id=reader.text(table.get("id"), f"{path}.id"),
        name=reader.text(table.get("name"), f"{path}.name"),
        is_live=reader.flag(table.get("is_live", False), f"{path}.is_live"),
        trigger=reader.text(table.get("trigger", "order_paid"), f"{path}.trigger", choices=("order_paid",)),
        audience=_audience(reader, table.get("audience"), f"{path}.audience", depth=0),
        steps=steps,
        expires_hours=expires_hours,
    )


def _step(reader: _Reader, value: object, path: str) -> Step:
    table = reader.table(value, path, known=("id", "channel", "delay_seconds", "template"))
    return Step(
        id=reader.text(table.get("id"), f"{path}.id"),
        channel=reader.text(table.get("channel"), f"{path}.channel", choices=_CHANNELS),
        delay_seconds=reader.number(table.get("delay_seconds"), f"{path}.delay_seconds", high=30 * 86_400),
        template=reader.text(table.get("template"), f"{path}.template"),
    )


def _offer(reader: _Reader, value: object, path: str) -> Offer:
    known = ("id", "source", "variants", "quantity", "discount", "minimum_stock", "texts")
    table = reader.table(value, path, known=known)
    source = reader.text(table.get("source"), f"{path}.source", choices=_SOURCES)
    variants = tuple(
        reader.text(each, f"{path}.variants[{index}]")
        for index, each in enumerate(reader.rows(table.get("variants", []), f"{path}.variants"))
    )
    if source == "fixed" and not variants and f"{path}.variants" not in reader.misshapen:
        reader.fault(f"{path}.variants", "is empty; choose at least one product to offer.")
    minimum = table.get("minimum_stock")
    names = ("heading", "accept", "decline", "reason")
    texts = reader.table(table.get("texts", {}), f"{path}.texts", known=names)
    return Offer(
        id=reader.text(table.get("id"), f"{path}.id"),
        source=source,
        variant_ids=variants,
        quantity=reader.number(table.get("quantity", 1), f"{path}.quantity", low=1, high=100),
        discount=_discount(reader, table.get("discount"), f"{path}.discount"),
        minimum_stock=None if minimum is None else reader.number(minimum, f"{path}.minimum_stock", high=1_000_000),
        texts=Texts(
            **{name: reader.text(texts[name], f"{path}.texts.{name}") for name in names if texts.get(name) is not None}
        ),
    )


def _discount(reader: _Reader, value: object, path: str) -> Discount | None:
    if value is None:
        return None
    table = reader.table(value, path, known=("percent", "title"))
    given = table.get("percent")
    # A number of thousands of digits cannot even be written, so its size is asked first.
    written = str(given) if isinstance(given, str | float) or (isinstance(given, int) and 0 < given <= 100) else ""  # noqa: PLR2004 - percent
    percent = Decimal(written) if _PERCENT.fullmatch(written) else Decimal(-1)
    if not 0 < percent <= 100:  # noqa: PLR2004 - percent
        reader.fault(f"{path}.percent", "must lie above 0 and at most at 100, with two decimals at most.")
        return None
    return Discount(percent=percent, title=reader.text(table.get("title"), f"{path}.title"))


def _audience(reader: _Reader, value: object, path: str, *, depth: int) -> Audience:
    """Read an audience; none at all is everybody, but only as a whole: inside a tree it would be a slip."""
    if depth == 0 and (value is None or value == {}):
        return EVERYBODY
    if depth > _MAX_DEPTH:
        reader.fault(path, f"is nested deeper than {_MAX_DEPTH} levels; flatten it.")
        return EVERYBODY
    if not _has_room(reader, path, depth):
        return EVERYBODY
    table = reader.table(value, path, known=(*_AUDIENCE_FORMS, "args"))
    if path in reader.misshapen:
        return EVERYBODY
    forms = [name for name in _AUDIENCE_FORMS if name in table]
    if len(forms) != 1 or ("args" in table and forms != ["key"]):
        reader.fault(path, "needs exactly one of all, any, not, or key with args.")
        return EVERYBODY
    if forms == ["key"]:
        return _leaf(reader, table, path)
    if forms == ["not"]:
        return Not(_audience(reader, table["not"], f"{path}.not", depth=depth + 1))
    name = forms[0]
    rows = reader.rows(table[name], f"{path}.{name}")
    parts = (_audience(reader, each, f"{path}.{name}[{at}]", depth=depth + 1) for at, each in enumerate(rows))
    return AllOf(tuple(parts)) if name == "all" else AnyOf(tuple(parts))


def _has_room(reader: _Reader, path: str, depth: int) -> bool:
    reader.nodes = 1 if depth == 0 else reader.nodes + 1
    reader.all_nodes += 1
    for count, most, where in (
        (reader.nodes, _MAX_NODES, "in one audience"), (reader.all_nodes, _MAX_ALL_NODES, "in all audiences together"),
    ):  # fmt: skip
        if count == most + 1:
            reader.fault(path, f"is beyond the {most} conditions that may be used {where}; use fewer.")
    return reader.nodes <= _MAX_NODES and reader.all_nodes <= _MAX_ALL_NODES


def _leaf(reader: _Reader, table: Mapping[str, object], path: str) -> Audience:
    key = reader.text(table["key"], f"{path}.key")
    condition = CONDITIONS.get(key)
    if not key:
        return EVERYBODY
    if condition is None:
        reader.fault(f"{path}.key", f"'{key}' is no condition; known are {', '.join(CONDITIONS)}.")
        return EVERYBODY
    names = tuple(argument.name for argument in condition.arguments)
    given = reader.table(table.get("args", {}), f"{path}.args", known=names)
    arguments = {
        argument.name: _argument(reader, given[argument.name], f"{path}.args.{argument.name}", argument)
        for argument in condition.arguments
        if given.get(argument.name) is not None
    }
    missing = [each.name for each in condition.arguments if each.is_required and each.name not in arguments]
    for name in missing:
        reader.fault(f"{path}.args.{name}", "is missing.")
    if not missing and not arguments:
        reader.fault(f"{path}.args", f"is empty; give at least one of {', '.join(names)}.")
    low, high = arguments.get("at_least"), arguments.get("at_most")
    if isinstance(low, int) and isinstance(high, int) and low > high:
        reader.fault(f"{path}.args", "can never be met; at_least must not lie above at_most.")
    return Leaf(key, arguments)


def _argument(reader: _Reader, value: object, path: str, argument: Argument) -> object:
    match argument.kind:
        case "money" | "count":
            return reader.number(value, path)
        case "hour":
            return reader.number(value, path, high=24)
        case "percent":
            return reader.share(value, path)
        case "choice" | "text":
            return reader.text(value, path, choices=argument.choices)
        case _:
            choices = argument.choices
            rows = [
                reader.text(each, f"{path}[{at}]", choices=choices) for at, each in enumerate(reader.rows(value, path))
            ]
            if not rows and path not in reader.misshapen:
                reader.fault(path, "is empty; name at least one.")
            return frozenset(rows)
