"""Appointments: patients book, move and cancel visits; doctors work through their day."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from careplus_contracts.accounts import Sex
from careplus_contracts.booking_limits import TooManyVisits
from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.refusals import IllegalTransition, NotFound, PatientBusy, Refusal, SlotTaken
from careplus_contracts.specialty_ages import OutsideAgeLimits
from careplus_contracts.values import (
    Answer,
    Body,
    DateOfBirth,
    Day,
    Id,
    InLanguages,
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
from careplus_contracts.visit_types import TYPE_REFUSALS, BookedVisitType, ChosenType

api = Contract(service="appointments", tag="appointments")


class AppointmentStatus(StrEnum):
    """`offered` and `lapsed` are no visits, and no list of visits has them.

    `offered` holds a time of the doctor for a patient of the waitlist; `lapsed` was declined, withdrawn, or not answered in time.
    """

    BOOKED = "booked"
    CONFIRMED = "confirmed"
    ARRIVED = "arrived"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    OFFERED = "offered"
    LAPSED = "lapsed"


VISIT_STATUSES = tuple(
    status for status in AppointmentStatus if status not in (AppointmentStatus.OFFERED, AppointmentStatus.LAPSED)
)
"""The statuses of visits, without the ones of offers."""


class When(StrEnum):
    UPCOMING = "upcoming"
    PAST = "past"


class Practitioner(Person):
    """The doctor, as the patient sees them."""

    specialty: str | None
    specialty_names: InLanguages | None
    bookable: bool = Field(description="False: the doctor takes no appointments here, for example after leaving the hospital.")


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
    referral_id: Id | None = Field(description="The referral that the visit answers.")
    cancelled_by: Role | None
    cancel_reason: str | None
    booked_by: Role | None = Field(
        description="Who booked it: the patient, a doctor or reception. Null: booked before version 0.2."
    )
    created_at: Instant
    visit_type: BookedVisitType | None = Field(description="Null: booked without a type.")
    version: Version


OverbookReason = Annotated[
    str | None, Field(description="Overbooked by staff, with this reason: beside another visit, or outside of the free times.")
]


class Visit(Appointment):
    """An appointment, as the doctor sees it."""

    patient: Patient
    note: str | None
    completed_at: Instant | None = Field(description="Null unless the visit is completed; unknown before version 0.2.")
    arrived_at: Instant | None = Field(description="When the patient was marked as arrived; null before, or unknown.")
    started_at: Instant | None = Field(description="When the visit started; null before, or unknown.")
    overbook_reason: OverbookReason


class Appointments(Page[Appointment]):
    """The patient's own appointments."""


class Visits(Page[Visit]):
    """Visits to the signed-in doctor, in order of time."""


class Book(Body):
    doctor_id: Id
    starts_at: Instant
    reason: Reason | None = None
    referral_id: Id | None = Field(default=None, description="An open referral of yours to this doctor, which the visit answers.")
    visit_type_id: ChosenType = None


class Reschedule(Body):
    starts_at: Instant


class Cancel(Body):
    reason: Reason | None = None


class UpdateVisit(Body):
    status: AppointmentStatus
    note: OptionalWords | None = Field(default=None, description="Replaces the note; without it, or with null, the note stays.")
    reason: Reason | None = Field(default=None, description="Why the visit is cancelled; the patient reads it.")

    @model_validator(mode="after")
    def _check_reason(self) -> "UpdateVisit":
        if self.reason is not None and self.status is not AppointmentStatus.CANCELLED:
            raise ValueError("give a reason with the status cancelled only")
        return self


OneDay = Annotated[Day | None, Field(description="One clinic day, instead of `from` and `to`.")]
FirstDay = Annotated[Day | None, Field(description="First clinic day; today by default.")]
LastDay = Annotated[Day | None, Field(description="Last clinic day.")]


class TooLate(Refusal):
    """It is too late for this change; please call.

    Call the hospital.
    """

    status = 409


class TooEarly(Refusal):
    """It is too early for this status.

    Send it again from `possible_from` on.
    """

    status = 409
    possible_from: Instant


class OutsideStaffHorizon(Refusal):
    """This time has passed, or is too far ahead.

    Choose a time that starts between `earliest`, a quarter of an hour ago, and `latest`.
    """

    status = 409
    earliest: Instant
    latest: Instant


class DoctorNotBookable(Refusal):
    """This doctor takes no appointments here.

    Choose a colleague of the `specialty`, cancel the visit, or call the hospital.
    """

    status = 409
    specialty: str | None


class DoctorIsPatient(Refusal):
    """This doctor and this patient are the same person, by linked accounts.

    Choose a colleague.
    """

    status = 409


NOT_POSSIBLE = (NotFound, SlotTaken, PatientBusy, DoctorNotBookable, DoctorIsPatient)
"""Refusals of each way to book a visit or to move it."""


class BookByPhone(Refusal):
    """This doctor can be booked by phone only.

    Call the hospital, or choose another doctor.
    """

    status = 409


class ReferralNotOpen(Refusal):
    """The referral has a visit already, or is over.

    Book without `referral_id`, or move the visit that it has.
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
    refuses=(
        *NOT_POSSIBLE,
        *(TooManyVisits, BookByPhone, OutsideAgeLimits, ReferralNotOpen),
        *TYPE_REFUSALS,
    ),
    example={"doctor_id": 7, "starts_at": "2030-01-07T09:00:00Z", "reason": "Knee hurts when climbing stairs"},
)
async def book(body: Book) -> Appointment:
    """Book a free time of a doctor, as `GET /api/doctors/{doctor_id}/slots` lists them.

    A patient never has two appointments at one time, also not one with the laboratory. The hospital limits the online
    bookings of a patient: by default 2 upcoming visits to one doctor, 8 upcoming appointments in all, laboratory included,
    and 4 bookings a day. The age limits of the doctor's specialty apply to the day of the visit. Reception can book more on the
    phone, and doctors for patients of any age. The visit is as long as its type; without a type, as the doctor's `slot_minutes`.
    With `referral_id` the referral is booked by this visit, and closed when it is completed.
    """


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
    refuses=(
        *NOT_POSSIBLE,
        *(TooLate, BookByPhone, OutsideAgeLimits, IllegalTransition),
    ),
    versioned=True,
    example={"starts_at": "2030-01-08T09:30:00Z"},
)
async def reschedule(appointment_id: Id, body: Reschedule) -> Appointment:
    """Move one of your appointments to another free time. You keep the old time until the new one is booked.

    A moved appointment keeps its type and is `booked`: its doctor confirms it again. Moving it to its present time has no
    effect. Where its
    doctor takes no appointments any more (`bookable` is false), book one of their colleagues, cancel it, or call the hospital.
    """


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
    doctor_id: Annotated[Id | None, Field(description="A doctor that you replace; by default yourself.")] = None
    unsigned: Annotated[bool, Field(description="Only visits with a draft of notes.")] = False
    day: OneDay = None
    from_: FirstDay = None
    to: LastDay = None
    status: AppointmentStatus | None = None


@api.get("/api/doctor/appointments", roles={Role.DOCTOR}, refuses=(NotFound,), conditional=True)
async def list_visits(query: VisitFilter) -> Visits:
    """List the visits to you in order of time; by default from today on."""


@api.get("/api/doctor/appointments/{appointment_id}", roles={Role.DOCTOR}, refuses=(NotFound,))
async def show_visit(appointment_id: Id) -> Visit:
    """Read one visit to you, or to a doctor that you replace."""


@api.put(
    "/api/doctor/appointments/{appointment_id}",
    roles={Role.DOCTOR},
    refuses=(NotFound, IllegalTransition, TooEarly, SlotTaken, PatientBusy),
    versioned=True,
    example={"status": "confirmed"},
)
async def update_visit(appointment_id: Id, body: UpdateVisit) -> Visit:
    """Set the next status of a visit. With its present status, change only the note.

    A visit can become `arrived` on its day in the clinic's zone, `in_progress` from two hours before its start, and `no_show` or
    `completed` after its start; before that its time would become free while the patient is still expected.
    """


@api.put(
    "/api/doctor/appointments/{appointment_id}/reopen",
    roles={Role.DOCTOR},
    refuses=(NotFound, IllegalTransition, TooLate),
    versioned=True,
)
async def reopen_visit(appointment_id: Id) -> Visit:
    """Undo `completed`: the visit is in progress again. Possible until the end of the clinic day on which it was completed.

    An action of its own, so that the audit trail shows it.
    """
