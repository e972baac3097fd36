"""The specimens that a booking expects follow its tests."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest_asyncio
from sqlalchemy import delete
from sqlmodel import col

from careplus_contracts.accounts import Sex
from careplus_contracts.endpoints import Role
from careplus_contracts.labs import SpecimenStatus as S
from careplus_labs.store.bookings import booking_status, specimens
from careplus_runtime.process.clock import this_second
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import Database, WriteSession
from careplus_tables.labs import LabBookingRow, LabBookingTestRow
from tests import databases
from tests.hospital import database_with_admin

PATIENT = 5
TYPES = {"CRP": "serum", "TSH": "serum", "UA": "urine", "CBC": "blood"}


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    databases.copy(database_with_admin(), databases.url(tmp_path))
    opened = Database(databases.url(tmp_path))
    yield opened
    await opened.close()


async def book(db: WriteSession) -> LabBookingRow:
    at = this_second()
    person: dict[str, Any] = {"email": "p@x.org", "full_name": "P", "role": Role.PATIENT.value, "sex": Sex.OTHER.value}
    db.add(AccountRow(id=PATIENT, **person, created_at=at))
    await db.flush()
    nothing: dict[str, Any] = dict.fromkeys(("ordered_by_id", "appointment_id", "starts_at", "window_starts_at", "place", "note"))
    row = LabBookingRow(id=1, reference="LB-1", patient_id=PATIENT, created_at=at, **nothing)
    db.add(row)
    await db.flush()
    return row


async def set_tests(db: WriteSession, booking: LabBookingRow, codes: Sequence[str]) -> list[tuple[str, str]]:
    """Replace the tests of a booking; return the types and statuses of its specimens."""
    await db.execute(delete(LabBookingTestRow).where(col(LabBookingTestRow.booking_id) == booking.id))
    price: dict[str, Any] = {"price_minor": 1, "currency": "EUR"}
    for position, code in enumerate(codes):
        db.add(LabBookingTestRow(booking_id=1, test_code=code, position=position, specimen_type=TYPES[code], **price))
    await db.flush()
    await specimens.follow_tests(db, booking)
    return [(one.type, one.status) for one in await booking_status.specimens_of(db, booking)]


async def test_expected_specimens_follow_the_tests(database: Database) -> None:
    async with database.writing() as db:
        booking = await book(db)
        assert await set_tests(db, booking, ["CRP", "UA", "TSH"]) == [("serum", "expected"), ("urine", "expected")]
        [serum, urine] = await booking_status.specimens_of(db, booking)
        assert await set_tests(db, booking, ["TSH", "CBC"]) == [("serum", "expected"), ("blood", "expected")]
        [kept, _] = await booking_status.specimens_of(db, booking)
        assert kept.accession == serum.accession != urine.accession
        kept.status = S.COLLECTED.value
        assert await set_tests(db, booking, ["CBC"]) == [("serum", "collected"), ("blood", "expected")]
