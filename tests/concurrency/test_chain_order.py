"""The audit chain on PostgreSQL: events are linked when they commit, however late that is, by any number of auth processes."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from careplus_auth.audit.chain import ChainKeys
from careplus_auth.audit.chain_writer import ChainWriter
from careplus_auth.store import audit_links
from careplus_cli.verifying import ChainIntact, verify
from careplus_cli.verifying_anchors import ChainBroken
from careplus_contracts.audit import Kind
from careplus_runtime.audit.group_commit import EVENT_COLUMNS, Event, append_events, commit_events
from careplus_runtime.process import logs
from careplus_tables.engine import Database
from careplus_tables.locking import Work, takes_turn

KEYS = ChainKeys(["k" * 40])
MANY = 1200
"""More events than earlier versions looked back for late ones."""
UNLINKED = "SELECT count(*) FROM audit_events WHERE id NOT IN (SELECT event_id FROM audit_links)"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()


def events(count: int, age: timedelta = timedelta(0)) -> list[Event]:
    row = {**dict.fromkeys(EVENT_COLUMNS), "service": "labs", "action": "show_result", "kind": Kind.READ.value, "outcome": "ok"}
    at = datetime.now(UTC) - age
    return [Event({**row, "at": at, "request_id": f"event-{number}", "account_id": number}, [7]) for number in range(count)]


async def number_of(database: Database, sql: str) -> int:
    async with database.reading() as db:
        return int((await db.execute(text(sql))).scalar_one())


async def verified(url: str) -> ChainIntact:
    return await asyncio.to_thread(verify, url, KEYS, None, lambda done, total: None)


async def test_event_that_commits_late_is_linked(database: Database, database_url: str) -> None:
    writer = ChainWriter(database, KEYS)
    async with database.writing() as late:
        # its id is lower than those of all events below
        await append_events(late, events(1, timedelta(minutes=2)))
        await commit_events(database, events(MANY))
        await writer.append()
        assert await number_of(database, UNLINKED) == 0
    await writer.anchor()
    assert (await verified(database_url)).waiting == 1, "it waits, and nothing was tampered with"
    await writer.append()
    found = await verified(database_url)
    assert (found.head.number, found.waiting) == (MANY + 1, 0)
    assert await number_of(database, "SELECT count(*) FROM audit_unlinked") == 0


async def test_event_without_place_in_queue_is_found(database: Database, database_url: str) -> None:
    writer = ChainWriter(database, KEYS)
    await commit_events(database, events(3, timedelta(minutes=2)))
    async with database.writing() as db:
        await db.execute(text("DELETE FROM audit_unlinked WHERE event_id = 2"))
    await writer.append()
    with pytest.raises(ChainBroken, match="Event 2 has no link"):
        await verified(database_url)


async def test_event_linked_in_queue_stops_no_linking(database: Database, database_url: str) -> None:
    """An older auth that runs during `migrate` leaves events that it links in the queue."""
    writer = ChainWriter(database, KEYS)
    await commit_events(database, events(2))
    await writer.append()
    async with database.writing() as db:
        await db.execute(text("INSERT INTO audit_unlinked VALUES (1), (2)"))
    async with database.reading() as db:
        assert not await audit_links.has_unlinked(db)
    await commit_events(database, events(2))
    await writer.append()
    found = await verified(database_url)
    assert (found.head.number, found.waiting) == (4, 0)
    assert await number_of(database, "SELECT count(*) FROM audit_unlinked") == 0


async def test_two_writers_link_each_event_once(database: Database, database_url: str) -> None:
    other, written = Database(database_url), io.StringIO()
    with redirect_stdout(written):
        logs.configure("auth", "info")
        async with ChainWriter(database, KEYS).running(), ChainWriter(other, KEYS).running():
            for _ in range(20):
                await asyncio.gather(*(commit_events(one, events(5)) for one in (database, other)))
                await asyncio.sleep(0.05)
    await other.close()
    assert '"error"' not in written.getvalue()
    found = await verified(database_url)
    assert (found.head.number, found.waiting) == (200, 0)


async def test_writer_leaves_the_chain_to_another_process(database: Database, database_url: str) -> None:
    other = Database(database_url)
    await commit_events(database, events(1))
    async with other.writing() as db:
        assert await takes_turn(db, Work.LINK_EVENTS)
        async with asyncio.timeout(5):
            await ChainWriter(database, KEYS).append()
        assert await number_of(database, UNLINKED) == 1
    await other.close()
