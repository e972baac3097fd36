"""Export of a patient's whole record, as the patient may read it (GDPR articles 15 and 20, § 630g BGB).

The members of `PatientRecord` are a format of its own with a version: a member that is removed or changes its meaning raises
`FORMAT`, a new one does not.
"""

from typing import Final, Literal

from pydantic import Field

from careplus_contracts import exported_care as care
from careplus_contracts import exported_labs as labs
from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.values import Answer, Cursor, DateOfBirth, Day, Filter, Id, Instant

api = Contract(service="doctors", tag="record")

FORMAT: Final = 1


class ExportedPatient(Answer):
    id: Id
    email: str | None
    email_confirmed_at: Instant | None
    full_name: str
    date_of_birth: DateOfBirth | None
    sex: str
    phone: str | None
    reference: str
    contact_name: str | None
    contact_phone: str | None
    contact_relation: str | None
    language: str
    created_at: Instant


class ExportedConsent(Answer):
    id: Id
    kind: str
    text_version: Day
    language: str
    given_at: Instant


class ExportedLegalChange(Answer):
    """A correction of name, date of birth or sex by the hospital."""

    id: Id
    changed_by_name: str
    changed_at: Instant
    reason: str
    old_full_name: str
    old_date_of_birth: DateOfBirth | None
    old_sex: str
    new_full_name: str
    new_date_of_birth: DateOfBirth | None
    new_sex: str


class ExportedWaitlistEntry(Answer):
    """Times that the patient waited for."""

    id: Id
    doctor_name: str | None
    specialty: str | None
    first_day: Day
    last_day: Day
    weekdays: str
    from_time: str
    to_time: str
    visit_type_id: Id | None
    instead_of_id: Id | None = Field(description="The visit that an accepted offer replaces.")
    offer_id: Id | None = Field(description="The visit that is offered now.")
    status: str
    added_by: str = Field(description="A role.")
    created_at: Instant


class ExportedSession(Answer):
    """A device that was signed in."""

    created_at: Instant
    last_used_at: Instant
    expires_at: Instant
    ended_at: Instant | None
    user_agent: str | None
    address: str | None


class ExportedPasskey(Answer):
    id: Id
    name: str
    created_at: Instant
    last_used_at: Instant | None


class ExportedAccess(Answer):
    """A read or change of the record by another person."""

    id: Id
    at: Instant
    account_name: str | None = Field(description="Null: the hospital's software.")
    role: str | None
    action: str = Field(description="The `operationId` of the request.")
    kind: str
    reason: str | None


class PatientRecord(Answer):
    """The record, or one part of it. Each list has its rows in the order of their keys; ids link them.

    To join parts, append each list to the list of the part before.
    """

    format: Literal["careplus-patient-record"]
    format_version: Literal[1]
    exported_at: Instant
    patient: ExportedPatient
    consents: list[ExportedConsent]
    legal_changes: list[ExportedLegalChange]
    sessions: list[ExportedSession]
    passkeys: list[ExportedPasskey]
    appointments: list[care.ExportedVisit]
    notes: list[care.ExportedNotes]
    addenda: list[care.ExportedAddendum]
    charts: list[care.ExportedChart] = Field(description="One, if the chart has an entry.")
    allergies: list[care.ExportedAllergy]
    problems: list[care.ExportedProblem]
    chart_changes: list[care.ExportedChartChange]
    waitlist_entries: list[ExportedWaitlistEntry]
    chart_access: list[care.ExportedEmergencyAccess]
    prescriptions: list[care.ExportedPrescription]
    prescription_items: list[care.ExportedPrescriptionItem]
    refills: list[care.ExportedRefill]
    refill_items: list[care.ExportedRefillItem]
    referrals: list[care.ExportedReferral]
    certificates: list[care.ExportedCertificate]
    vital_signs: list[care.ExportedVitalSigns]
    lab_bookings: list[labs.ExportedLabBooking]
    lab_booking_tests: list[labs.ExportedLabBookingTest]
    specimens: list[labs.ExportedSpecimen]
    lab_results: list[labs.ExportedResult]
    observations: list[labs.ExportedValue]
    result_versions: list[labs.ExportedResultVersion]
    version_observations: list[labs.ExportedVersionValue]
    accesses: list[ExportedAccess]
    next: str | None = Field(description="Send it as `after` for the next part; null in the last one.")


class RecordPartFilter(Filter):
    after: Cursor | None = Field(default=None, description="The `next` of the part before; without it, the first part.")


@api.get("/api/me/record/export", roles={Role.PATIENT})
async def export_own_record(query: RecordPartFilter) -> PatientRecord:
    """Read your whole record in parts of 200 rows: what the hospital stores about you and you may read.

    Without drafts of notes, results that are not released, passwords and other secrets, and work of the hospital about itself.
    """
