"""Reception: all visits without clinical data, booked, moved and reassigned for patients on the phone."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from careplus_contracts.appointments import (
    NOT_POSSIBLE,
    AppointmentStatus,
    FirstDay,
    LastDay,
    OneDay,
    OutsideStaffHorizon,
    OverbookReason,
    Practitioner,
    TooEarly,
)
from careplus_contracts.endpoints import DESK, Contract, Role
from careplus_contracts.refusals import IllegalTransition
from careplus_contracts.specialty_ages import AgeLimits
from careplus_contracts.values import (
    Answer,
    Body,
    DateOfBirth,
    Id,
    Instant,
    Line,
    Page,
    PageFilter,
    Person,
    Phone,
    Reason,
    Reference,
    Version,
)
from careplus_contracts.visit_types import BookedVisitType, ChosenType, VisitTypeNotOffered

api = Contract(service="appointments", tag="reception")


class ArrangedStatus(StrEnum):
    """The statuses that reception may set; the doctor alone completes a visit."""

    CONFIRMED = "confirmed"
    ARRIVED = "arrived"
    IN_PROGRESS = "in_progress"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


class Caller(Person):
    """The patient, as reception sees them."""

    date_of_birth: DateOfBirth | None
    phone: Phone | None


class Arrangement(Answer):
    """An appointment without reason and notes: patient, doctor, time and place."""

    id: Id
    reference: Reference
    patient: Caller
    doctor: Practitioner
    starts_at: Instant
    ends_at: Instant
    status: AppointmentStatus
    place: str | None
    cancelled_by: Role | None
    overbook_reason: OverbookReason
    created_at: Instant
    arrived_at: Instant | None = Field(description="When the patient was marked as arrived; null before, or unknown.")
    started_at: Instant | None = Field(description="When the visit started; null before, or unknown.")
    completed_at: Instant | None = Field(description="When the visit was completed; null before, or unknown.")
    visit_type: BookedVisitType | None = Field(description="Null: booked without a type.")
    version: Version


class Arrangements(Page[Arrangement]):
    """Appointments of all patients, in order of time."""


class DeskDoctor(Practitioner):
    """A doctor, as reception chooses one."""

    room: str | None
    ages: AgeLimits | None = Field(
        description="The ages of patients that book this doctor online; null: any age. Staff book patients of any age."
    )


class DeskDoctors(Page[DeskDoctor]):
    """Doctors by name, with those that take no appointments: their visits may have to be moved."""


Overbook = Annotated[
    Line | None,
    Field(description="Why staff book any whole minute, also beside other visits or on a closed day. Staff alone read it."),
]


class Arrange(Body):
    patient_id: Id
    doctor_id: Id
    starts_at: Instant
    reason: Reason | None = Field(default=None, description="Why the patient comes; the doctor reads it, reception does not.")
    visit_type_id: ChosenType = None
    overbook: Overbook = None

    @model_validator(mode="after")
    def _check_whole_minute(self) -> "Arrange":
        check_whole_minute(self.overbook, self.starts_at)
        return self


class Rearrange(Body):
    """Another time, another doctor or both; or a status."""

    starts_at: Instant | None = Field(default=None, description="The present time by default.")
    doctor_id: Id | None = Field(default=None, description="The present doctor by default.")
    status: ArrangedStatus | None = None
    reason: Reason | None = Field(default=None, description="Why the visit is cancelled; the patient reads it.")
    overbook: Overbook = None

    @model_validator(mode="after")
    def _check_one_change(self) -> "Rearrange":
        if (self.starts_at is None and self.doctor_id is None) == (self.status is None):
            raise ValueError("give starts_at, doctor_id or both, or a status alone")
        if self.reason is not None and self.status is not ArrangedStatus.CANCELLED:
            raise ValueError("give a reason with the status cancelled only")
        if self.overbook is not None and self.status is not None:
            raise ValueError("give overbook with starts_at or doctor_id only")
        check_whole_minute(self.overbook, self.starts_at)
        return self


def check_whole_minute(overbook: str | None, starts_at: datetime | None) -> None:
    """Raise ValueError where an overbooked visit starts within a minute."""
    if overbook is not None and starts_at is not None and (starts_at.second or starts_at.microsecond):
        raise ValueError("an overbooked visit starts at a whole minute")


class ReceptionFilter(PageFilter):
    doctor_id: Id | None = None
    patient_id: Id | None = None
    day: OneDay = None
    from_: FirstDay = None
    to: LastDay = None
    status: AppointmentStatus | None = None


class DeskDoctorFilter(PageFilter):
    bookable: bool | None = None


@api.get("/api/reception/doctors", roles=DESK)
async def list_desk_doctors(query: DeskDoctorFilter) -> DeskDoctors:
    """List the doctors that visits can be arranged with, or `bookable=false` those that have left."""


@api.get("/api/admin/appointments", roles=DESK, conditional=True)
async def list_arrangements(query: ReceptionFilter) -> Arrangements:
    """List the appointments of all patients in order of time; by default from today on."""


@api.post(
    "/api/admin/appointments",
    location="/api/admin/appointments/{id}",
    roles=DESK,
    refuses=(*NOT_POSSIBLE, OutsideStaffHorizon, VisitTypeNotOffered),
    example={"patient_id": 12, "doctor_id": 7, "starts_at": "2030-01-07T09:00:00Z"},
)
async def arrange(body: Arrange) -> Arrangement:
    """Book a free time for a patient, also with a doctor that is booked by phone only, and above the limit of online booking.

    The minimum notice and the horizon of online booking do not apply: a time is free from 15 minutes after its start was due,
    for a patient at the desk, up to two years ahead. `GET /api/doctors/{doctor_id}/slots` lists these times to staff. With
    `overbook` the visit may start at any minute between these two, beside other visits of the doctor and on closed days of the
    hospital, but never beside another appointment of the patient. Its time is busy for all later bookings.
    """


@api.put(
    "/api/admin/appointments/{appointment_id}",
    roles=DESK,
    refuses=(*NOT_POSSIBLE, OutsideStaffHorizon, IllegalTransition, TooEarly),
    versioned=True,
    example={"starts_at": "2030-01-08T09:30:00Z", "doctor_id": 7},
)
async def rearrange(appointment_id: Id, body: Rearrange) -> Arrangement:
    """Move an appointment to another free time or another doctor in one step, or set its next status.

    The appointment keeps its type. The patient keeps the old time until the new one is booked. A moved appointment is
    `booked`: its doctor confirms it again. Moving it to its present doctor and time has no effect. With `overbook` it moves as
    `arrange` books; a move to a free time ends its overbooking. `arrived` is possible on its day, `no_show` after its start.
    `in_progress` calls in a patient that has arrived, from two hours before the start on; `arrived` takes that back.
    """
