"""Bookings of one time at the same moment: one wins, and PostgreSQL ends none of them as a deadlock.

The exclusion constraints alone let two inserts wait for each other. These transactions have no HTTP around them, which would keep
them apart.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from careplus_appointments.free_times import check_free, check_overbookable
from careplus_appointments.store import appointments
from careplus_contracts.appointments import Book
from careplus_contracts.availability import Weekday
from careplus_contracts.endpoints import Role
from careplus_contracts.refusals import PatientBusy, SlotTaken
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.settings import Settings
from careplus_tables.accounts import AccountRow
from careplus_tables.availability import AvailabilityRow, OpenHoursRow
from careplus_tables.doctors import DoctorRow
from careplus_tables.engine import Database
from tests.concurrency.conftest import DEADLOCKS
from tests.hospital import eventually

CALLERS, ROUNDS = 50, 100
FEW = 12
DOCTOR = 1
SLOT = timedelta(minutes=15)
SETTINGS = Settings(zone="UTC", _env_file=None)


@pytest.fixture
async def databases(database_url: str) -> AsyncIterator[list[Database]]:
    """Yield the connections of four processes to a clinic with one doctor and a patient for each caller."""
    opened = [Database(database_url) for _ in range(4)]
    now = datetime.now(UTC)
    person: dict[str, Any] = {"sex": "unknown", "date_of_birth": None, "phone": None, "password_hash": None, "created_at": now}
    async with opened[0].writing() as db:
        for number in range(CALLERS + 1):
            role = "patient" if number else "doctor"
            name: dict[str, Any] = {"email": f"{number}@example.org", "full_name": f"P {number}"}
            db.add(AccountRow(id=DOCTOR + number, role=role, **name, **person))
        await db.flush()
        profile: dict[str, Any] = {"full_name": "Dr Storm", "specialty": "Cardiology", "bio": "", "languages": ["en"]}
        db.add(DoctorRow(id=DOCTOR, phone=None, room=None, **profile))
        db.add(AvailabilityRow(doctor_id=DOCTOR, slot_minutes=15, place=None))
        db.add_all(OpenHoursRow(doctor_id=DOCTOR, weekday=day.value, starts="00:00", ends="24:00") for day in Weekday)
    yield opened
    for one in opened:
        await one.close()


async def book(
    database: Database, patient_id: int, at: datetime, fails: asyncio.Event | None = None, overbook: str | None = None
) -> str:
    """Book as the routes do; where `fails`, roll back what the booking wrote once that is set."""
    who = Identity(patient_id, Role.PATIENT, "s" * 20, 2**40)
    check = check_overbookable if overbook else check_free
    try:
        async with database.writing() as db:
            calendar = await check(db, SETTINGS, who, patient_id, DOCTOR, at)
            await appointments.book(db, patient_id, who.role, Book(doctor_id=DOCTOR, starts_at=at), calendar, list, overbook)
            if fails:
                await fails.wait()
                raise LookupError("rolled back")
    except (SlotTaken, PatientBusy, LookupError, DBAPIError) as error:
        return type(error).__name__
    return "booked"


def waiting(database_url: str) -> int:
    """Return how many connections wait for a lock."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'").fetchone()
        assert row is not None
        return int(row[0])


async def test_bookings_behind_a_failed_one_do_not_deadlock(databases: list[Database], database_url: str) -> None:
    """When the first one rolls back, each of the others would wait for the others' rows."""
    at, fails = midnight(), asyncio.Event()
    first = asyncio.create_task(book(databases[0], DOCTOR + 1, at, fails))
    await asyncio.sleep(0.5)
    others = [asyncio.create_task(book(databases[1 + n % 3], DOCTOR + 2 + n, at)) for n in range(FEW)]
    await asyncio.to_thread(eventually, lambda: waiting(database_url) == FEW)
    fails.set()
    assert await first == "LookupError"
    assert Counter(await asyncio.gather(*others)) == {"booked": 1, "SlotTaken": FEW - 1}
    with psycopg.connect(database_url) as connection:
        assert connection.execute(DEADLOCKS).fetchone() == (0,)


@pytest.mark.attack
async def test_bookings_of_one_moment_do_not_deadlock(databases: list[Database], database_url: str) -> None:
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        at = midnight() + number * SLOT
        calls = [book(databases[n % 4], DOCTOR + 1 + n, at) for n in range(CALLERS)]
        seen.update(await asyncio.gather(*calls))
    assert seen == {"booked": ROUNDS, "SlotTaken": (CALLERS - 1) * ROUNDS}
    with psycopg.connect(database_url) as connection:
        assert connection.execute(DEADLOCKS).fetchone() == (0,)


@pytest.mark.parametrize("rounds", [5, pytest.param(ROUNDS, marks=pytest.mark.attack)])
async def test_overbooking_beside_bookings_does_not_deadlock(databases: list[Database], database_url: str, rounds: int) -> None:
    """Every third caller overbooks the time that the others book: the others have at most one visit there."""
    for number in range(rounds):
        at = midnight() + number * SLOT
        calls = [book(databases[n % 4], DOCTOR + 1 + n, at, overbook="Acute pain" if n % 3 == 0 else None) for n in range(FEW)]
        seen = Counter(zip(("overbooked", "ordinary", "ordinary") * (FEW // 3), await asyncio.gather(*calls), strict=True))
        assert seen["overbooked", "booked"] == FEW // 3
        assert seen["ordinary", "booked"] <= 1
        assert seen["ordinary", "booked"] + seen["ordinary", "SlotTaken"] == FEW - FEW // 3
    with psycopg.connect(database_url) as connection:
        assert connection.execute(DEADLOCKS).fetchone() == (0,)
        ordinary = "SELECT starts_at FROM appointments WHERE overbook_reason IS NULL GROUP BY starts_at HAVING count(*) > 1"
        assert connection.execute(ordinary).fetchall() == []


def midnight() -> datetime:
    return datetime.combine(datetime.now(UTC).date() + timedelta(days=2), time(), UTC)
