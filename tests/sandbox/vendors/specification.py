"""A vendor's own OpenAPI file as the judge of requests, with what openapi-core leaves out."""

import json
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

from openapi_core import OpenAPI
from openapi_core.contrib.werkzeug import WerkzeugOpenAPIRequest, WerkzeugOpenAPIResponse
from openapi_core.exceptions import OpenAPIError
from werkzeug.wrappers import Request, Response

SPECS = Path(__file__).resolve().parents[2] / "specs"
VERBS = {"get", "post", "put", "patch", "delete"}
FORM = "application/x-www-form-urlencoded"


class Specification:
    """One OpenAPI file, served at `host`.

    `undated` names query parameters which the file types as date-time although the vendor's documentation
    takes a bare date too: their format is left to the caller.
    """

    def __init__(self, name: str, host: str, *, undated: frozenset[str] = frozenset()) -> None:
        self._path = SPECS / name
        self._host = host
        self._undated = undated
        self._lock = Lock()

    def problems(self, request: Request) -> list[str]:
        """Return what the vendor's file has against the request; an empty list when nothing.

        Unknown form and query keys count, which openapi-core lets through; so does a form field that is not
        an array but comes twice.
        """
        judged = WerkzeugOpenAPIRequest(request)
        with self._lock:  # the validators cache what they unfold
            try:
                self._judge.validate_request(judged)
            except OpenAPIError as error:
                found = list(_explain(error))
            else:
                found = []
        return found + list(self._unlisted(request))

    def answer_problems(self, request: Request, response: Response) -> list[str]:
        """Return what the file has against an answer: used by our own tests of the stand-ins."""
        with self._lock:
            try:
                self._judge.validate_response(WerkzeugOpenAPIRequest(request), WerkzeugOpenAPIResponse(response))
            except OpenAPIError as error:
                return list(_explain(error))
            return []

    @cached_property
    def _document(self) -> dict[str, Any]:
        document = json.loads(self._path.read_text(encoding="utf-8"))
        _serve_at(document, f"http://{self._host}")
        for operations in document["paths"].values():
            for verb in VERBS & set(operations):
                for parameter in operations[verb].get("parameters", ()):
                    if parameter["name"] in self._undated:
                        parameter["schema"].pop("format", None)
        assert isinstance(document, dict)
        return document

    @cached_property
    def _judge(self) -> OpenAPI:
        return OpenAPI.from_dict(self._document)

    def _unlisted(self, request: Request) -> Iterator[str]:
        operation = self._operation(request)
        if operation is None:
            return
        named = {item["name"] for item in operation.get("parameters", ()) if item["in"] == "query"}
        yield from (f"unknown query parameter {name}" for name in request.args if name not in named)
        if request.mimetype != FORM:
            return
        fields = operation["requestBody"]["content"][FORM]["schema"]["properties"]
        for name, values in request.form.lists():
            if name not in fields:
                yield f"unknown parameter {name}"
            elif len(values) > 1 and fields[name].get("type") != "array":
                yield f"{name} is given {len(values)} times"

    def _operation(self, request: Request) -> dict[str, Any] | None:
        verb = request.method.lower()
        for template, operations in self._document["paths"].items():
            if verb in operations and _pattern(template).fullmatch(request.path):
                found: dict[str, Any] = operations[verb]
                return found
        return None


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{[^}]+\\\}", "[^/]+", re.escape(template)))


def _serve_at(node: Any, origin: str) -> None:
    """Put the stand-in's origin into every `servers` list: openapi-core matches the request against it."""
    if isinstance(node, dict):
        if "servers" in node:
            node["servers"] = [{"url": origin}]
        for inner in node.values():
            _serve_at(inner, origin)
    elif isinstance(node, list):
        for inner in node:
            _serve_at(inner, origin)


def _explain(error: BaseException) -> Iterator[str]:
    """Yield one line per fault, each naming its field where the error knows it."""
    cause = error.__cause__
    faults = getattr(cause, "schema_errors", None)
    if not faults:
        yield f"{error}: {cause}" if cause else str(error)
        return
    name = getattr(error, "name", "")
    for fault in faults:
        where = ".".join(str(part) for part in fault.absolute_path) or name
        yield f"{where}: {fault.message}" if where else str(fault.message)
