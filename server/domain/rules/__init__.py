"""Reads a rule document from JSON, and says what is wrong with it, where, and what to do."""

from server.domain.rules.document import json_schema, parse
from server.domain.rules.reading import FaultyDocument, InvalidRules, Problem

__all__ = ["FaultyDocument", "InvalidRules", "Problem", "json_schema", "parse"]
