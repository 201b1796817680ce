"""The OpenAPI description turned into what a person reads: by part, each call with its fields, answers and a curl line."""

import json
import shlex
from dataclasses import dataclass
from typing import Any

from domain.accounts.scopes import scope_names

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or a field of a body."""

    name: str
    kind: str
    required: bool
    text: str


@dataclass(frozen=True, slots=True)
class Call:
    id: str
    method: str
    path: str
    summary: str
    text: str
    parameters: list[Field]
    body: list[Field]
    answer: list[Field]
    statuses: list[tuple[str, str]]
    curl: str


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    text: str
    calls: list[Call]


@dataclass(frozen=True, slots=True)
class Inner:
    """An object that stands inside of others."""

    name: str
    fields: list[Field]


@dataclass(frozen=True, slots=True)
class Reference:
    version: str
    base_url: str
    parts: list[Part]
    scopes: list[tuple[str, str]]
    shapes: list[Inner]


def reference_of(schema: dict[str, Any]) -> Reference:
    """Return the description for people."""
    base = schema["servers"][0]["url"]
    reader = _Reader(schema)
    calls: dict[str, list[Call]] = {tag["name"]: [] for tag in schema["tags"]}
    for path, item in sorted(schema["paths"].items()):
        for method in METHODS:
            if operation := item.get(method):
                calls[operation["tags"][0]].append(reader.call(base, path, method, operation))
    parts = [Part(tag["name"], tag["description"], calls[tag["name"]]) for tag in schema["tags"]]
    told = [part for part in parts if part.calls]
    return Reference(schema["info"]["version"], base, told, [*scope_names().items()], reader.inner_shapes())


class _Reader:
    def __init__(self, schema: dict[str, Any]) -> None:
        self.schemas = schema["components"]["schemas"]
        self.inner: set[str] = set()

    def call(self, base: str, path: str, method: str, operation: dict[str, Any]) -> Call:
        media, body = self._body(operation)
        answers = operation["responses"]
        done = min(answers)
        shape = answers[done].get("content", {}).get("application/json", {}).get("schema", {})
        return Call(
            id=operation["operationId"].replace(".", "-"),
            method=method.upper(),
            path=path,
            summary=operation["summary"],
            text=operation.get("description", ""),
            parameters=[
                Field(one["name"], self.kind(one["schema"]), one.get("required", False), one.get("description", ""))
                for one in operation.get("parameters", [])
            ],
            body=self.fields(body),
            answer=self.fields(shape),
            statuses=[(status, answer["description"]) for status, answer in sorted(answers.items())],
            curl=self._curl(base, path, method, media, body),
        )

    def fields(self, schema: dict[str, Any]) -> list[Field]:
        schema = self.resolved(schema)
        required = set(schema.get("required", ()))
        return [
            Field(
                name,
                self.kind(one),
                name in required,
                self.resolved(one).get("description", "") if "$ref" not in one else "",
            )
            for name, one in schema.get("properties", {}).items()
        ]

    def kind(self, schema: dict[str, Any]) -> str:
        """Return what a value is, in a few words."""
        if "$ref" in schema:
            name = str(schema["$ref"].rpartition("/")[2])
            self.inner.add(name)
            return name
        if choices := schema.get("oneOf") or schema.get("anyOf"):
            return " or ".join(dict.fromkeys(self.kind(one) for one in choices))
        if "enum" in schema:
            return " | ".join("null" if value is None else str(value) for value in schema["enum"])
        kinds = schema.get("type", "any")
        text = " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
        if text == "array":
            return f"list of {self.kind(schema.get('items', {}))}"
        return f"{text} ({schema['format']})" if "format" in schema else text

    def inner_shapes(self) -> list[Inner]:
        """Return the objects named so far in others, and those named in them."""
        told: dict[str, Inner] = {}
        while left := self.inner - set(told):
            told |= {name: Inner(name, self.fields(self.schemas[name])) for name in left}
        return [told[name] for name in sorted(told)]

    def resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            schema = self.schemas[schema["$ref"].rpartition("/")[2]]
        return schema

    def _body(self, operation: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        for media, content in operation.get("requestBody", {}).get("content", {}).items():
            return media, content["schema"]
        return "", {}

    def _curl(self, base: str, path: str, method: str, media: str, body: dict[str, Any]) -> str:
        address = base + path
        parts = ["curl", "-H", "Authorization: Bearer $TOKEN"]
        if method != "get":
            parts += ["-X", method.upper(), "-H", "Idempotency-Key: $KEY"]
        if media == "multipart/form-data":
            parts += ["-F", "file=@leads.csv"]
        elif body:
            parts += ["-H", "Content-Type: application/json", "-d", json.dumps(self._example(body), ensure_ascii=False)]
        quoted = [f'"{one}"' if "$" in one and '"' not in one else shlex.quote(one) for one in [*parts[1:], address]]
        return " ".join(["curl", *quoted])

    def _example(self, schema: dict[str, Any]) -> Any:
        """Return a body with its required fields and those that have an example."""
        schema = self.resolved(schema)
        required = set(schema.get("required", ()))
        values = {}
        for name, one in schema.get("properties", {}).items():
            if examples := one.get("examples"):
                values[name] = examples[0]
            elif name in required:
                values[name] = self._sample(self.resolved(one))
        return values

    def _sample(self, schema: dict[str, Any]) -> Any:
        if schema.get("format") == "uuid":
            return "00000000-0000-0000-0000-000000000000"
        return {"integer": 1, "boolean": True, "array": [], "object": {}}.get(str(schema.get("type")), "…")
