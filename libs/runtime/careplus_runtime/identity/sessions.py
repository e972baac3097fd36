"""Check of the session of a token: sign-out, deactivation and a changed role take effect within a second."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from careplus_contracts.refusals import Unauthenticated
from careplus_runtime.identity.jwks import NEEDS_TOKEN, TokenVerifier
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_tables.accounts import AccountRow, SessionRow
from careplus_tables.compiled import CompiledStatement
from careplus_tables.engine import Database

CACHED_S = 0.9
CACHED_SESSIONS = 10_000

_OPEN = CompiledStatement(
    sa.select(col(SessionRow.id))
    .join(AccountRow, col(AccountRow.id) == col(SessionRow.account_id))
    .where(
        col(SessionRow.id) == sa.bindparam("sid"),
        col(SessionRow.account_id) == sa.bindparam("account_id"),
        col(SessionRow.ended_at).is_(None),
        col(SessionRow.expires_at) > sa.bindparam("now"),
        col(AccountRow.active).is_(True),
        col(AccountRow.role) == sa.bindparam("role"),
    )
)


class SessionVerifier(TokenVerifier):
    """A TokenVerifier that also looks up each session in the database, at most once in 0.9 s."""

    def __init__(self, fetch: Callable[[], Awaitable[list[dict[str, Any]]]], database: Database) -> None:
        super().__init__(fetch)
        self._database = database
        self._open_until: dict[tuple[str, int, str], float] = {}

    async def identify(self, token: str) -> Identity:
        """Return the identity of a token. Raise Unauthenticated with the same text for every cause."""
        identity = await super().identify(token)
        session, checked_at = (identity.sid, identity.id, identity.role.value), time.monotonic()
        if self._open_until.get(session, 0.0) <= checked_at:
            self._open_until.pop(session, None)
            await self._check_open(identity)
            if len(self._open_until) >= CACHED_SESSIONS:
                del self._open_until[next(iter(self._open_until))]
            # count from before the query, so that a session that ends during it is not cached for longer
            self._open_until[session] = checked_at + CACHED_S
        return identity

    async def _check_open(self, identity: Identity) -> None:
        async with self._database.reading() as db:
            found = await _OPEN.all(db, sid=identity.sid, account_id=identity.id, role=identity.role.value, now=now())
        if not found:
            raise Unauthenticated(NEEDS_TOKEN)
