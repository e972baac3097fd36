"""Example values for the schemas of answers and refusals, made from the examples of the contracts."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from careplus_contracts.refusals import Refusal
from careplus_contracts.registry import ENDPOINTS

Json = dict[str, Any]

WORDS = {
    "access_token": "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiI3In0.c2lnbmF0dXJl",
    "current": "completed",
    "field": "body.doctor_id",
    "id": "Xk3v9Qm2Lr7Tn5Wz",
    "legal": "cancelled",
    "message": "Input should be greater than or equal to 1",
    "next_cursor": "NDI",
    "parts": "auth",
    "request_id": "9f86d081884c7d65",
}
"""Texts by the name of their member, where no body of the contracts has an example of it."""
ENDS = {"ends": "17:00", "ends_at": "2030-01-07T09:30:00Z"}
"""Times by the name of their member that are later than the example of their type."""
FILES = {
    "text/calendar": "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20300107T090000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    "text/html": "<!doctype html>\n<title>CarePlus Hospital</title>\n",
    "text/csv": "at,action,role,outcome\r\n2030-01-07T09:00:00Z,book,patient,done\r\n",
}
"""The beginning of an answer that is no JSON, by its media type."""
TEXT = "Cardiology"
NUMBER = 7


def example(schema: Json, components: Mapping[str, Json], name: str = "") -> Any:
    """Return a value that a JSON schema admits: its own example, or one made of its members; `name` is the member's.

    A member that may be null is null where the contracts have no example of it.
    """
    if "$ref" in schema:
        return example(components[schema["$ref"].rpartition("/")[2]], components, name)
    if choices := schema.get("enum") or schema.get("examples") or ([schema["const"]] if "const" in schema else None):
        return ENDS.get(name, choices[0])
    if alternatives := schema.get("anyOf") or schema.get("oneOf"):
        is_unknown = {"type": "null"} in alternatives and name not in _texts() and "examples" not in alternatives[0]
        return None if is_unknown else example(alternatives[0], components, name)
    return _of_type(schema["type"], schema, components, name)


def _of_type(kind: str, schema: Json, components: Mapping[str, Json], name: str) -> Any:
    if kind in {"integer", "number"}:
        return min(max(NUMBER, schema.get("minimum", NUMBER)), schema.get("maximum", NUMBER))
    if kind in {"boolean", "string"}:
        return False if kind == "boolean" else _text(schema, name)
    if kind == "array":
        return [example(schema["items"], components, name) for _ in range(max(1, schema.get("minItems", 1)))]
    if isinstance(of_any_name := schema.get("additionalProperties"), dict):
        named = example(schema["propertyNames"], components) if "propertyNames" in schema else WORDS.get(name, TEXT)
        return {named: example(of_any_name, components, name)}
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
