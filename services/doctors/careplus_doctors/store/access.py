"""Statements about charts that are opened without treating the patient ("break-glass")."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, false, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from careplus_contracts.accounts import Sex
from careplus_contracts.charts import LONGEST_PART, ChartAccess, FoundPatient, FoundPatients
from careplus_contracts.endpoints import Role
from careplus_contracts.refusals import NotFound
from careplus_contracts.values import Person
from careplus_doctors.rules.charts import is_named
from careplus_doctors.store.people import doctor_name
from careplus_runtime.http.problems import NOTHING_HERE
from careplus_runtime.identity.care import check_in_care
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import this_second
from careplus_tables.accounts import AccountRow
from careplus_tables.charts import ChartAccessRow

OPEN_FOR = timedelta(hours=1)
MOST_FOUND = 5
BORN_ON_ONE_DAY = 1000
"""So many patients of one birthday are looked through."""


async def search(db: AsyncSession, who: Identity, full_name: str, date_of_birth: date) -> FoundPatients:
    """Patients with just this name and date of birth."""
    born = _anybody(who).where(col(AccountRow.date_of_birth) == date_of_birth).order_by(col(AccountRow.id)).limit(BORN_ON_ONE_DAY)
    found = [row for row in (await db.execute(born)).scalars() if is_named(row.full_name, full_name)]
    return FoundPatients(items=[_found(row, date_of_birth) for row in found[:MOST_FOUND]])


async def open_chart(db: AsyncSession, who: Identity, patient_id: int, reason: str) -> ChartAccess:
    """Open the chart of any patient, also of one whose account is closed. Raises NotFound."""
    if (await db.execute(_anybody(who).where(col(AccountRow.id) == patient_id))).first() is None:
        raise NotFound(NOTHING_HERE)
    at = this_second()
    row = ChartAccessRow(patient_id=patient_id, doctor_id=who.id, reason=reason, opened_at=at, until=at + OPEN_FOR)
    db.add(row)
    await db.flush()
    return (await of_patient(db, who, patient_id))[0]


async def of_patient(db: AsyncSession, who: Identity, patient_id: int) -> list[ChartAccess]:
    """Who opened the chart of a patient in the doctor's care, newest first. Raises NotFound."""
    await check_in_care(db, who, patient_id)
    query: Select[*tuple[Any, ...]] = (
        select(ChartAccessRow, doctor_name(col(ChartAccessRow.doctor_id)))
        .where(col(ChartAccessRow.patient_id) == patient_id)
        .order_by(col(ChartAccessRow.id).desc())
        .limit(LONGEST_PART)
    )
    return [_shown(*row) for row in (await db.execute(query)).all()]


def _anybody(who: Identity) -> Select[AccountRow]:
    """Patients, in care or not; for doctors only."""
    is_doctor = true() if who.role is Role.DOCTOR else false()
    return select(AccountRow).where(col(AccountRow.role) == Role.PATIENT.value, is_doctor)


def _found(row: AccountRow, date_of_birth: date) -> FoundPatient:
    assert row.id is not None
    return FoundPatient(patient=Person(id=row.id, full_name=row.full_name), date_of_birth=date_of_birth, sex=Sex(row.sex))


def _shown(row: ChartAccessRow, doctor: str) -> ChartAccess:
    assert row.id is not None
    return ChartAccess(
        **row.model_dump(include={"patient_id", "reason", "opened_at", "until"}),
        id=row.id,
        doctor=Person(id=row.doctor_id, full_name=doctor),
    )
