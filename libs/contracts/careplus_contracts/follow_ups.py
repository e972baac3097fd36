"""Follow-ups: a doctor books the next visit of a patient in care, and moves own visits."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from careplus_contracts.appointments import NOT_POSSIBLE, DoctorIsPatient, DoctorNotBookable, ReferralNotOpen, Reschedule, Visit
from careplus_contracts.emergency import EmergencyOnly
from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.finding import Slot
from careplus_contracts.refusals import IllegalTransition, NotFound
from careplus_contracts.values import Answer, Body, Day, Filter, Id, Instant, Reason
from careplus_contracts.visit_types import ChosenType, VisitTypeNotOffered

api = Contract(service="appointments", tag="appointments")


class Interval(StrEnum):
    """The time until a follow-up."""

    ONE_WEEK = "1_week"
    TWO_WEEKS = "2_weeks"
    SIX_WEEKS = "6_weeks"
    THREE_MONTHS = "3_months"


class FollowUpTimes(Answer):
    """Free times for a follow-up: one on each of the nearest days."""

    wanted_on: Day = Field(description="The day after the interval; it may be closed or fully booked.")
    last_day: Day = Field(description="The last day that can be booked now.")
    items: list[Slot] = Field(description="At most 3, in order of time; none where no day near `wanted_on` has a free time.")


class BookFollowUp(Body):
    starts_at: Instant
    reason: Reason | None = Field(default=None, description="Why the patient comes; the patient reads it.")
    referral_id: Id | None = Field(default=None, description="An open referral of the patient to you, which the visit answers.")
    visit_type_id: ChosenType = None


class FollowUpFilter(Filter):
    interval: Interval
    appointment_id: Annotated[Id | None, Field(description="The visit to you that it follows; by default now.")] = None
    visit_type_id: ChosenType = None


@api.get(
    "/api/doctor/patients/{patient_id}/follow-up-times",
    roles={Role.DOCTOR},
    refuses=(NotFound, DoctorNotBookable, DoctorIsPatient, VisitTypeNotOffered),
)
async def list_follow_up_times(patient_id: Id, query: FollowUpFilter) -> FollowUpTimes:
    """Find three of your free times for a follow-up of a patient in your care.

    They are on the three days with free times nearest to the wanted one, each at the time of day nearest to that of the visit
    that it follows; without `appointment_id`, to that of the request. Times at which the patient has another appointment are
    left out. The interval counts from the day of that visit or from today, whichever is later.
    """


@api.post(
    "/api/doctor/patients/{patient_id}/follow-ups",
    location="/api/doctor/appointments/{id}",
    roles={Role.DOCTOR},
    refuses=(*NOT_POSSIBLE, ReferralNotOpen, EmergencyOnly, VisitTypeNotOffered),
    example={"starts_at": "2030-01-07T09:00:00Z", "reason": "Follow-up: blood pressure"},
)
async def book_follow_up(patient_id: Id, body: BookFollowUp) -> Visit:
    """Book one of your free times for a patient in your care, also above the limit of online booking.

    The visit is `booked`, and the patient sees it among their appointments.
    """


@api.put(
    "/api/doctor/appointments/{appointment_id}/move",
    roles={Role.DOCTOR},
    refuses=(*NOT_POSSIBLE, IllegalTransition),
    versioned=True,
    example={"starts_at": "2030-01-08T09:30:00Z"},
)
async def move_visit(appointment_id: Id, body: Reschedule) -> Visit:
    """Move a visit to you to another of your free times. The patient keeps the old time until the new one is booked.

    A visit can be moved until it is in progress. A moved visit is `booked`: confirm it after the patient has agreed. Moving it
    to its present time has no effect. Visits to a doctor that you replace are moved by reception.
    """
