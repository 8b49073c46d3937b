"""Shopify's custom scalars: what goes out is checked, what comes in must have the right form.

graphql-core lets a custom scalar be anything until it is told otherwise. A wrong output is a fault of the sandbox
and raises; a wrong input is refused as Shopify refuses it.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from graphql import GraphQLError, GraphQLScalarType, GraphQLSchema

from tests.sandbox.shopify.admin.amounts import Money, decimal_text, money_text
from tests.sandbox.shopify.admin.gaps import Unsupported

DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
URL = re.compile(r"https?://[^\s/]+[^\s]*")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

Coerce = Callable[[Any], Any]


def world_time(moment: datetime) -> str:
    """Return an aware datetime as the world and the API write times: UTC, whole seconds, a trailing Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def attach(schema: GraphQLSchema) -> None:
    """Give every custom scalar that the resolvers use its checks; the others refuse to be used."""
    for name, scalar in schema.type_map.items():
        if isinstance(scalar, GraphQLScalarType) and name not in {"Int", "Float", "String", "Boolean", "ID"}:
            out, into = SCALARS.get(name, (_unused(name), _unused(name)))
            scalar.coerce_output_value = out
            scalar.coerce_input_value = into


def _unused(name: str) -> Coerce:
    def refuse(value: Any) -> Any:
        raise Unsupported(f"scalar {name} ({value!r})")

    return refuse


def _matching(name: str, pattern: re.Pattern[str], problem: type[Exception]) -> Coerce:
    def check(value: Any) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise problem(f"invalid {name} '{value}'")
        return value

    return check


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise GraphQLError(f"expected a string, found {value!r}")
    return value


def _money_out(value: Any) -> str:
    if not isinstance(value, Money):
        raise TypeError(f"not money: {value!r}")
    return money_text(value)


def _decimal_out(value: Any) -> str:
    if not isinstance(value, Money):
        raise TypeError(f"not money: {value!r}")
    return decimal_text(value)


def _decimal_in(value: Any) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise GraphQLError(f"invalid decimal '{value}'") from error
    if isinstance(value, bool) or not number.is_finite():
        raise GraphQLError(f"invalid decimal '{value}'")
    return number


def _unsigned_out(value: Any) -> str:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError(f"not an unsigned number: {value!r}")
    return str(value)


def _unsigned_in(value: Any) -> int:
    if isinstance(value, bool) or not str(value).isdigit():
        raise GraphQLError(f"invalid unsigned number '{value}'")
    return int(value)


def _date_time_in(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(_text(value))
    except ValueError as error:
        raise GraphQLError(f"invalid DateTime '{value}'") from error
    if "T" not in value.upper():
        raise GraphQLError(f"invalid DateTime '{value}'")
    return moment.replace(tzinfo=moment.tzinfo or UTC)


def _date_in(value: Any) -> date:
    try:
        return date.fromisoformat(_text(value))
    except ValueError as error:
        raise GraphQLError(f"invalid Date '{value}'") from error


def _as_it_is(value: Any) -> Any:
    return value


def _text_out(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"not a text: {value!r}")
    return value


# name -> (check of what goes out, reading of what comes in)
SCALARS: dict[str, tuple[Coerce, Coerce]] = {
    "DateTime": (_matching("DateTime", DATE_TIME, TypeError), _date_time_in),
    "Date": (_matching("Date", DAY, TypeError), _date_in),
    "Decimal": (_decimal_out, _decimal_in),
    "Money": (_money_out, _decimal_in),
    "URL": (_matching("URL", URL, TypeError), _matching("URL", URL, GraphQLError)),
    "HTML": (_text_out, _text),
    "FormattedString": (_text_out, _text),
    "JSON": (_as_it_is, _as_it_is),
    "UnsignedInt64": (_unsigned_out, _unsigned_in),
}
