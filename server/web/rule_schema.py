"""The JSON Schema of rule documents, for editors and for those who write rules by machine."""

from flask import Blueprint, Response, jsonify

from server.domain.rules import json_schema
from server.web.guards import guarded, public


def blueprint() -> Blueprint:
    routes = guarded("rule_schema", __name__, public)

    @routes.get("/rules.schema.json")
    def schema() -> Response:
        answer = jsonify(json_schema())
        answer.content_type = "application/schema+json"
        return answer

    return routes
