"""Whether the session of a token is open still: who signed out, was closed or has another role is out within a second."""

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
from careplus_tables.engine import Database
from careplus_tables.statements import Statement

CACHED_S = 0.9
CACHED_SESSIONS = 10_000

_OPEN = Statement(
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
    """A Verifier that also asks the database for the session, about once a second for each."""

    def __init__(self, fetch: Callable[[], Awaitable[list[dict[str, Any]]]], database: Database) -> None:
        super().__init__(fetch)
        self._database = database
        self._open_until: dict[tuple[str, int, str], float] = {}

    async def identify(self, token: str) -> Identity:
        """Raises Unauthenticated, in the same words whatever is wrong."""
        who = await super().identify(token)
        mine, asked_at = (who.sid, who.id, who.role.value), time.monotonic()
        if self._open_until.get(mine, 0.0) <= asked_at:
            self._open_until.pop(mine, None)
            await self._check_open(who)
            if len(self._open_until) >= CACHED_SESSIONS:
                del self._open_until[next(iter(self._open_until))]
            # counted from before the question: what ended meanwhile is noticed in time
            self._open_until[mine] = asked_at + CACHED_S
        return who

    async def _check_open(self, who: Identity) -> None:
        async with self._database.reading() as db:
            found = await _OPEN.all(db, sid=who.sid, account_id=who.id, role=who.role.value, now=now())
        if not found:
            raise Unauthenticated(NEEDS_TOKEN)
