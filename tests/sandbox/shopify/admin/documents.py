"""Reading a request's document: syntax, validation, variables, and whether the sandbox can answer it.

Errors look like Shopify's: HTTP 200, a message, locations, and a code in `extensions`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from graphql import (
    ExecutionResult,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    parse,
    print_ast,
    specified_rules,
    validate,
    visit,
)
from graphql.execution import get_variable_values
from graphql.language import DocumentNode, VariableDefinitionNode
from graphql.validation import ASTValidationContext, ASTValidationRule

CODES = {
    "FieldsOnCorrectTypeRule": "undefinedField",
    "KnownArgumentNamesRule": "argumentNotAccepted",
    "ProvidedRequiredArgumentsRule": "missingRequiredArguments",
    "ValuesOfCorrectTypeRule": "argumentLiteralsIncompatible",
    "VariablesInAllowedPositionRule": "variableMismatch",
    "NoUndefinedVariablesRule": "variableNotDefined",
    "NoUnusedVariablesRule": "variableNotUsed",
    "NoUnusedFragmentsRule": "useAndDefineFragment",
    "KnownFragmentNamesRule": "useAndDefineFragment",
    "KnownTypeNamesRule": "undefinedType",
    "ScalarLeafsRule": "selectionMismatch",
    "OverlappingFieldsCanBeMergedRule": "fieldConflict",
}


class Refused(Exception):
    """A document that Shopify refuses; `errors` are what it answers."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__(errors[0]["message"] if errors else "refused")
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Request:
    """A valid operation with its coerced variables."""

    document: DocumentNode
    operation: OperationDefinitionNode
    variables: Mapping[str, Any]
    given: dict[str, Any]

    @property
    def is_mutation(self) -> bool:
        """Whether the operation writes."""
        return self.operation.operation.value == "mutation"


class _Coded:
    """A validation context that marks the errors of one rule with its code."""

    def __init__(self, context: ASTValidationContext, code: str) -> None:
        self._context = context
        self._code = code

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)

    def report_error(self, error: GraphQLError) -> None:
        error.extensions = {"code": self._code}
        self._context.report_error(error)


def _tagged(rule: type[ASTValidationRule]) -> type[ASTValidationRule]:
    code = CODES.get(rule.__name__, "invalidDocument")

    def start(self: ASTValidationRule, context: ASTValidationContext) -> None:
        rule.__init__(self, cast("ASTValidationContext", _Coded(context, code)))

    return type(rule.__name__, (rule,), {"__init__": start})


RULES = [_tagged(rule) for rule in specified_rules]


def read(schema: GraphQLSchema, text: str, given: dict[str, Any] | None, operation_name: str | None) -> Request:
    """Return the operation that a request asks for.

    Raises:
        Refused: syntax, an unknown field or type, wrong arguments or variables, or no single operation.
    """
    try:
        document = parse(text)
    except GraphQLSyntaxError as error:
        raise Refused([_shaped(error, {"code": "syntaxError"})]) from error
    found = validate(schema, document, RULES, max_errors=50)
    if found:
        raise Refused([_shaped(error, _details(schema, document, error)) for error in found])
    operation = _operation(document, operation_name)
    values = get_variable_values(schema, operation.variable_definitions or (), given or {})
    if isinstance(values, list):
        raise Refused([_variable_error(error, given or {}) for error in values])
    return Request(document, operation, values.coerced, given or {})


def missing_resolvers(schema: GraphQLSchema, document: DocumentNode) -> list[str]:
    """Return the fields of a valid document that the sandbox has no resolver for, as `Type.field`."""
    info = TypeInfo(schema)
    missing: dict[str, None] = {}

    class Collector(Visitor):
        def enter_field(self, _node: FieldNode, *_rest: Any) -> None:
            field, parent = info.get_field_def(), info.get_parent_type()
            if field and parent and field.extensions.get("is_missing"):
                missing[f"{parent.name}.{_node.name.value}"] = None

    visit(document, TypeInfoVisitor(info, Collector()))
    return list(missing)


def execution_errors(result: ExecutionResult) -> list[dict[str, Any]]:
    """Return the errors of an execution as Shopify writes them."""
    return [
        {**_shaped(error, error.extensions or None), "path": list(error.path or ())} for error in result.errors or ()
    ]


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if name is None:
        if len(operations) == 1:
            return operations[0]
        message = "An operation name is required" if operations else "No operation to execute"
        raise Refused([{"message": message, "extensions": {"code": "operationNotChosen"}}])
    for operation in operations:
        if operation.name and operation.name.value == name:
            return operation
    raise Refused([{"message": f'No operation named "{name}"', "extensions": {"code": "operationNotFound"}}])


def _shaped(error: GraphQLError, extensions: Mapping[str, Any] | None) -> dict[str, Any]:
    shaped: dict[str, Any] = {"message": error.message}
    if error.locations:
        shaped["locations"] = [{"line": spot.line, "column": spot.column} for spot in error.locations]
    if extensions:
        shaped["extensions"] = dict(extensions)
    return shaped


def _details(schema: GraphQLSchema, document: DocumentNode, error: GraphQLError) -> dict[str, Any]:
    extensions: dict[str, Any] = dict(error.extensions or {})
    node = error.nodes[0] if error.nodes else None
    if extensions["code"] == "undefinedField" and isinstance(node, FieldNode):
        parent = _parent_of(schema, document, node)
        error.message = f"Field '{node.name.value}' doesn't exist on type '{parent}'"
        extensions |= {"typeName": parent, "fieldName": node.name.value}
    return extensions


def _parent_of(schema: GraphQLSchema, document: DocumentNode, wanted: FieldNode) -> str | None:
    info = TypeInfo(schema)
    parents: list[str] = []

    class Finder(Visitor):
        def enter_field(self, node: FieldNode, *_rest: Any) -> None:
            parent = info.get_parent_type()
            if node is wanted and parent:
                parents.append(parent.name)

    visit(document, TypeInfoVisitor(info, Finder()))
    return parents[0] if parents else None


def _variable_error(error: GraphQLError, given: dict[str, Any]) -> dict[str, Any]:
    node = error.nodes[0] if error.nodes else None
    if not isinstance(node, VariableDefinitionNode):
        return _shaped(error, {"code": "INVALID_VARIABLE"})
    name = node.variable.name.value
    shaped = _shaped(error, None)
    shaped["message"] = f"Variable ${name} of type {print_ast(node.type)} was provided invalid value"
    shaped["extensions"] = {
        "code": "INVALID_VARIABLE",
        "value": given.get(name),
        "problems": [{"path": [], "explanation": error.message}],
    }
    return shaped
