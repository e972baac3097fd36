"""Emergency access: the reason that a doctor gives, its limit, and its review by administrators."""

from typing import Annotated

from pydantic import AfterValidator, Field

from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.refusals import NotFound, Refusal
from careplus_contracts.values import Answer, Body, Id, Instant, Justification, Page, PageFilter, Person, Reason, Version

api = Contract(service="doctors", tag="charts")

FEWEST_WORDS, FEWEST_LETTERS = 3, 20


def check_reason(reason: str) -> str:
    """Raise ValueError unless the reason has three different words and twenty letters."""
    words = {word.casefold() for word in reason.split() if any(map(str.isalpha, word))}
    if len(words) < FEWEST_WORDS or sum(map(str.isalpha, reason)) < FEWEST_LETTERS:
        raise ValueError(f"say in {FEWEST_WORDS} words and {FEWEST_LETTERS} letters or more why you need the chart")
    return reason


EmergencyReason = Annotated[Justification, AfterValidator(check_reason)]
"""A reason of a few words; three different ones and twenty letters at least."""


class TooManyOpened(Refusal):
    """The doctor has opened as many charts in an emergency as one hour allows.

    Open the next one from `possible_from` on. In an emergency before that, ask a colleague to open it.
    """

    status = 409
    most: int
    possible_from: Instant


class EmergencyOnly(Refusal):
    """The doctor has the patient in care by an emergency access alone, and this would make it last.

    Ask reception or the patient to book the visit, or another doctor to accept the referral.
    """

    status = 409


class EmergencyReview(Answer):
    """An administrator's judgement of one emergency access."""

    justified: bool
    comment: str | None
    reviewed_by: Person
    reviewed_at: Instant


class EmergencyAccess(Answer):
    """A chart that a doctor opened without treating the patient, for administrators, without the chart itself."""

    id: Id
    patient: Person
    doctor: Person
    reason: str
    opened_at: Instant
    until: Instant
    review: EmergencyReview | None = Field(description="Null until an administrator has reviewed it.")
    version: Version = Field(description="1 without a review; each review makes the next one.")


class EmergencyAccesses(Page[EmergencyAccess]):
    """Emergency accesses of all doctors, newest first."""


class EmergencyFilter(PageFilter):
    reviewed: Annotated[bool | None, Field(description="Only reviewed ones, or only those that wait.")] = None


class ReviewAccess(Body):
    justified: bool
    comment: Reason | None = None


@api.get("/api/admin/emergency-access", roles={Role.ADMIN})
async def list_emergency_access(query: EmergencyFilter) -> EmergencyAccesses:
    """List the charts that doctors opened in an emergency, newest first."""


@api.put(
    "/api/admin/emergency-access/{access_id}",
    roles={Role.ADMIN},
    refuses=(NotFound,),
    versioned=True,
    example={"justified": True, "comment": "Asked the ward: the patient came in unconscious."},
)
async def review_emergency_access(access_id: Id, body: ReviewAccess) -> EmergencyAccess:
    """Say whether an emergency access was justified. A later review replaces an earlier one; the audit trail keeps both.

    Send `If-Match` with the version that you have read: of two administrators who review at once, the second is then told.
    """
