"""What a query costs, as near as Shopify lets one know.

Shopify keeps the formula to itself; this one gives the published costs of a dozen documents (Shopify's community
forum, thread 23101 and 24364; the costs that Microsoft's connector wrote down in 2025-26) to the point:

- an object, interface, union or list of them costs 1 plus its fields; scalars and enums cost nothing
- money (MoneyBag, MoneyV2), page information and a customer's postal addresses cost nothing at all
- a connection costs 2 plus its nodes' cost times floor(2 ln n), where n is `first` or `last`, but at least 2
- a mutation costs 10, whatever it returns

The requested cost follows the document; the actual cost follows the answer by the same rules, with the number of
nodes that came (of several connections at one place the largest) and nothing for the fields of a null. How Shopify
computes it is unknown: what holds is that it is never above the requested.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    IntValueNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)
from graphql.language import DocumentNode

from tests.sandbox.shopify.admin.documents import Request

MUTATION = 10
CONNECTION = 2
FREE_TYPES = frozenset({"MoneyBag", "MoneyV2", "PageInfo"})
FREE_FIELDS = frozenset({("Customer", "addresses"), ("Customer", "defaultAddress")})
Values = list[Any] | None
COMPOSITE = (GraphQLObjectType, GraphQLInterfaceType, GraphQLUnionType)


def requested(schema: GraphQLSchema, request: Request) -> int:
    """Return the cost that has to be available before the query runs."""
    return _Meter(schema, request).of_operation(None)


def actual(schema: GraphQLSchema, request: Request, data: Mapping[str, Any] | None) -> int:
    """Return the cost of what the query gave."""
    return _Meter(schema, request).of_operation(data or {})


def scale(size: int) -> int:
    """Return the factor of a connection of that size; an empty one has none."""
    return math.floor(2 * math.log(max(2, size))) if size > 0 else 0


class _Meter:
    """Walks the selections; beside them, for the actual cost, all values that the answer has at that place."""

    def __init__(self, schema: GraphQLSchema, request: Request) -> None:
        self.schema = schema
        self.request = request
        self.fragments = _fragments(request.document)

    def of_operation(self, answer: Mapping[str, Any] | None) -> int:
        operation = self.request.operation
        root = self.schema.get_root_type(operation.operation)
        if root is None:
            raise LookupError("no root type")
        if self.request.is_mutation:
            return MUTATION * sum(1 for _ in self.fields(operation.selection_set, root))
        return self.of_selection(operation.selection_set, root, None if answer is None else [answer])

    def of_selection(self, selection: SelectionSetNode | None, parent: GraphQLNamedType, values: Values) -> int:
        if selection is None or values == []:
            return 0
        if isinstance(parent, GraphQLObjectType):
            return self.of_fields(selection, parent, values)
        # Of an interface or union only one type can come: the dearest counts.
        concrete = [
            type_
            for name in self.conditions(selection)
            if isinstance(type_ := self.schema.type_map.get(name), GraphQLObjectType)
        ]
        return max(self.of_fields(selection, type_, values) for type_ in [parent, *concrete])

    def of_fields(self, selection: SelectionSetNode, parent: GraphQLNamedType, values: Values) -> int:
        merged: dict[str, FieldNode] = {}
        for node in self.fields(selection, parent):
            merged.setdefault(node.alias.value if node.alias else node.name.value, node)
        return sum(self.of_field(node, name, parent, values) for name, node in merged.items())

    def of_field(self, node: FieldNode, name: str, parent: GraphQLNamedType, values: Values) -> int:
        fields = getattr(parent, "fields", {})
        if node.name.value not in fields:  # __typename and introspection
            return 0
        type_ = get_named_type(fields[node.name.value].type)
        is_free = type_.name in FREE_TYPES or (parent.name, node.name.value) in FREE_FIELDS
        if is_free or not isinstance(type_, COMPOSITE):
            return 0
        found = None if values is None else _below(values, name)
        if type_.name.endswith("Connection"):
            return self.of_connection(node, type_, found)
        return 1 + self.of_selection(node.selection_set, type_, found)

    def of_connection(self, node: FieldNode, type_: GraphQLNamedType, values: Values) -> int:
        children, size = 0, 0
        for item in self.fields(node.selection_set, type_):
            if item.name.value not in {"nodes", "edges"}:
                continue
            name = item.alias.value if item.alias else item.name.value
            inner = get_named_type(getattr(type_, "fields", {})[item.name.value].type)
            found = None if values is None else _below(values, name)
            size = self.size(node) if values is None else max((len(value[name]) for value in values), default=0)
            # An edge is a wrapper: its node is what costs.
            children += self.of_selection(item.selection_set, inner, found) + (item.name.value == "nodes")
        return CONNECTION + scale(size) * children

    def size(self, node: FieldNode) -> int:
        for argument in node.arguments or ():
            if argument.name.value in {"first", "last"}:
                if isinstance(argument.value, IntValueNode):
                    return int(argument.value.value)
                if isinstance(argument.value, VariableNode):
                    value = self.request.variables.get(argument.value.name.value)
                    return value if isinstance(value, int) else 0
        return 0

    def fields(self, selection: SelectionSetNode | None, parent: GraphQLNamedType) -> Iterator[FieldNode]:
        for node in selection.selections if selection else ():
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, InlineFragmentNode):
                if node.type_condition is None or self.applies(node.type_condition.name.value, parent):
                    yield from self.fields(node.selection_set, parent)
            elif isinstance(node, FragmentSpreadNode):
                fragment = self.fragments[node.name.value]
                if self.applies(fragment.type_condition.name.value, parent):
                    yield from self.fields(fragment.selection_set, parent)

    def applies(self, condition: str, parent: GraphQLNamedType) -> bool:
        if condition == parent.name:
            return True
        type_ = self.schema.type_map[condition]
        return (
            isinstance(type_, GraphQLInterfaceType | GraphQLUnionType)
            and isinstance(parent, GraphQLObjectType)
            and self.schema.is_sub_type(type_, parent)
        )

    def conditions(self, selection: SelectionSetNode) -> Iterator[str]:
        for node in selection.selections:
            if isinstance(node, InlineFragmentNode):
                if node.type_condition:
                    yield node.type_condition.name.value
                yield from self.conditions(node.selection_set)
            elif isinstance(node, FragmentSpreadNode):
                fragment = self.fragments[node.name.value]
                yield fragment.type_condition.name.value
                yield from self.conditions(fragment.selection_set)


def _below(values: list[Any], name: str) -> list[Any]:
    """Return what all the objects hold under a name, lists laid flat, nulls left out."""
    found: list[Any] = []
    for value in values:
        inner = value.get(name)
        if isinstance(inner, list):
            found.extend(one for one in inner if one is not None)
        elif inner is not None:
            found.append(inner)
    return found


def _fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
