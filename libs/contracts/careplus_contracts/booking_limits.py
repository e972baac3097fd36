"""Reception: limits of the appointments that patients book online, so that no account books out a doctor or the laboratory."""

from enum import StrEnum

from pydantic import Field

from careplus_contracts.endpoints import DESK, Contract
from careplus_contracts.refusals import NotFound, OtherAppointment, Refusal
from careplus_contracts.values import Answer, Body, Id, Justification, Person

api = Contract(service="appointments", tag="reception")
laboratory = Contract(service="labs", tag="reception")

MOST_SHOWN = 20
MOST_LISTED = 100


class BookingLimit(StrEnum):
    """The limited bookings: open visits to one doctor, open ones of the laboratory, both in all, or the bookings of a day.

    `unconfirmed`: both in all of an account that has not confirmed its e-mail address.
    """

    DOCTOR = "doctor"
    LABORATORY = "laboratory"
    IN_ALL = "in_all"
    DAY = "day"
    UNCONFIRMED = "unconfirmed"


class OpenAppointment(OtherAppointment):
    """An appointment that the patient booked and that is not over."""

    doctor: Person | None = Field(description="Null for the laboratory.")


class TooManyVisits(Refusal):
    """The patient has booked as many appointments as one person can book online.

    Cancel one of the `open` appointments, move one of them to another time, or call the hospital. For the limit `unconfirmed`
    confirm the e-mail address.
    """

    status = 409
    limit: BookingLimit
    most: int
    count: int
    open: list[OpenAppointment]


class AccountBookings(Answer):
    """The appointments ahead that a patient's own account booked, soonest first; at most 100 of each kind are listed."""

    patient: Person
    visits: list[OpenAppointment]
    laboratory: list[OpenAppointment]
    visits_in_all: int
    laboratory_in_all: int


class CancelBookings(Body):
    reason: Justification = Field(description="The patient reads it with each cancelled appointment.")


class CancelledBookings(Answer):
    """The numbers of appointments that were cancelled."""

    patient: Person
    visits: int
    laboratory: int
    reason: str


class CancelledLabBookings(Answer):
    patient: Person
    laboratory: int
    reason: str


@api.get("/api/admin/patients/{patient_id}/bookings", roles=DESK, refuses=(NotFound,))
async def list_account_bookings(patient_id: Id) -> AccountBookings:
    """List the visits and laboratory bookings ahead that a patient's own account booked: those that `cancel_bookings` cancels.

    Appointments that the hospital made for the patient are left out.
    """


@api.put(
    "/api/admin/patients/{patient_id}/bookings/cancel",
    roles=DESK,
    refuses=(NotFound,),
    example={"reason": "All free times were booked by a program."},
)
async def cancel_bookings(patient_id: Id, body: CancelBookings) -> CancelledBookings:
    """Cancel every visit and laboratory booking ahead that a patient's own account booked, in one act.

    Repeating it cancels later bookings. Lock the account first, so that it cannot book more.
    """


@laboratory.put(
    "/api/admin/patients/{patient_id}/lab-bookings/cancel",
    roles=DESK,
    refuses=(NotFound,),
    example={"reason": "All free times were booked by a program."},
)
async def cancel_lab_bookings(patient_id: Id, body: CancelBookings) -> CancelledLabBookings:
    """Cancel every laboratory booking ahead that a patient's own account booked; `cancel_bookings` does it with the visits."""
