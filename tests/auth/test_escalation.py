"""Open critical results escalate by steps: each person is told once of each opening, also by two processes at one time."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import sqlalchemy as sa
from sqlmodel import col

from careplus_auth.crypto.vault import Vault
from careplus_auth.escalation import escalate
from careplus_contracts.accounts import Sex
from careplus_contracts.audit import ESCALATE_CRITICAL
from careplus_contracts.endpoints import Role
from careplus_contracts.labs import LabBookingStatus
from careplus_contracts.results import ResultStatus
from careplus_runtime.process.clock import this_second
from careplus_runtime.process.settings import Settings
from careplus_tables.accounts import AccountRow
from careplus_tables.appointments import AppointmentRow
from careplus_tables.audit import AuditEventRow, AuditPatientRow
from careplus_tables.critical_notices import CriticalNoticeRow
from careplus_tables.engine import Database
from careplus_tables.labs import LabBookingRow, LabResultRow
from careplus_tables.mails import MailRow
from tests.templates import migrated_of

ADMIN, LAB, ORDERING, TREATING, OTHER, PATIENT, ALONE = 1, 2, 3, 4, 5, 6, 7
ROLES = {
    ADMIN: Role.ADMIN,
    LAB: Role.LAB,
    ORDERING: Role.DOCTOR,
    TREATING: Role.DOCTOR,
    OTHER: Role.DOCTOR,
    PATIENT: Role.PATIENT,
    ALONE: Role.PATIENT,
}
SETTINGS = Settings()
VAULT = Vault(["k" * 40], "what is kept encrypted")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return migrated_of(request, tmp_path)


@pytest_asyncio.fixture
async def database(url: str) -> AsyncIterator[Database]:
    opened = Database(url)
    async with opened.writing() as db:
        await fill(db)
    yield opened
    await opened.close()


async def fill(db: Any) -> None:
    """Insert people, a visit of PATIENT to TREATING, and results of PATIENT (ordered) and of ALONE (booked alone)."""
    at = this_second()
    more: dict[str, Any] = {"sex": Sex.OTHER.value, "created_at": at, "date_of_birth": None, "phone": None, "password_hash": None}
    db.add_all(
        AccountRow(id=id_, email=f"{id_}@x.org", full_name=f"N{id_}", role=role.value, **more) for id_, role in ROLES.items()
    )
    await db.flush()
    visit: dict[str, Any] = {"reference": "CP-1", "patient_id": PATIENT, "doctor_id": TREATING, "starts_at": at, "created_at": at}
    db.add(AppointmentRow(**visit, ends_at=at + timedelta(minutes=30), reason="", place=""))
    for id_, patient_id, ordered_by_id in ((1, PATIENT, ORDERING), (2, ALONE, None)):
        booking: dict[str, Any] = {"reference": f"LB-{id_}", "patient_id": patient_id, "ordered_by_id": ordered_by_id}
        nothing: dict[str, Any] = dict.fromkeys(("appointment_id", "starts_at", "window_starts_at", "place", "note"))
        db.add(LabBookingRow(id=id_, **booking, **nothing, status=LabBookingStatus.VERIFIED.value, created_at=at))
        await db.flush()
        result: dict[str, Any] = {"booking_id": id_, "patient_id": patient_id, "test_code": "CRP", "critical": True, "note": None}
        times: dict[str, Any] = {"specimen_at": at, "entered_at": at, "verified_at": at, "critical_since": at}
        status = ResultStatus.VERIFIED.value
        db.add(LabResultRow(id=id_, **result, **times, status=status, outside_range=1, entered_by_id=LAB))
    await db.flush()


async def change(database: Database, column: str, at: datetime, result_id: int = 1) -> None:
    async with database.writing() as db:
        query = sa.select(LabResultRow).where(col(LabResultRow.id) == result_id)
        row = (await db.execute(query.execution_options(cross_patient="a test"))).scalar_one()
        setattr(row, column, at)


async def wait(database: Database, result_id: int, minutes: int) -> None:
    """Let a result be open for so long; a person told before stays told."""
    since = this_second() - timedelta(minutes=minutes)
    await change(database, "critical_since", since, result_id)
    async with database.writing() as db:
        told = sa.update(CriticalNoticeRow).where(col(CriticalNoticeRow.result_id) == result_id)
        await db.execute(told.values(since=since))


async def queued(database: Database) -> list[tuple[str, str]]:
    """Return kind and recipient of each mail."""
    async with database.reading() as db:
        rows = (await db.execute(sa.select(MailRow).order_by(col(MailRow.id)))).scalars().all()
    return sorted((row.kind, json.loads(VAULT.decrypt(row.ciphertext or ""))["email"]) for row in rows)


async def test_each_step_is_told_once(database: Database) -> None:
    assert await escalate(database, SETTINGS, VAULT) == 0
    await wait(database, 1, 30)
    # two processes at the same time
    assert sorted(await asyncio.gather(*(escalate(database, SETTINGS, VAULT) for _ in range(2)))) == [0, 2]
    doctors = [("critical_waits", f"{ORDERING}@x.org"), ("critical_waits", f"{TREATING}@x.org")]
    assert await queued(database) == doctors
    await wait(database, 1, 59)
    assert await escalate(database, SETTINGS, VAULT) == 0
    await wait(database, 1, 60)
    assert await escalate(database, SETTINGS, VAULT) == 1
    assert await escalate(database, SETTINGS, VAULT) == 0
    assert await queued(database) == [("critical_unanswered", f"{ADMIN}@x.org"), *doctors]
    async with database.reading() as db:
        events = (
            (await db.execute(sa.select(AuditEventRow).where(col(AuditEventRow.action) == ESCALATE_CRITICAL))).scalars().all()
        )
        patients = (await db.execute(sa.select(col(AuditPatientRow.patient_id)))).scalars().all()
    assert [(one.object_id, one.account_id, one.service, one.outcome) for one in events] == [("1", None, "auth", "ok")] * 2
    assert list(patients) == [PATIENT] * 2


async def test_administrators_are_told_first_without_doctors(database: Database) -> None:
    await wait(database, 2, 30)
    assert await escalate(database, SETTINGS, VAULT) == 1
    assert await queued(database) == [("critical_unanswered", f"{ADMIN}@x.org")]
    await wait(database, 2, 70)
    assert await escalate(database, SETTINGS, VAULT) == 0


async def test_closed_result_does_not_escalate(database: Database) -> None:
    await wait(database, 1, 90)
    await change(database, "critical_closed_at", this_second())
    assert await escalate(database, SETTINGS, VAULT) == 0


async def test_reopened_result_is_told_again(database: Database) -> None:
    await wait(database, 1, 30)
    assert await escalate(database, SETTINGS, VAULT) == 2
    await change(database, "critical_since", this_second() - timedelta(minutes=45))
    assert await escalate(database, SETTINGS, VAULT) == 2
