"""Record: a summary of a patient's own care, and the parts of the chart that the patient reads."""

from enum import StrEnum

from pydantic import Field

from careplus_contracts.allergies import AllergyStatus, RecordedAllergy
from careplus_contracts.appointments import Appointment
from careplus_contracts.charts import LONGEST_PART, RecordedCondition
from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.notes import Notes
from careplus_contracts.prescriptions import Prescription
from careplus_contracts.values import Answer, Count, Id, InLanguages, Instant
from careplus_contracts.vitals import VitalSigns

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
    about_names: InLanguages
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


class RecordVisit(Appointment):
    """A visit that was not cancelled, with its notes once they are signed."""

    notes: Notes | None = Field(description="Signed notes with their addenda; null: none, or a draft of the doctor.")


class OwnRecord(Answer):
    """The chart as the patient reads it. Results are released one by one; `list_results` has them."""

    allergy_status: AllergyStatus
    allergies: list[RecordedAllergy] = Field(description="In the order that the doctor chose.")
    problems: list[RecordedCondition] = Field(description="In the order that the doctor chose.")
    prescriptions: list[Prescription] = Field(description=f"Active ones, newest first, at most {LONGEST_PART}.")
    vitals: list[VitalSigns] = Field(
        description=f"By time of measurement, newest first, at most {LONGEST_PART}, without those entered in error."
    )
    visits: list[RecordVisit] = Field(
        description=f"Visits that have begun or are completed, newest first, at most {LONGEST_PART}."
    )


@api.get("/api/me/record", roles={Role.PATIENT})
async def show_own_record() -> OwnRecord:
    """Read your problems, allergies, medicines, vital signs, and the signed notes of your visits."""
