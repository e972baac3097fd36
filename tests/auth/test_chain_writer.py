"""The chain writer survives errors and logs the head of the chain."""

import asyncio
import io
import json
from contextlib import redirect_stdout, suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from careplus_auth.audit import chain_writer
from careplus_auth.audit.chain import ChainKeys
from careplus_auth.audit.chain_writer import ChainWriter
from careplus_auth.store import audit_links
from careplus_contracts.audit import Kind
from careplus_runtime.audit.group_commit import EVENT_COLUMNS, Event, commit_events
from careplus_runtime.process import logs
from careplus_tables.engine import Database
from tests import databases

FULL = 2
"""The value of `PRAGMA synchronous`."""


async def test_chain_writer_continues_after_an_error(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    failures, again = iter(range(3)), asyncio.Event()

    async def head(_: object) -> None:
        if next(failures, None) is None:
            again.set()
        raise KeyError

    monkeypatch.setattr(audit_links, "head", head)
    monkeypatch.setattr(chain_writer, "APPEND_INTERVAL_S", 0.01)
    async with ChainWriter(database, ChainKeys(["k" * 40])).running(), asyncio.timeout(20):
        await again.wait()


async def test_anchor_logs_head_only_when_chain_has_grown(database: Database) -> None:
    columns = {"at": datetime.now(UTC), "service": "labs", "action": "read", "kind": Kind.READ.value, "outcome": "ok"}
    chain_writer, written = ChainWriter(database, ChainKeys(["k" * 40])), io.StringIO()
    with redirect_stdout(written):
        logs.configure("auth", "info")
        for number in (1, 2):
            await commit_events(database, [Event({**dict.fromkeys(EVENT_COLUMNS), **columns, "request_id": f"read-{number}"})])
            await chain_writer.append()
            await chain_writer.anchor()
            await chain_writer.anchor()
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [(line["event"], line["number"], len(line["mac"])) for line in lines] == [("audit_head", 1, 64), ("audit_head", 2, 64)]


@databases.sqlite_only
@pytest.mark.parametrize("outcome", ["ok", None])
async def test_change_commits_with_full_sync_after_reads(database: Database, outcome: str | None) -> None:
    columns = {"at": datetime.now(UTC), "service": "labs", "action": "read", "kind": Kind.READ.value, "outcome": outcome}
    with suppress(IntegrityError):
        await commit_events(database, [Event({**dict.fromkeys(EVENT_COLUMNS), **columns, "request_id": "read"})])
    async with database.writing() as db:
        assert (await db.execute(text("PRAGMA synchronous"))).scalar() == FULL


@databases.sqlite_only
async def test_dirty_writer_connection_is_discarded(database: Database) -> None:
    def leave(driver: Any) -> None:
        driver.execute("PRAGMA synchronous=NORMAL")
        driver.execute("BEGIN IMMEDIATE")

    await database.run_in_writer_thread(leave)
    async with database.writing() as db:
        assert (await db.execute(text("PRAGMA synchronous"))).scalar() == FULL


async def test_anchor_is_logged_while_auth_runs(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    anchored = asyncio.Event()
    monkeypatch.setattr(chain_writer, "ANCHOR_INTERVAL_S", 0.01)
    monkeypatch.setattr(chain_writer, "APPEND_INTERVAL_S", 0.01)

    async def anchor(_: ChainWriter) -> None:
        anchored.set()

    monkeypatch.setattr(ChainWriter, "anchor", anchor)
    async with ChainWriter(database, ChainKeys(["k" * 40])).running(), asyncio.timeout(20):
        await anchored.wait()
