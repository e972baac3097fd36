"""The treating doctors of a patient are the ones that have the patient in care; the same holds for the work of each doctor."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
import sqlalchemy as sa

from careplus_contracts.endpoints import Role
from careplus_runtime.identity.care import doctors_in_care, patients_in_care
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import this_second
from careplus_tables.colleagues import doctors_that_do, done_by
from careplus_tables.engine import Database
from careplus_tables.registry import METADATA
from tests.list_database import filled


@pytest_asyncio.fixture(scope="module")
async def database(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Database]:
    """Yield the demo hospital, where one doctor opened a chart, and one was handed the work of the others."""
    folder: Path = tmp_path_factory.mktemp("care")
    url = f"sqlite:///{folder}/careplus.db"
    rows = filled(url)
    at = this_second()
    with rows.engine.connect() as connection:
        doctors = connection.execute(sa.text("SELECT id FROM doctors ORDER BY id")).scalars().all()
        patients = connection.execute(sa.text("SELECT id FROM accounts WHERE role = 'patient' ORDER BY id")).scalars().all()
        opened = {"doctor_id": doctors[-1], "patient_id": patients[-1], "reason": "Emergency", "opened_at": at}
        connection.execute(sa.insert(METADATA.tables["chart_access"]).values(**opened, until=at + timedelta(hours=1)))
        connection.execute(sa.text("UPDATE handovers SET colleague_id = NULL WHERE doctor_id = :id"), {"id": doctors[2]})
        connection.execute(sa.text("UPDATE accounts SET active = false WHERE id IN (:a, :b)"), {"a": doctors[1], "b": doctors[2]})
    rows.engine.dispose()
    opened_database = Database(url)
    yield opened_database
    await opened_database.close()


async def active_doctors(database: Database) -> list[int]:
    async with database.reading() as db:
        query = sa.text("SELECT id FROM accounts WHERE role = 'doctor' AND active ORDER BY id")
        return list((await db.execute(query)).scalars())


@pytest.mark.asyncio(loop_scope="module")
async def test_doctors_in_care_agrees_with_patients_in_care(database: Database) -> None:
    doctors = await active_doctors(database)
    async with database.reading() as db:
        patients = (await db.execute(sa.text("SELECT id FROM accounts WHERE role = 'patient'"))).scalars().all()
        expected = {
            (patient_id, doctor_id)
            for doctor_id in doctors
            for patient_id in (await db.execute(patients_in_care(Identity(doctor_id, Role.DOCTOR, "s", 0)))).scalars()
        }
        found = {(one, other) for one, other in (await db.execute(doctors_in_care(patients))).all()}
    assert len(expected) > 20
    assert found == expected


@pytest.mark.asyncio(loop_scope="module")
async def test_doctors_that_do_agrees_with_done_by(database: Database) -> None:
    doctors = await active_doctors(database)
    async with database.reading() as db:
        everyone = (await db.execute(sa.text("SELECT id FROM doctors"))).scalars().all()
        does = {doctor_id: {doctor_id, *(await db.execute(done_by(doctor_id))).scalars()} for doctor_id in doctors}
        for owner in everyone:
            found = set((await db.execute(doctors_that_do(owner))).scalars())
            assert found == {doctor_id for doctor_id in doctors if owner in does[doctor_id]}, owner
