"""The documentation of the rules, drawn from their definitions: conditions, settings, reasons, presets."""

from collections.abc import Iterator, Mapping
from typing import Any

from server.domain.conditions import CONDITIONS
from server.domain.conditions.definition import Condition
from server.domain.facts import FactType, Need
from server.domain.reasons import WORDING
from server.domain.rules import json_schema
from server.usecases.presets import PRESETS

_NEEDS = {
    Need.CATALOGUE: "the catalogue", Need.HISTORY: "earlier orders", Need.TIER: "what the tiers ask",
    Need.BASKETS: "goods of earlier orders", Need.PROFILE: "the customer", Need.CONSENT: "consent",
    Need.SERVICE: "the help desk", Need.CLOCK: "the shop's clock",
    Need.PLANS: "the order as Shopify holds it",
}  # fmt: skip
_TYPES = {
    FactType.NUMBER: "a number", FactType.TEXT: "a word", FactType.TEXTS: "words", FactType.FLAG: "yes or no",
    FactType.TABLE: "names and values", FactType.GOODS: "goods",
}  # fmt: skip
_KINDS = {
    "money": "minor units of the shop's currency", "count": "a whole number", "percent": "0 to 100",
    "hour": "0 to 24", "choice": "one of", "choices": "some of", "text": "a word", "texts": "words",
    "variants": "variant ids", "products": "product ids", "collections": "collection ids",
}  # fmt: skip
_PARTS = {"order": "The order", "customer": "The customer", "context": "When and where"}


def as_markdown() -> str:
    """Return the whole reference."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Rules: reference"
    yield ""
    yield "Written by `afters rules reference` from the definitions themselves; a test fails when it is not up to date."
    yield from _conditions()
    yield from _settings()
    yield from _reasons()
    yield from _presets()


def _conditions() -> Iterator[str]:
    yield from ("", "## Conditions", "")
    yield (
        "An audience is a condition, or `all`, `any` or `not` of audiences. Each answers match, miss or unknown; what"
        " is unknown never counts as a match, and neither does its negation."
    )
    for part, title in _PARTS.items():
        yield from ("", f"### {title}")
        for condition in CONDITIONS.values():
            if condition.key.startswith(f"{part}."):
                yield from _condition(condition)


def _condition(condition: Condition) -> Iterator[str]:
    fact = condition.fact
    yield from ("", f"#### `{condition.key}`: {condition.label}", "")
    if condition.help:
        yield from (condition.help, "")
    told = f"Asks {_TYPES[fact.type]}"
    told += f", from {_NEEDS[fact.need]}" if fact.need is not None else ""
    told += ". It is always known." if fact.is_certain else "."
    yield told if fact.is_told else f"{told} Unknown unless it is told by `afters facts tell`."
    yield from ("", "| Argument | What | Takes |", "|---|---|---|")
    for argument in condition.arguments:
        choices = f" {', '.join(f'`{each}`' for each in argument.choices)}" if argument.choices else ""
        required = " (required)" if argument.is_required else ""
        yield f"| `{argument.name}` | {argument.label}{required} | {_KINDS[argument.kind]}{choices} |"


def _settings() -> Iterator[str]:
    yield from ("", "## The document", "")
    yield "One document a shop. `afters rules schema` writes its JSON Schema (draft 2020-12)."
    yield from _table(json_schema(), "the document", set())


def _table(schema: Mapping[str, Any], name: str, told: set[str]) -> Iterator[str]:
    rows = [(key, _inner(held)) for key, held in schema.get("properties", {}).items()]
    required = set(schema.get("required", ()))
    yield from ("", f"### {name[:1].upper()}{name[1:]}", "", "| Entry | What | Takes |", "|---|---|---|")
    for key, held in rows:
        words = " ".join(filter(None, (held.get("title", ""), held.get("description", ""))))
        yield f"| `{key}`{' (required)' if key in required else ''} | {words} | {_takes(held)} |"
    for key, held in rows:
        table = _inner(held.get("items", held))
        entries = str(table.get("properties", ""))
        if entries and entries not in told:
            told.add(entries)
            yield from _table(table, f"`{key}`" if name == "the document" else f"{name} > `{key}`", told)


def _inner(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what stands beside null."""
    forms = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    if len(forms) == 1:
        return {**forms[0], **{name: held for name, held in schema.items() if name != "anyOf"}}
    return schema


def _takes(schema: Mapping[str, Any]) -> str:
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return ", ".join(f"`{each}`" for each in schema["enum"])
    if "$ref" in str(schema):
        return "an audience"
    kinds = schema.get("type")
    kind = kinds[0] if isinstance(kinds, list) else kinds
    low, high = schema.get("minimum"), schema.get("maximum")
    if kind in ("integer", "number"):
        words = "a whole number" if kind == "integer" else "a number"
        return f"{words}, {low:,} to {high:,}" if low is not None and high is not None else words
    return {"string": "a text", "boolean": "`true` or `false`", "array": "a list", "object": "a table"}.get(
        str(kind), "a number or its text"
    )


def _reasons() -> Iterator[str]:
    yield from ("", "## Reasons", "", "Why an order, an offer or a message came out as it did: the whole list.", "")
    yield from ("| Code | Says |", "|---|---|")
    yield from (f"| `{reason.value}` | {words} |" for reason, words in WORDING.items())


def _presets() -> Iterator[str]:
    yield from ("", "## Presets", "", "`afters rules add PRESET --shop SHOP` adds one to a shop's draft.")
    for preset in PRESETS.values():
        yield from ("", f"### `{preset.id}`: {preset.name}", "", preset.what)
        if preset.needs:
            yield from ("", f"Needs: {preset.needs}")
