"""`careplus audit archive` moves old events into a signed file that verifies, and joins the chain, on both databases."""

import asyncio
import gzip
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from careplus_auth.audit.chain import ChainKeys
from careplus_auth.audit.chain_writer import ChainWriter
from careplus_tables.engine import Database, sync_engine
from tests.audit.auth_process import AuditedDatabase
from tests.auth.test_chain_guard import trail

__all__ = ["trail"]
pytestmark = pytest.mark.clock
CLINIC = ZoneInfo("Europe/Berlin")
DAYS = timedelta(days=1)


@pytest.fixture
def aged(trail: AuditedDatabase) -> AuditedDatabase:
    """Return a database with events of 9, 6 and 0 days ago, five each, all linked."""
    trail.hospital.extra["DATABASE_URL"] = trail.url
    for days in (9, 6, 0):
        trail.write_events(5, days * DAYS)
    append(trail)
    return trail


def append(trail: AuditedDatabase) -> None:
    async def link() -> None:
        database = Database(trail.url)
        async with ChainWriter(database, ChainKeys([trail.hospital.secret])).running():
            pass
        await database.close()

    asyncio.run(link())


def day(ago: int) -> str:
    """Return the clinic's day, which is what `--before` names."""
    return f"{datetime.now(CLINIC) - ago * DAYS:%Y-%m-%d}"


def archive(trail: AuditedDatabase, file: Path, ago: int) -> None:
    done = trail.hospital.careplus("audit", "archive", "--before", day(ago), "--output", str(file))
    assert done.returncode == 0, done.stderr


def numbers(trail: AuditedDatabase) -> tuple[int, int]:
    return trail.value("SELECT min(number) FROM audit_links"), trail.value("SELECT count(*) FROM audit_events")


def test_archive_moves_old_events_and_verifies(aged: AuditedDatabase, tmp_path: Path) -> None:
    first, second = tmp_path / "first.gz", tmp_path / "second.gz"
    archive(aged, first, 8)
    assert numbers(aged) == (6, 11), "five events are gone, and one tells of it"
    archive(aged, second, 3)
    assert numbers(aged) == (11, 7)
    assert aged.value("SELECT count(*) FROM audit_patients") == 0
    append(aged)
    alone = aged.verify()
    assert (alone.returncode, "up to number 10 are in archives" in alone.stdout) == (0, True), alone.stderr
    joined = aged.verify("--archive", str(second), "--archive", str(first))
    assert joined.returncode == 0, joined.stderr
    assert "17 events are unchanged" in joined.stdout
    gap = aged.verify("--archive", str(first))
    assert (gap.returncode, "they do not join" in gap.stderr) == (1, True)
    nothing = aged.hospital.careplus("audit", "archive", "--before", day(3), "--output", str(tmp_path / "third.gz"))
    assert (nothing.returncode, "Nothing was archived" in nothing.stderr) == (2, True)
    again = aged.hospital.careplus("audit", "archive", "--before", day(0), "--output", str(first))
    assert again.returncode == 2, "an archive is never written over"


def test_events_are_append_only_after_archiving(aged: AuditedDatabase, tmp_path: Path) -> None:
    archive(aged, tmp_path / "first.gz", 8)
    for table in ("audit_events", "audit_links", "audit_anchors"):
        engine = sync_engine(aged.url)
        with pytest.raises(sa.exc.DBAPIError, match="append_only"), engine.begin() as connection:
            connection.execute(sa.text(f"DELETE FROM {table}"))
        engine.dispose()


def edit(lines: list[str]) -> list[str]:
    return [line.replace("show_result", "show_nothing") if number == 3 else line for number, line in enumerate(lines)]


def drop(lines: list[str]) -> list[str]:
    return lines[:3] + lines[4:]


def cut(lines: list[str]) -> list[str]:
    return lines[:-1]


def relabel(lines: list[str]) -> list[str]:
    return [lines[0].replace('"late_s"', '"late"'), *lines[1:]]


@pytest.mark.parametrize("change", [edit, drop, cut, relabel])
def test_changed_archive_is_found(aged: AuditedDatabase, tmp_path: Path, change: Callable[[list[str]], list[str]]) -> None:
    file = tmp_path / "first.gz"
    archive(aged, file, 8)
    with gzip.open(file, "rt") as read:
        lines = change(list(read))
    with gzip.open(file, "wt") as written:
        written.writelines(lines)
    found = aged.verify("--archive", str(file))
    assert (found.returncode, bool(re.search("does not match|is missing|cut off", found.stderr))) == (1, True), found.stderr


def test_forged_record_does_not_hide_deleted_events(aged: AuditedDatabase) -> None:
    """An attacker in a service can have an event linked, but not sign the record of an archive."""
    [mac] = [aged.value("SELECT mac FROM audit_links WHERE number = 5")]
    record = (
        f"'archive_audit', 'change', '5:{bytes(mac).hex()}', 'ok', 'After 0:{'0' * 64}, SHA-256 {'0' * 64}, signed 00 {'0' * 64}'"
    )
    columns = "at, request_id, service, action, kind, object_id, outcome, reason"
    at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    engine = sync_engine(aged.url)
    with engine.begin() as connection:
        connection.execute(sa.text(f"INSERT INTO audit_events ({columns}) VALUES ('{at}', 'r', 'auth', {record})"))
    engine.dispose()
    append(aged)
    aged.run_without_triggers("DELETE FROM audit_links WHERE number <= 5", "DELETE FROM audit_events WHERE id <= 5")
    found = aged.verify()
    assert (found.returncode, "no valid signature" in found.stderr) == (1, True)


def test_archive_of_a_changed_chain_is_refused(aged: AuditedDatabase, tmp_path: Path) -> None:
    aged.run_without_triggers("UPDATE audit_events SET account_id = 4711 WHERE id = 2")
    done = aged.hospital.careplus("audit", "archive", "--before", day(3), "--output", str(tmp_path / "first.gz"))
    assert (done.returncode, numbers(aged)) == (1, (1, 15))
