"""Legal details: name, date of birth and sex of a person as in their papers. The desk corrects them and keeps the old ones."""

from pydantic import Field

from careplus_contracts.accounts import ListedAccount, Sex
from careplus_contracts.endpoints import DESK, SIGNED_IN, Contract
from careplus_contracts.refusals import NotFound
from careplus_contracts.values import Answer, Body, DateOfBirth, Id, Instant, Justification, Line, Page, PageFilter, Person

api = Contract(service="auth", tag="legal details")


class CorrectLegalDetails(Body):
    full_name: Line
    date_of_birth: DateOfBirth | None = Field(default=None, description="Without it, or with null, the present one stays.")
    sex: Sex | None = Field(default=None, description="Without it, or with null, the present one stays.")
    reason: Justification = Field(description="Why, and by which paper; the person can read it.")


class LegalDetails(Answer):
    full_name: Line
    date_of_birth: DateOfBirth | None
    sex: Sex


class LegalChange(Answer):
    """One correction."""

    id: Id
    at: Instant
    by: Person
    reason: str
    before: LegalDetails
    after: LegalDetails


class LegalChanges(Page[LegalChange]):
    """Corrections, newest first."""


@api.put(
    "/api/admin/accounts/{account_id}/legal-details",
    roles=DESK,
    refuses=(NotFound,),
    versioned=True,
    example={
        "full_name": "Noor Haddad-Stein",
        "date_of_birth": "1984-05-17",
        "sex": "female",
        "reason": "Married; identity card shown.",
    },
)
async def correct_legal_details(account_id: Id, body: CorrectLegalDetails) -> ListedAccount:
    """Correct the legal name, date of birth or sex of a person. Reception can for patients, administrators for all.

    The old values stay readable, with the reason. Values equal to the present ones have no effect. Date of birth and sex
    can be corrected, but not removed. The name on a doctor's profile is part of the profile and stays.
    """


@api.get("/api/admin/accounts/{account_id}/legal-details/changes", roles=DESK, refuses=(NotFound,), always_audited=True)
async def list_legal_changes(account_id: Id, query: PageFilter) -> LegalChanges:
    """List the corrections of a person's legal details, newest first."""


@api.get("/auth/me/legal-details/changes", roles=SIGNED_IN)
async def list_own_legal_changes(query: PageFilter) -> LegalChanges:
    """List the corrections of your legal details by the desk, newest first."""
