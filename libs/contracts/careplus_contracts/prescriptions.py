"""Prescriptions: medicines that doctors prescribe and patients take."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.medicines import MOST_ITEMS, Override, PrescriptionCheck, Unsafe
from careplus_contracts.refusals import IllegalTransition, NotFound
from careplus_contracts.values import (
    Answer,
    Body,
    Day,
    Emergency,
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
    items: Annotated[list[PrescriptionItem], Field(min_length=1, max_length=MOST_ITEMS)]
    notes: OptionalWords | None = None
    overrides: Annotated[list[Override], Field(max_length=200)] = Field(
        default=[], description="The reason for each alert whose severity is `stop` or `warn`."
    )


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
    check: PrescriptionCheck | None = Field(
        description="The alerts that were raised with the reasons, and what was not checked; null: written before checks existed."
    )
    override_reason: str | None = Field(
        description="The reason for prescribing despite a recorded allergy, of prescriptions without a `check`."
    )
    status: PrescriptionStatus
    last_day: Day = Field(description="The last day of its longest medicine, by the clinic's calendar.")
    emergency: Emergency
    created_at: Instant
    stopped_at: Instant | None
    stopped_by: Person | None = Field(description="Null: it is not stopped, or was stopped before this was stored.")
    stop_reason: str | None
    version: Version


class Prescriptions(Page[Prescription]):
    """Prescriptions, newest first."""


@api.post(
    "/api/doctor/prescriptions",
    roles={Role.DOCTOR},
    refuses=(NotFound, Unsafe),
    example={
        "patient_id": 12,
        "items": [
            {
                "medicine": "Hydrocortisone 1 % cream",
                "dose": "thin layer",
                "route": "topical",
                "frequency": "twice a day",
                "duration_days": 10,
                "quantity": 1,
            }
        ],
        "notes": "Not on the face.",
    },
)
async def prescribe(body: Prescribe) -> Prescription:
    """Prescribe for a patient in your care.

    The medicines are checked as `check_prescription` does, and once more here: an allergy or a medicine that a colleague recorded
    a moment ago counts. Alerts of severity `stop` and `warn` are refused without a reason in `overrides`; an override for no
    raised alert is refused too, because its reason would be useless. Texts that the rules do not know are not
    checked, and are listed in `check` of the prescription.
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
    """Stop a prescription that you wrote, or of another doctor for a patient in your care.

    The doctor who sees the harm stops the medicine; waiting for the prescriber would harm the patient longer. The prescription
    shows who stopped it.
    """


class PrescriptionFilter(PageFilter):
    status: PrescriptionStatus | None = None


@api.get("/api/prescriptions", roles={Role.PATIENT})
async def list_prescriptions(query: PrescriptionFilter) -> Prescriptions:
    """List the prescriptions written for you, newest first."""


@api.get("/api/prescriptions/{prescription_id}", roles={Role.PATIENT}, refuses=(NotFound,))
async def show_prescription(prescription_id: Id) -> Prescription:
    """Read one of your prescriptions."""
