"""Rules for the JSON schemas of the OpenAPI document: exact integers, no null in requests, and answers that may gain members."""

from collections.abc import Iterator
from typing import Any

from careplus_contracts.values import MAX_ID

Json = dict[str, Any]
PREFIX = "#/components/schemas/"
REQUEST = {"requestBody", "parameters"}


def without_null(schema: Json) -> Json:
    """Return the schema without null: an optional member of a request is left out, never sent as null."""
    kinds = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
    if len(kinds) != 1:
        return schema
    about = {name: value for name, value in schema.items() if name not in {"anyOf", "default"}}
    return kinds[0] if "$ref" in kinds[0] and about.keys() <= {"title"} else {**about, **kinds[0]}


def exact(schema: Any) -> Any:
    """Return a schema with integer bounds. FastAPI writes floats, which cannot hold the largest 64-bit integer."""
    if isinstance(schema, list):
        return [exact(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    exactly = {name: exact(part) for name, part in schema.items()}
    if exactly.get("type") == "integer":
        exactly.update({bound: min(int(exactly[bound]), MAX_ID) for bound in ("minimum", "maximum") if bound in exactly})
    return exactly


def open_answers(paths: Json, schemas: dict[str, Json]) -> None:
    """Open the schemas of answers: readers ignore members that they do not know, while requests with such members are refused.

    A closed schema that bodies and answers share stays as it is for bodies, under its name and `Input`.
    """
    operations = [operation for methods in paths.values() for operation in methods.values()]
    sent = reachable([part for operation in operations for name, part in operation.items() if name in REQUEST], schemas)
    answered = reachable([operation["responses"] for operation in operations], schemas)
    closed = {name for name in schemas if any(_is_closed(schemas[one]) for one in {name} | reachable(schemas[name], schemas))}
    shared = sent & answered & closed
    for name in shared:
        schemas[f"{name}Input"] = {**_renamed(schemas[name], shared), "title": f"{name}Input"}
    for name in sent - answered:
        schemas[name] = _renamed(schemas[name], shared)
    for operation in operations:
        operation.update({name: _renamed(part, shared) for name, part in operation.items() if name in REQUEST})
    for name in answered:
        if _is_closed(schemas[name]):
            schemas[name] = {keyword: value for keyword, value in schemas[name].items() if keyword != "additionalProperties"}


def reachable(part: Any, schemas: dict[str, Json]) -> set[str]:
    """Return the names of the schemas that a part of the document refers to, directly or through other schemas."""
    found: set[str] = set()
    new = set(_references(part))
    while new:
        found |= new
        new = {name for one in new for name in _references(schemas[one])} - found
    return found


def _references(part: Any) -> Iterator[str]:
    values = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for name, value in values:
        if name == "$ref" and value.startswith(PREFIX):
            yield value.removeprefix(PREFIX)
        else:
            yield from _references(value)


def _is_closed(schema: Json) -> bool:
    return schema.get("additionalProperties") is False


def _renamed(part: Any, names: set[str]) -> Any:
    """Return a copy that refers to the schemas for bodies instead of the ones with these names."""
    if isinstance(part, list):
        return [_renamed(one, names) for one in part]
    if not isinstance(part, dict):
        return part
    copy = {name: _renamed(value, names) for name, value in part.items()}
    if str(copy.get("$ref")).removeprefix(PREFIX) in names:
        copy["$ref"] += "Input"
    return copy
