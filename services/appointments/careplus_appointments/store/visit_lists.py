"""Lists of visits. They are hot: each statement is compiled once and returns the driver's rows."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, bindparam, exists, not_, or_, select, tuple_
from sqlmodel import col

from careplus_appointments.rules.visits import EARLIEST, LATEST, OVER
from careplus_clinic.clinic_time import Span
from careplus_contracts.appointments import AppointmentFilter, Appointments, VisitFilter, Visits, When
from careplus_contracts.notes import NotesStatus
from careplus_contracts.refusals import NotFound
from careplus_contracts.values import MAX_ID, Id, Instant
from careplus_runtime.http.paging import Cursors, page
from careplus_runtime.http.problems import NOTHING_HERE
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_tables.appointments import OFFERS, AppointmentRow
from careplus_tables.colleagues import is_done_by
from careplus_tables.columns import InstantColumn
from careplus_tables.compiled import LIMIT, CompiledStatement
from careplus_tables.engine import ReadSession
from careplus_tables.handovers import HandoverRow
from careplus_tables.notes import NotesRow
from careplus_tables.visit_records import VisitRecord, appointment_members, select_visits, visit_members

_visit = AppointmentRow
_CURSORS = Cursors[tuple[datetime, int]](tuple[Instant, Id])
_FIRST, _LAST = (EARLIEST, 0), (LATEST, MAX_ID)
"""Cursors before and after every visit, for the first page."""


def _status_is_wanted() -> ColumnElement[bool]:
    wanted = bindparam("status", type_=String())
    return and_(col(_visit.status).not_in(OFFERS), or_(wanted.is_(None), col(_visit.status) == wanted))


def _of_patient(*conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return select_visits().where(col(_visit.patient_id) == bindparam("who"), _status_is_wanted(), *conditions).limit(LIMIT)


_key = tuple_(col(_visit.starts_at), col(_visit.id))
_cursor = tuple_(bindparam("at", type_=InstantColumn()), bindparam("id"))
_now = bindparam("now", type_=InstantColumn())
_is_over = or_(col(_visit.ends_at) <= _now, col(_visit.status).in_([status.value for status in OVER]))
_oldest_first = (col(_visit.starts_at), col(_visit.id))
_newest_first = (col(_visit.starts_at).desc(), col(_visit.id).desc())
_UPCOMING = CompiledStatement(_of_patient(not_(_is_over), _key > _cursor).order_by(*_oldest_first))
_PAST = CompiledStatement(_of_patient(_is_over, _key < _cursor).order_by(*_newest_first))
_ALL = CompiledStatement(_of_patient(_key < _cursor).order_by(*_newest_first))
_of_doctor = (
    select_visits()
    .where(
        col(_visit.doctor_id) == bindparam("who"),
        col(_visit.starts_at) >= bindparam("opens", type_=InstantColumn()),
        col(_visit.starts_at) < bindparam("closes", type_=InstantColumn()),
        _status_is_wanted(),
        _key > _cursor,
    )
    .order_by(*_oldest_first)
    .limit(LIMIT)
)
_OF_DOCTOR = CompiledStatement(_of_doctor)
_is_draft = exists().where(col(NotesRow.appointment_id) == col(_visit.id), col(NotesRow.status) == NotesStatus.DRAFT.value)
_WITH_DRAFT = CompiledStatement(_of_doctor.where(_is_draft))


async def list_own(db: ReadSession, who: Identity, wanted: AppointmentFilter) -> Appointments:
    """Return the patient's visits: upcoming ones in order of time, past ones and all of them newest first."""
    statement, start = {When.UPCOMING: (_UPCOMING, _FIRST), When.PAST: (_PAST, _LAST), None: (_ALL, _LAST)}[wanted.when]
    at, id_ = _CURSORS.after(wanted) or start
    parameters: dict[str, Any] = {"who": who.id, "status": wanted.status, "at": at, "id": id_, "limit": wanted.limit + 1}
    if wanted.when is not None:
        parameters["now"] = now()
    found = [VisitRecord._make(row) for row in await statement.all(db, **parameters)]
    visits, next_cursor = page(found, wanted, _cursor_of)
    return Appointments.model_validate({"items": [appointment_members(visit) for visit in visits], "next_cursor": next_cursor})


async def list_visits(db: ReadSession, who: Identity, wanted: VisitFilter, span: Span) -> Visits:
    """Return visits to the doctor, or to one whose work the doctor does, that start during the span, in order of time.

    Raise NotFound for another doctor.
    """
    doctor_id = await _check_does_work_of(db, who, wanted.doctor_id or who.id)
    at, id_ = _CURSORS.after(wanted) or _FIRST
    bounds = {"opens": span[0], "closes": span[1], "at": at, "id": id_, "limit": wanted.limit + 1}
    statement = _WITH_DRAFT if wanted.unsigned else _OF_DOCTOR
    rows = await statement.all(db, who=doctor_id, status=wanted.status, **bounds)
    visits, next_cursor = page([VisitRecord._make(row) for row in rows], wanted, _cursor_of)
    return Visits.model_validate({"items": [visit_members(visit) for visit in visits], "next_cursor": next_cursor})


async def _check_does_work_of(db: ReadSession, who: Identity, doctor_id: int) -> int:
    left = select(col(HandoverRow.doctor_id)).where(col(HandoverRow.doctor_id) == doctor_id, is_done_by(HandoverRow, who.id))
    if doctor_id != who.id and (await db.execute(left)).first() is None:
        raise NotFound(NOTHING_HERE)
    return doctor_id


def _cursor_of(visit: VisitRecord) -> tuple[str | datetime, int]:
    return visit.starts_at, visit.id
