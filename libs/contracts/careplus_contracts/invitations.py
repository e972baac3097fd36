"""Invitations: accounts for doctors, laboratory staff and administrators."""

from pydantic import Field

from careplus_contracts.accounts import EmailTaken
from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.values import Answer, Body, Email, Id, Instant, Line, Page, PageFilter

api = Contract(service="auth", tag="invitations")


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
    expires_at: Instant
    accepted_at: Instant | None


class NewInvitation(Invitation):
    code: str = Field(description="Shown only once. Send it as `invitation` to `/auth/register`.")
    url: str = Field(description="A link to the portal with the code.")


class Invitations(Page[Invitation]):
    """Invitations, newest first."""


@api.post(
    "/api/admin/invitations",
    roles={Role.ADMIN},
    refuses=(EmailTaken,),
    example={"email": "ruiz@example.org", "full_name": "Dr Marta Ruiz", "role": "doctor"},
)
async def invite(body: Invite) -> NewInvitation:
    """Reserve an account and create a one-time code for setting its password.

    Another invitation to the same address, before the first is accepted, replaces the code.
    """


@api.get("/api/admin/invitations", roles={Role.ADMIN})
async def list_invitations(query: PageFilter) -> Invitations:
    """List all invitations, newest first."""
