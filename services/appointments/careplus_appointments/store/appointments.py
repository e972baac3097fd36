"""Statements about one visit: find, book, move, change its status."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, bindparam, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from careplus_appointments.rules.slots import Calendar, is_within
from careplus_appointments.rules.visits import OVER, arrival
from careplus_clinic.clinic_time import Span
from careplus_contracts.appointments import Appointment, AppointmentStatus, Book, Visit
from careplus_contracts.availability import OpenHours
from careplus_contracts.endpoints import Role
from careplus_contracts.refusals import PatientBusy, SlotTaken
from careplus_runtime.http.records import one_or_404
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now, this_second
from careplus_tables.appointments import FREE_AGAIN, AppointmentRow
from careplus_tables.colleagues import is_or_is_done_by
from careplus_tables.columns import InstantColumn
from careplus_tables.compiled import CompiledStatement
from careplus_tables.engine import AnySession, WriteSession
from careplus_tables.patient_times import is_patient_busy, lock_patient, other_appointment
from careplus_tables.references import new_reference
from careplus_tables.visit_records import VisitRecord, appointment_members, select_visits, visit_members

_visit = AppointmentRow
Alternatives = Callable[[], list[datetime]]
"""Returns times to choose instead; called only where the wanted one was taken."""
MOST_OVERLAPPING = 100
MOST_UPCOMING = 10_000
"""More than a doctor can have within the longest booking horizon at the usual length of a visit."""
STANDING = (AppointmentStatus.BOOKED.value, AppointmentStatus.CONFIRMED.value)
"""Statuses of visits that have to be moved when their doctor is away."""
_INSERTED = (
    *("reference", "patient_id", "doctor_id", "starts_at", "ends_at", "status", "reason", "place", "referral_id"),
    *("created_at", "version"),
)
_INSERT = CompiledStatement(
    insert(AppointmentRow).values({name: bindparam(name) for name in _INSERTED}).returning(col(_visit.id))
)
_ONE = CompiledStatement(
    select_visits().where(col(_visit.id) == bindparam("id")).execution_options(cross_patient="read after its owner was checked")
)

_UPCOMING = CompiledStatement(
    select(func.count()).where(
        col(_visit.patient_id) == bindparam("patient"),
        col(_visit.doctor_id) == bindparam("doctor"),
        col(_visit.ends_at) > bindparam("now", type_=InstantColumn()),
        col(_visit.status).not_in([status.value for status in OVER]),
    )
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
    """Insert the visit. Raise SlotTaken and PatientBusy where the database finds an overlapping appointment."""
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
            referral_id=body.referral_id,
            created_at=now(),
            version=1,
        )
    except IntegrityError as error:
        raise _taken(error, alternatives) from None
    return await show(db, appointment_id)


async def count_upcoming(db: AnySession, who: Identity, doctor_id: int) -> int:
    """Return the number of the patient's visits to the doctor that are not over. Lock the patient before it decides."""
    [(count,)] = await _UPCOMING.all(db, patient=who.id, doctor=doctor_id, now=now())
    return int(count)


async def move(
    db: WriteSession, row: AppointmentRow, starts_at: datetime, calendar: Calendar, alternatives: Alternatives
) -> Appointment:
    """Move the visit, which the doctor confirms anew. Raise SlotTaken and PatientBusy; the transaction then leaves it unmoved."""
    row.starts_at = starts_at
    row.ends_at = starts_at + timedelta(minutes=calendar.slot_minutes)
    row.place = calendar.place
    row.status, row.arrived_at = AppointmentStatus.BOOKED.value, None
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

    Raise SlotTaken and PatientBusy where the visit occupies its time again and that is not free.
    """
    if status is AppointmentStatus.CANCELLED and row.status != status.value:
        row.cancelled_by, row.cancel_reason = by.value, reason
    if AppointmentStatus(row.status) in FREE_AGAIN and status not in FREE_AGAIN:
        await _check_patient_free(db, row)
    if row.status != status.value:
        row.completed_at = this_second() if status is AppointmentStatus.COMPLETED else None
        row.arrived_at = arrival(status, row.arrived_at, this_second())
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
    return await _standing(db, who, col(_visit.starts_at) < span[1], col(_visit.ends_at) > span[0])


async def outside(db: AnySession, who: Identity, hours: Sequence[OpenHours], zone: ZoneInfo) -> list[Visit]:
    """Return at most 100 upcoming booked or confirmed visits to the doctor that lie wholly or partly outside weekly hours."""
    upcoming = (
        select(col(_visit.id), col(_visit.starts_at), col(_visit.ends_at))
        .where(col(_visit.doctor_id) == who.id, col(_visit.starts_at) > now(), col(_visit.status).in_(STANDING))
        .order_by(col(_visit.starts_at), col(_visit.id))
        .limit(MOST_UPCOMING)
    )
    rows = (await db.execute(upcoming)).all()
    found = [id_ for id_, starts_at, ends_at in rows if not is_within((starts_at, ends_at), hours, zone)]
    return await _standing(db, who, col(_visit.id).in_(found[:MOST_OVERLAPPING]))


async def _standing(db: AnySession, who: Identity, *conditions: ColumnElement[bool]) -> list[Visit]:
    query = (
        select_visits()
        .where(col(_visit.doctor_id) == who.id, col(_visit.status).in_(STANDING), *conditions)
        .order_by(col(_visit.starts_at), col(_visit.id))
        .limit(MOST_OVERLAPPING)
    )
    return [Visit.model_validate(visit_members(VisitRecord(*row))) for row in (await db.execute(query)).all()]


async def _check_patient_free(db: AnySession, row: AppointmentRow) -> None:
    await lock_patient(db, row.patient_id)
    if other := await other_appointment(db, row.patient_id, row.starts_at, row.ends_at, except_visit=row.id):
        raise PatientBusy.during(other, [], own=False)


async def _save(db: WriteSession, row: AppointmentRow, alternatives: Alternatives) -> None:
    row.version += 1
    try:
        await db.flush()
    except IntegrityError as error:
        raise _taken(error, alternatives) from None


def _taken(error: IntegrityError, alternatives: Alternatives) -> Exception:
    """Return the refusal for the error of an overlap, and any other error itself."""
    if is_patient_busy(error):
        return PatientBusy.during(None, alternatives(), own=False)
    if "slot_taken" not in str(error.orig):
        return error
    return SlotTaken("That time has just been taken. Choose another one.", alternatives=alternatives())
