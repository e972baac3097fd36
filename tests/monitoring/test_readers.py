"""Gauges that are read at a scrape: a reader that fails or hangs leaves the others."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from careplus_auth.audit.chain import ChainKeys
from careplus_auth.store import audit_links, queues
from careplus_runtime.monitoring import metrics
from careplus_runtime.monitoring.catalogue import MAILS, SESSIONS, Reader, Sample
from careplus_tables.engine import Database
from tests import databases
from tests.hospital import database_with_admin


async def sessions(count: float) -> Iterable[Sample]:
    return [Sample(SESSIONS, count)]


async def failing() -> Iterable[Sample]:
    raise OSError("gone")


async def hanging() -> Iterable[Sample]:
    await asyncio.sleep(60)
    return [Sample(MAILS, 1, ("mails",))]


async def collected(*readers: Reader) -> list[tuple[str, float]]:
    """Return names and values of what a scrape gets in its thread."""
    collector = metrics.StateCollector(readers)
    families = await asyncio.to_thread(lambda: list(collector.collect()))
    return [(sample.name, sample.value) for family in families for sample in family.samples]


async def test_failing_reader_leaves_the_others() -> None:
    assert await collected(failing, partial(sessions, 3)) == [(SESSIONS.name, 3)]
    assert await collected(partial(failing)) == []


async def test_hanging_reader_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "READ_S", 0.2)
    assert await collected(hanging, partial(sessions, 3)) == [(SESSIONS.name, 3)]


async def test_last_backup_is_the_newest_that_was_written(tmp_path: Path) -> None:
    url = databases.url(tmp_path)
    databases.copy(database_with_admin(), url)
    database = Database(url)
    try:
        assert await queues.read_last_backup(database) == []
        sql = "INSERT INTO backups (at, file, failure) VALUES (?, ?, ?)"
        databases.execute(url, sql, "2026-01-01T00:00:00Z", "first", None)
        databases.execute(url, sql, "2026-01-02T00:00:00Z", None, "The disk is full")
        (sample,) = await queues.read_last_backup(database)
        assert sample.value == datetime(2026, 1, 1, tzinfo=UTC).timestamp()
    finally:
        await database.close()


async def test_unlinked_events_are_counted_until_linked(tmp_path: Path) -> None:
    url = databases.url(tmp_path)
    databases.copy(database_with_admin(), url)
    database = Database(url)
    try:
        # besides the event of the new administrator
        columns = "at, request_id, service, action, kind, outcome"
        sql = f"INSERT INTO audit_events ({columns}) VALUES (?, 'r', 'auth', 'login', 'change', 'ok')"
        databases.execute(url, sql, "2026-01-01T00:00:00Z")
        count, age = [sample.value for sample in await queues.read_chain(database)]
        assert count >= 1
        assert age > 3600
        async with database.writing() as db:
            await audit_links.append(db, ChainKeys(["k" * 40]), 100)
        assert [sample.value for sample in await queues.read_chain(database)] == [0, 0]
    finally:
        await database.close()
