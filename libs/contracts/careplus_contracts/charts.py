"""Charts: the patients in a doctor's care, the whole record of one patient, and access in an emergency."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from careplus_contracts.accounts import Sex
from careplus_contracts.allergies import Allergies, AllergyStatus
from careplus_contracts.appointments import Appointment, Patient
from careplus_contracts.emergency import EmergencyReason, TooManyOpened
from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.notes import Notes
from careplus_contracts.prescriptions import Prescription
from careplus_contracts.referrals import Referral
from careplus_contracts.refusals import NotFound
from careplus_contracts.results import LabResult
from careplus_contracts.values import (
    Answer,
    Body,
    DateOfBirth,
    Email,
    Emergency,
    Filter,
    Id,
    Instant,
    Line,
    Page,
    PageFilter,
    PastDay,
    Person,
    Query,
    Reference,
    Version,
)

api = Contract(service="doctors", tag="charts")

LONGEST_PART = 100
"""The most items of each kind in a chart."""
Icd10 = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?$"),
    Field(description="ICD-10.", examples=["I10", "E11.9"]),
]


class ConditionStatus(StrEnum):
    """FHIR clinical status."""

    ACTIVE = "active"
    RESOLVED = "resolved"


class Condition(Body):
    """One entry of the problem list (FHIR Condition)."""

    name: Line = Field(examples=["Hypertension"])
    icd10: Icd10 | None = None
    status: ConditionStatus
    since: PastDay | None = None


class RecordedCondition(Condition):
    """One entry of the problem list of a chart."""

    emergency: Emergency


class SetProblems(Body):
    problems: Annotated[list[Condition], Field(max_length=LONGEST_PART)]


class ProblemList(Answer):
    problems: list[RecordedCondition] = Field(description="In the order that the doctor chose, at most 100.")
    version: Version = Field(description="The version of the chart.")


class PatientInCare(Patient):
    """A patient with a visit that is not cancelled, an accepted referral, an open request for a refill, or an opened chart."""

    last_visit_at: Instant | None = Field(description="The start of the last visit to you that has begun.")
    next_visit_at: Instant | None = Field(description="The start of the next visit to you that is booked or confirmed.")
    allergy_status: AllergyStatus
    allergies: list[str] = Field(description="The substances of the allergies.")


class PatientsInCare(Page[PatientInCare]):
    """Patients in the doctor's care, by name."""


class ChartPatient(Patient):
    """The patient, as the chart shows them."""

    email: Email | None = Field(description="Null: the desk registered the patient without an address.")
    reference: Reference


class ChartVisit(Appointment):
    """A visit to any doctor."""

    note: str | None = Field(description="The short note beside the visit's status.")
    notes: Notes | None = Field(description="Signed notes, or your own draft.")


class OpenChart(Body):
    """The patient's whole name and date of birth, as the search takes them, so that an id alone opens no chart."""

    full_name: Line
    date_of_birth: DateOfBirth
    reason: EmergencyReason = Field(
        description="Why you need the chart, in three words and twenty letters or more; the chart and the patient's access log "
        "show it."
    )


class ChartAccess(Answer):
    """A doctor opened the chart without treating the patient."""

    id: Id
    patient_id: Id
    doctor: Person
    reason: str
    opened_at: Instant
    until: Instant


class FoundPatient(Answer):
    """The data that tell patients of one name and date of birth apart."""

    patient: Person = Field(description="The id is the patient number, which the chart and the patient's own profile show too.")
    date_of_birth: DateOfBirth
    sex: Sex
    phone_end: str | None = Field(description="The last three digits of the phone number.", examples=["234"])


class FoundPatients(Answer):
    items: list[FoundPatient] = Field(description="At most 5.")


class Chart(Allergies, ProblemList):
    """The record of a patient: the newest 100 items of each kind, newest first."""

    patient: ChartPatient
    prescriptions: list[Prescription]
    referrals: list[Referral]
    results: list[LabResult] = Field(description="Verified results, released or not.")
    visits: list[ChartVisit]
    access: list[ChartAccess] = Field(description="Emergency accesses by doctors who were not treating the patient.")
    version: Version = Field(description="The version of allergies and problems; the other parts have their own versions.")


class PatientFilter(PageFilter):
    q: Query | None = None


@api.get("/api/doctor/patients", roles={Role.DOCTOR})
async def list_patients(query: PatientFilter) -> PatientsInCare:
    """List the patients in your care by name. `q` searches names, or a date of birth such as `1984-05-17`.

    A name matches with every word of `q`, in any order and spelling.
    """


@api.get("/api/doctor/patients/{patient_id}", roles={Role.DOCTOR}, refuses=(NotFound,))
async def show_chart(patient_id: Id) -> Chart:
    """Read the chart of a patient in your care."""


@api.put(
    "/api/doctor/patients/{patient_id}/problems",
    roles={Role.DOCTOR},
    refuses=(NotFound,),
    versioned=True,
    example={"problems": [{"name": "Hypertension", "icd10": "I10", "status": "active", "since": "2015-06-01"}]},
)
async def set_problems(patient_id: Id, body: SetProblems) -> ProblemList:
    """Replace the problem list of a patient in your care. The same list makes no new version."""


class PatientSearch(Filter):
    full_name: Line
    date_of_birth: DateOfBirth


@api.get("/api/doctor/patient-search", roles={Role.DOCTOR}, always_audited=True)
async def search_patients(query: PatientSearch) -> FoundPatients:
    """Find any patient of the hospital by full name and date of birth, to open their chart in an emergency.

    The name has the same words in any order; case, accents and the spelling of umlauts are ignored. A part of a name matches no
    patient. Every search is audited, also without a match.
    """


@api.post(
    "/api/doctor/patients/{patient_id}/access",
    location="/api/doctor/patients/{patient_id}",
    essential=True,
    roles={Role.DOCTOR},
    refuses=(NotFound, TooManyOpened),
    example={
        "full_name": "Ines Unbekannt",
        "date_of_birth": "1961-02-03",
        "reason": "Unconscious in the emergency room, medication unknown.",
    },
)
async def open_chart(patient_id: Id, body: OpenChart) -> ChartAccess:
    """Open the chart of a patient outside your care for one hour ("break the glass").

    For that hour the patient counts as one in your care. The audit trail, the chart and the patient's own access log show the
    reason, and an administrator reviews it. Another name or date of birth than the patient's is 404, like an unknown id. The
    hospital limits the charts of one doctor an hour, 5 by default.
    """
