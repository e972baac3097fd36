"""Statements about the patients in a doctor's care."""

from collections import defaultdict
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, BindParameter, ColumnElement, and_, bindparam, case, func, or_, select
from sqlmodel import col

from careplus_contracts.accounts import Sex
from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.charts import PatientFilter, PatientInCare, PatientsInCare
from careplus_contracts.endpoints import Role
from careplus_doctors.rules.charts import allergy_status, parse_day
from careplus_runtime.http.paging import page
from careplus_runtime.http.records import by_name, fetch_page
from careplus_runtime.identity.care import IN_CARE, care_parameters, patients_in_care
from careplus_runtime.identity.tokens import Identity
from careplus_tables.accounts import AccountRow
from careplus_tables.appointments import FREE_FOR_PATIENT, AppointmentRow
from careplus_tables.charts import AllergyRow, ChartRow
from careplus_tables.colleagues import handed_to
from careplus_tables.columns import InstantColumn
from careplus_tables.compiled import LIMIT, CompiledStatement
from careplus_tables.engine import ReadSession
from careplus_tables.people import has_words

_KEY, _ID = col(AccountRow.sort_key), col(AccountRow.id)
EXPECTED = (AppointmentStatus.BOOKED.value, AppointmentStatus.CONFIRMED.value)
"""Statuses of a visit that is ahead, if its start is."""
BEGUN = (AppointmentStatus.IN_PROGRESS.value, AppointmentStatus.COMPLETED.value)
"""Statuses of a visit that has begun, also before its booked start."""
_BY_NAME = by_name(_KEY, _ID, lambda row: (row.sort_key, row.id))


_ids: BindParameter[int] = bindparam("ids", expanding=True)
_who: BindParameter[int] = bindparam("care_doctor", type_=BigInteger())
_now: BindParameter[datetime] = bindparam("care_at", type_=InstantColumn())


class _PatientRecord(NamedTuple):
    """One row of the list, in the order of its columns."""

    id: int
    full_name: str
    date_of_birth: date | None
    phone: str | None
    sex: str
    sort_key: str


class _VisitTimes(NamedTuple):
    """Start of the last visit and of the next one."""

    last: datetime | None = None
    next: datetime | None = None


_columns = [col(getattr(AccountRow, name)) for name in _PatientRecord._fields]
# coalesce keeps the planner off the index of names, which holds the names of all accounts
_is_patient = func.coalesce(col(AccountRow.role), "") == Role.PATIENT.value
_FIRST = CompiledStatement(select(*_columns).where(_ID.in_(IN_CARE), _is_patient).order_by(_KEY, _ID).limit(LIMIT))
_visit = AppointmentRow
_at, _status = col(_visit.starts_at), col(_visit.status)
# coalesce keeps SQLite off the index of the doctor's visits, of which these patients have few
_doctor = func.coalesce(col(_visit.doctor_id), 0)
_TIMES = CompiledStatement(
    select(
        col(_visit.patient_id),
        func.max(case((or_(_at <= _now, _status.in_(BEGUN)), _at))),
        func.min(case((and_(_at > _now, _status.in_(EXPECTED)), _at))),
    )
    .where(col(_visit.patient_id).in_(_ids), or_(_doctor == _who, _doctor.in_(handed_to(_who))))
    .where(_status.not_in([one.value for one in FREE_FOR_PATIENT]))
    .group_by(col(_visit.patient_id))
)
_NONE_KNOWN = CompiledStatement(
    select(col(ChartRow.patient_id)).where(col(ChartRow.patient_id).in_(_ids), col(ChartRow.no_known_allergies))
)
_SUBSTANCES = CompiledStatement(
    select(col(AllergyRow.patient_id), col(AllergyRow.substance))
    .where(col(AllergyRow.patient_id).in_(_ids))
    .order_by(col(AllergyRow.patient_id), col(AllergyRow.position))
)


async def list_in_care(db: ReadSession, who: Identity, wanted: PatientFilter) -> PatientsInCare:
    """Return patients in care by name."""
    text = (wanted.q or "").strip()
    if not text and wanted.cursor is None:
        found = await _FIRST.typed(db, limit=wanted.limit + 1, **care_parameters(who))
        rows, next_cursor = page([_PatientRecord(*row) for row in found], wanted, _BY_NAME.key)
    else:
        query = select(*_columns).where(_ID.in_(patients_in_care(who)), _is_patient)
        query = query.where(_matches(text)) if text else query
        rows, next_cursor = await fetch_page(db, query, _BY_NAME, wanted)
    ids = [row.id for row in rows]
    if not ids:
        return PatientsInCare(items=[], next_cursor=None)
    times = {id_: _VisitTimes(last, next_) for id_, last, next_ in await _TIMES.typed(db, ids=ids, **care_parameters(who))}
    none_known = {row[0] for row in await _NONE_KNOWN.all(db, ids=ids)}
    substances: dict[int, list[str]] = defaultdict(list)
    for owner_id, substance in await _SUBSTANCES.all(db, ids=ids):
        substances[owner_id].append(substance)
    items = [
        _to_contract(row, times.get(row.id, _VisitTimes()), substances[row.id], none_known=row.id in none_known) for row in rows
    ]
    return PatientsInCare(items=items, next_cursor=next_cursor)


def _matches(wanted: str) -> ColumnElement[bool]:
    in_name = has_words(col(AccountRow.search_key), wanted)
    day = parse_day(wanted)
    return in_name if day is None else or_(in_name, col(AccountRow.date_of_birth) == day)


def _to_contract(row: _PatientRecord, times: _VisitTimes, substances: list[str], *, none_known: bool) -> PatientInCare:
    return PatientInCare(
        id=row.id,
        full_name=row.full_name,
        date_of_birth=row.date_of_birth,
        phone=row.phone,
        sex=Sex(row.sex),
        last_visit_at=times.last,
        next_visit_at=times.next,
        allergy_status=allergy_status(substances, none_known),
        allergies=substances,
    )
