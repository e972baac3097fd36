"""Refills: a patient asks to have a prescription renewed, and a doctor answers.

A request belongs to the prescriber. While the prescriber is away (the account can no longer act, or time off that has begun lasts
to the end of the clinic's day or longer), it also belongs to every doctor with the patient in care, and where no such doctor is
present, to the desk. An open request puts the patient in the care of the doctor that is asked.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from careplus_contracts.allergies import AllergyStatus, RecordedAllergy
from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.medicines import Override, Unsafe
from careplus_contracts.prescriptions import PrescriptionItem, PrescriptionStatus
from careplus_contracts.reception import Caller
from careplus_contracts.refusals import IllegalTransition, NotFound, Refusal
from careplus_contracts.values import (
    Answer,
    Body,
    Count,
    Day,
    Id,
    Instant,
    NamedPatient,
    Page,
    PageFilter,
    Person,
    Phone,
    Reason,
    Reference,
    Version,
)

api = Contract(service="doctors", tag="prescriptions")

REFILLABLE_DAYS = 365
"""A prescription that ended longer ago is not refilled: the patient sees a doctor first."""
Position = Annotated[int, Field(ge=0, le=19, description="The place of an item in its prescription, from 0.")]


class RefillStatus(StrEnum):
    """`open` waits for a doctor. The others are final; `withdrawn` is by the patient."""

    OPEN = "open"
    PRESCRIBED = "prescribed"
    DECLINED = "declined"
    VISIT_NEEDED = "visit_needed"
    WITHDRAWN = "withdrawn"


class RefillAnswer(StrEnum):
    """A doctor's answer."""

    PRESCRIBED = "prescribed"
    DECLINED = "declined"
    VISIT_NEEDED = "visit_needed"


class RequestRefill(Body):
    items: Annotated[list[Position], Field(min_length=1, max_length=20)] | None = Field(
        default=None, description="The items to renew, by default all that were not renewed yet."
    )
    note: Reason | None = Field(default=None, description="For the doctor.")

    @model_validator(mode="after")
    def _check_different(self) -> "RequestRefill":
        if self.items is not None and len(set(self.items)) < len(self.items):
            raise ValueError("name each item once")
        return self


class AnswerRefill(Body):
    answer: RefillAnswer
    text: Reason | None = Field(default=None, description="For the patient; required unless it is prescribed.")
    new_repeats: Annotated[int, Field(ge=0, le=99)] | None = Field(
        default=None, description="The repeats of the new prescription where none are left: states that the doctor renews anyway."
    )
    overrides: Annotated[list[Override], Field(max_length=200)] = Field(
        default=[], description="The reason for each alert whose severity is `stop` or `warn`, as in `prescribe`."
    )

    @model_validator(mode="after")
    def _check_fits_the_answer(self) -> "AnswerRefill":
        is_prescribed = self.answer is RefillAnswer.PRESCRIBED
        if not is_prescribed and not (self.text or "").strip():
            raise ValueError("give the reason for the patient in text")
        if not is_prescribed and (self.new_repeats is not None or self.overrides):
            raise ValueError("new_repeats and overrides go with prescribed")
        return self


class RouteRefill(Body):
    doctor_id: Id


class RefillItem(PrescriptionItem):
    """An item to renew; `repeats` are the ones left on the earlier prescription."""

    position: Position


class RefilledPrescription(Answer):
    """The earlier prescription."""

    id: Id
    reference: Reference
    doctor: Person
    status: PrescriptionStatus
    last_day: Day
    created_at: Instant


class NewPrescription(Answer):
    """The prescription that the doctor wrote as the answer."""

    id: Id
    reference: Reference


class Refill(Answer):
    """A request to renew items of a prescription."""

    id: Id
    status: RefillStatus
    patient: NamedPatient
    doctor: Person = Field(description="The doctor that is asked: the prescriber, or the one that the desk named.")
    prescription: RefilledPrescription
    items: list[RefillItem]
    note: str | None = Field(description="From the patient.")
    created_at: Instant
    text: str | None = Field(description="From the doctor, for the patient.")
    answered_at: Instant | None = Field(description="When it was answered or withdrawn.")
    answered_by: Person | None
    renewed_as: NewPrescription | None
    version: Version


class Refills(Page[Refill]):
    """Own requests, newest first."""


class RefillFacts(Answer):
    """Facts of the chart that the doctor decides by."""

    phone: Phone | None
    allergy_status: AllergyStatus
    allergies: list[RecordedAllergy]
    last_visit_at: Instant | None = Field(description="The start of the last visit to any doctor that has begun.")


class DoctorRefill(Refill):
    """A request, as doctors see it."""

    asks_you: bool = Field(description="False: another doctor is asked, who is away, or it was answered.")
    facts: RefillFacts | None = Field(description="While it is open.")


class DoctorRefills(Page[DoctorRefill]):
    """Open requests, the one that waits longest first; of another status newest first."""


class RefillCounts(Answer):
    open: Count


class DeskRefill(Answer):
    """An open request without medicines and notes."""

    id: Id
    patient: Caller
    doctor: Person = Field(description="The doctor that is asked.")
    doctor_away: bool
    unowned: bool = Field(description="No doctor that is present has the patient in care.")
    reference: Reference = Field(description="Of the prescription.")
    created_at: Instant
    version: Version


class DeskRefills(Page[DeskRefill]):
    """Open requests, the one that waits longest first."""


class Obstacle(StrEnum):
    STOPPED = "stopped"
    TOO_OLD = "too_old"
    RENEWED = "renewed"


class NotRefillable(Refusal):
    """This prescription is not renewed.

    `stopped` by a doctor, or `too_old` (ended more than a year ago): book a visit, so that a doctor decides anew. `renewed`: ask
    for a refill of the newer prescription `renewed_as`.
    """

    status = 409
    obstacle: Obstacle
    renewed_as: NewPrescription | None


class RefillOpen(Refusal):
    """A refill of this prescription is asked for already.

    Wait for the answer, or withdraw the request `refill_id` and ask again.
    """

    status = 409
    refill_id: Id | None


class NoRepeatsLeft(Refusal):
    """The earlier prescription allows no more repeats.

    Give `new_repeats`, also 0, to renew the `medicines` anyway; or answer that a visit is needed.
    """

    status = 409
    medicines: list[str]


class DoctorAway(Refusal):
    """This doctor is away.

    Name a doctor that is present.
    """

    status = 409


@api.post(
    "/api/prescriptions/{prescription_id}/refill",
    location="/api/refills/{id}",
    roles={Role.PATIENT},
    refuses=(NotFound, NotRefillable, RefillOpen),
    example={"note": "I have tablets for one more week."},
)
async def request_refill(prescription_id: Id, body: RequestRefill | None = None) -> Refill:
    """Ask the prescriber to renew one of your prescriptions, active or ended up to a year ago, once at a time."""


class RefillFilter(PageFilter):
    prescription_id: Id | None = None
    status: RefillStatus | None = None


@api.get("/api/refills", roles={Role.PATIENT})
async def list_refills(query: RefillFilter) -> Refills:
    """List your requests, newest first."""


@api.get("/api/refills/{refill_id}", roles={Role.PATIENT}, refuses=(NotFound,))
async def show_refill(refill_id: Id) -> Refill:
    """Read one of your requests."""


@api.put("/api/refills/{refill_id}/withdraw", roles={Role.PATIENT}, refuses=(NotFound, IllegalTransition), versioned=True)
async def withdraw_refill(refill_id: Id) -> Refill:
    """Withdraw one of your requests while it is open."""


class DoctorRefillFilter(PageFilter):
    status: RefillStatus = RefillStatus.OPEN
    patient_id: Id | None = None


@api.get("/api/doctor/refills", roles={Role.DOCTOR}, conditional=True)
async def list_doctor_refills(query: DoctorRefillFilter) -> DoctorRefills:
    """List requests that ask you, or of patients in your care whose doctor is away; open ones unless `status` says otherwise.

    Answered requests are the ones that asked you, that you answered, and the ones of patients in your care.
    """


@api.get("/api/doctor/refills/counts", roles={Role.DOCTOR}, conditional=True)
async def count_refills() -> RefillCounts:
    """Count the open requests that `list_doctor_refills` lists."""


@api.put(
    "/api/doctor/refills/{refill_id}",
    roles={Role.DOCTOR},
    refuses=(NotFound, IllegalTransition, NotRefillable, NoRepeatsLeft, Unsafe),
    versioned=True,
    example={"answer": "visit_needed", "text": "Please come in first: your blood pressure was not measured this year."},
)
async def answer_refill(refill_id: Id, body: AnswerRefill) -> DoctorRefill:
    """Answer a request. `prescribed` writes a prescription with the same items, notes and checks as `prescribe`.

    The check leaves out the items that are renewed: the patient goes on with them, and does not take them twice. Each item has
    one repeat less than before; where none is left, it has `new_repeats`. The course begins today. The patient
    reads the text. The same answer again has no effect.
    """


class DeskRefillFilter(PageFilter):
    unowned: bool = Field(default=True, description="Only requests for which no doctor is present; false: all open ones.")


@api.get("/api/admin/refills", roles={Role.ADMIN}, conditional=True)
async def list_desk_refills(query: DeskRefillFilter) -> DeskRefills:
    """List open requests, by default the ones for which no doctor is present; the one that waits longest first.

    A request leaves the list when the desk names a doctor, or books a visit of the patient with one: that doctor sees it.
    """


@api.put(
    "/api/admin/refills/{refill_id}",
    roles={Role.ADMIN},
    refuses=(NotFound, IllegalTransition, DoctorAway),
    versioned=True,
    example={"doctor_id": 7},
)
async def route_refill(refill_id: Id, body: RouteRefill) -> DeskRefill:
    """Ask another doctor that is present. The patient is in that doctor's care while the request is open."""
