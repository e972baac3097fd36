"""Auth links no event while the chain differs from what it knows, on both databases; anchors leave the database."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from careplus_auth.audit.anchor_export import AnchorExport
from careplus_auth.audit.anchor_file import AnchorFile
from careplus_auth.audit.chain import ChainKeys
from careplus_auth.audit.chain_writer import ChainWriter
from careplus_auth.audit.head_check import ChainChanged
from careplus_cli.verifying import ChainIntact, verify
from careplus_cli.verifying_anchors import ChainBroken
from careplus_runtime.process import logs
from careplus_tables.engine import Database
from tests.audit.auth_process import AuditedDatabase
from tests.hospital import Hospital
from tests.templates import migrated_of

KEYS = ChainKeys(["k" * 40])


@pytest.fixture(params=["sqlite", "postgresql"])
def trail(request: pytest.FixtureRequest, tmp_path: Path) -> AuditedDatabase:
    return AuditedDatabase(Hospital(tmp_path), migrated_of(request, tmp_path))


@pytest_asyncio.fixture
async def database(trail: AuditedDatabase) -> AsyncIterator[Database]:
    opened = Database(trail.url)
    yield opened
    await opened.close()


def exporting(trail: AuditedDatabase) -> AnchorExport:
    return AnchorExport(AnchorFile(trail.hospital.data / "anchors", KEYS.anchors), None)


def verified(trail: AuditedDatabase) -> ChainIntact:
    return verify(trail.url, KEYS, None, lambda done, total: None)


async def write(trail: AuditedDatabase, events: int, age: timedelta = timedelta(0)) -> None:
    await asyncio.to_thread(trail.write_events, events, age)


@pytest.mark.parametrize(
    "change",
    [
        ("DELETE FROM audit_links WHERE number = 8",),
        ("DELETE FROM audit_links",),
        ("UPDATE audit_links SET mac = (SELECT mac FROM audit_links WHERE number = 1) WHERE number = 8",),
    ],
    ids=["went back", "was emptied", "differs"],
)
async def test_changed_head_is_not_linked(trail: AuditedDatabase, database: Database, change: tuple[str, ...]) -> None:
    writer = ChainWriter(database, KEYS)
    await write(trail, 8)
    await writer.append()
    trail.run_without_triggers(*change)
    left = trail.value("SELECT count(*) FROM audit_links")
    await write(trail, 1)
    with pytest.raises(ChainChanged, match="Auth linked number 8"):
        await writer.append()
    assert trail.value("SELECT count(*) FROM audit_links") == left


async def test_deleted_anchor_stops_a_running_auth(trail: AuditedDatabase, database: Database) -> None:
    writer = ChainWriter(database, KEYS)
    await write(trail, 2)
    await writer.append()
    trail.run_without_triggers("DELETE FROM audit_anchors")
    await write(trail, 1)
    with pytest.raises(ChainChanged, match="Auth wrote anchor 1"):
        await writer.append()


async def test_cut_chain_is_refused_at_start_by_its_anchor(trail: AuditedDatabase, database: Database) -> None:
    await write(trail, 8)
    await ChainWriter(database, KEYS).append()
    trail.run_without_triggers("DELETE FROM audit_links WHERE number > 3")
    with pytest.raises(ChainChanged, match="Anchor 1 names number 8"):
        await ChainWriter(database, KEYS).append()


async def test_forged_anchor_is_refused_at_start(trail: AuditedDatabase, database: Database) -> None:
    await write(trail, 8)
    await ChainWriter(database, KEYS).append()
    third = "(SELECT mac FROM audit_links WHERE number = 3)"
    moved = f"UPDATE audit_anchors SET link_number = 3, link_mac = {third}"
    trail.run_without_triggers("DELETE FROM audit_links WHERE number > 3", moved)
    with pytest.raises(ChainChanged, match="no valid signature"):
        await ChainWriter(database, KEYS).append()


async def test_two_processes_link_one_chain(trail: AuditedDatabase, database: Database) -> None:
    other = Database(trail.url)
    writers = [ChainWriter(database, KEYS), ChainWriter(other, KEYS)]
    for number in range(6):
        await write(trail, 5)
        await asyncio.gather(*(writer.append() for writer in writers))
        await writers[number % 2].anchor()
    await other.close()
    intact = verified(trail)
    assert (intact.head.number, intact.waiting, len(intact.anchors.all)) == (30, 0, 6)


async def test_deleted_anchor_is_found_by_verify(trail: AuditedDatabase, database: Database) -> None:
    writer = ChainWriter(database, KEYS)
    for _ in range(3):
        await write(trail, 1)
        await writer.append()
        await writer.anchor()
    assert len(verified(trail).anchors.all) == 3
    trail.run_without_triggers("DELETE FROM audit_anchors WHERE number = 2")
    with pytest.raises(ChainBroken, match="Anchor 2 is missing"):
        verified(trail)
    trail.run_without_triggers("DELETE FROM audit_anchors")
    with pytest.raises(ChainBroken, match="no anchor"):
        verified(trail)


async def test_edited_anchor_is_found_by_verify(trail: AuditedDatabase, database: Database) -> None:
    await write(trail, 2)
    await ChainWriter(database, KEYS).append()
    trail.run_without_triggers("UPDATE audit_anchors SET reason = 'Restored'")
    with pytest.raises(ChainBroken, match="Anchor 1 does not match its signature"):
        verified(trail)


@pytest.mark.parametrize("hours", [2, -2], ids=["past", "future"])
async def test_event_of_another_time_is_marked_late(trail: AuditedDatabase, database: Database, hours: int) -> None:
    writer = ChainWriter(database, KEYS)
    await write(trail, 2)
    await write(trail, 3, age=timedelta(hours=hours))
    await writer.append()
    late = verified(trail).late
    assert (late.count, [(span.first_number, span.last_number) for span in late.spans]) == (3, [(3, 5)])
    assert abs(late.spans[0].longest_s - hours * 3600) < 120
    trail.run_without_triggers("UPDATE audit_links SET late_s = NULL WHERE number = 4")
    with pytest.raises(ChainBroken, match="does not match its link"):
        verified(trail)


async def test_file_grows_by_one_signed_line_per_anchor(trail: AuditedDatabase, database: Database) -> None:
    export = exporting(trail)
    writer = ChainWriter(database, KEYS, export)
    for _ in range(3):
        await write(trail, 1)
        await writer.append()
        await writer.anchor()
        await export.send()
    assert export.file is not None
    with export.file.path.open("a") as file:
        file.write('{"number": 4, "prev')
    assert [anchor.number for anchor in export.file.all()] == [1, 2, 3], "a cut last line is left out"
    assert export.file.newest() == verified(trail).anchors.all[-1]
    await write(trail, 1)
    await writer.append()
    await writer.anchor()
    await export.send()
    assert export.file.newest() == verified(trail).anchors.all[-1]
    assert export.file.path.stat().st_mode & 0o777 == 0o600


async def test_unwritable_anchor_file_does_not_stop_links(trail: AuditedDatabase, database: Database) -> None:
    folder = trail.hospital.data / "not-a-folder"
    folder.touch()
    writer, written = ChainWriter(database, KEYS, AnchorExport(AnchorFile(folder / "anchors", KEYS.anchors), None)), io.StringIO()
    await write(trail, 1)
    with redirect_stdout(written):
        logs.configure("auth", "info")
        async with writer.running():
            pass
    lines: list[dict[str, Any]] = [json.loads(line) for line in written.getvalue().splitlines()]
    assert ("audit_anchor_not_exported", "file") in [(line["event"], line.get("target")) for line in lines]
    assert verified(trail).head.number == 1
    assert datetime.now(UTC) - verified(trail).anchors.all[0].at < timedelta(minutes=1)
