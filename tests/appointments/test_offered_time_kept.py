"""Each day that passes is kept once, with the hours of that day."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from careplus_appointments.background import keep_passed_days as keep_in_background
from careplus_appointments.store.offered import ESTIMATED_DAYS, is_due, keep_passed_days
from careplus_tables.engine import Database
from careplus_tables.registry import METADATA
from tests.templates import migrated_file

BERLIN = ZoneInfo("Europe/Berlin")
TUESDAY = datetime(2030, 1, 8, 9, tzinfo=UTC)
DAYS = [date(2030, 1, 7) + timedelta(days=number) for number in range(4)]


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """Yield a database with doctors 1 and 2 since Sunday, open on all days from 9 to 10."""
    database = Database(migrated_file(tmp_path))
    since = TUESDAY - timedelta(days=2)
    doctors = {"role": "doctor", "sex": "unknown", "active": True, "created_at": since, "version": 1}
    hours = [{"weekday": day, "starts": "09:00", "ends": "10:00"} for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")]
    async with database.writing() as db:
        for id_ in (1, 2):
            account = {"id": id_, "email": f"d{id_}@example.org", "full_name": f"D {id_}", **doctors}
            await db.execute(sa.insert(METADATA.tables["accounts"]).values(account))
            profile: dict[str, Any] = {
                "id": id_,
                "full_name": f"D {id_}",
                "specialty": "S",
                "bio": "",
                "languages": [],
                "booking": "online",
            }
            await db.execute(sa.insert(METADATA.tables["doctors"]).values({**profile, "active": True, "version": 1}))
            await db.execute(sa.insert(METADATA.tables["open_hours"]), [{"doctor_id": id_, **one} for one in hours])
    yield database
    await database.close()


async def keep(database: Database, at: datetime) -> None:
    async with database.writing() as db:
        while await keep_passed_days(db, at, BERLIN):
            pass


async def rows(database: Database) -> list[tuple[Any, ...]]:
    async with database.reading() as db:
        found = await db.execute(sa.text("SELECT day, doctor_id, minutes, estimated FROM offered_time ORDER BY day, doctor_id"))
        return [tuple(row) for row in found]


async def execute(database: Database, sql: str) -> None:
    async with database.writing() as db:
        await db.execute(sa.text(sql))


async def test_kept_day_does_not_follow_later_hours(database: Database) -> None:
    await keep(database, TUESDAY)
    first = [("2030-01-06", 1, 60, 1), ("2030-01-06", 2, 60, 1), ("2030-01-07", 1, 60, 0), ("2030-01-07", 2, 60, 0)]
    assert await rows(database) == first, "not before the accounts"
    await execute(database, "UPDATE open_hours SET ends = '12:00' WHERE doctor_id = 1")
    await execute(database, "DELETE FROM open_hours WHERE doctor_id = 2")
    await keep(database, TUESDAY + timedelta(hours=1))
    assert await rows(database) == first, "a day is kept once"
    await keep(database, TUESDAY + timedelta(days=1))
    assert await rows(database) == [*first, ("2030-01-08", 1, 180, 0)]


async def test_doctor_that_left_offered_the_days_before(database: Database) -> None:
    await keep(database, TUESDAY)
    await execute(database, "UPDATE accounts SET active = 0 WHERE id = 2")
    await execute(database, "UPDATE handovers SET left_at = '2030-01-10T12:00:00Z'")
    # the service was down for two days
    await keep(database, TUESDAY + timedelta(days=3))
    assert [row[:2] for row in await rows(database) if row[1] == 2 and row[0] > "2030-01-07"] == [
        ("2030-01-08", 2),
        ("2030-01-09", 2),
    ]


async def test_time_off_is_not_offered(database: Database) -> None:
    off = "INSERT INTO time_off (doctor_id, starts_at, ends_at) VALUES (1, '2030-01-07T08:30:00Z', '2030-01-07T12:00:00Z')"
    await execute(database, off)
    await keep(database, TUESDAY)
    assert ("2030-01-07", 1, 30, 0) in await rows(database)


async def test_background_keeps_days_until_none_is_due(database: Database) -> None:
    await execute(database, "UPDATE accounts SET created_at = '2020-01-01T00:00:00Z'")
    while await keep_in_background(database, BERLIN):
        pass
    async with database.reading() as db:
        assert not await is_due(db, datetime.now(UTC), BERLIN)
    assert len(await rows(database)) == 2 * ESTIMATED_DAYS
