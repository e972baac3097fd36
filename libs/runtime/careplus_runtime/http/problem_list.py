"""The list of all refusals as HTML, made from the contracts: `/docs/problems`, to which the `type` of every problem leads."""

import re
from collections.abc import Iterator
from html import escape
from typing import Any

from careplus_contracts.refusals import ANYWHERE, Problem, Refusal
from careplus_contracts.registry import ENDPOINTS

INTRODUCTION = (
    "<p>A refused request is answered with an RFC 9457 problem; its <code>type</code> leads here. Switch on <code>code</code>, "
    "and ignore members that you do not know.</p>"
)


def problem_list() -> str:
    """Return every refusal with its status, title, remedy, own members, and the operations that answer it."""
    refusals = {*ANYWHERE, *(refusal for endpoint in ENDPOINTS for refusal in endpoint.all_refusals)}
    listed = sorted(refusals, key=lambda kind: (kind.status, kind.code()))
    every = _members(Problem.model_json_schema())
    return f"{INTRODUCTION}<h2>Members of every problem</h2>{every}" + "".join(map(_section, listed))


def _section(refusal: type[Refusal]) -> str:
    code, schema = refusal.code(), refusal.problem().model_json_schema(mode="serialization")
    own = _members({**schema, "properties": {name: schema["properties"][name] for name in refusal.members()}})
    named = [endpoint.name for endpoint in ENDPOINTS if refusal in endpoint.refuses]
    links = ", ".join(f'<a href="/docs#{name}">{name}</a>' for name in named)
    where = f"<p>Answered by {links}.</p>" if links else ""
    heading = f'<h2 id="{code}"><a href="#{code}"><code>{code}</code></a>, {refusal.status}</h2>'
    return f"<section>{heading}<p>{escape(refusal.title())}. {_words(refusal.remedy())}</p>{own}{where}</section>"


def _members(schema: dict[str, Any]) -> str:
    found = _rows(schema, schema["properties"])
    rows = "".join(f"<tr><th scope=row><code>{name}</code><td>{kind}<td>{_words(about)}" for name, kind, about in found)
    return f"<table><tr><th scope=col>Member<th scope=col>JSON<th scope=col>Meaning{rows}</table>" if rows else ""


def _rows(schema: dict[str, Any], members: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield name, type and meaning of the members of a schema, and of the objects in it."""
    for name, member in members.items():
        listed = "[]" if member.get("type") == "array" else ".*" if isinstance(member.get("additionalProperties"), dict) else ""
        value = member.get("items") or member.get("additionalProperties") or next(iter(member.get("anyOf", [])), member)
        if "$ref" in value:
            value = schema["$defs"][value["$ref"].rpartition("/")[2]]
        about = member.get("description") or value.get("description", "")
        if choices := value.get("enum"):
            about += f" One of {', '.join(f'`{choice}`' for choice in choices)}."
        yield f"{prefix}{name}{listed}", value.get("format") or value.get("type", ""), about.strip()
        yield from _rows(schema, value.get("properties", {}), f"{prefix}{name}{listed}.")


def _words(text: str) -> str:
    """Return a text of the contracts as HTML; words in backticks are code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
