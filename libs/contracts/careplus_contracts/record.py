"""Record: a summary of a patient's own care."""

from enum import StrEnum

from pydantic import Field

from careplus_contracts.appointments import Appointment
from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.values import Answer, Count, Id, Instant

api = Contract(service="doctors", tag="record")


class TaskKind(StrEnum):
    NEW_RESULT = "new_result"
    CORRECTED_RESULT = "corrected_result"
    REFERRAL_TO_BOOK = "referral_to_book"
    PRESCRIPTION_ENDING = "prescription_ending"
    LAB_VISIT = "lab_visit"
    REFILL_PRESCRIBED = "refill_prescribed"
    REFILL_ANSWERED = "refill_answered"


class Task(Answer):
    """An open task of the patient; `id` is the id of the result, referral, prescription or lab booking.

    That of `refill_prescribed` is the new prescription; of `refill_answered` (declined, or a visit is needed) the earlier one.
    """

    kind: TaskKind
    id: Id
    about: str = Field(description="The name of the test, of the doctor or specialty, or of the medicine.")
    more: Count = Field(description="Number of further tests that it is about.")
    at: Instant | None = Field(description="The time of its arrival, or its due time.")


class Summary(Answer):
    next_appointment: Appointment | None
    to_do: list[Task] = Field(description="At most 20, most pressing first.")
    upcoming_appointments: Count
    active_prescriptions: Count
    open_referrals: Count
    released_results: Count


@api.get("/api/me/summary", roles={Role.PATIENT})
async def summarise() -> Summary:
    """Read your next visit, your open tasks, and the number of items of each kind."""
