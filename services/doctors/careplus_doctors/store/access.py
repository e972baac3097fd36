"""Statements about charts that a doctor opens without treating the patient ("break-glass")."""

from datetime import date, timedelta

from sqlalchemy import Select, bindparam, false, select, true
from sqlmodel import col

from careplus_clinic.search_keys import is_same_name
from careplus_contracts.accounts import Sex
from careplus_contracts.charts import LONGEST_PART, ChartAccess, FoundPatient, FoundPatients, OpenChart, PatientSearch
from careplus_contracts.endpoints import Role
from careplus_contracts.refusals import NotFound
from careplus_contracts.values import Person
from careplus_doctors.rules.charts import phone_end
from careplus_runtime.http.problems import NOTHING_HERE
from careplus_runtime.http.records import one_or_404
from careplus_runtime.identity.care import ONE_IN_CARE, care_parameters
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import this_second
from careplus_tables.accounts import AccountRow
from careplus_tables.charts import ChartAccessRow
from careplus_tables.compiled import CompiledStatement, literal_limit
from careplus_tables.engine import AnySession, ReadSession, WriteSession
from careplus_tables.people import doctor_name

OPEN_FOR = timedelta(hours=1)
MOST_FOUND = 5
MOST_BORN_ON_ONE_DAY = 1000
"""Limit of the patients with one date of birth that a search compares by name."""


_MEMBERS = ("id", "patient_id", "reason", "opened_at", "until")
_OF_PATIENT = CompiledStatement(
    select(
        *(col(getattr(ChartAccessRow, name)) for name in _MEMBERS),
        col(ChartAccessRow.doctor_id),
        doctor_name(col(ChartAccessRow.doctor_id)),
    )
    .where(col(ChartAccessRow.patient_id) == bindparam("care_patient"), col(ChartAccessRow.patient_id).in_(ONE_IN_CARE))
    .order_by(col(ChartAccessRow.id).desc())
    .limit(literal_limit(LONGEST_PART))
)


async def search(db: ReadSession, who: Identity, wanted: PatientSearch) -> FoundPatients:
    """Return patients with this date of birth and the words of this name, in any order and spelling."""
    born = (
        _any_patient(who)
        .where(col(AccountRow.date_of_birth) == wanted.date_of_birth)
        .order_by(col(AccountRow.id))
        .limit(MOST_BORN_ON_ONE_DAY)
    )
    found = [row for row in (await db.execute(born)).scalars() if is_same_name(row.full_name, wanted.full_name)]
    return FoundPatients(items=[_found(row, wanted.date_of_birth) for row in found[:MOST_FOUND]])


async def open_chart(db: WriteSession, who: Identity, patient_id: int, body: OpenChart) -> ChartAccess:
    """Open the chart of any patient, also of one with a closed account. Raise NotFound, also for another name or birth date."""
    query = _any_patient(who).where(col(AccountRow.id) == patient_id, col(AccountRow.date_of_birth) == body.date_of_birth)
    if not is_same_name((await one_or_404(db, query)).full_name, body.full_name):
        raise NotFound(NOTHING_HERE)
    at = this_second()
    row = ChartAccessRow(patient_id=patient_id, doctor_id=who.id, reason=body.reason, opened_at=at, until=at + OPEN_FOR)
    db.add(row)
    await db.flush()
    [newest, *_] = await of_patient(db, who, patient_id)
    return newest


async def of_patient(db: AnySession, who: Identity, patient_id: int) -> list[ChartAccess]:
    """Return the openings of the chart of a patient in the doctor's care, newest first."""
    return [
        ChartAccess(**dict(zip(_MEMBERS, values, strict=True)), doctor=Person(id=doctor_id, full_name=name))
        for *values, doctor_id, name in await _OF_PATIENT.typed(db, **care_parameters(who, patient_id))
    ]


def _any_patient(who: Identity) -> Select[AccountRow]:
    """Return the statement of all patients, in care or not; it finds none for other roles than doctors."""
    is_doctor = true() if who.role is Role.DOCTOR else false()
    return select(AccountRow).where(col(AccountRow.role) == Role.PATIENT.value, is_doctor)


def _found(row: AccountRow, date_of_birth: date) -> FoundPatient:
    assert row.id is not None
    return FoundPatient(
        patient=Person(id=row.id, full_name=row.full_name),
        date_of_birth=date_of_birth,
        sex=Sex(row.sex),
        phone_end=phone_end(row.phone),
    )
