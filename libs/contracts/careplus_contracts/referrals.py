"""Referrals: a doctor asks another doctor, a specialty or an outside practice to see a patient."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from careplus_contracts.emergency import EmergencyOnly
from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.referral_letters import Enclose, EnclosedChart, NotReleased
from careplus_contracts.refusals import IllegalTransition, NotFound
from careplus_contracts.values import (
    Answer,
    Body,
    Count,
    Day,
    Emergency,
    Id,
    InLanguages,
    Instant,
    Line,
    NamedPatient,
    OptionalWords,
    Page,
    PageFilter,
    Person,
    Reference,
    Version,
    Words,
)

api = Contract(service="doctors", tag="referrals")


class ReferralStatus(StrEnum):
    """A visit that answers the referral sets it: `booked` while it is planned, `closed` once it is completed.

    If that visit is cancelled or missed, the referral has the status from before it.
    """

    SENT = "sent"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    BOOKED = "booked"
    SEEN = "seen"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Urgency(StrEnum):
    ROUTINE = "routine"
    URGENT = "urgent"
    EMERGENCY = "emergency"


class Direction(StrEnum):
    SENT = "sent"
    RECEIVED = "received"


class Refer(Body):
    """Exactly one of `to_doctor_id`, `to_specialty` and `to_external`."""

    patient_id: Id
    to_doctor_id: Id | None = None
    to_specialty: Line | None = None
    to_external: Line | None = None
    reason: Words
    urgency: Urgency = Urgency.ROUTINE
    due_on: Day | None = None
    enclose: Enclose | None = None

    @model_validator(mode="after")
    def _check_one_target(self) -> "Refer":
        if sum(to is not None for to in (self.to_doctor_id, self.to_specialty, self.to_external)) != 1:
            raise ValueError("name exactly one of to_doctor_id, to_specialty and to_external")
        return self


class UpdateReferral(Body):
    status: ReferralStatus
    note: OptionalWords | None = Field(default=None, description="Replaces the note; without it, or with null, the note stays.")


class Referral(Answer):
    id: Id
    reference: Reference
    patient: NamedPatient
    from_doctor: Person
    to_doctor: Person | None = Field(description="The doctor that it was sent to, or that accepted it for the specialty.")
    taken_over_by: Person | None = Field(description="The colleague who does the work of `to_doctor`, who has left.")
    to_specialty: str | None
    to_specialty_names: InLanguages | None
    to_external: str | None
    reason: str
    urgency: Urgency
    due_on: Day | None
    overdue: bool = Field(description="Its `due_on` is over, and it is still sent, accepted or booked.")
    visit_at: Instant | None = Field(description="The start of the visit that answers it, planned or completed.")
    status: ReferralStatus
    note: str | None
    created_at: Instant
    emergency: Emergency
    version: Version


class ReferralLetter(Referral):
    """A referral with its enclosures."""

    enclosed: EnclosedChart | None = Field(description="Null: nothing is enclosed.")


class Referrals(Page[Referral]):
    """Referrals, newest first."""


class ReferralCounts(Answer):
    """Referrals that are overdue."""

    overdue_sent: Count
    overdue_received: Count


@api.post(
    "/api/doctor/referrals",
    location="/api/doctor/referrals/{id}",
    roles={Role.DOCTOR},
    refuses=(NotFound, NotReleased),
    example={"patient_id": 12, "to_specialty": "Cardiology", "reason": "Murmur, new since spring", "urgency": "urgent"},
)
async def refer(body: Refer) -> Referral:
    """Refer a patient in your care. The letter keeps the enclosed parts of the chart as they are now."""


OnlyOpen = Annotated[
    bool | None,
    Field(
        description="True: the ones that wait for a step: sent, accepted and booked ones, for their sender also declined and "
        "seen ones. False: the others."
    ),
]


class ReferredFilter(PageFilter):
    direction: Direction = Direction.SENT
    status: ReferralStatus | None = None
    open: OnlyOpen = None
    overdue: Annotated[bool, Field(description="Only the ones that are overdue.")] = False


@api.get("/api/doctor/referrals", roles={Role.DOCTOR})
async def list_referred(query: ReferredFilter) -> Referrals:
    """List the referrals that you sent, or that were sent to you or your specialty, newest first.

    With the ones of doctors whose work you do (see `list_taken_over`); you have the part of both where they sent one to you.
    """


@api.get("/api/doctor/referrals/counts", roles={Role.DOCTOR})
async def count_referred() -> ReferralCounts:
    """Count your referrals that are overdue, the ones that you sent and the ones that you accepted or that name you."""


@api.get("/api/doctor/referrals/{referral_id}", roles={Role.DOCTOR}, refuses=(NotFound,))
async def show_referred(referral_id: Id) -> ReferralLetter:
    """Read the letter of a referral that you sent, or that was sent to you or your specialty."""


@api.put(
    "/api/doctor/referrals/{referral_id}",
    roles={Role.DOCTOR},
    refuses=(NotFound, IllegalTransition, EmergencyOnly),
    versioned=True,
    example={"status": "accepted"},
)
async def update_referral(referral_id: Id, body: UpdateReferral) -> Referral:
    """Set the next status of a referral: the receiver accepts, declines, books, sees; the sender cancels or closes."""


class ReferralFilter(PageFilter):
    status: ReferralStatus | None = None


@api.get("/api/referrals", roles={Role.PATIENT})
async def list_referrals(query: ReferralFilter) -> Referrals:
    """List your referrals, newest first."""


@api.get("/api/referrals/{referral_id}", roles={Role.PATIENT}, refuses=(NotFound,))
async def show_referral(referral_id: Id) -> ReferralLetter:
    """Read the letter of one of your referrals."""
