"""Incompatible changes between two versions of the OpenAPI document.

A change is compatible if every request that was valid stays valid and every answer keeps its members. So requests may only become
wider and answers only narrower, with one exception: readers ignore members, enum values and refusals that they do not know, so
answers may gain them. `Comparison` knows the keywords that the document uses and refuses to compare any other.
"""

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

Json = dict[str, Any]
Direction = Literal["request", "answer"]
LOWER_BOUNDS = ("minimum", "exclusiveMinimum", "minLength", "minItems")
UPPER_BOUNDS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")
COMPARED = {
    *("$ref", "anyOf", "oneOf", "type", "const", "enum", "format", "pattern", "uniqueItems", *LOWER_BOUNDS, *UPPER_BOUNDS),
    *("properties", "required", "additionalProperties", "items"),
}
IGNORED = {"title", "description", "default", "examples", "discriminator", "propertyNames"}


class Change(NamedTuple):
    """An incompatible change. CHANGELOG.md names the subject: an operation, or a member of a schema."""

    subject: str
    event: str

    def __str__(self) -> str:
        return f"`{self.subject}`: {self.event}"


def incompatible_changes(old: Json, new: Json) -> list[Change]:
    """Return the incompatible changes, each once, sorted."""
    return sorted(set(Comparison(old, new).operations()))


class Comparison:
    """Walks the operations of the old document and compares each with the one of the new document."""

    def __init__(self, old: Json, new: Json) -> None:
        self.old = old
        self.new = new
        self.compared: set[tuple[str, str, Direction]] = set()

    def operations(self) -> Iterator[Change]:
        for path, operations in self.old["paths"].items():
            for method, old in operations.items():
                subject, new = f"{method.upper()} {path}", self.new["paths"].get(path, {}).get(method)
                if new is None:
                    yield Change(subject, "operation removed")
                else:
                    yield from self.callers(subject, old, new)
                    yield from self.parameters(subject, old, new)
                    yield from self.body(subject, old.get("requestBody"), new.get("requestBody"))
                    yield from self.responses(subject, old["responses"], new["responses"])

    def callers(self, subject: str, old: Json, new: Json) -> Iterator[Change]:
        if old["operationId"] != new["operationId"]:
            yield Change(subject, f"operationId {old['operationId']} renamed to {new['operationId']}")
        if "everyone" not in new["x-roles"]:
            for role in sorted(set(old["x-roles"]) - set(new["x-roles"])):
                yield Change(subject, f"refused to {role}")

    def parameters(self, subject: str, old: Json, new: Json) -> Iterator[Change]:
        before, after = self.named(self.old, old), self.named(self.new, new)
        for name, parameter in after.items():
            if parameter.get("required") and not before.get(name, {}).get("required"):
                yield Change(subject, f"{name} required")
        for name, parameter in before.items():
            if name not in after:
                yield Change(subject, f"{name} removed")
            else:
                member = f"{subject} {name}"
                yield from self.schemas(member, parameter["schema"], after[name]["schema"], "request")

    def named(self, document: Json, operation: Json) -> dict[str, Json]:
        found = [resolved(document, parameter) for parameter in operation.get("parameters", [])]
        return {f"{parameter['in']} parameter {parameter['name']}": parameter for parameter in found}

    def body(self, subject: str, old: Json | None, new: Json | None) -> Iterator[Change]:
        if new and new.get("required") and not (old and old.get("required")):
            yield Change(subject, "body required")
        if old and not new:
            yield Change(subject, "body removed")
        elif old and new:
            yield from self.content(subject, old, new, "request")

    def responses(self, subject: str, old: Json, new: Json) -> Iterator[Change]:
        for status, response in old.items():
            before, after = resolved(self.old, response), resolved(self.new, new.get(status, {}))
            if after:
                for header in before.get("headers", {}):
                    if header not in after.get("headers", {}):
                        yield Change(subject, f"header {header} of {status} removed")
                yield from self.content(subject, before, after, "answer")
            elif status < "400":
                yield Change(subject, f"answer {status} removed")

    def content(self, subject: str, old: Json, new: Json, direction: Direction) -> Iterator[Change]:
        for media_type, content in old.get("content", {}).items():
            if media_type not in new.get("content", {}):
                yield Change(subject, f"{media_type} removed")
            else:
                yield from self.schemas(subject, content["schema"], new["content"][media_type]["schema"], direction)

    def schemas(self, subject: str, old: Json, new: Json, direction: Direction) -> Iterator[Change]:
        """Compare each kind of value by itself. A shared schema is compared once and named by its own name."""
        before, after = variants(self.old, old), variants(self.new, new)
        wider, narrower = (before, after) if direction == "request" else (after, before)
        # readers ignore refusals that they do not know, so an answer may gain one
        if direction == "request" or "discriminator" not in new:
            for kind in sorted(wider.keys() - narrower.keys()):
                yield Change(subject, f"{kind} no longer accepted" if direction == "request" else f"{kind} possible")
        for kind in sorted(before.keys() & after.keys()):
            one, other = before[kind], after[kind]
            name = one["$ref"].rpartition("/")[2] if "$ref" in one else subject
            pair = (one.get("$ref", ""), other.get("$ref", ""), direction)
            if pair[:2] == ("", "") or pair not in self.compared:
                self.compared.add(pair)
                yield from self.values(name, resolved(self.old, one), resolved(self.new, other), direction)

    def values(self, subject: str, old: Json, new: Json, direction: Direction) -> Iterator[Change]:
        if unknown := (old.keys() | new.keys()) - COMPARED - IGNORED:
            raise NotImplementedError(f"{subject}: compare {sorted(unknown)} in {__name__}")
        if direction == "request":
            yield from narrowed(subject, old, new)
        elif old.get("format") != new.get("format"):
            yield Change(subject, f"format {old.get('format')} changed to {new.get('format')}")
        yield from self.members(subject, old, new, direction)
        for part in ("items", "additionalProperties"):
            if isinstance(old.get(part), dict) and isinstance(new.get(part), dict):
                yield from self.schemas(f"{subject}[]", old[part], new[part], direction)

    def members(self, subject: str, old: Json, new: Json, direction: Direction) -> Iterator[Change]:
        before, after = old.get("properties", {}), new.get("properties", {})
        was_required, is_required = set(old.get("required", [])), set(new.get("required", []))
        for name in sorted(before.keys() - after.keys()):
            yield Change(f"{subject}.{name}", "removed")
        if direction == "request":
            for name in sorted(is_required - was_required):
                yield Change(f"{subject}.{name}", "required")
        else:
            for name in sorted((was_required - is_required) & after.keys()):
                yield Change(f"{subject}.{name}", "may be absent")
        for name in before.keys() & after.keys():
            yield from self.schemas(f"{subject}.{name}", before[name], after[name], direction)


def narrowed(subject: str, old: Json, new: Json) -> Iterator[Change]:
    """Yield the values of a request that are refused now."""
    values, before = allowed(new), allowed(old)
    if values and (not before or before - values):
        yield Change(subject, f"{', '.join(sorted(map(str, before - values))) or 'other values'} no longer accepted")
    if new.get("additionalProperties") is False and old.get("additionalProperties") is not False:
        yield Change(subject, "unknown members no longer accepted")
    for rule in ("format", "pattern", "uniqueItems"):
        if new.get(rule) not in (None, False, old.get(rule)):
            yield Change(subject, f"{rule} changed to {new[rule]}")
    for rule in LOWER_BOUNDS:
        if rule in new and new[rule] > old.get(rule, float("-inf")):
            yield Change(subject, f"{rule} raised to {new[rule]}")
    for rule in UPPER_BOUNDS:
        if rule in new and new[rule] < old.get(rule, float("inf")):
            yield Change(subject, f"{rule} lowered to {new[rule]}")


def allowed(schema: Json) -> set[Any]:
    """Return the values of an enum; empty: any value of the type."""
    return {schema["const"]} if "const" in schema else set(schema.get("enum", []))


def variants(document: Json, schema: Json) -> dict[str, Json]:
    """Return the alternatives of a schema by their type, and by their code where refusals are alternatives."""
    alternatives: list[Json] = schema.get("anyOf") or schema.get("oneOf") or [schema]
    found = {kind(resolved(document, one)): one for one in alternatives}
    if len(found) != len(alternatives):
        raise NotImplementedError(f"tell apart alternatives of one type: {alternatives}")
    return found


def kind(schema: Json) -> str:
    """Return the code of a refusal, the JSON type of any other schema."""
    code = schema.get("properties", {}).get("code", {}).get("const")
    return code or str(schema.get("type", "any value"))


def resolved(document: Json, part: Json) -> Json:
    """Return the part itself, or the component that it refers to."""
    if "$ref" not in part:
        return part
    found = document
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return found
