"""Sessions: the devices somebody is signed in on."""

from typing import Annotated

from pydantic import Field, StringConstraints

from careplus_contracts.endpoints import SIGNED_IN, Contract
from careplus_contracts.refusals import NotFound, Unauthenticated
from careplus_contracts.values import Answer, Cursor, Instant, Limit, Page

api = Contract(service="auth", tag="sessions")

SessionId = Annotated[str, StringConstraints(min_length=16, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]


class Session(Answer):
    id: SessionId
    created_at: Instant = Field(description="When somebody signed in.")
    last_used_at: Instant = Field(description="When an access token was last handed out; one lasts ten minutes.")
    user_agent: str | None = Field(description="Browser and system, as far as they said so.", examples=["Firefox on Linux"])
    address: str | None = Field(description="The network address it was last used from.", examples=["192.0.2.7"])
    current: bool = Field(description="Whether this is the one that asks.")


class Sessions(Page[Session]):
    """Open sessions, the newest first."""


class RefreshReused(Unauthenticated):
    """This refresh token was used before."""

    def body(self, request_id: str) -> bytes:
        # who stole a token learns no more of it than of an invented one; the audit says it
        return Unauthenticated(self.detail).body(request_id)


@api.get("/auth/sessions", roles=SIGNED_IN)
async def list_sessions(limit: Limit = 20, cursor: Cursor | None = None) -> Sessions:
    """Where you are signed in."""


@api.delete("/auth/sessions/{session_id}", roles=SIGNED_IN, refuses=(NotFound,))
async def end_session(session_id: SessionId) -> None:
    """Sign out one of your devices. It is out on every service within a second."""
