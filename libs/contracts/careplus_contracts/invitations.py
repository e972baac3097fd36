"""Invitations: how doctors, laboratory staff and administrators get an account."""

from pydantic import Field

from careplus_contracts.accounts import EmailTaken
from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.values import Answer, Body, Cursor, Email, Id, Instant, Limit, Line, Page

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
    account_id: Id = Field(description="The account that waits for its password.")
    created_at: Instant
    expires_at: Instant
    accepted_at: Instant | None


class NewInvitation(Invitation):
    code: str = Field(description="Shown this once. Send it as `invitation` to `/auth/register`.")
    url: str = Field(description="The same as a link to the portal.")


class Invitations(Page[Invitation]):
    """Invitations, newest first."""


@api.post(
    "/api/admin/invitations",
    roles={Role.ADMIN},
    refuses=(EmailTaken,),
    example={"email": "ruiz@example.org", "full_name": "Dr Marta Ruiz", "role": "doctor"},
)
async def invite(body: Invite) -> NewInvitation:
    """Reserve an account and make a one-time code that sets its password.

    Inviting the same person again, before it was accepted, replaces the code.
    """


@api.get("/api/admin/invitations", roles={Role.ADMIN})
async def list_invitations(limit: Limit = 20, cursor: Cursor | None = None) -> Invitations:
    """All invitations, newest first."""
