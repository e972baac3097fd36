"""Check-in: patients say at the entrance that they are here, with the QR code of their visit."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from careplus_contracts.appointments import TooEarly
from careplus_contracts.endpoints import EVERYONE, Contract, Role
from careplus_contracts.refusals import NotFound, Refusal
from careplus_contracts.screens import Tail
from careplus_contracts.values import Answer, Body, Id, Instant

api = Contract(service="appointments", tag="check-in")

CheckInCode = Annotated[str, StringConstraints(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]


class CheckInState(StrEnum):
    """Whether the patient of a visit can check in now: only while it is `open`.

    `early`: from `opens_at` on. `late`: the desk has to decide. `arrived` and `started`: the patient has checked in already.
    """

    EARLY = "early"
    OPEN = "open"
    LATE = "late"
    ARRIVED = "arrived"
    STARTED = "started"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    MISSED = "missed"


class CheckIn(Body):
    check_in_code: CheckInCode = Field(description="The code behind `#code=` in the address of the QR code.")


class CheckInVisit(Answer):
    """The visit of a code, without the patient's name and the subject: other people may see the phone."""

    tail: Tail
    starts_at: Instant
    doctor: str
    room: str | None = Field(description="The room of the doctor, or the place of the visit.")
    state: CheckInState
    opens_at: Instant = Field(description="From then on the patient can check in.")
    closes_at: Instant = Field(description="The last instant at which the patient can check in.")


class CheckInPass(Answer):
    """The QR code of a visit."""

    url: str = Field(description="The address in the QR code.")
    qr: list[str] = Field(description="The QR code of `url` line by line with its quiet zone, `1` for dark squares.")
    state: CheckInState
    opens_at: Instant
    closes_at: Instant


class InvalidCheckInCode(Refusal):
    """This check-in code is not valid.

    Go to the desk. The present code is on the page of the visit.
    """

    status = 403


class CheckInClosed(Refusal):
    """This visit cannot be checked in here.

    Go to the desk.
    """

    status = 409
    state: CheckInState


@api.get("/api/appointments/{appointment_id}/check-in", roles={Role.PATIENT}, refuses=(NotFound,))
async def show_check_in_pass(appointment_id: Id) -> CheckInPass:
    """Read the QR code with which you check in to one of your appointments without a sign-in.

    It stays the same when the appointment is moved. Appointments that ended before version 0.3 have none: the answer is 404.
    """


@api.post(
    "/api/check-in/visit",
    roles=EVERYONE,
    status=200,
    refuses=(InvalidCheckInCode,),
    not_idempotent_because="it changes nothing",
    not_audited_because="it names no patient and changes nothing",
    example={"check_in_code": "mJ3vQ8tYx0aRk2LpWc7ZbA"},
)
async def show_check_in(body: CheckIn) -> CheckInVisit:
    """Read the visit of a check-in code without a sign-in. The code is in the body, so that no log has it."""


@api.post(
    "/api/check-in",
    roles=EVERYONE,
    status=200,
    refuses=(InvalidCheckInCode, TooEarly, CheckInClosed),
    example={"check_in_code": "mJ3vQ8tYx0aRk2LpWc7ZbA"},
)
async def check_in(body: CheckIn) -> CheckInVisit:
    """Say that the patient of a visit is here, by the code alone: the visit becomes `arrived`, without another change.

    Possible from an hour before the start, on its day, until a quarter of an hour after it. The code of a moved visit is for its
    new time. Checking in again has no effect and the same answer.
    """
