"""Statements about visits with unsigned notes."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from careplus_appointments.store import appointments
from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.notes import NotesStatus
from careplus_contracts.signing import MOST_COUNTED, UnsignedVisit, UnsignedVisits
from careplus_contracts.values import Id, Instant, PageFilter, Person
from careplus_runtime.http.records import Keyset, fetch_page
from careplus_runtime.identity.tokens import Identity
from careplus_tables.accounts import AccountRow
from careplus_tables.appointments import AppointmentRow
from careplus_tables.engine import ReadSession, WriteSession
from careplus_tables.notes import NotesRow

_visit, _patient = AppointmentRow, aliased(AccountRow)
_BY_TIME = Keyset((col(_visit.starts_at), col(_visit.id)), tuple[Instant, Id], lambda row: (row.starts_at, row.id))


def _has_notes(status: NotesStatus) -> ColumnElement[bool]:
    return exists().where(col(NotesRow.appointment_id) == col(_visit.id), col(NotesRow.status) == status.value)


_IS_DRAFTED = _has_notes(NotesStatus.DRAFT)
_IS_UNSIGNED = or_(
    and_(col(_visit.status) == AppointmentStatus.IN_PROGRESS.value, ~_has_notes(NotesStatus.SIGNED)),
    and_(
        col(_visit.status) == AppointmentStatus.COMPLETED.value,
        # the time is unknown for visits that were completed before it was stored
        or_(_IS_DRAFTED, and_(col(_visit.completed_at).is_not(None), ~_has_notes(NotesStatus.SIGNED))),
    ),
)


async def list_unsigned(db: ReadSession, who: Identity, wanted: PageFilter) -> UnsignedVisits:
    """Return the doctor's visits in progress or completed with unsigned notes, and their number."""
    is_listed = (col(_visit.doctor_id) == who.id, _IS_UNSIGNED)
    query: Select[*tuple[Any, ...]] = (
        select(
            *(col(_visit.id), col(_visit.starts_at), col(_visit.status)),
            *(col(_patient.id).label("patient_id"), col(_patient.full_name), _IS_DRAFTED.label("drafted")),
        )
        .join(_patient, col(_patient.id) == col(_visit.patient_id))
        .where(*is_listed)
    )
    rows, next_cursor = await fetch_page(db, query, _BY_TIME, wanted)
    counted = select(col(_visit.id)).where(*is_listed).limit(MOST_COUNTED).subquery()
    count = (await db.execute(select(func.count()).select_from(counted))).scalar_one()
    return UnsignedVisits(items=[_to_contract(row) for row in rows], next_cursor=next_cursor, count=count)


async def complete(db: WriteSession, who: Identity, visit: AppointmentRow) -> None:
    """Complete a visit that may be completed; a completed one stays as it is."""
    if visit.status != AppointmentStatus.COMPLETED.value:
        await appointments.set_status(db, visit, AppointmentStatus.COMPLETED, who.role)


def _to_contract(row: Any) -> UnsignedVisit:
    return UnsignedVisit(
        id=row.id,
        patient=Person(id=row.patient_id, full_name=row.full_name),
        starts_at=row.starts_at,
        status=AppointmentStatus(row.status),
        drafted=bool(row.drafted),
    )
