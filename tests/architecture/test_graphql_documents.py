"""Every GraphQL document of ours against Shopify's real schema."""

import gzip
from functools import cache
from pathlib import Path

import pytest
from graphql import (
    FieldNode,
    GraphQLSchema,
    NoDeprecatedCustomRule,
    OperationDefinitionNode,
    Visitor,
    build_ast_schema,
    parse,
    specified_rules,
    validate,
    visit,
)

from server.shopify.documents import document, names

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "server/shopify/graphql"


@cache
def schema() -> GraphQLSchema:
    text = gzip.decompress((ROOT / "tests/sandbox/shopify/admin-2026-10.graphql.gz").read_bytes()).decode()
    return build_ast_schema(parse(text, no_location=True), assume_valid=True)  # Shopify's own text has six faults


def faults(text: str) -> list[str]:
    return [error.message for error in validate(schema(), parse(text), (*specified_rules, NoDeprecatedCustomRule))]


@pytest.mark.parametrize("name", names())
def test_the_document_is_valid_and_uses_nothing_deprecated(name: str) -> None:
    assert faults(document(name)) == []


@pytest.mark.parametrize("name", names())
def test_a_file_holds_one_operation_named_after_the_file(name: str) -> None:
    operations = [node for node in parse(document(name)).definitions if isinstance(node, OperationDefinitionNode)]
    (operation,) = operations
    assert operation.name is not None
    assert operation.name.value == "".join(word.capitalize() for word in name.split("_"))


# Lists, not connections, of which the first members are all that is wanted.
_CUT_SHORT = {"transactions"}  # an order's first payment is among its first


class _Listings(Visitor):
    """Collects the fields of every selection that asks for a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[set[str]] = []

    def enter_field(self, node: FieldNode, *_: object) -> None:
        if node.name.value in _CUT_SHORT:
            return
        if any(argument.name.value == "first" for argument in node.arguments or ()):
            inner = node.selection_set.selections if node.selection_set else ()
            self.found.append({field.name.value for field in inner if isinstance(field, FieldNode)})


@pytest.mark.parametrize("name", sorted(set(names()) - {"stock"}))  # it asks for the one variant of an item
def test_every_listing_says_whether_it_goes_on(name: str) -> None:
    listings = _Listings()
    visit(parse(document(name)), listings)
    for fields in listings.found:
        assert {"nodes", "pageInfo"} <= fields, "without pageInfo the rest would be cut off in silence"


def test_every_fragment_is_used() -> None:
    fragments = {path.stem for path in (FOLDER / "fragments").glob("*.graphql")}
    assert fragments == {
        fragment for fragment in fragments if any(f"fragment {fragment} " in document(name) for name in names())
    }
    assert {path.stem for path in FOLDER.glob("*.graphql")} == set(names())


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("{ shop { nonsense } }", "Cannot query field"),
        ("{ shop { billingAddress { city } } }", "deprecated"),
        ("query ($id: Int!) { order(id: $id) { id } }", "expecting type"),
    ],
)
def test_this_test_would_notice(text: str, part: str) -> None:
    assert any(part in fault for fault in faults(text))


def test_a_document_that_is_not_there_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        document("no_such_operation")
