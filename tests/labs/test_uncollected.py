"""Uncollected orders close by themselves, once, and the laboratory finds them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest_asyncio
from sqlalchemy import select
from sqlmodel import col

from careplus_contracts.accounts import Sex
from careplus_contracts.audit import CLOSE_UNCOLLECTED
from careplus_contracts.endpoints import Role
from careplus_contracts.labs import LabBookingStatus as S
from careplus_contracts.labs import SpecimenStatus
from careplus_contracts.values import PageFilter
from careplus_labs.background import close_uncollected
from careplus_labs.rules.bookings import Patience
from careplus_labs.store.bookings import uncollected
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import this_second
from careplus_tables.accounts import AccountRow
from careplus_tables.audit import AuditEventRow, AuditPatientRow
from careplus_tables.engine import Database
from careplus_tables.labs import LabBookingRow, LabBookingTestRow
from careplus_tables.specimens import SpecimenRow
from tests import databases
from tests.hospital import database_with_admin

PATIENCE = Patience(after_booked=timedelta(days=30), after_ordered=timedelta(days=90))
PATIENT = 5
LAB = Identity(id=2, role=Role.LAB, sid="s", expires_at=0)


def booking(id_: int, status: S, created: timedelta, starts: timedelta | None = None, **more: Any) -> LabBookingRow:
    """Return a booking that was made and booked this long ago."""
    at = this_second()
    return LabBookingRow(
        id=id_,
        reference=f"LB-{id_}",
        patient_id=PATIENT,
        ordered_by_id=None,
        appointment_id=None,
        starts_at=None if starts is None else at - starts,
        window_starts_at=None,
        place=None,
        status=status.value,
        note=None,
        created_at=at - created,
        **more,
    )


async def fill(database: Database) -> datetime:
    at, day = this_second(), timedelta(days=1)
    async with database.writing() as db:
        patient: dict[str, Any] = {"email": "p@x.org", "full_name": "P", "role": Role.PATIENT.value, "sex": Sex.OTHER.value}
        db.add(AccountRow(id=PATIENT, **patient, created_at=at))
        await db.flush()
        rows = [
            booking(1, S.BOOKED, day * 40, day * 31),
            booking(2, S.BOOKED, day * 400, day * 29),
            booking(3, S.BOOKED, day * 91),
            booking(4, S.BOOKED, day * 89),
            booking(5, S.REJECTED, day * 100, day * 60, collected_at=at - day * 31),
            booking(6, S.REJECTED, day * 100, day * 60, collected_at=at - day * 29),
            booking(7, S.COLLECTED, day * 100, day * 60, collected_at=at - day * 60),
            booking(
                8, S.CANCELLED, day * 100, day * 60, cancelled_by=Role.PATIENT.value, cancelled_by_id=PATIENT, cancelled_at=at
            ),
            booking(9, S.BOOKED, day * 100, day * -3),
            booking(10, S.REJECTED, day * 100, day * 60, collected_at=at - day * 31),
        ]
        db.add_all(rows)
        await db.flush()
        test: dict[str, Any] = {"price_minor": 1, "currency": "EUR", "position": 0, "specimen_type": "serum"}
        db.add_all(LabBookingTestRow(booking_id=row.id or 0, test_code="CRP", **test) for row in rows)
        of_patient: dict[str, Any] = {"patient_id": PATIENT, "type": "serum", "created_at": at}
        # the laboratory still measures a specimen of the last one
        for id_, status in ((5, SpecimenStatus.EXPECTED), (10, SpecimenStatus.RECEIVED)):
            db.add(SpecimenRow(booking_id=id_, accession=f"A{id_}", status=status.value, **of_patient))
    return at


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    databases.copy(database_with_admin(), databases.url(tmp_path))
    opened = Database(databases.url(tmp_path))
    yield opened
    await opened.close()


async def test_uncollected_orders_close_once(database: Database) -> None:
    at = await fill(database)
    # two replicas at the same time
    assert sorted(await asyncio.gather(*(close_uncollected(database, PATIENCE) for _ in range(2)))) == [0, 3]
    assert await close_uncollected(database, PATIENCE) == 0
    async with database.reading() as db:
        query = select(LabBookingRow).order_by(col(LabBookingRow.id)).execution_options(cross_patient="a test")
        rows = {row.id: row for row in (await db.execute(query)).scalars()}
        events = (await db.execute(select(AuditEventRow).where(col(AuditEventRow.action) == CLOSE_UNCOLLECTED))).scalars().all()
        patients = (await db.execute(select(col(AuditPatientRow.patient_id)))).scalars().all()
        found = await uncollected.list_closed(db, LAB, PageFilter())
    closed = [id_ for id_, row in rows.items() if row.status == S.CANCELLED and id_ != 8]
    assert closed == [1, 3, 5]
    assert all(rows[id_].version == 2 and rows[id_].cancelled_by is None for id_ in closed)
    assert all((rows[id_].cancelled_at or at) >= at for id_ in closed)
    assert [(one.action, one.object_id, one.account_id, one.outcome) for one in events] == [
        ("close_uncollected", str(id_), None, "ok") for id_ in closed
    ]
    assert list(patients) == [PATIENT] * 3
    assert [one.id for one in found.items] == [5, 3, 1]
    assert {(one.status, one.cancelled_by, one.cancelled_by_person) for one in found.items} == {(S.CANCELLED, None, None)}
