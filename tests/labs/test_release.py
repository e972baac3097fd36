"""The release policy of a test: at once, after the doctor, or after days; never for a critical result."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from pydantic import ValidationError
from sqlalchemy import select, update
from sqlmodel import col

from careplus_contracts.accounts import Sex
from careplus_contracts.audit import RELEASE_AFTER_DAYS
from careplus_contracts.endpoints import Role
from careplus_contracts.lab_catalogue import DescribeTest
from careplus_contracts.release_policy import ReleasePolicy as P
from careplus_labs.background import release_after_days
from careplus_labs.rules.release import is_due_at_verification
from careplus_runtime.process.clock import this_second
from careplus_tables.accounts import AccountRow
from careplus_tables.audit import AuditEventRow, AuditPatientRow
from careplus_tables.engine import Database
from careplus_tables.labs import LabBookingRow, LabResultRow, LabTestRow
from tests import databases
from tests.hospital import database_with_admin

PATIENT, DAY = 5, timedelta(days=1)


def test_policy_releases_no_critical_result() -> None:
    released = {
        (policy, ordered)
        for policy, ordered in product(P, (True, False))
        if is_due_at_verification(policy, ordered=ordered, critical=False)
    }
    assert released == {(P.AT_ONCE, True), (P.AT_ONCE, False), (P.AFTER_DOCTOR, False)}
    assert not any(
        is_due_at_verification(policy, ordered=ordered, critical=True) for policy, ordered in product(P, (True, False))
    )


@pytest.mark.parametrize(("policy", "days"), [("after_days", None), ("at_once", 3), ("after_doctor", 1), ("after_days", 0)])
def test_policy_with_other_days_is_refused(policy: str, days: int | None) -> None:
    body = {"name": "K", "category": "c", "specimen": "s", "turnaround_hours": 1, "price_minor": 1, "release_after_days": days}
    with pytest.raises(ValidationError):
        DescribeTest.model_validate({**body, "release_policy": P(policy)})


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    databases.copy(database_with_admin(), databases.url(tmp_path))
    opened = Database(databases.url(tmp_path))
    await fill(opened)
    yield opened
    await opened.close()


async def fill(database: Database) -> None:
    """Insert results of CRP, which is released after three days, and one of CBC."""
    at = this_second()
    person: dict[str, Any] = {"email": "p@x.org", "full_name": "P", "role": Role.PATIENT.value, "sex": Sex.OTHER.value}
    booking: dict[str, Any] = {
        "ordered_by_id": None,
        "appointment_id": None,
        "starts_at": None,
        "window_starts_at": None,
        "place": None,
    }
    result: dict[str, Any] = {
        "outside_range": 0,
        "note": None,
        "specimen_at": at,
        "entered_by_id": 1,
        "entered_at": at,
        "ordered_by_id": None,
    }
    verified = {1: 4, 2: 2, 3: 4, 4: 4, 5: 4}
    async with database.writing() as db:
        db.add(AccountRow(id=PATIENT, **person, created_at=at))
        await db.execute(
            update(LabTestRow)
            .where(col(LabTestRow.code) == "CRP")
            .values(release_policy=P.AFTER_DAYS.value, release_after_days=3)
        )
        await db.flush()
        for id_ in verified:
            row: dict[str, Any] = {"id": id_, "reference": f"LB-{id_}", "patient_id": PATIENT, "status": "verified", "note": None}
            db.add(LabBookingRow(**row, **booking, created_at=at))
        await db.flush()
        for id_, days in verified.items():
            row = {"id": id_, "booking_id": id_, "patient_id": PATIENT, "test_code": "CBC" if id_ == 4 else "CRP"}
            status = "resulted" if id_ == 5 else "verified"
            db.add(LabResultRow(**row, **result, status=status, critical=id_ == 3, verified_at=at - days * DAY))


async def test_results_are_released_once_after_their_days(database: Database) -> None:
    # two replicas at the same time
    assert sorted(await asyncio.gather(*(release_after_days(database) for _ in range(2)))) == [0, 1]
    assert await release_after_days(database) == 0
    async with database.reading() as db:
        query = select(LabResultRow).order_by(col(LabResultRow.id)).execution_options(cross_patient="a test")
        rows = {row.id: row for row in (await db.execute(query)).scalars()}
        events = (await db.execute(select(AuditEventRow).where(col(AuditEventRow.action) == RELEASE_AFTER_DAYS))).scalars().all()
        patients = (await db.execute(select(col(AuditPatientRow.patient_id)))).scalars().all()
    assert [id_ for id_, row in rows.items() if row.status == "released"] == [1]
    assert (rows[1].released_by_id, rows[1].version) == (None, 2)
    assert rows[1].released_at is not None
    assert [(one.object_id, one.account_id, one.outcome) for one in events] == [("1", None, "ok")]
    assert list(patients) == [PATIENT]
