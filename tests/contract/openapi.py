"""Checks our requests against a vendor's OpenAPI file, as the vendor would read them."""

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_schema_validator import OAS31Validator
from werkzeug.datastructures import Headers, ImmutableMultiDict

SPECS = Path(__file__).parents[1] / "specs"


class BrokenRequest(AssertionError):
    """A request that the vendor would refuse for its shape."""


@dataclass
class ReadRequest:
    """An httpx request in the shape that openapi-core asks for."""

    host_url: str
    path: str
    method: str
    content_type: str
    body: bytes
    parameters: RequestParameters = field(default_factory=RequestParameters)


class Checker:
    def __init__(self, file: str) -> None:
        document: Any = json.loads((SPECS / file).read_text(encoding="utf-8"))
        self._paths = document["paths"]
        self._components = document["components"]
        self._api = OpenAPI.from_dict(document, config=Config(additional_properties_default_policy="forbid"))

    def check(self, request: httpx.Request) -> None:
        """Raise BrokenRequest where the specification is broken; openapi-core does not see unknown names itself."""
        content_type = request.headers.get("Content-Type", "")
        query = httpx.QueryParams(request.url.query.decode()).multi_items()
        read = ReadRequest(
            host_url=f"{request.url.scheme}://{request.url.netloc.decode()}",
            path=request.url.path,
            method=request.method.lower(),
            content_type=content_type,
            body=request.content,
            parameters=RequestParameters(
                query=ImmutableMultiDict(query), header=Headers(list(request.headers.items()))
            ),
        )
        errors = [repr(error) for error in self._api.iter_request_errors(read)]
        operation = self._operation(request)
        known = {each["name"] for each in operation.get("parameters", ())}
        errors += [f"unknown query parameter {name}" for name, _ in query if name not in known]
        if content_type.startswith("application/x-www-form-urlencoded"):
            schema = operation["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
            form = parse_qsl(request.content.decode(), keep_blank_values=True)
            errors += [f"unknown form field {name}" for name, _ in form if name not in schema["properties"]]
        if errors:
            raise BrokenRequest("; ".join(errors))

    def check_answer(self, request: httpx.Request, answer: httpx.Response) -> None:
        """Raise BrokenRequest where an answer that we recorded or wrote is not one the vendor could give."""
        schema = self._operation(request)["responses"][str(answer.status_code)]
        content = schema["content"]["application/json"]["schema"]
        validator = OAS31Validator({"components": self._components, **content})
        if errors := [f"{list(error.path)}: {error.message}" for error in validator.iter_errors(answer.json())]:
            raise BrokenRequest("; ".join(errors))

    def _operation(self, request: httpx.Request) -> Any:
        parts = request.url.path.split("/")
        for path, operations in self._paths.items():
            pattern = path.split("/")
            if len(pattern) == len(parts) and all(
                want == got or want.startswith("{") for want, got in zip(pattern, parts, strict=True)
            ):
                return operations[request.method.lower()]
        raise BrokenRequest(f"no such path: {request.url.path}")


@cache
def checker(file: str) -> Checker:
    return Checker(file)
