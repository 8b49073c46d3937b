"""Markets as a document writes them: where they are, and what of the rules is otherwise there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.domain.document import Market
from server.domain.rules.entries import ID, NAME
from server.domain.rules.reading import Reader
from server.domain.rules.shapes import Codes, Field, Schema, Table

# Everything else is one for the whole shop: who is drawn into what must not change with the address.
OVERRIDDEN = (
    "funnels", "journeys", "caps", "holds", "quiet_hours", "stock", "margin", "repeats", "templates", "pairings",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Overrides:
    """Parts of a document that replace the shop's; what they come to is read as a document of its own."""

    def read(self, reader: Reader, value: object, path: str) -> Mapping[str, object]:
        return reader.table(value, path, known=OVERRIDDEN)

    def schema(self) -> Schema:
        return {"type": "object", "propertyNames": {"enum": list(OVERRIDDEN)}}


def _made(*, overrides: object = None, **given: Any) -> Market:  # noqa: ARG001 - read by itself, see `override`
    return Market(**given)


def _check_market(reader: Reader, market: Market, path: str) -> None:
    if not market.countries and not market.currencies:
        reader.fault(path, "is nowhere; name its countries, or its currencies.")


MARKET = Table(
    _made,
    (
        ID,
        NAME,
        Field("countries", Codes(2), "Countries"),
        Field("currencies", Codes(3), "Currencies", "Where the country is not known."),
        Field("overrides", _Overrides(), "What is otherwise", "Parts of the document; lists are joined by their ids."),
    ),
    _check_market,
)


def override(reader: Reader, base: Any, over: Any, path: str) -> Any:
    """Return a part of a document with parts of it replaced.

    Objects are joined entry by entry, lists of things with ids by these ids; anything else is replaced as a whole.
    """
    if isinstance(base, dict) and isinstance(over, dict):
        joined = {name: override(reader, base.get(name), held, f"{path}.{name}") for name, held in over.items()}
        return {**base, **joined}
    if _has_ids(base) and _has_ids(over):
        known = {each["id"]: each for each in base}
        for index, each in enumerate(over):
            if each["id"] not in known:
                reader.fault(f"{path}[{index}].id", f"'{each['id']}' is not there to be overridden.")
            else:
                known[each["id"]] = override(reader, known[each["id"]], each, f"{path}[{index}]")
        return list(known.values())
    return over


def _has_ids(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) and "id" in each for each in value)
