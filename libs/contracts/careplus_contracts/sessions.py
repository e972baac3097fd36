"""Sessions: the devices that an account is signed in on."""

from typing import Annotated

from pydantic import Field, StringConstraints

from careplus_contracts.endpoints import SIGNED_IN, Contract, Role
from careplus_contracts.refusals import NotFound, Unauthenticated
from careplus_contracts.values import Answer, Id, Instant, Page, PageFilter

api = Contract(service="auth", tag="sessions")

SessionId = Annotated[str, StringConstraints(min_length=16, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]


class Session(Answer):
    id: SessionId
    created_at: Instant = Field(description="The time of the sign-in.")
    last_used_at: Instant = Field(description="The time of the last access token, which is valid for ten minutes.")
    user_agent: str | None = Field(
        description="Browser and system, as the `User-Agent` header names them.", examples=["Firefox on Linux"]
    )
    address: str | None = Field(description="The network address of the last use.", examples=["192.0.2.7"])
    current: bool = Field(description="Whether this is the session of the request.")


class Sessions(Page[Session]):
    """Open sessions, the newest first."""


class RefreshReused(Unauthenticated):
    """This refresh token was used before.

    Sign in again.
    """

    def body(self, request_id: str) -> bytes:
        # answer as for an invented token: a thief must not learn that a token was valid; only the audit trail records it
        return Unauthenticated(self.detail).body(request_id)


@api.get("/auth/sessions", roles=SIGNED_IN, while_enrolling=True)
async def list_sessions(query: PageFilter) -> Sessions:
    """List your open sessions."""


@api.delete("/auth/sessions/{session_id}", roles=SIGNED_IN, refuses=(NotFound,), while_enrolling=True)
async def end_session(session_id: SessionId) -> None:
    """End one of your sessions, on every service within a second."""


@api.get("/api/admin/accounts/{account_id}/sessions", roles={Role.ADMIN}, refuses=(NotFound,), always_audited=True)
async def list_account_sessions(account_id: Id, query: PageFilter) -> Sessions:
    """List the open sessions of an account."""


@api.delete("/api/admin/accounts/{account_id}/sessions/{session_id}", roles={Role.ADMIN}, refuses=(NotFound,))
async def end_account_session(account_id: Id, session_id: SessionId) -> None:
    """End a session of an account, on every service within a second."""


@api.delete("/api/admin/accounts/{account_id}/sessions", roles={Role.ADMIN}, refuses=(NotFound,))
async def end_account_sessions(account_id: Id) -> None:
    """End all sessions of an account, except the one of the request. The person can sign in again: to prevent it, deactivate."""
