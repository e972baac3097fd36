"""Reception: everybody's visits without anything clinical; booked, moved and reassigned for patients who call."""

from enum import StrEnum

from pydantic import Field, model_validator

from careplus_contracts.appointments import AppointmentStatus, FirstDay, LastDay, OneDay, Practitioner
from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.refusals import IllegalTransition, NotFound, SlotTaken
from careplus_contracts.values import (
    Answer,
    Body,
    Cursor,
    DateOfBirth,
    Id,
    Instant,
    Limit,
    Page,
    Person,
    Phone,
    Reference,
    Version,
)

api = Contract(service="appointments", tag="reception")


class ArrangedStatus(StrEnum):
    """The statuses that reception may set; the visit itself is the doctor's."""

    CONFIRMED = "confirmed"
    ARRIVED = "arrived"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


class Caller(Person):
    """The patient, as reception sees them."""

    date_of_birth: DateOfBirth | None
    phone: Phone | None


class Arrangement(Answer):
    """An appointment without reason and notes: who sees whom, when and where."""

    id: Id
    reference: Reference
    patient: Caller
    doctor: Practitioner
    starts_at: Instant
    ends_at: Instant
    status: AppointmentStatus
    place: str | None
    cancelled_by: Role | None
    created_at: Instant
    version: Version


class Arrangements(Page[Arrangement]):
    """Everybody's appointments, in order of time."""


class Arrange(Body):
    patient_id: Id
    doctor_id: Id
    starts_at: Instant


class Rearrange(Body):
    """Another time, another doctor or both; or a status."""

    starts_at: Instant | None = Field(default=None, description="The time it has, if not given.")
    doctor_id: Id | None = Field(default=None, description="The doctor it has, if not given.")
    status: ArrangedStatus | None = None

    @model_validator(mode="after")
    def _is_one_change(self) -> "Rearrange":
        if (self.starts_at is None and self.doctor_id is None) == (self.status is None):
            raise ValueError("give starts_at, doctor_id or both, or else a status")
        return self


@api.get("/api/admin/appointments", roles={Role.ADMIN}, conditional=True)
async def list_arrangements(
    doctor_id: Id | None = None,
    patient_id: Id | None = None,
    day: OneDay = None,
    from_: FirstDay = None,
    to: LastDay = None,
    status: AppointmentStatus | None = None,
    limit: Limit = 20,
    cursor: Cursor | None = None,
) -> Arrangements:
    """Everybody's appointments, in order of time, from today on if no day is given."""


@api.post(
    "/api/admin/appointments",
    roles={Role.ADMIN},
    refuses=(NotFound, SlotTaken),
    example={"patient_id": 12, "doctor_id": 7, "starts_at": "2030-01-07T09:00:00Z"},
)
async def arrange(body: Arrange) -> Arrangement:
    """Book a free time for a patient, also of a doctor whom patients cannot book online."""


@api.put(
    "/api/admin/appointments/{appointment_id}",
    roles={Role.ADMIN},
    refuses=(NotFound, SlotTaken, IllegalTransition),
    versioned=True,
    example={"starts_at": "2030-01-08T09:30:00Z", "doctor_id": 7},
)
async def rearrange(appointment_id: Id, body: Rearrange) -> Arrangement:
    """Move an appointment to another free time or another doctor in one step, or take it to its next status.

    The old time stays the patient's until the new one is. An appointment that moved is `booked`: its doctor confirms anew.
    """
