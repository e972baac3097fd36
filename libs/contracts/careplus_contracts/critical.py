"""Critical results: open until the responsible doctor notes an action, or the laboratory notes a call with read-back.

A critical result is open from its verification on, and again after a correction that leaves it critical. A correction after
which no value is critical closes it; its reports stay readable. It belongs to the ordering doctor, or the colleague that does
that doctor's work. After `CAREPLUS_CRITICAL_ESCALATION_MINUTES` it also belongs to every treating doctor (the patient is in the
doctor's care), and these doctors get a mail; after twice that time administrators get one, because they can call people. Mails
say no more than that an answer is missing. Without an ordering doctor it belongs to every treating doctor from the start; where
there is none, administrators get the mail at the first step.
"""

from enum import StrEnum

from pydantic import Field, model_validator

from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.refusals import NotFound, Refusal
from careplus_contracts.results import LabResult
from careplus_contracts.values import (
    Answer,
    Body,
    Id,
    Instant,
    Justification,
    Line,
    OptionalWords,
    Page,
    PageFilter,
    Person,
    Phone,
    Version,
)

api = Contract(service="labs", tag="results")


class Escalation(StrEnum):
    """The people that an open critical result belongs to by now; each step adds to the one before."""

    RESPONSIBLE = "responsible"
    DOCTORS = "doctors"
    ADMINISTRATORS = "administrators"


class CalledParty(StrEnum):
    """The person on the telephone."""

    DOCTOR = "doctor"
    NURSE = "nurse"
    PATIENT = "patient"
    OTHER = "other"


class CommunicationKind(StrEnum):
    """`acknowledged` and `called` close a critical result, `not_reached` keeps it open."""

    ACKNOWLEDGED = "acknowledged"
    CALLED = "called"
    NOT_REACHED = "not_reached"


class NoteCall(Body):
    """A call, or an attempt: `reached` false. A value that was not read back may have been misheard, so a call needs both."""

    person_called: Line
    party: CalledParty
    phone: Phone | None = None
    reached: bool = True
    read_back: bool = Field(default=False, description="The person repeated name and value; required where one was reached.")
    note: OptionalWords | None = None

    @model_validator(mode="after")
    def _check_read_back(self) -> "NoteCall":
        if self.reached and not self.read_back:
            raise ValueError("let the person read name and value back, or note an attempt with `reached` false")
        if self.read_back and not self.reached:
            raise ValueError("a person who was not reached read nothing back")
        return self


class Acknowledge(Body):
    action: Justification = Field(description="What was done for the patient.")


class Communication(Answer):
    """An acknowledgement, a call or an attempt (FHIR Communication). They are never changed or deleted."""

    kind: CommunicationKind
    at: Instant
    by: Person
    text: str | None = Field(description="What the doctor did, or the laboratory's note.")
    person_called: str | None
    party: CalledParty | None
    phone: str | None


class ActingDoctor(Person):
    phone: str | None
    responsible: bool = Field(description="False: another treating doctor.")


class CriticalResult(Answer):
    """A verified result with a critical value, or with one before its correction; its doctors, and the reports about it."""

    id: Id = Field(description="The id of the result.")
    result: LabResult
    patient_phone: str | None
    since: Instant = Field(description="When it was verified, or corrected.")
    closed_at: Instant | None = Field(description="When it was answered, or corrected to a usual value. Null: open.")
    closed_by: Person | None
    escalation: Escalation
    doctors: list[ActingDoctor] = Field(description="The doctors who can acknowledge it, the responsible one first; at most 20.")
    communications: list[Communication] = Field(description="Also of earlier values; the first one first, the last 50.")
    version: Version


class CriticalResults(Page[CriticalResult]):
    """Open critical results, the one that waits longest first."""


class NotCritical(Refusal):
    """The result has no verified critical value.

    Calls are noted for critical results after their verification.
    """

    status = 409


class CriticalClosed(Refusal):
    """This critical result was answered already.

    Read it again: it shows the action and the person.
    """

    status = 409


class BelongsToAnother(Refusal):
    """This critical result belongs to another doctor.

    Call that doctor. From `yours_from` on every treating doctor can acknowledge it.
    """

    status = 409
    responsible: list[Person]
    yours_from: Instant


@api.get("/api/labs/critical", roles={Role.LAB}, conditional=True)
async def list_critical(query: PageFilter) -> CriticalResults:
    """List open critical results, the one that waits longest first."""


@api.get("/api/labs/critical/{critical_result_id}", roles={Role.LAB}, refuses=(NotFound,))
async def show_critical(critical_result_id: Id) -> CriticalResult:
    """Read one critical result, open or closed."""


@api.post(
    "/api/labs/results/{result_id}/calls",
    location="/api/labs/critical/{id}",
    roles={Role.LAB},
    refuses=(NotFound, NotCritical),
    example={"person_called": "Dr Ama Osei", "party": "doctor", "phone": "+49 30 5550 1234", "reached": True, "read_back": True},
)
async def note_call(result_id: Id, body: NoteCall) -> CriticalResult:
    """Note a call about a critical result, or an attempt that reached no person.

    A call with read-back closes the result; the patient's own booking is released to the patient then. An attempt keeps it open.
    Further calls about a closed result are noted too.
    """


@api.get("/api/doctor/critical-results", roles={Role.DOCTOR}, conditional=True)
async def list_critical_results(query: PageFilter) -> CriticalResults:
    """List open critical results that belong to you, the one that waits longest first."""


@api.get("/api/doctor/critical-results/{critical_result_id}", roles={Role.DOCTOR}, refuses=(NotFound,))
async def show_critical_result(critical_result_id: Id) -> CriticalResult:
    """Read a critical result of a patient in your care or of a test that you ordered, open or closed."""


@api.put(
    "/api/doctor/critical-results/{critical_result_id}",
    roles={Role.DOCTOR},
    refuses=(NotFound, BelongsToAnother, CriticalClosed),
    versioned=True,
    example={"action": "Called the patient in; ECG and repeat potassium now."},
)
async def acknowledge_critical_result(critical_result_id: Id, body: Acknowledge) -> CriticalResult:
    """Acknowledge a critical result with your action; this closes it. The patient does not read the text.

    The patient's own booking is released to the patient then. The same text again has no effect and the same answer.
    """
