"""Shopify's search syntax (`query:` of connections) turned into SQL.

Terms side by side mean AND; OR, NOT, a leading minus and brackets work as Shopify documents them. What the
sandbox cannot search raises Unsupported and becomes HTTP 500: a filter that is silently dropped would hand the
app everything.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from graphql import GraphQLError

from tests.sandbox.shopify.admin.connections import Clause
from tests.sandbox.shopify.admin.gaps import Unsupported
from tests.sandbox.shopify.admin.scalars import world_time

TOKEN = re.compile(
    r"""\s*(?:
        (?P<bracket>[()]) |
        (?P<minus>-(?=[\w(])) |
        (?P<field>[A-Za-z_]+):(?P<sign>>=|<=|>|<)?(?P<value>"[^"]*"|'[^']*'|[^\s()]*) |
        (?P<word>"[^"]*"|'[^']*'|[^\s()]+)
    )""",
    re.VERBOSE,
)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Term(NamedTuple):
    """One `field:value`; `sign` is `=`, `<`, `<=`, `>` or `>=`."""

    field: str
    sign: str
    value: str


Matcher = Callable[[Term], Clause]


def compiled(text: str | None, fields: Mapping[str, Matcher]) -> Clause:
    """Return the condition that a search text means; a bare word is the term `default`.

    Raises:
        Unsupported: a field that the sandbox does not search.
        GraphQLError: an unfinished text or an unreadable value.
    """
    if text is None or not text.strip():
        return Clause("1")
    tokens = [found for found in TOKEN.finditer(text) if found.group().strip()]
    parser = _Parser(tokens, fields)
    clause = parser.alternatives()
    if parser.position != len(tokens):
        raise GraphQLError(f"search text cannot be read: {text}")
    return clause


class _Parser:
    def __init__(self, tokens: list[re.Match[str]], fields: Mapping[str, Matcher]) -> None:
        self.tokens = tokens
        self.fields = fields
        self.position = 0

    def alternatives(self) -> Clause:
        clauses = [self.conjunction()]
        while self._word("OR"):
            clauses.append(self.conjunction())
        return _joined(clauses, "OR")

    def conjunction(self) -> Clause:
        clauses = [self.unary()]
        while self.position < len(self.tokens):
            if self._word("AND"):
                clauses.append(self.unary())
            elif self._peek("OR") or self.tokens[self.position]["bracket"] == ")":
                break
            else:
                clauses.append(self.unary())
        return _joined(clauses, "AND")

    def unary(self) -> Clause:
        if self.position == len(self.tokens):
            raise GraphQLError("search text ends too early")
        token = self.tokens[self.position]
        if token["minus"] or self._peek("NOT"):
            self.position += 1
            inner = self.unary()
            return Clause(f"NOT {inner.sql}", inner.parameters)
        self.position += 1
        if token["bracket"] == "(":
            inner = self.alternatives()
            if self.position == len(self.tokens) or self.tokens[self.position]["bracket"] != ")":
                raise GraphQLError("search text lacks a closing bracket")
            self.position += 1
            return inner
        if token["bracket"]:
            raise GraphQLError("search text has a bracket too many")
        return self._term(token)

    def _term(self, token: re.Match[str]) -> Clause:
        field = (token["field"] or "default").lower()
        value = token["value"] if token["field"] else token["word"]
        if value[:1] in {"'", '"'}:
            value = value[1:-1]
        matcher = self.fields.get(field)
        if matcher is None:
            raise Unsupported(f"search by {field}")
        clause = matcher(Term(field, token["sign"] or "=", value))
        return Clause(f"coalesce({clause.sql}, 0)", clause.parameters)

    def _peek(self, word: str) -> bool:
        return self.position < len(self.tokens) and self.tokens[self.position]["word"] == word

    def _word(self, word: str) -> bool:
        if self._peek(word):
            self.position += 1
            return True
        return False


def _joined(clauses: list[Clause], word: str) -> Clause:
    if len(clauses) == 1:
        return clauses[0]
    sql = f" {word} ".join(clause.sql for clause in clauses)
    return Clause(f"({sql})", tuple(value for clause in clauses for value in clause.parameters))


def text_matcher(expression: str) -> Matcher:
    """Match a text column without regard to case; `abc*` means a prefix and `*` any value at all."""

    def match(term: Term) -> Clause:
        _equality(term)
        if term.value == "*":
            return Clause(f"{expression} <> ''")
        if term.value.endswith("*"):
            prefix = term.value[:-1]
            return Clause(f"substr({expression}, 1, ?) = ? COLLATE NOCASE", (len(prefix), prefix))
        return Clause(f"{expression} = ? COLLATE NOCASE", (term.value,))

    return match


def contains_matcher(*expressions: str) -> Matcher:
    """Match a bare word that stands anywhere in one of the columns."""

    def match(term: Term) -> Clause:
        sql = " OR ".join(f"instr(lower({expression}), lower(?)) > 0" for expression in expressions)
        return Clause(f"({sql})", (term.value,) * len(expressions))

    return match


def list_matcher(expression: str) -> Matcher:
    """Match one member of a JSON list of texts, without regard to case."""

    def match(term: Term) -> Clause:
        _equality(term)
        return Clause(f"EXISTS (SELECT 1 FROM json_each({expression}) WHERE value = ? COLLATE NOCASE)", (term.value,))

    return match


def within(source: str, matcher: Matcher) -> Matcher:
    """Match when any row of `source` (a table with its WHERE) matches."""

    def match(term: Term) -> Clause:
        inner = matcher(term)
        return Clause(f"EXISTS (SELECT 1 FROM {source} AND {inner.sql})", inner.parameters)

    return match


def number_matcher(expression: str) -> Matcher:
    """Match a whole number, also by comparison; a global id stands for its number."""

    def match(term: Term) -> Clause:
        digits = term.value.rpartition("/")[2]
        if not re.fullmatch(r"-?\d{1,18}", digits):
            raise GraphQLError(f"{term.field} wants a number, found '{term.value}'")
        return Clause(f"{expression} {term.sign} ?", (int(digits),))

    return match


def choice_matcher(expression: str) -> Matcher:
    """Match a column of upper-case words by a word, or by several with commas between."""

    def match(term: Term) -> Clause:
        _equality(term)
        words = [word.strip().upper() for word in term.value.split(",")]
        return Clause(f"{expression} IN ({', '.join('?' * len(words))})", tuple(words))

    return match


def flag_matcher(expression: str) -> Matcher:
    """Match a column of 0 and 1 by `true` or `false`."""

    def match(term: Term) -> Clause:
        _equality(term)
        if term.value not in {"true", "false"}:
            raise GraphQLError(f"{term.field} wants true or false, found '{term.value}'")
        return Clause(f"{expression} = ?", (int(term.value == "true"),))

    return match


def time_matcher(expression: str, time_zone: str) -> Matcher:
    """Match a time of the world; a bare date is that midnight in the shop's time zone, equality the whole day."""

    def match(term: Term) -> Clause:
        day_only = DAY.fullmatch(term.value) is not None
        try:
            moment = datetime.fromisoformat(term.value)
        except ValueError as error:
            raise GraphQLError(f"{term.field} wants a date or time, found '{term.value}'") from error
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(time_zone) if day_only else UTC)
        if term.sign == "=" and day_only:
            end = moment + timedelta(days=1)
            return Clause(f"({expression} >= ? AND {expression} < ?)", (world_time(moment), world_time(end)))
        return Clause(f"{expression} {term.sign} ?", (world_time(moment),))

    return match


def _equality(term: Term) -> None:
    if term.sign != "=":
        raise GraphQLError(f"{term.field} cannot be compared with {term.sign}")
