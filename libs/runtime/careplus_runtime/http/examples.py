"""Example values for the schemas of answers and refusals, made from the examples of the contracts."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from careplus_contracts.refusals import Refusal
from careplus_contracts.registry import ENDPOINTS

Json = dict[str, Any]

WORDS = {
    "request_id": "9f86d081884c7d65",
    "access_token": "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiI3In0.c2lnbmF0dXJl",
    "id": "Xk3v9Qm2Lr7Tn5Wz",
    "next_cursor": "NDI",
    "parts": "auth",
}
"""Texts by the name of their member, where no body of the contracts has an example of it."""
TEXT = "Cardiology"
NUMBER = 7


def example(schema: Json, components: Mapping[str, Json], name: str = "") -> Any:
    """Return a value that a JSON schema admits: its own example, or one made of its members; `name` is the member's."""
    if "$ref" in schema:
        return example(components[schema["$ref"].rpartition("/")[2]], components, name)
    if "examples" in schema:
        return schema["examples"][0]
    if choices := schema.get("enum", [schema["const"]] if "const" in schema else None):
        return choices[0]
    if alternatives := schema.get("anyOf") or schema.get("oneOf"):
        return example(alternatives[0], components, name)
    match schema.get("type"):
        case "object" | "array":
            return _container(schema, components, name)
        case "integer" | "number":
            return min(max(NUMBER, schema.get("minimum", NUMBER)), schema.get("maximum", NUMBER))
    return {"boolean": True, "null": None}.get(schema.get("type", ""), _text(schema, name))


def _container(schema: Json, components: Mapping[str, Json], name: str) -> Any:
    if schema["type"] == "array":
        return [example(schema["items"], components, name) for _ in range(max(1, schema.get("minItems", 1)))]
    if isinstance(of_any_name := schema.get("additionalProperties"), dict):
        return {WORDS.get(name, TEXT): example(of_any_name, components, name)}
    return {member: example(one, components, member) for member, one in schema.get("properties", {}).items()}


def _text(schema: Json, name: str) -> str:
    text = _texts().get(name, WORDS.get(name, TEXT))
    return text if len(text) <= schema.get("maxLength", len(text)) else TEXT


@cache
def _texts() -> Mapping[str, str]:
    """Return the texts in the example bodies of all endpoints by the name of their member; the first one counts."""
    found: dict[str, str] = {}
    for endpoint in ENDPOINTS:
        for name, text in _members(endpoint.example or {}):
            found.setdefault(name, text)
    return found


def _members(part: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(part, Mapping):
        for member, value in part.items():
            yield from _members(value, member)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from _members(value, name)
    elif isinstance(part, str):
        yield name, part


def refused(kind: type[Refusal]) -> Refusal:
    """Return a refusal of this kind with an example of each of its members."""
    schema = kind.problem().model_json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
    made = kind.problem().model_validate({**example(schema, schema.get("$defs", {})), "detail": f"{kind.title()}."})
    return kind(made.detail, **{name: getattr(made, name) for name in kind.members()})
