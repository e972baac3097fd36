"""Lists of results that end after a number of rows keep the rows with the newest times, not the highest ids."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest_asyncio
import sqlalchemy as sa

from careplus_contracts.accounts import Sex
from careplus_contracts.endpoints import Role
from careplus_contracts.labs import LabBookingStatus
from careplus_contracts.results import ResultStatus
from careplus_doctors.rules.record import LONGEST_LIST
from careplus_doctors.rules.stats import period
from careplus_doctors.store import durations, record, stats
from careplus_runtime.identity.tokens import Identity
from careplus_tables.accounts import AccountRow
from careplus_tables.columns import core
from careplus_tables.engine import Database
from careplus_tables.labs import LabBookingRow, LabResultRow
from tests.templates import migrated_file

NOON = datetime(2030, 1, 7, 12, tzinfo=UTC)
HOUR, ZONE = timedelta(hours=1), ZoneInfo("Europe/Berlin")
PATIENT = Identity(id=5, role=Role.PATIENT, sid="s", expires_at=0)


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(migrated_file(tmp_path))
    patient: dict[str, Any] = {"id": PATIENT.id, "email": "p@x.example", "full_name": "P", "role": Role.PATIENT.value}
    async with opened.writing() as db:
        await db.execute(sa.insert(core(AccountRow)), {**patient, "sex": Sex.OTHER.value, "created_at": NOON})
    yield opened
    await opened.close()


def booking(id_: int, verified: datetime, turnaround: timedelta) -> dict[str, Any]:
    """Return a completed booking, verified this long after its collection."""
    row: dict[str, Any] = {"id": id_, "reference": f"LB-{id_}", "patient_id": PATIENT.id, "created_at": NOON - 99 * HOUR}
    status = {"status": LabBookingStatus.VERIFIED.value, "verified_at": verified, "collected_at": verified - turnaround}
    return {**row, **status}


def released(id_: int, at: datetime) -> dict[str, Any]:
    """Return a result that was released at this time."""
    entered = {"outside_range": 0, "critical": False, "entered_by_id": PATIENT.id, "entered_at": at, "specimen_at": at}
    row = {"id": id_, "booking_id": id_, "patient_id": PATIENT.id, "test_code": "CBC", "released_at": at}
    return {**row, **entered, "status": ResultStatus.RELEASED.value}


async def test_summary_keeps_the_results_released_last(database: Database) -> None:
    # the first result of the table is released last
    times = {number: NOON - (timedelta(minutes=1) if number == 1 else HOUR * number) for number in range(1, LONGEST_LIST + 3)}
    async with database.writing() as db:
        await db.execute(sa.insert(core(LabBookingRow)), [booking(number, at, HOUR) for number, at in times.items()])
        await db.execute(sa.insert(core(LabResultRow)), [released(number, at) for number, at in times.items()])
    async with database.reading() as db:
        tasks = (await record.summary(db, PATIENT, ZONE, NOON)).to_do
    assert [task.id for task in tasks] == list(range(1, LONGEST_LIST + 1))


async def test_turnaround_is_of_the_bookings_verified_last(database: Database) -> None:
    count = durations.MOST_TURNAROUNDS
    # the bookings that were ordered first are verified last, and faster
    rows = [booking(number, NOON, 2 * HOUR) for number in range(1, count + 1)]
    rows += [booking(number, NOON - 24 * HOUR, 9 * HOUR) for number in range(count + 1, 2 * count + 1)]
    async with database.writing() as db:
        await db.execute(sa.insert(core(LabBookingRow)), rows)
    async with database.reading() as db:
        found = await stats.stats(db, period(None, None, NOON, ZONE), ZONE)
    assert found.lab_turnaround_hours == 2
