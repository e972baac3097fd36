"""Invitations: accounts for doctors, laboratory staff and administrators."""

from typing import Annotated

from pydantic import Field

from careplus_contracts.accounts import EmailTaken
from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.refusals import NotFound, Refusal
from careplus_contracts.values import Answer, Body, Email, Id, Instant, Line, Page, PageFilter, Person

api = Contract(service="auth", tag="invitations")

WaitsFor = Annotated[
    list[Person] | None,
    Field(
        description="The administrators of whom one has to approve it, at most 100; an empty list: no other one is left. "
        "Null: it does not wait."
    ),
]


class ApprovalWaits(Refusal):
    """An account or role of this person waits for an administrator's approval.

    Approve or decline it first, see `list_approvals`; only the administrator who asked for it can ask again.
    """

    status = 409


class Invite(Body):
    email: Email
    full_name: Line
    role: Role


class Invitation(Answer):
    id: Id
    email: Email
    full_name: Line
    role: Role
    account_id: Id = Field(description="The reserved account.")
    created_at: Instant
    expires_at: Instant = Field(description="Moved by the approval, where it waits for one.")
    waits_for: WaitsFor
    accepted_at: Instant | None


class NewInvitation(Invitation):
    code: str | None = Field(
        description="Shown only once. Send it as `invitation` to `/auth/register`. Null: it waits for another administrator."
    )
    url: str | None = Field(description="A link to the portal with the code. Null: it waits for another administrator.")


class Invitations(Page[Invitation]):
    """Invitations, newest first."""


@api.post(
    "/api/admin/invitations",
    roles={Role.ADMIN},
    refuses=(EmailTaken, ApprovalWaits),
    example={"email": "ruiz@example.org", "full_name": "Dr Marta Ruiz", "role": "doctor"},
)
async def invite(body: Invite) -> NewInvitation:
    """Reserve an account and create a one-time code for setting its password.

    Another invitation to the same address, before the first is accepted, replaces the code. A patient's account that never
    confirmed the address loses it and is closed: otherwise a person could register with the address of a colleague first.

    Where another administrator exists, an invitation to a role of staff has no code, and no mail goes out, until that
    administrator approves it: `approve_account`. Before that the account is closed. Another code for an approved invitation needs
    no second approval.
    """


@api.delete("/api/admin/invitations/{invitation_id}", roles={Role.ADMIN}, refuses=(NotFound, ApprovalWaits))
async def withdraw_invitation(invitation_id: Id) -> None:
    """Withdraw an invitation that was not accepted: its link stops working, and the reserved account of staff is closed.

    A patient's record stays open. What waits for an approval is withdrawn too, by the administrator who asked for it.
    """


@api.get("/api/admin/invitations", roles={Role.ADMIN})
async def list_invitations(query: PageFilter) -> Invitations:
    """List all invitations, newest first."""
