"""Statements about one visit: find, book, move, change its status."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from careplus_appointments.rules.slots import Calendar
from careplus_clinic.clinic_time import Span
from careplus_contracts.appointments import Appointment, AppointmentStatus, Book, Visit
from careplus_contracts.endpoints import Role
from careplus_contracts.refusals import SlotTaken
from careplus_runtime.http.records import one_or_404
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_tables.appointments import AppointmentRow
from careplus_tables.colleagues import is_or_is_done_by
from careplus_tables.compiled import CompiledStatement
from careplus_tables.engine import AnySession, WriteSession
from careplus_tables.references import new_reference
from careplus_tables.visit_records import VisitRecord, appointment_members, select_visits, visit_members

_visit = AppointmentRow
Alternatives = Callable[[], list[datetime]]
"""Returns times to choose instead; called only where the wanted one was taken."""
MOST_OVERLAPPING = 100
_INSERTED = ("reference", "patient_id", "doctor_id", "starts_at", "ends_at", "status", "reason", "place", "created_at", "version")
_INSERT = CompiledStatement(
    insert(AppointmentRow).values({name: bindparam(name) for name in _INSERTED}).returning(col(_visit.id))
)
_ONE = CompiledStatement(
    select_visits().where(col(_visit.id) == bindparam("id")).execution_options(cross_patient="read after its owner was checked")
)


async def of_patient(db: AnySession, who: Identity, appointment_id: int) -> AppointmentRow:
    """Return the patient's own visit, locked until the transaction ends (PostgreSQL). Raise NotFound."""
    query = select(AppointmentRow).where(col(_visit.id) == appointment_id, col(_visit.patient_id) == who.id)
    return await one_or_404(db, query.with_for_update())


async def of_doctor(db: AnySession, who: Identity, appointment_id: int) -> AppointmentRow:
    """Return a visit to this doctor, or to one whose work this doctor does, locked until the transaction ends (PostgreSQL).

    Raise NotFound.
    """
    is_own = is_or_is_done_by(col(_visit.doctor_id), who.id)
    query = select(AppointmentRow).where(col(_visit.id) == appointment_id, is_own)
    return await one_or_404(db, query.with_for_update())


async def book(db: AnySession, patient_id: int, body: Book, calendar: Calendar, alternatives: Alternatives) -> Appointment:
    """Insert the visit. Raise SlotTaken where the database finds an overlapping one."""
    try:
        [(appointment_id,)] = await _INSERT.all(
            db,
            reference=new_reference("CP"),
            patient_id=patient_id,
            doctor_id=body.doctor_id,
            starts_at=body.starts_at,
            ends_at=body.starts_at + timedelta(minutes=calendar.slot_minutes),
            status=AppointmentStatus.BOOKED.value,
            reason=body.reason,
            place=calendar.place,
            created_at=now(),
            version=1,
        )
    except IntegrityError as error:
        raise _slot_taken(error, alternatives) from None
    return await show(db, appointment_id)


async def move(
    db: WriteSession, row: AppointmentRow, starts_at: datetime, calendar: Calendar, alternatives: Alternatives
) -> Appointment:
    """Move the visit, which the doctor confirms anew. Raise SlotTaken; the transaction then leaves it unmoved."""
    row.starts_at = starts_at
    row.ends_at = starts_at + timedelta(minutes=calendar.slot_minutes)
    row.place = calendar.place
    row.status = AppointmentStatus.BOOKED.value
    await _save(db, row, alternatives)
    assert row.id is not None
    return await show(db, row.id)


async def set_status(
    db: WriteSession,
    row: AppointmentRow,
    status: AppointmentStatus,
    by: Role,
    *,
    reason: str | None = None,
    note: str | None = None,
) -> None:
    """Set the status as the next version; `by` and `reason` are stored where it cancels, `note` where there is one.

    Raise SlotTaken where the visit occupies its time again and that is not free.
    """
    if status is AppointmentStatus.CANCELLED and row.status != status.value:
        row.cancelled_by, row.cancel_reason = by.value, reason
    row.status = status.value
    row.note = row.note if note is None else note
    await _save(db, row, list)


async def show(db: AnySession, appointment_id: int) -> Appointment:
    """Return a visit that was found for its owner before."""
    [row] = await _ONE.all(db, id=appointment_id)
    return Appointment.model_validate(appointment_members(VisitRecord(*row)))


async def show_visit(db: AnySession, appointment_id: int) -> Visit:
    """Return a visit that was found for its doctor before."""
    [row] = await _ONE.all(db, id=appointment_id)
    return Visit.model_validate(visit_members(VisitRecord(*row)))


async def overlapping(db: AnySession, who: Identity, span: Span) -> list[Visit]:
    """Return at most 100 booked or confirmed visits to the doctor that overlap the span."""
    upcoming = [AppointmentStatus.BOOKED.value, AppointmentStatus.CONFIRMED.value]
    query = (
        select_visits()
        .where(col(_visit.doctor_id) == who.id, col(_visit.starts_at) < span[1], col(_visit.ends_at) > span[0])
        .where(col(_visit.status).in_(upcoming))
        .order_by(col(_visit.starts_at), col(_visit.id))
        .limit(MOST_OVERLAPPING)
    )
    return [Visit.model_validate(visit_members(VisitRecord(*row))) for row in (await db.execute(query)).all()]


async def _save(db: WriteSession, row: AppointmentRow, alternatives: Alternatives) -> None:
    row.version += 1
    try:
        await db.flush()
    except IntegrityError as error:
        raise _slot_taken(error, alternatives) from None


def _slot_taken(error: IntegrityError, alternatives: Alternatives) -> Exception:
    """Return SlotTaken for the overlap trigger's error, and any other error itself."""
    if "slot_taken" not in str(error.orig):
        return error
    return SlotTaken("That time has just been taken. Choose another one.", alternatives=alternatives())
