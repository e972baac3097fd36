"""A database with released results and a referral, beside the people and visits of `visit_notices`."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import sqlalchemy as sa
from sqlmodel import col

from careplus_auth.store import notice_choices
from careplus_contracts.results import ResultStatus
from careplus_doctors.store.referral_notices import tell_of_referral
from careplus_labs.store.results.result_notices import tell_corrected, tell_released
from careplus_runtime.process.clock import now, this_second
from careplus_runtime.process.settings import Settings
from careplus_tables.engine import Database, WriteSession
from careplus_tables.labs import LabBookingRow, LabResultRow
from careplus_tables.notices import NoticeRow
from careplus_tables.referrals import ReferralRow
from tests.auth.postbox import Postbox, mail_server
from tests.auth.visit_notices import DOCTOR, PATIENT, change, chosen, configured, fill
from tests.templates import migrated_of


async def add_records(db: WriteSession) -> None:
    """Insert three released results of the patient, and a referral."""
    at = this_second()
    booking: dict[str, Any] = {"ordered_by_id": None, "appointment_id": None, "starts_at": None, "window_starts_at": None}
    result: dict[str, Any] = {"outside_range": 0, "critical": False, "note": None, "entered_by_id": DOCTOR, "ordered_by_id": None}
    for id_ in (1, 2, 3):
        db.add(LabBookingRow(id=id_, reference=f"LB-{id_}", patient_id=PATIENT, place=None, note=None, created_at=at, **booking))
        await db.flush()
        more: dict[str, Any] = {"specimen_at": at, "entered_at": at, "status": ResultStatus.RELEASED.value, "released_at": at}
        db.add(LabResultRow(id=id_, booking_id=id_, patient_id=PATIENT, test_code="CBC", **result, **more))
    target: dict[str, Any] = {"to_doctor_id": None, "to_specialty": "Oncology", "to_external": None, "due_on": None}
    letter: dict[str, Any] = {"reason": "Lump in the breast", "urgency": "urgent", "created_at": at}
    db.add(ReferralRow(id=1, reference="RF-1", patient_id=PATIENT, from_doctor_id=DOCTOR, **target, **letter))


async def told(database: Database, *ids: int, corrected: bool = False) -> None:
    """Append the notices of results as the laboratory does."""
    async with database.writing() as db:
        query = sa.select(LabResultRow).where(col(LabResultRow.id).in_(ids), col(LabResultRow.patient_id) == PATIENT)
        rows = list((await db.execute(query)).scalars())
        if corrected:
            await tell_corrected(db, rows[0])
        else:
            await tell_released(db, rows)


async def referred(database: Database) -> None:
    async with database.writing() as db:
        row = (await db.execute(sa.select(ReferralRow).where(col(ReferralRow.patient_id) == PATIENT))).scalar_one()
        await tell_of_referral(db, row)


async def due(database: Database) -> None:
    """Let the time pass in which results of one specimen are told together."""
    await change(database, NoticeRow, due_at=now())


async def choose(database: Database, **members: Any) -> None:
    async with database.writing() as db:
        await notice_choices.choose(db, PATIENT, chosen(**members))


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return migrated_of(request, tmp_path)


@pytest_asyncio.fixture
async def database(url: str) -> AsyncIterator[Database]:
    opened = Database(url)
    await fill(opened)
    async with opened.writing() as db:
        await add_records(db)
    yield opened
    await opened.close()


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def settings(postbox: Postbox, tmp_path: Path) -> Iterator[Settings]:
    with mail_server(postbox) as smtp_url:
        yield configured(tmp_path, smtp_url)
