"""Flags: of values that are being typed, by the server's rule, asked before the values are saved."""

from typing import Annotated

from pydantic import Field

from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.refusals import Malformed, NotFound
from careplus_contracts.results import AppliedRange, Comparator, EnterObservation, Flag, Missing, WrongUnit
from careplus_contracts.values import Answer, Body, Code, Id

api = Contract(service="labs", tag="flags")


class PreviewFlags(Body):
    observations: Annotated[list[EnterObservation], Field(max_length=200)] = Field(
        default=[], description="Typed values of any of the booking's tests; one analyte may occur several times."
    )


class AnalyteRange(Answer):
    """The range with which a value of this patient is compared."""

    analyte: Code
    range: AppliedRange | None = Field(description="Null: no reference range, or several may apply (see `missing`).")
    missing: list[Missing]


class TypedFlag(Answer):
    """The flag of one typed value. The value is repeated, so that its flag is never shown for another one."""

    analyte: Code
    value: float | None
    comparator: Comparator | None
    text: str | None
    flag: Flag
    unusual: bool = Field(description="Critical, or so far from every range that a decimal slip is likely: ask before saving.")


class PreviewedFlags(Answer):
    booking_id: Id
    ranges: list[AnalyteRange] = Field(description="Of each analyte of the booking's tests that is a quantity.")
    flags: list[TypedFlag] = Field(description="In the order of the values sent.")


@api.post(
    "/api/labs/bookings/{booking_id}/flags",
    roles={Role.LAB},
    refuses=(NotFound, Malformed, WrongUnit),
    status=200,
    not_idempotent_because="it computes and stores no record; repeating it gives the same answer",
    not_audited_because="it names no person, and an event for each typed value would hide the others; the booking's read is one",
    example={"observations": [{"analyte": "hemoglobin", "value": 13.2, "unit": "g/dL"}]},
)
async def preview_flags(booking_id: Id, body: PreviewFlags) -> PreviewedFlags:
    """Compare typed values with the ranges of the booking's patient, without storing them.

    The flags are the ones that `enter_result` would store now; but that compares each test on the day of its own specimen, and
    this all of them on the day of the booking's last one.
    """
