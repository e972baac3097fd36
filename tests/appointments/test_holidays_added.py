"""Holidays of a later year are added before it can be booked; stored days never change."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from careplus_appointments.store import closed_days
from careplus_contracts.closed_days import SetClosedDays
from careplus_tables.closed_days import ClosedDayRow, closed_between
from careplus_tables.engine import Database
from tests.templates import migrated_of

CHOSEN, NEXT_YEAR = date(2027, 3, 1), date(2028, 1, 1)


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(migrated_of(request, tmp_path))
    yield opened
    await opened.close()


async def stored(database: Database) -> dict[date, tuple[str, bool, bool]]:
    async with database.reading() as db:
        rows = (await db.execute(select(ClosedDayRow).order_by(col(ClosedDayRow.day)))).scalars()
        return {row.day: (row.name_en, row.is_holiday, row.is_open) for row in rows}


async def choose(database: Database, body: SetClosedDays, today: date) -> set[date]:
    async with database.writing() as db:
        return (await closed_days.replace(db, await closed_days.lock_for_update(db), body, today)).closed


async def test_year_is_added_with_opened_names(database: Database) -> None:
    await choose(database, SetClosedDays(country="DE", subdivision="BW"), CHOSEN)
    opened = SetClosedDays(country="DE", subdivision="BW", opened=[date(2028, 1, 6), date(2029, 1, 6)])
    newly_closed = await choose(database, opened, CHOSEN)
    assert newly_closed == set()
    before = await stored(database)
    assert (min(before), max(before)) == (date(2027, 3, 26), date(2029, 12, 26))
    async with database.reading() as db:
        assert not await closed_days.is_due(db, CHOSEN)
        assert await closed_days.is_due(db, NEXT_YEAR)
    async with database.writing() as db:
        await closed_days.extend(db, NEXT_YEAR)
    after = await stored(database)
    assert {day: after[day] for day in before} == before, "stored days stay as they are"
    assert {day.year for day in after.keys() - before.keys()} == {2030}
    assert after[date(2030, 1, 6)] == ("Epiphany", True, True), "the hospital works on it in the last stored year"
    assert after[date(2030, 12, 25)] == ("Christmas Day", True, False)


async def test_own_day_on_added_holiday_becomes_holiday(database: Database) -> None:
    own = SetClosedDays.model_validate_json(
        '{"country": "DE", "own": [{"day": "2030-05-01", "name": "Outing"}, {"day": "2030-05-02", "name": "Outing"}]}'
    )
    closed = await choose(database, own, CHOSEN)
    assert {date(2030, 5, 1), date(2030, 5, 2), date(2027, 12, 25)} < closed
    async with database.writing() as db:
        await closed_days.extend(db, NEXT_YEAR)
    async with database.reading() as db:
        found = await closed_between(db, date(2030, 5, 1), date(2030, 5, 2))
    assert [names.en for names in found.values()] == ["Labor Day", "Outing"]


async def test_own_day_closes_opened_holiday(database: Database) -> None:
    both = SetClosedDays.model_validate_json(
        '{"country": "DE", "opened": ["2027-12-25"], "own": [{"day": "2027-12-25", "name": "Closed after all"}]}'
    )
    await choose(database, both, CHOSEN)
    assert (await stored(database))[date(2027, 12, 25)] == ("Christmas Day", True, False)
