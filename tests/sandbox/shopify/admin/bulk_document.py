"""What a bulk operation may ask, and how its answer is taken apart into lines.

After Shopify's guide to bulk operations: one to five connections, at most two levels of them, written with edges and
nodes, no `node` or `nodes` at the top, one root connection. Pages are the platform's affair: the query names none.
"""

from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from graphql import (
    ArgumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    IntValueNode,
    NameNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    parse,
    specified_rules,
    validate,
    visit,
)
from graphql.language import DocumentNode

MOST_CONNECTIONS = 5
DEEPEST = 2
PAGE = 250
EVERYTHING = 1_000_000
_PAGING = {"first", "last", "after", "before"}
_PAGE_INFO = (
    FieldNode(
        name=NameNode(value="pageInfo"),
        selection_set=SelectionSetNode(
            selections=tuple(FieldNode(name=NameNode(value=name)) for name in ("hasNextPage", "endCursor"))
        ),
    ),
)
PAGE_LIMIT: ContextVar[int] = ContextVar("page_limit", default=PAGE)


class InvalidBulkQuery(Exception):
    """A query that Shopify would not run as a bulk operation; the message is its user error."""


@dataclass(frozen=True, slots=True)
class BulkQuery:
    """A query fit for a bulk operation; `root` is the name its one connection answers under."""

    document: DocumentNode
    root: str

    def page(self, cursor: str | None) -> DocumentNode:
        """Return the document that asks for the next page of the root, and all of what hangs below it."""
        paged: DocumentNode = visit(self.document, _Pager(self.root, cursor))
        return paged


class _Pager(Visitor):
    def __init__(self, root: str, cursor: str | None) -> None:
        super().__init__()
        self._root, self._cursor, self._depth = root, cursor, 0

    def enter_field(self, node: FieldNode, *_rest: Any) -> FieldNode | None:
        if not _is_connection(node):
            return None
        is_root = (node.alias or node.name).value == self._root and self._depth == 0
        self._depth += 1
        added = [_number("first", PAGE if is_root else EVERYTHING)]
        if is_root and self._cursor is not None:
            value = StringValueNode(value=self._cursor, block=False)
            added.append(ArgumentNode(name=NameNode(value="after"), value=value))
        given = [each for each in node.arguments or () if each.name.value not in _PAGING]
        selections = node.selection_set.selections if node.selection_set else ()
        return FieldNode(
            name=node.name,
            alias=node.alias,
            arguments=(*given, *added),
            selection_set=SelectionSetNode(selections=(*selections, *(_PAGE_INFO if is_root else ()))),
        )


def read(schema: GraphQLSchema, text: str) -> BulkQuery:
    """Return the query of a bulk operation.

    Raises:
        InvalidBulkQuery.
    """
    try:
        document = parse(text)
    except GraphQLError as error:
        raise InvalidBulkQuery(f"Invalid bulk query: {error.message}") from error
    if found := validate(schema, document, specified_rules):
        raise InvalidBulkQuery(f"Invalid bulk query: {found[0].message}")
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if len(operations) != 1 or operations[0].operation.value != "query" or operations[0].variable_definitions:
        raise InvalidBulkQuery("Bulk queries must contain exactly one query, without variables.")
    roots = [node for node in operations[0].selection_set.selections if isinstance(node, FieldNode)]
    if any(node.name.value in {"node", "nodes"} for node in roots):
        raise InvalidBulkQuery("Bulk queries cannot contain a top level `node` or `nodes` field.")
    counter = _Counter(schema)
    visit(document, TypeInfoVisitor(counter.info, counter))
    counter.check()
    if len(roots) != 1 or not _is_connection(roots[0]):
        raise InvalidBulkQuery("Bulk queries must have one connection at the top.")
    return BulkQuery(document, (roots[0].alias or roots[0].name).value)


class _Counter(Visitor):
    """Counts the connections of a document, and how deep they stand in one another."""

    def __init__(self, schema: GraphQLSchema) -> None:
        super().__init__()
        self.info = TypeInfo(schema)
        self._count, self._depth, self._deepest, self._with_nodes = 0, 0, 0, 0

    def enter_field(self, node: FieldNode, *_rest: Any) -> None:
        if self._stands_on_connection():
            self._count += 1
            self._depth += 1
            self._deepest = max(self._deepest, self._depth)
            self._with_nodes += not _is_connection(node)

    def leave_field(self, _node: FieldNode, *_rest: Any) -> None:
        if self._stands_on_connection():
            self._depth -= 1

    def check(self) -> None:
        if not 1 <= self._count <= MOST_CONNECTIONS:
            raise InvalidBulkQuery(f"Bulk queries must have from 1 to {MOST_CONNECTIONS} connections.")
        if self._deepest > DEEPEST + 1:
            raise InvalidBulkQuery(f"Bulk queries cannot nest connections deeper than {DEEPEST} levels.")
        if self._with_nodes:
            raise InvalidBulkQuery("Connections of bulk queries must be read by their `edges`.")

    def _stands_on_connection(self) -> bool:
        kind = get_named_type(self.info.get_type()) if self.info.get_type() else None
        return kind is not None and kind.name.endswith("Connection")


def lines_of(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield an object of the answer without its connections, then what stood in these, each with its parent's id."""
    below: list[dict[str, Any]] = []
    yield _without_connections(node, below, node["id"])
    for child in below:
        yield from lines_of(child)


def _without_connections(value: dict[str, Any], below: list[dict[str, Any]], owner: str) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, inner in value.items():
        if isinstance(inner, dict) and set(inner) == {"edges"}:
            below += [{**edge["node"], "__parentId": owner} for edge in inner["edges"]]
        elif isinstance(inner, dict):
            kept[name] = _without_connections(inner, below, owner)
        else:
            kept[name] = inner
    return kept


def _is_connection(node: FieldNode) -> bool:
    selections = node.selection_set.selections if node.selection_set else ()
    return any(isinstance(each, FieldNode) and each.name.value == "edges" for each in selections)


def _number(name: str, value: int) -> ArgumentNode:
    return ArgumentNode(name=NameNode(value=name), value=IntValueNode(value=str(value)))
