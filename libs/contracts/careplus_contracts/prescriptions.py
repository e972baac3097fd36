"""Prescriptions: medicines that doctors prescribe and patients take."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from careplus_contracts.allergies import AllergyConflict
from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.refusals import IllegalTransition, NotFound
from careplus_contracts.values import (
    Answer,
    Body,
    Day,
    Id,
    Instant,
    Line,
    NamedPatient,
    OptionalWords,
    Page,
    PageFilter,
    Person,
    Reason,
    Reference,
    Version,
)

api = Contract(service="doctors", tag="prescriptions")


class PrescriptionStatus(StrEnum):
    """`active` lasts until the end of its last day in the clinic, `ended` is over, `stopped` was stopped by a doctor."""

    ACTIVE = "active"
    STOPPED = "stopped"
    ENDED = "ended"


class PrescriptionItem(Body):
    """One medicine (FHIR MedicationRequest)."""

    medicine: Line = Field(examples=["Ibuprofen 400 mg tablets"])
    dose: Line = Field(examples=["1 tablet"])
    route: Line = Field(examples=["oral"])
    frequency: Line = Field(examples=["3 times a day"])
    duration_days: Annotated[int, Field(ge=1, le=3650)]
    quantity: Annotated[int, Field(ge=1, le=10000)] | None = None
    repeats: Annotated[int, Field(ge=0, le=99)] = 0
    instructions: OptionalWords | None = None


class PrescribedItem(PrescriptionItem):
    """One medicine of a prescription."""

    last_day: Day = Field(description="Its last day: `duration_days` after the day on which it was prescribed.")
    active: bool = Field(description="Whether it is taken today: not stopped, and its last day is not over.")


class Prescribe(Body):
    patient_id: Id
    appointment_id: Id | None = None
    items: Annotated[list[PrescriptionItem], Field(min_length=1, max_length=20)]
    notes: OptionalWords | None = None
    override_reason: Line | None = Field(default=None, description="The reason for prescribing despite a recorded allergy.")


class StopPrescription(Body):
    reason: Reason | None = None


class Prescription(Answer):
    id: Id
    reference: Reference
    patient: NamedPatient
    doctor: Person
    appointment_id: Id | None
    items: list[PrescribedItem]
    notes: str | None
    override_reason: str | None = Field(description="The reason for prescribing despite a recorded allergy.")
    status: PrescriptionStatus
    last_day: Day = Field(description="The last day of its longest medicine, by the clinic's calendar.")
    created_at: Instant
    stopped_at: Instant | None
    stop_reason: str | None
    version: Version


class Prescriptions(Page[Prescription]):
    """Prescriptions, newest first."""


@api.post(
    "/api/doctor/prescriptions",
    roles={Role.DOCTOR},
    refuses=(NotFound, AllergyConflict),
    example={
        "patient_id": 12,
        "items": [
            {
                "medicine": "Ibuprofen 400 mg tablets",
                "dose": "1 tablet",
                "route": "oral",
                "frequency": "3 times a day",
                "duration_days": 7,
                "quantity": 21,
            }
        ],
        "notes": "Take with food.",
    },
)
async def prescribe(body: Prescribe) -> Prescription:
    """Prescribe for a patient in your care.

    A medicine is refused if its name contains a name of a substance that a recorded allergy names, or a member of a class that it
    names, unless `override_reason` gives a reason: `Penicillinallergie` refuses penicillin V and amoxicillin. A note that denies
    an allergy ("no penicillin allergy") refuses too, because the prescriber reads the note and a computer would guess; the
    `checks` of the chart say which notes name no known substance and are not checked automatically.
    """


class PrescribedFilter(PageFilter):
    patient_id: Id | None = None
    status: PrescriptionStatus | None = None


@api.get("/api/doctor/prescriptions", roles={Role.DOCTOR})
async def list_prescribed(query: PrescribedFilter) -> Prescriptions:
    """List the prescriptions that you wrote, newest first."""


@api.put(
    "/api/doctor/prescriptions/{prescription_id}/stop",
    roles={Role.DOCTOR},
    refuses=(NotFound, IllegalTransition),
    versioned=True,
    example={"reason": "Rash"},
)
async def stop_prescription(prescription_id: Id, body: StopPrescription | None = None) -> Prescription:
    """Stop one of your prescriptions."""


class PrescriptionFilter(PageFilter):
    status: PrescriptionStatus | None = None


@api.get("/api/prescriptions", roles={Role.PATIENT})
async def list_prescriptions(query: PrescriptionFilter) -> Prescriptions:
    """List the prescriptions written for you, newest first."""


@api.get("/api/prescriptions/{prescription_id}", roles={Role.PATIENT}, refuses=(NotFound,))
async def show_prescription(prescription_id: Id) -> Prescription:
    """Read one of your prescriptions."""
