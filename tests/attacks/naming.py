"""Where requests name a record: every id and code in paths, queries and bodies, found by walking the contracts."""

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

Place = tuple[str | int, ...]

PRIVATE = {
    "patient_id": "who is a patient here is the hospital's secret",
    "appointment_id": "who sees whom",
    "prescription_id": "who takes what",
    "referral_id": "who was sent to whom",
    "booking_id": "who had what measured",
    "result_id": "what was found",
    "time_off_id": "when a doctor is away",
    "account_id": "who has an account",
    "session_id": "who is signed in where",
}
PUBLIC = {
    "doctor_id": "everybody finds doctors, without an account",
    "to_doctor_id": "the same doctors",
    "code": "the catalogue is for everybody who is signed in, its codes too",
    "test_code": "the same codes",
    "test_codes": "the same codes",
    "analytes": "the codes of what is measured, which every test of the catalogue lists",
    "analyte": "the same codes; whose values they are follows from who asks",
}


@dataclass(frozen=True)
class Named:
    """A member of a request that names a record. `place` is where it stands in a body, else its name alone."""

    endpoint: Endpoint[..., Any]
    part: str
    place: Place

    @property
    def name(self) -> str:
        return next(step for step in reversed(self.place) if isinstance(step, str))

    def __str__(self) -> str:
        return f"{self.endpoint.name}-{self.part}-{'.'.join(map(str, self.place))}"


def names_a_record(name: str, annotation: Any) -> bool:
    """Whether it looks like an id or a code, by name or by type, whatever it is called."""
    tail = name.rpartition("_")[2]
    return tail in {"id", "ids", "code", "codes", "sid", "reference"} or name in {*PUBLIC, *PRIVATE} or _is_id(annotation)


def _is_id(annotation: Any) -> bool:
    if get_origin(annotation) is Annotated:
        bounds = [one for mark in annotation.__metadata__ for one in (mark.metadata if isinstance(mark, FieldInfo) else [mark])]
        return any(isinstance(bound, Le) and bound.le == MAX_ID for bound in bounds)
    return get_origin(annotation) in {Union, UnionType, list} and any(_is_id(kind) for kind in get_args(annotation))


def in_body(annotation: Any, at: Place = ()) -> Iterator[Place]:
    """Where a body names records. Of lists the first item."""
    if get_origin(annotation) in {Union, UnionType}:
        for kind in get_args(annotation):
            yield from in_body(kind, at)
    elif get_origin(annotation) is Annotated:
        yield from in_body(get_args(annotation)[0], at)
    elif get_origin(annotation) is list:
        yield from in_body(get_args(annotation)[0], (*at, 0))
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, member in annotation.model_fields.items():
            kind = Annotated[member.annotation, *member.metadata] if member.metadata else member.annotation
            if names_a_record(name, kind):
                yield (*at, name)
            else:
                yield from in_body(member.annotation, (*at, name))


def everything_named() -> Iterator[Named]:
    for endpoint in ENDPOINTS:
        for name, parameter in endpoint.parameters.items():
            if names_a_record(name, parameter.annotation):
                yield Named(endpoint, "path" if f"{{{name}}}" in endpoint.path else "query", (name,))
        if endpoint.body is not None:
            for place in in_body(endpoint.body.annotation):
                yield Named(endpoint, "body", place)


NAMED = tuple(everything_named())
