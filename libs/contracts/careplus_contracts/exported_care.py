"""Parts of an exported record: visits, notes, the chart, prescriptions, referrals, certificates, vital signs.

Each member is a stored column; `<act>_name` is the person of `<act>_id`. Days, codes and texts are as they were stored.
"""

from typing import Any

from pydantic import Field

from careplus_contracts.values import Answer, Count, Day, Id, Instant, PastDay


class ExportedVisit(Answer):
    id: Id
    reference: str
    doctor_name: str
    starts_at: Instant
    ends_at: Instant
    status: str
    reason: str | None
    place: str | None
    referral_id: Id | None
    cancelled_by: str | None = Field(description="A role.")
    cancel_reason: str | None
    booked_by: str | None = Field(description="A role.")
    arrived_at: Instant | None
    started_at: Instant | None
    completed_at: Instant | None
    created_at: Instant


class ExportedNotes(Answer):
    """Signed notes of a visit."""

    appointment_id: Id
    text: str
    author_name: str
    signed_by_name: str | None
    signed_at: Instant | None


class ExportedAddendum(Answer):
    appointment_id: Id
    position: Count
    text: str
    by_name: str
    at: Instant


class ExportedChart(Answer):
    no_known_allergies: bool


class ExportedAllergy(Answer):
    position: Count
    substance: str
    reaction: str | None
    severity: str
    certainty: str | None
    onset: PastDay | None
    noted_on: PastDay | None
    emergency: bool


class ExportedProblem(Answer):
    position: Count
    name: str
    icd10: str | None
    status: str
    since: PastDay | None
    emergency: bool


class ExportedChartChange(Answer):
    """A change of allergies or problems: the list before and after it."""

    id: Id
    part: str
    before: dict[str, Any]
    after: dict[str, Any]
    changed_by_name: str
    changed_at: Instant


class ExportedEmergencyAccess(Answer):
    """A doctor opened the chart without treating the patient."""

    id: Id
    doctor_name: str
    reason: str
    opened_at: Instant
    until: Instant


class ExportedPrescription(Answer):
    id: Id
    reference: str
    doctor_name: str
    appointment_id: Id | None
    notes: str | None
    medicine_check: dict[str, Any] | None = Field(description="Alerts that were raised, and reasons to prescribe despite them.")
    override_reason: str | None
    status: str = Field(description="`active` also after `last_day`.")
    last_day: Day
    emergency: bool
    created_at: Instant
    stopped_at: Instant | None
    stopped_by_name: str | None
    stop_reason: str | None


class ExportedPrescriptionItem(Answer):
    prescription_id: Id
    position: Count
    medicine: str
    dose: str
    route: str
    frequency: str
    duration_days: Count
    quantity: Count | None
    repeats: Count
    instructions: str | None


class ExportedRefill(Answer):
    """A request to renew a prescription."""

    id: Id
    prescription_id: Id
    doctor_name: str
    status: str
    note: str | None
    text: str | None = Field(description="The answer.")
    created_at: Instant
    answered_at: Instant | None
    answered_by_name: str | None
    renewed_as_id: Id | None = Field(description="The new prescription.")


class ExportedRefillItem(Answer):
    refill_id: Id
    position: Count = Field(description="That of the item of the prescription.")


class ExportedReferral(Answer):
    id: Id
    reference: str
    from_doctor_name: str
    to_doctor_name: str | None
    accepted_by_name: str | None
    to_specialty: str | None
    to_external: str | None
    reason: str
    urgency: str
    due_on: Day | None
    status: str
    note: str | None
    enclosed: dict[str, Any] | None = Field(description="The parts of the chart that the letter enclosed.")
    emergency: bool
    created_at: Instant


class ExportedCertificate(Answer):
    id: Id
    reference: str
    doctor_name: str
    appointment_id: Id | None
    kind: str
    first_day: Day | None
    last_day: Day | None
    present_from: str | None
    present_until: str | None
    statement: str | None
    diagnosis: str | None
    created_at: Instant
    voided_at: Instant | None
    voided_by_name: str | None
    void_reason: str | None


class ExportedVitalSigns(Answer):
    """Measurements that were not entered in error; units as in `VitalSigns`."""

    id: Id
    appointment_id: Id | None
    measured_at: Instant
    systolic: int | None
    diastolic: int | None
    heart_rate: int | None
    respiratory_rate: int | None
    temperature: float | None
    oxygen_saturation: int | None
    weight: float | None
    height: float | None
    pain: int | None
    note: str | None
    recorded_by_name: str
    recorded_at: Instant
    emergency: bool
