"""Statements about the patients in a doctor's care."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlmodel import col

from careplus_contracts.accounts import Sex
from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.charts import PatientFilter, PatientInCare, PatientsInCare
from careplus_contracts.endpoints import Role
from careplus_doctors.rules.charts import allergy_status, parse_day
from careplus_runtime.http.records import by_name, fetch_page
from careplus_runtime.identity.care import patients_in_care
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_tables.accounts import AccountRow
from careplus_tables.appointments import FREE_FOR_PATIENT, AppointmentRow
from careplus_tables.charts import AllergyRow, ChartRow
from careplus_tables.colleagues import handed_to
from careplus_tables.engine import ReadSession
from careplus_tables.people import has_words

_KEY, _ID = col(AccountRow.sort_key), col(AccountRow.id)
EXPECTED = (AppointmentStatus.BOOKED.value, AppointmentStatus.CONFIRMED.value)
"""Statuses of a visit that is ahead, if its start is."""
BEGUN = (AppointmentStatus.IN_PROGRESS.value, AppointmentStatus.COMPLETED.value)
"""Statuses of a visit that has begun, also before its booked start."""
_BY_NAME = by_name(_KEY, _ID, lambda row: (row.sort_key, row.id))


class _VisitTimes(NamedTuple):
    """Start of the last visit and of the next one."""

    last: datetime | None = None
    next: datetime | None = None


async def list_in_care(db: ReadSession, who: Identity, wanted: PatientFilter) -> PatientsInCare:
    """Return patients in care by name."""
    # coalesce keeps the planner off the index of names, which holds the names of all accounts
    is_patient = func.coalesce(col(AccountRow.role), "") == Role.PATIENT.value
    query = select(AccountRow).where(_ID.in_(patients_in_care(who)), is_patient)
    if text := (wanted.q or "").strip():
        query = query.where(_matches(text))
    rows, next_cursor = await fetch_page(db, query, _BY_NAME, wanted)
    ids = [row.id for row in rows if row.id is not None]
    times, none_known, substances = await _times(db, who, ids), await _none_known(db, ids), await _substances(db, ids)
    items = [
        _to_contract(row, times.get(row.id, _VisitTimes()), substances[row.id], row.id in none_known)
        for row in rows
        if row.id is not None
    ]
    return PatientsInCare(items=items, next_cursor=next_cursor)


def _matches(wanted: str) -> ColumnElement[bool]:
    in_name = has_words(col(AccountRow.search_key), wanted)
    day = parse_day(wanted)
    return in_name if day is None else or_(in_name, col(AccountRow.date_of_birth) == day)


async def _times(db: ReadSession, who: Identity, ids: Sequence[int]) -> dict[int, _VisitTimes]:
    at, present = col(AppointmentRow.starts_at), now()
    is_own = or_(col(AppointmentRow.doctor_id) == who.id, col(AppointmentRow.doctor_id).in_(handed_to(who.id)))
    status = col(AppointmentRow.status)
    has_begun, is_ahead = or_(at <= present, status.in_(BEGUN)), and_(at > present, status.in_(EXPECTED))
    query = (
        select(col(AppointmentRow.patient_id), func.max(case((has_begun, at))), func.min(case((is_ahead, at))))
        .where(col(AppointmentRow.patient_id).in_(ids), is_own)
        .where(status.not_in([one.value for one in FREE_FOR_PATIENT]))
        .group_by(col(AppointmentRow.patient_id))
    )
    return {patient_id: _VisitTimes(last, next_) for patient_id, last, next_ in (await db.execute(query)).all()}


async def _none_known(db: ReadSession, ids: Sequence[int]) -> set[int]:
    query = select(col(ChartRow.patient_id)).where(col(ChartRow.patient_id).in_(ids), col(ChartRow.no_known_allergies))
    return set((await db.execute(query)).scalars())


async def _substances(db: ReadSession, ids: Sequence[int]) -> dict[int, list[str]]:
    patient_id, position = col(AllergyRow.patient_id), col(AllergyRow.position)
    query = select(patient_id, col(AllergyRow.substance)).where(patient_id.in_(ids)).order_by(patient_id, position)
    found: dict[int, list[str]] = defaultdict(list)
    for owner_id, substance in (await db.execute(query)).all():
        found[owner_id].append(substance)
    return found


def _to_contract(row: AccountRow, times: _VisitTimes, substances: list[str], none_known: bool) -> PatientInCare:
    person: dict[str, Any] = row.model_dump(include={"id", "full_name", "date_of_birth", "phone"})
    return PatientInCare(
        **person,
        sex=Sex(row.sex),
        last_visit_at=times.last,
        next_visit_at=times.next,
        allergy_status=allergy_status(substances, none_known),
        allergies=substances,
    )
