"""Statements about the notices of visits, for reception."""

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true
from sqlalchemy.orm import aliased
from sqlmodel import col

from careplus_auth.notices.validity import EXPECTED
from careplus_clinic.transitions import illegal_transition
from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.endpoints import DESK
from careplus_contracts.notices import (
    NoticeChannel,
    NoticeFilter,
    NoticeState,
    ToldVisit,
    VisitNotice,
    VisitNoticeKind,
    VisitNotices,
)
from careplus_contracts.reception import Caller
from careplus_contracts.values import Person
from careplus_runtime.http.records import fetch_page, newest_first, one_or_404
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now, this_second
from careplus_tables.accounts import AccountRow
from careplus_tables.appointments import AppointmentRow
from careplus_tables.doctors import DoctorRow
from careplus_tables.engine import AnySession, ReadSession, WriteSession
from careplus_tables.notices import NoticeRow
from careplus_tables.people import PersonRow, display_name, people_by_id

CROSS_PATIENT = "reception sees the notices to all patients"
NOT_TOLD = (NoticeState.FAILED, NoticeState.NO_ADDRESS)
"""With one of these states no mail was sent, and the patient can be called or the notice sent again."""
_notice, _visit, _patient, _doctor = NoticeRow, AppointmentRow, aliased(AccountRow), aliased(AccountRow)
_NEWEST_FIRST = newest_first(col(_notice.id), lambda row: row[0].id)
_KINDS = tuple(kind.value for kind in VisitNoticeKind)


class NoticeRecord(NamedTuple):
    """One row of `_select_notices`, in the order of its columns."""

    notice: NoticeRow
    visit_id: int
    starts_at: datetime
    status: str
    patient_id: int
    patient_name: str
    patient_date_of_birth: date | None
    patient_phone: str | None
    doctor_id: int
    doctor_name: str


async def list_all(db: ReadSession, who: Identity, wanted: NoticeFilter) -> VisitNotices:
    """Return the notices of a filter, newest first."""
    query = _select_notices(who)
    for column, value in (
        (col(_notice.state), wanted.state),
        (col(_notice.record_id), wanted.appointment_id),
        (col(_notice.account_id), wanted.patient_id),
    ):
        query = query if value is None else query.where(column == value)
    query = query.where(_is_to_call()) if wanted.to_call else query
    rows, next_cursor = await fetch_page(db, query, _NEWEST_FIRST, wanted)
    records = [NoticeRecord(*row) for row in rows]
    callers = await people_by_id(db, {one.notice.called_by_id for one in records if one.notice.called_by_id is not None})
    return VisitNotices(items=[_to_contract(one, callers) for one in records], next_cursor=next_cursor)


async def find(db: AnySession, who: Identity, notice_id: int) -> NoticeRow:
    """Return a notice about a visit, locked until the transaction ends (PostgreSQL). Raise NotFound."""
    query = select(NoticeRow).where(_is_desk(who), col(_notice.id) == notice_id, col(_notice.kind).in_(_KINDS))
    return await one_or_404(db, query.with_for_update().execution_options(cross_patient=CROSS_PATIENT))


async def show(db: AnySession, who: Identity, notice_id: int) -> VisitNotice:
    """Return a notice that was found before."""
    record = NoticeRecord(*(await db.execute(_select_notices(who).where(col(_notice.id) == notice_id))).one())
    called_by = record.notice.called_by_id
    return _to_contract(record, await people_by_id(db, set() if called_by is None else {called_by}))


async def mark_called(db: WriteSession, who: Identity, row: NoticeRow) -> None:
    """Record that reception called the patient; the first call stays. Raise IllegalTransition."""
    _check_not_told(row)
    if row.called_at is None:
        row.called_at, row.called_by_id = this_second(), who.id
    await db.flush()


async def resend(db: WriteSession, row: NoticeRow) -> None:
    """Let a notice wait for a new attempt at once. Raise IllegalTransition."""
    _check_not_told(row)
    row.state, row.due_at, row.attempts, row.failure = NoticeState.WAITING.value, this_second(), 0, None
    await db.flush()


def _check_not_told(row: NoticeRow) -> None:
    state = NoticeState(row.state)
    if state not in NOT_TOLD:
        raise illegal_transition(state, (), f"This notice is {state}; only one that failed or has no address can be changed.")


def _is_to_call() -> ColumnElement[bool]:
    is_cancelled = col(_visit.status) == AppointmentStatus.CANCELLED.value
    is_of_cancelled = col(_notice.kind) == VisitNoticeKind.CANCELLED.value
    is_offered = col(_visit.status) == AppointmentStatus.OFFERED.value
    is_still_true = or_(
        and_(is_of_cancelled, is_cancelled),
        and_(col(_notice.kind) == VisitNoticeKind.OFFERED.value, is_offered),
        and_(~is_of_cancelled, col(_visit.status).in_(EXPECTED), col(_visit.starts_at) == col(_notice.visit_at)),
    )
    return and_(
        col(_notice.state).in_([state.value for state in NOT_TOLD]),
        col(_notice.called_at).is_(None),
        col(_notice.own).is_(False),
        col(_visit.starts_at) > now(),
        is_still_true,
    )


def _is_desk(who: Identity) -> ColumnElement[bool]:
    return true() if who.role in DESK else false()


def _select_notices(who: Identity) -> Select[*tuple[Any, ...]]:
    return (
        select(
            NoticeRow,
            col(_visit.id),
            col(_visit.starts_at),
            col(_visit.status),
            col(_patient.id),
            col(_patient.full_name),
            col(_patient.date_of_birth),
            col(_patient.phone),
            col(_doctor.id),
            display_name(_doctor),
        )
        .join(_visit, and_(col(_visit.id) == col(_notice.record_id), col(_visit.patient_id) == col(_notice.account_id)))
        .join(_patient, col(_patient.id) == col(_visit.patient_id))
        .join(_doctor, col(_doctor.id) == col(_visit.doctor_id))
        .outerjoin(DoctorRow, col(DoctorRow.id) == col(_visit.doctor_id))
        .where(_is_desk(who), col(_notice.kind).in_(_KINDS))
        .execution_options(cross_patient=CROSS_PATIENT)
    )


def _to_contract(record: NoticeRecord, callers: dict[int, PersonRow]) -> VisitNotice:
    notice = record.notice
    assert notice.id is not None
    return VisitNotice(
        id=notice.id,
        kind=VisitNoticeKind(notice.kind),
        state=NoticeState(notice.state),
        patient=Caller(
            id=record.patient_id,
            full_name=record.patient_name,
            date_of_birth=record.patient_date_of_birth,
            phone=record.patient_phone,
        ),
        visit=ToldVisit(
            id=record.visit_id,
            starts_at=record.starts_at,
            status=AppointmentStatus(record.status),
            doctor=Person(id=record.doctor_id, full_name=record.doctor_name),
        ),
        created_at=notice.created_at,
        due_at=notice.due_at,
        channel=None if notice.channel is None else NoticeChannel(notice.channel),
        sent_at=notice.sent_at,
        attempts=notice.attempts,
        failure=notice.failure,
        called_at=notice.called_at,
        called_by=None if notice.called_by_id is None else callers[notice.called_by_id].person(),
    )
