"""Signing: visits with unsigned notes, and the step that signs the notes and completes the visit."""

from pydantic import Field

from careplus_contracts.appointments import AppointmentStatus, TooEarly
from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.notes import Notes, NotesSigned, NoVisit
from careplus_contracts.refusals import IllegalTransition, NotFound
from careplus_contracts.values import Answer, Body, Count, Id, Instant, Page, PageFilter, Person, Words

api = Contract(service="appointments", tag="notes")

MOST_COUNTED = 1000


class UnsignedVisit(Answer):
    """A visit in progress or completed, with unsigned notes."""

    id: Id
    patient: Person
    starts_at: Instant
    status: AppointmentStatus
    drafted: bool = Field(description="Whether a draft of the notes is stored.")


class UnsignedVisits(Page[UnsignedVisit]):
    """Visits with unsigned notes, the oldest first."""

    count: Count = Field(description=f"Number of these visits, at most {MOST_COUNTED}.")


class SignAndComplete(Body):
    text: Words


@api.get("/api/doctor/unsigned-notes", roles={Role.DOCTOR}, conditional=True)
async def list_unsigned_notes(query: PageFilter) -> UnsignedVisits:
    """List your visits in progress or completed with unsigned notes, the oldest first.

    A completed visit without any note counts too, unless it was completed before version 0.2.
    """


@api.put(
    "/api/doctor/appointments/{appointment_id}/sign-and-complete",
    roles={Role.DOCTOR},
    refuses=(NotFound, NotesSigned, NoVisit, IllegalTransition, TooEarly),
    versioned=True,
    example={"text": "ECG sinus rhythm. Continue, check in 3 months."},
)
async def sign_and_complete(appointment_id: Id, body: SignAndComplete) -> Notes:
    """Sign the notes of your visit and complete the visit: both happen, or neither.

    The version is that of the notes. The visit is in progress, or completed already. To complete it without signing, set its
    status; its notes then stay in the list of unsigned ones.
    """
