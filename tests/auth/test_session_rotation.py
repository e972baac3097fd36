"""Refresh tokens are checked against rows read after locking."""

import httpx
import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from careplus_auth.rules import ClientDevice
from careplus_auth.store import rotation
from careplus_contracts.refusals import Unauthenticated
from careplus_runtime.process.settings import Settings
from careplus_tables.accounts import AccountRow, RefreshTokenRow, SessionRow
from careplus_tables.engine import Database
from tests.auth.accounts_client import registered, signed_in

NOWHERE = ClientDevice(None, None)


async def a_token(auth: httpx.AsyncClient) -> str:
    await registered(auth, "mine@example.org")
    await signed_in(auth, "mine@example.org")
    return str(auth.cookies["careplus-refresh"])


async def read(db: AsyncSession) -> list[object]:
    """Load every row into the session's identity map. The caller keeps the list, or rows are garbage collected."""
    tables = (AccountRow, SessionRow, RefreshTokenRow)
    return [row for table in tables for row in (await db.execute(select(table))).scalars()]


async def test_rotation_rereads_rows_after_locking(auth: httpx.AsyncClient, database: Database) -> None:
    token = await a_token(auth)
    async with database.writing() as db:
        known = await read(db)
        # Like a concurrent transaction on PostgreSQL.
        await db.execute(text("UPDATE refresh_tokens SET used_at = '2020-01-01T00:00:00Z'"))
        assert await rotation.rotate(db, token, "secret", NOWHERE, Settings()) is None
        assert known


@pytest.mark.parametrize("statement", ["UPDATE sessions SET ended_at = created_at", "UPDATE accounts SET active = false"])
async def test_rotation_of_ended_session_is_refused(auth: httpx.AsyncClient, database: Database, statement: str) -> None:
    token = await a_token(auth)
    async with database.writing() as db:
        known = await read(db)
        await db.execute(text(statement))
        with pytest.raises(Unauthenticated):
            await rotation.rotate(db, token, "secret", NOWHERE, Settings())
        assert known
