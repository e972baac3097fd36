"""Sealing goes on whatever happens to one round of it, and says where the chain ends."""

import asyncio
import io
import json
from contextlib import redirect_stdout, suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from careplus_auth.audit import chain_writer as sealing
from careplus_auth.audit.chain import SealingKeys
from careplus_auth.audit.chain_writer import Sealer
from careplus_auth.store import seals
from careplus_contracts.audit import Kind
from careplus_runtime.audit.group_commit import EVENT_COLUMNS, Event, commit_events
from careplus_runtime.process import logs
from careplus_tables.engine import Database

FULL = 2
"""What SQLite calls it."""


async def test_what_nobody_foresaw_stops_no_sealing(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, again = iter(range(3)), asyncio.Event()

    async def head(_: object) -> None:
        if next(asked, None) is None:
            again.set()
        raise KeyError

    monkeypatch.setattr(seals, "head", head)
    monkeypatch.setattr(sealing, "EVERY_S", 0.01)
    async with Sealer(database, SealingKeys(["k" * 40])).running(), asyncio.timeout(20):
        await again.wait()


async def test_the_log_says_where_the_chain_ends_whenever_it_has_grown(database: Database) -> None:
    said = {"at": datetime.now(UTC), "service": "labs", "action": "looks", "kind": Kind.READ.value, "outcome": "ok"}
    sealer, written = Sealer(database, SealingKeys(["k" * 40])), io.StringIO()
    with redirect_stdout(written):
        logs.configure("auth", "info")
        for number in (1, 2):
            await commit_events(database, [Event({**dict.fromkeys(EVENT_COLUMNS), **said, "request_id": f"looks-{number}"})])
            await sealer.seal()
            sealer.anchor()
            sealer.anchor()
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [(line["event"], line["number"], len(line["mac"])) for line in lines] == [("audit_head", 1, 64), ("audit_head", 2, 64)]


@pytest.mark.parametrize("outcome", ["ok", None])
async def test_acts_wait_for_the_disk_after_looks_that_did_not(database: Database, outcome: str | None) -> None:
    said = {"at": datetime.now(UTC), "service": "labs", "action": "looks", "kind": Kind.READ.value, "outcome": outcome}
    with suppress(IntegrityError):
        await commit_events(database, [Event({**dict.fromkeys(EVENT_COLUMNS), **said, "request_id": "looks"})])
    async with database.writing() as db:
        assert (await db.execute(text("PRAGMA synchronous"))).scalar() == FULL


async def test_nobody_gets_a_connection_that_was_left_in_a_transaction(database: Database) -> None:
    def leave(driver: Any) -> None:
        driver.execute("PRAGMA synchronous=NORMAL")
        driver.execute("BEGIN IMMEDIATE")

    await database.run_in_writer_thread(leave)
    async with database.writing() as db:
        assert (await db.execute(text("PRAGMA synchronous"))).scalar() == FULL


async def test_anchors_are_said_while_auth_runs(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    anchored = asyncio.Event()
    monkeypatch.setattr(sealing, "ANCHORED_EVERY_S", 0.01)
    monkeypatch.setattr(sealing, "EVERY_S", 0.01)
    monkeypatch.setattr(Sealer, "anchor", lambda _: anchored.set())
    async with Sealer(database, SealingKeys(["k" * 40])).running(), asyncio.timeout(20):
        await anchored.wait()
