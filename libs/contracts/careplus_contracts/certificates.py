"""Certificates: sick notes and other statements that a doctor gives a patient as a printed sheet.

The sheet for an employer or a school has the patient, the days or the statement, the doctor and the reference, and never the
diagnosis, the reason of a visit or the doctor's specialty, because these are no business of theirs. The patient's own copy has
the diagnosis. A mistake is voided with a reason and written again: a certificate never changes, and its reference is never used
for another one.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.refusals import NotFound, Refusal
from careplus_contracts.values import (
    Answer,
    Body,
    Day,
    Id,
    Instant,
    Justification,
    Line,
    NamedPatient,
    Page,
    PageFilter,
    Person,
    Reference,
    Version,
    WallClock,
    Words,
)

api = Contract(service="doctors", tag="certificates")

LONGEST_DAYS = 31
"""A longer illness needs another visit. German rules for sick notes name a month as the longest forecast."""
BACKDATED_DAYS = 3
"""Doctors attest their own observations. German rules for sick notes let the first day lie at most three days back."""
AHEAD_DAYS = 7
"""A finding of today says little about a later day; a planned operation is attested when it is near."""


class CertificateKind(StrEnum):
    """`unable_to_work` also stands for school; `statement` is any text, such as fitness for a sport."""

    UNABLE_TO_WORK = "unable_to_work"
    ATTENDANCE = "attendance"
    STATEMENT = "statement"


class Certify(Body):
    """`unable_to_work` has `first_day` and `last_day`; `attendance` the visit and its times; `statement` a text."""

    patient_id: Id
    appointment_id: Id | None = None
    kind: CertificateKind
    first_day: Day | None = None
    last_day: Day | None = None
    present_from: WallClock | None = None
    present_until: WallClock | None = None
    statement: Words | None = None
    diagnosis: Line | None = Field(default=None, description="On the patient's own copy only.")

    @model_validator(mode="after")
    def _check_members(self) -> "Certify":
        needed = {
            CertificateKind.UNABLE_TO_WORK: {"first_day", "last_day"},
            CertificateKind.ATTENDANCE: {"appointment_id", "present_from", "present_until"},
            CertificateKind.STATEMENT: {"statement"},
        }
        for name in sorted(set().union(*needed.values()) - {"appointment_id"}):
            if (getattr(self, name) is not None) != (name in needed[self.kind]):
                raise ValueError(f"a certificate of the kind {self.kind} has {', '.join(sorted(needed[self.kind]))}")
        if self.kind is CertificateKind.ATTENDANCE and self.appointment_id is None:
            raise ValueError("name the visit that the patient attended")
        return self

    @model_validator(mode="after")
    def _check_order(self) -> "Certify":
        if self.first_day and self.last_day and self.first_day > self.last_day:
            raise ValueError("last_day must not be before first_day")
        if self.present_from and self.present_until and self.present_from >= self.present_until:
            raise ValueError("present_until must be later than present_from")
        return self


class VoidCertificate(Body):
    reason: Justification = Field(description="The patient reads it, and it stands on the printed sheet.")


class Certificate(Answer):
    id: Id
    reference: Reference
    kind: CertificateKind
    patient: NamedPatient
    doctor: Person
    appointment_id: Id | None
    first_day: Day | None = Field(description="Of inability to work, or the day of the visit.")
    last_day: Day | None
    present_from: WallClock | None = Field(description="Wall-clock time of the clinic.")
    present_until: WallClock | None
    statement: str | None
    diagnosis: str | None = Field(description="For the patient's own copy; not for an employer.")
    created_at: Instant
    voided_at: Instant | None = Field(description="Null: valid.")
    voided_by: Person | None
    void_reason: str | None
    version: Version


class Certificates(Page[Certificate]):
    """Certificates, newest first."""


class DaysNotCertifiable(Refusal):
    """These days cannot be certified.

    Begin on `earliest` at the soonest and on `latest` at the latest, and certify at most `most_days` days at once.
    """

    status = 409
    earliest: Annotated[Day, Field(description="The earliest first day.")]
    latest: Annotated[Day, Field(description="The latest first day.")]
    most_days: int


class NotAttended(Refusal):
    """The patient has not attended this visit.

    Set the visit to arrived first, or choose the visit that took place.
    """

    status = 409


@api.post(
    "/api/doctor/certificates",
    location="/api/doctor/certificates/{id}",
    roles={Role.DOCTOR},
    refuses=(NotFound, DaysNotCertifiable, NotAttended),
    example={"patient_id": 12, "kind": "statement", "statement": "Fit for school sports.", "diagnosis": "Healed ankle sprain"},
)
async def certify(body: Certify) -> Certificate:
    """Write a certificate for a patient in your care. The patient can read and print it at once.

    Inability to work begins at most 3 days before today and 7 days after it, and lasts at most 31 days. Attendance is that of a
    visit to you that the patient has arrived for.
    """


class CertifiedFilter(PageFilter):
    patient_id: Annotated[Id | None, Field(description="A patient in your care: certificates of every doctor.")] = None


@api.get("/api/doctor/certificates", roles={Role.DOCTOR})
async def list_certified(query: CertifiedFilter) -> Certificates:
    """List the certificates that you wrote, newest first; with `patient_id` the ones that any doctor wrote for the patient."""


@api.get("/api/doctor/certificates/{certificate_id}", roles={Role.DOCTOR}, refuses=(NotFound,))
async def show_certified(certificate_id: Id) -> Certificate:
    """Read a certificate that you wrote, or one of a patient in your care."""


@api.put(
    "/api/doctor/certificates/{certificate_id}/void",
    roles={Role.DOCTOR},
    refuses=(NotFound,),
    versioned=True,
    example={"reason": "Written for the wrong days."},
)
async def void_certificate(certificate_id: Id, body: VoidCertificate) -> Certificate:
    """Void a certificate that you wrote, with a reason. It stays readable as void; voiding it again has no effect."""


@api.get("/api/certificates", roles={Role.PATIENT})
async def list_certificates(query: PageFilter) -> Certificates:
    """List your certificates, newest first, also the void ones."""


@api.get("/api/certificates/{certificate_id}", roles={Role.PATIENT}, refuses=(NotFound,))
async def show_certificate(certificate_id: Id) -> Certificate:
    """Read one of your certificates."""
