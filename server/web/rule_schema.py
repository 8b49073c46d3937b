"""The JSON Schemas of what is written by machine: rule documents, and facts that other systems tell."""

from typing import Any

from flask import Blueprint, Response, jsonify

from server.domain.rules import json_schema
from server.domain.told import told_schema
from server.web.guards import guarded, public


def blueprint() -> Blueprint:
    routes = guarded("rule_schema", __name__, public)

    @routes.get("/rules.schema.json")
    def rules() -> Response:
        return _schema(json_schema())

    @routes.get("/facts.schema.json")
    def facts() -> Response:
        return _schema(told_schema())

    return routes


def _schema(schema: dict[str, Any]) -> Response:
    answer = jsonify(schema)
    answer.content_type = "application/schema+json"
    return answer
