"""Appointments: patients book, move and cancel visits; doctors work through their day."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from careplus_contracts.accounts import Sex
from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.refusals import IllegalTransition, NotFound, Refusal, SlotTaken
from careplus_contracts.values import (
    Answer,
    Body,
    DateOfBirth,
    Day,
    Id,
    Instant,
    OptionalWords,
    Page,
    PageFilter,
    Person,
    Phone,
    Reason,
    Reference,
    Version,
)

api = Contract(service="appointments", tag="appointments")


class AppointmentStatus(StrEnum):
    BOOKED = "booked"
    CONFIRMED = "confirmed"
    ARRIVED = "arrived"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


class When(StrEnum):
    UPCOMING = "upcoming"
    PAST = "past"


class Practitioner(Person):
    """The doctor, as the patient sees them."""

    specialty: str | None


class Patient(Person):
    """The patient, as the doctor sees them."""

    date_of_birth: DateOfBirth | None
    sex: Sex
    phone: Phone | None


class Appointment(Answer):
    """A visit occupies `[starts_at, ends_at)`."""

    id: Id
    reference: Reference
    patient: Person
    doctor: Practitioner
    starts_at: Instant
    ends_at: Instant
    status: AppointmentStatus
    reason: str | None = Field(description="Why the patient comes, in their words.")
    place: str | None
    cancelled_by: Role | None
    cancel_reason: str | None
    created_at: Instant
    version: Version


class Visit(Appointment):
    """An appointment, as the doctor sees it."""

    patient: Patient
    note: str | None


class Appointments(Page[Appointment]):
    """The patient's own appointments."""


class Visits(Page[Visit]):
    """Visits to the signed-in doctor, in order of time."""


class Book(Body):
    doctor_id: Id
    starts_at: Instant
    reason: Reason | None = None


class Reschedule(Body):
    starts_at: Instant


class Cancel(Body):
    reason: Reason | None = None


class UpdateVisit(Body):
    status: AppointmentStatus
    note: OptionalWords | None = Field(default=None, description="Replaces the note; without it, or with null, the note stays.")


OneDay = Annotated[Day | None, Field(description="One clinic day, instead of `from` and `to`.")]
FirstDay = Annotated[Day | None, Field(description="First clinic day; today by default.")]
LastDay = Annotated[Day | None, Field(description="Last clinic day.")]


class TooLate(Refusal):
    """It is too late for this change; please call.

    Call the hospital.
    """

    status = 409


class BookByPhone(Refusal):
    """This doctor can be booked by phone only.

    Call the hospital, or choose another doctor.
    """

    status = 409


class AppointmentFilter(PageFilter):
    when: When | None = None
    status: AppointmentStatus | None = None


@api.get("/api/appointments", roles={Role.PATIENT}, conditional=True)
async def list_appointments(query: AppointmentFilter) -> Appointments:
    """List your appointments: upcoming ones soonest first, otherwise latest first. Cancelled appointments are past."""


@api.post(
    "/api/appointments",
    location="/api/appointments/{id}",
    roles={Role.PATIENT},
    refuses=(NotFound, SlotTaken, BookByPhone),
    example={"doctor_id": 7, "starts_at": "2030-01-07T09:00:00Z", "reason": "Knee hurts when climbing stairs"},
)
async def book(body: Book) -> Appointment:
    """Book a free time of a doctor, as `GET /api/doctors/{doctor_id}/slots` lists them."""


@api.get("/api/appointments/{appointment_id}", roles={Role.PATIENT}, refuses=(NotFound,))
async def show_appointment(appointment_id: Id) -> Appointment:
    """Read one of your appointments."""


@api.get(
    "/api/appointments/{appointment_id}/calendar.ics",
    roles={Role.PATIENT},
    refuses=(NotFound,),
    media_type="text/calendar",
)
async def export_appointment(appointment_id: Id) -> str:
    """Export one of your appointments as an iCalendar file."""


@api.put(
    "/api/appointments/{appointment_id}",
    roles={Role.PATIENT},
    refuses=(NotFound, SlotTaken, TooLate, BookByPhone, IllegalTransition),
    versioned=True,
    example={"starts_at": "2030-01-08T09:30:00Z"},
)
async def reschedule(appointment_id: Id, body: Reschedule) -> Appointment:
    """Move one of your appointments to another free time. You keep the old time until the new one is booked."""


@api.put(
    "/api/appointments/{appointment_id}/cancel",
    roles={Role.PATIENT},
    refuses=(NotFound, TooLate, IllegalTransition),
    versioned=True,
    example={"reason": "I feel better"},
)
async def cancel(appointment_id: Id, body: Cancel | None = None) -> Appointment:
    """Cancel one of your appointments. Cancelling again has no effect and the same answer."""


class VisitFilter(PageFilter):
    day: OneDay = None
    from_: FirstDay = None
    to: LastDay = None
    status: AppointmentStatus | None = None


@api.get("/api/doctor/appointments", roles={Role.DOCTOR}, conditional=True)
async def list_visits(query: VisitFilter) -> Visits:
    """List the visits to you in order of time; by default from today on."""


@api.get("/api/doctor/appointments/{appointment_id}", roles={Role.DOCTOR}, refuses=(NotFound,))
async def show_visit(appointment_id: Id) -> Visit:
    """Read one visit to you."""


@api.put(
    "/api/doctor/appointments/{appointment_id}",
    roles={Role.DOCTOR},
    refuses=(NotFound, IllegalTransition, SlotTaken),
    versioned=True,
    example={"status": "arrived"},
)
async def update_visit(appointment_id: Id, body: UpdateVisit) -> Visit:
    """Set the next status of a visit. With its present status, change only the note."""
