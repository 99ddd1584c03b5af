"""The published descriptions of the APIs, read as a list of what one can ask for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

SERVICES = ("scheduling", "billing", "portal", "notifications")
SIGNED = ("/tokens", "/inbound-mail")
"""Whoever asks here shows a password or a signature instead of a token."""
METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Operation:
    """One operation of a published API description."""

    method: str
    path: str
    document: dict[str, Any]
    spec: dict[str, Any]

    def resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            found: Any = self.document
            for part in schema["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            schema = found
        return schema

    @property
    def body(self) -> Any:
        """A body that the description says is right, so that only ownership can refuse it."""
        content = self.spec.get("requestBody", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema")
        return None if schema is None else self._value(schema)

    def _value(self, schema: dict[str, Any]) -> Any:
        schema = self.resolved(schema)
        for kind in ("anyOf", "oneOf"):
            if kind in schema:
                return self._value(schema[kind][0])
        if schema.get("examples"):
            return schema["examples"][0]
        if "enum" in schema:
            return schema["enum"][0]
        if "const" in schema:
            return schema["const"]
        return self._plain(schema)

    def _plain(self, schema: dict[str, Any]) -> Any:
        kind = schema.get("type")
        if kind == "object":
            required = schema.get("required", [])
            return {name: self._value(schema["properties"][name]) for name in required}
        if kind == "array":
            return [self._value(schema["items"])] if schema.get("minItems") else []
        if kind in {"integer", "number"}:
            return max(1, schema.get("minimum", 1))
        if kind == "boolean":
            return False
        if schema.get("format") == "date-time":
            return "2027-01-04T09:00:00-08:00"
        return "x" * max(12, schema.get("minLength", 1))

    @property
    def names(self) -> list[str]:
        """What stands in braces in the path."""
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]


def operations(gateway: str) -> Iterator[Operation]:
    """All operations of all services that take a token."""
    for service in SERVICES:
        answer = httpx.get(f"{gateway}/api/{service}/v1/openapi.json", timeout=30)
        document = answer.raise_for_status().json()
        for path, item in document["paths"].items():
            if not path.startswith("/api/") or path.endswith(SIGNED):
                continue
            for method in METHODS:
                if method in item:
                    yield Operation(method, path, document, item[method])


def ask(browser: httpx.Client, operation: Operation, ids: Mapping[str, str]) -> httpx.Response:
    """Ask for it with these ids; a missing one raises KeyError: somebody must think of it."""
    body = operation.body
    path = operation.path.format(**{name: ids[name] for name in operation.names})
    content: dict[str, Any] = {} if body is None else {"json": body}
    if "multipart/form-data" in operation.spec.get("requestBody", {}).get("content", {}):
        content = {"files": {"report": ("r.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")}}
    return browser.request(
        operation.method.upper(), path, headers={"Idempotency-Key": uuid4().hex}, **content
    )
