"""The event of a refusal that is committed late is not reported as lost; one that fails is."""

import io
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from careplus_runtime.process import logs
from careplus_tables.engine import Database
from tests import databases
from tests.auth.accounts_client import registered, signed_in

PEOPLE = "/api/admin/accounts"
COUNT = text("SELECT count(*) FROM audit_events WHERE outcome = 'forbidden'")


@pytest.fixture
def logged(auth: httpx.AsyncClient) -> Iterator[io.StringIO]:
    """Yield what auth logs after it has started."""
    written = io.StringIO()
    with redirect_stdout(written):
        logs.configure("auth", "info")
        yield written
    logs.configure("auth", "info")


async def test_late_event_of_a_refusal_is_not_reported(
    auth: httpx.AsyncClient, database: Database, tmp_path: Path, logged: io.StringIO
) -> None:
    await registered(auth, "late@example.org")
    headers = await signed_in(auth, "late@example.org")
    with databases.write_lock(databases.url(tmp_path)):
        # leaves after REFUSAL_TIMEOUT_S, while another process holds the write lock
        assert (await auth.get(PEOPLE, headers=headers)).status_code == 403
    # events are committed in their order
    assert (await auth.get(PEOPLE, headers=headers)).status_code == 403
    async with database.reading() as db:
        assert (await db.execute(COUNT)).scalar_one() == 2
    assert "refusal_not_audited" not in logged.getvalue()


async def test_lost_event_of_a_refusal_is_reported(auth: httpx.AsyncClient, database: Database, logged: io.StringIO) -> None:
    await registered(auth, "lost@example.org")
    headers = await signed_in(auth, "lost@example.org")
    async with database.writing() as db:
        await db.execute(text("ALTER TABLE audit_events RENAME COLUMN at TO at_another_time"))
    assert (await auth.get(PEOPLE, headers=headers)).status_code == 403
    assert "refusal_not_audited" in logged.getvalue()
