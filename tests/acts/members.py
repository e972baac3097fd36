"""Members of requests, found by walking the contracts: ids and codes of records, and text."""

from collections.abc import Iterator
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from annotated_types import Le
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from careplus_contracts.endpoints import Endpoint
from careplus_contracts.registry import ENDPOINTS
from careplus_contracts.values import MAX_ID
from tests.acts.record_ids import RECORD_IDS
from tests.attacks.hostile import accepts

Place = tuple[str | int, ...]
"""The steps from a body to one of its members."""
PROBES = ("some words", "<b>'x'</b>")
SECRETS = {"password", "current_password", "new_password", "otp", "invitation"}
"""Secrets, which no endpoint returns; tests/openapi and tests/attacks/test_guessing.py test them."""


@dataclass(frozen=True)
class NamedRecord:
    """A member of a request that names a record. `place` is its place in a body, otherwise its name alone."""

    endpoint: Endpoint[..., Any]
    part: str
    place: Place

    @property
    def name(self) -> str:
        return next(step for step in reversed(self.place) if isinstance(step, str))

    def __str__(self) -> str:
        return f"{self.endpoint.name}-{self.part}-{'.'.join(map(str, self.place))}"


def names_a_record(name: str, annotation: Any) -> bool:
    """Return whether a member is an id or a code, by its name or by its type."""
    tail = name.rpartition("_")[2]
    return tail in {"id", "ids", "code", "codes", "sid", "reference"} or name in RECORD_IDS or _is_id(annotation)


def _is_id(annotation: Any) -> bool:
    if get_origin(annotation) is Annotated:
        bounds = [one for mark in annotation.__metadata__ for one in (mark.metadata if isinstance(mark, FieldInfo) else [mark])]
        return any(isinstance(bound, Le) and bound.le == MAX_ID for bound in bounds)
    return get_origin(annotation) in {Union, UnionType, list} and any(_is_id(kind) for kind in get_args(annotation))


def record_places(annotation: Any, at: Place = ()) -> Iterator[Place]:
    """Yield the places at which a body names records; of lists the first item."""
    if get_origin(annotation) in {Union, UnionType}:
        for kind in get_args(annotation):
            yield from record_places(kind, at)
    elif get_origin(annotation) is Annotated:
        yield from record_places(get_args(annotation)[0], at)
    elif get_origin(annotation) is list:
        yield from record_places(get_args(annotation)[0], (*at, 0))
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, kind in member_types(annotation):
            if names_a_record(name, kind):
                yield (*at, name)
            else:
                yield from record_places(kind, (*at, name))


def member_types(model: type[BaseModel]) -> Iterator[tuple[str, Any]]:
    """Yield each member of a model with its type and bounds."""
    for name, member in model.model_fields.items():
        yield name, Annotated[member.annotation, *member.metadata] if member.metadata else member.annotation


def named_records(endpoint: Endpoint[..., Any]) -> Iterator[NamedRecord]:
    """Yield each id and code of an endpoint's path, query and body."""
    for name, parameter in endpoint.parameters.items():
        if names_a_record(name, parameter.annotation):
            yield NamedRecord(endpoint, "path" if f"{{{name}}}" in endpoint.path else "query", (name,))
    if endpoint.body is not None:
        for place in record_places(endpoint.body.annotation):
            yield NamedRecord(endpoint, "body", place)


def text_places(annotation: Any, at: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Yield each place at which a body takes text, with the type of the text; of lists the first item."""
    if get_origin(annotation) in {Union, UnionType}:
        for kind in get_args(annotation):
            yield from text_places(kind, at)
    elif get_origin(annotation) is Annotated:
        inner = get_args(annotation)[0]
        yield from ((at, annotation),) if inner is str else text_places(inner, at)
    elif get_origin(annotation) is list:
        yield from text_places(get_args(annotation)[0], (*at, 0))
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, kind in member_types(annotation):
            yield from text_places(kind, (*at, name))
    elif annotation is str:
        yield at, annotation


def free_texts(endpoint: Endpoint[..., Any]) -> dict[Place, Any]:
    """Return the members that take any text. Codes, addresses and secrets are not among them."""
    found = text_places(endpoint.body.annotation) if endpoint.body else ()
    return {place: kind for place, kind in found if place[-1] not in SECRETS and all(accepts(kind, probe) for probe in PROBES)}


def formatted_texts(endpoint: Endpoint[..., Any]) -> dict[Place, Any]:
    """Return the members that take text of one format, such as codes and addresses."""
    found, free = text_places(endpoint.body.annotation) if endpoint.body else (), free_texts(endpoint)
    return {place: kind for place, kind in found if place not in free and place[-1] not in SECRETS}


def with_value(body: Any, place: Place, value: Any) -> Any:
    """Return a copy of a body with a value at a place."""
    if not place:
        return value
    copy: Any = list(body or [None]) if isinstance(place[0], int) else dict(body or {})
    inner = copy.get(place[0]) if isinstance(copy, dict) else copy[place[0]]
    copy[place[0]] = with_value(inner, place[1:], value)
    return copy


NAMED_RECORDS = tuple(named for endpoint in ENDPOINTS for named in named_records(endpoint))
WITH_BODY = [endpoint for endpoint in ENDPOINTS if endpoint.body is not None]
TAKES_TEXT = [endpoint for endpoint in WITH_BODY if free_texts(endpoint)]
