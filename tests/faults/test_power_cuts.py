"""Power cuts while a hospital writes: each acknowledged write is there, none is doubled, and the file is intact."""

import asyncio
import os
import time
from collections import Counter
from pathlib import Path
from random import Random

import httpx
import pytest
from sqlalchemy import make_url

from careplus_auth.audit.chain import ChainKeys
from careplus_auth.backups.copying import check_sqlite
from careplus_cli.verifying import verify
from tests import databases
from tests.acts.catalogue import ACTS
from tests.attacks.restarts import AUDITED_READS, Staff, staffed
from tests.faults.figures import note
from tests.faults.power_images import DATABASE, SYNC, WAL, Image, acknowledge, images, records
from tests.faults.storm import Storm
from tests.hospital import ADMIN, LOCAL_HTTP, Hospital, database_with_admin

POWER = Path(__file__).parent / "power"
CUTS = 500
VERIFIED_EACH = 25
"""Each of so many images has its audit chain verified, which takes longer than the other checks."""

pytestmark = [databases.sqlite_only, pytest.mark.timeout(1800)]


async def recorded(folder: Path, seconds: float) -> tuple[Hospital, Storm, bytes]:
    """Return a stopped hospital that has written the log of its writes for so long, and the file with which it began."""
    hospital, log = Hospital(folder), folder / "power.log"
    path = os.environ.get("PYTHONPATH")
    hospital.extra |= {"PYTHONPATH": f"{POWER}:{path}" if path else str(POWER), "POWER_LOG": str(log)}
    base = file_with_admin()
    with hospital.running_with_admin():
        admin = await asyncio.to_thread(hospital.sign_in, ADMIN)
        with staffed(hospital, admin) as staff:
            storm = Storm(staff, acknowledged=lambda mark: acknowledge(log, mark))
            async with storm.blowing():
                await read_for(staff, seconds)
            # the end of the processes removes the log of the database, which is no power cut
            log.rename(folder / "cut.log")
        admin.http.close()
    return hospital, storm, base


async def read_for(staff: Staff, seconds: float) -> None:
    """Read records for so long: events of reads are committed without a sync, by the same connections as the writes."""
    ends = time.monotonic() + seconds
    async with httpx.AsyncClient(base_url=staff.hospital.url, timeout=30, **LOCAL_HTTP) as http:
        while time.monotonic() < ends:
            answers = await asyncio.gather(*(staff.read(http, service) for service in AUDITED_READS))
            # a busy machine may refuse some
            assert 200 in {answer.status_code for answer in answers}


def file_with_admin() -> bytes:
    return Path(make_url(database_with_admin()).database or "").read_bytes()


def check_image(folder: Path, image: Image, storm: Storm) -> str:
    """Check the database of an image, and return its URL."""
    for name, content in (("careplus.db", image.database), ("careplus.db-wal", image.wal)):
        (folder / name).write_bytes(content)
    (folder / "careplus.db-shm").unlink(missing_ok=True)
    url = f"sqlite:///{folder}/careplus.db"
    check_sqlite(folder / "careplus.db")
    found = Counter[str]()
    for name, marks in storm.marks.items():
        mark = ACTS[name].mark
        assert mark is not None
        rows = Counter(one for (one,) in databases.query(url, mark.sql))
        found.update({one: rows[one] for one in marks if rows[one]})
        events = "SELECT count(*) FROM audit_events WHERE id > ? AND action = ? AND kind = 'change' AND outcome = 'ok'"
        for event in mark.events:
            [(count,)] = databases.query(url, events, storm.first_event, event)
            assert count == sum(rows[one] for one in marks), "a change without its event, or an event without its change"
    assert [one for one in image.acknowledged if not found[one]] == [], "an acknowledged write is lost"
    assert set(found.values()) <= {1}, "a write is doubled"
    return url


@pytest.mark.parametrize(("seconds", "cuts"), [(2, 20), pytest.param(30, CUTS, marks=pytest.mark.faults)])
async def test_power_cut_loses_no_acknowledged_write(tmp_path: Path, seconds: float, cuts: int) -> None:
    hospital, storm, base = await recorded(tmp_path, seconds)
    log, folder = tmp_path / "cut.log", tmp_path / "image"
    syncs = Counter(record.file for record in records(log) if record.kind == SYNC)
    assert syncs[WAL] > storm.acknowledged.total() / 2
    assert cuts < CUTS or syncs[DATABASE] > 3, "no checkpoint was recorded"
    folder.mkdir()
    for number, image in enumerate(images(base, log, cuts, Random(11))):
        url = check_image(folder, image, storm)
        if number % VERIFIED_EACH == 0:
            verify(url, ChainKeys([hospital.secret]), None, lambda *_: None)
    total = storm.acknowledged.total()
    note(f"{cuts} power cuts in {total} writes and {syncs[DATABASE]} checkpoints: 0 acknowledged lost, 0 doubled, 0 corrupt")
