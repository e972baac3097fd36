"""Statements about one visit: find, book, move, change its status."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, insert, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from careplus_appointments.rules.slots import Calendar
from careplus_appointments.rules.visits import arrival, start
from careplus_appointments.store import visit_notices, waitlist_offers
from careplus_appointments.store.visit_notices import Before
from careplus_appointments.store.waiting_entries import Freed
from careplus_contracts.appointments import Appointment, AppointmentStatus, Book, Visit
from careplus_contracts.endpoints import Role
from careplus_contracts.refusals import PatientBusy, SlotTaken
from careplus_runtime.http.records import one_or_404
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now, this_second
from careplus_tables.appointments import FREE_AGAIN, OFFERS, AppointmentRow
from careplus_tables.colleagues import is_or_is_done_by
from careplus_tables.compiled import CompiledStatement
from careplus_tables.engine import AnySession, WriteSession
from careplus_tables.locking import lock_accounts, lock_people_of
from careplus_tables.patient_times import is_patient_busy, other_appointment
from careplus_tables.references import new_check_in_code, new_reference, video_code_of
from careplus_tables.visit_records import VisitRecord, appointment_members, select_visits, visit_members

_visit = AppointmentRow
Alternatives = Callable[[], list[datetime]]
"""Returns times to choose instead; called only where the wanted one was taken."""
PEOPLE = (col(_visit.doctor_id), col(_visit.patient_id))
_INSERTED = (
    *("reference", "patient_id", "doctor_id", "starts_at", "ends_at", "status", "reason", "place", "referral_id"),
    *("booked_by", "overbook_reason", "check_in_code", "visit_type_id", "buffer_minutes", "video_code", "created_at", "version"),
)
_INSERT = CompiledStatement(
    insert(AppointmentRow).values({name: bindparam(name) for name in _INSERTED}).returning(col(_visit.id))
)
_ONE = CompiledStatement(
    select_visits().where(col(_visit.id) == bindparam("id")).execution_options(cross_patient="read after its owner was checked")
)


async def of_patient(db: AnySession, who: Identity, appointment_id: int) -> AppointmentRow:
    """Return the patient's own visit, locked until the transaction ends (PostgreSQL). Raise NotFound."""
    return await one_or_404(db, select(AppointmentRow).where(*_is_of_patient(who, appointment_id)).with_for_update())


async def claim_of_patient(db: WriteSession, who: Identity, appointment_id: int) -> AppointmentRow:
    """Return the patient's own visit, locked after the accounts of its doctor and patient. Raise NotFound."""
    await lock_people_of(db, select(*PEOPLE).where(*_is_of_patient(who, appointment_id)))
    return await of_patient(db, who, appointment_id)


async def of_doctor(db: AnySession, who: Identity, appointment_id: int) -> AppointmentRow:
    """Return a visit to this doctor or to one that this doctor stands in for, locked (PostgreSQL). Raise NotFound."""
    return await one_or_404(db, select(AppointmentRow).where(*_is_of_doctor(who, appointment_id)).with_for_update())


async def claim_of_doctor(db: WriteSession, who: Identity, appointment_id: int) -> AppointmentRow:
    """Return a visit as `of_doctor` does, locked after the accounts of its doctor and patient. Raise NotFound."""
    await lock_people_of(db, select(*PEOPLE).where(*_is_of_doctor(who, appointment_id)))
    return await of_doctor(db, who, appointment_id)


async def book(
    db: WriteSession,
    patient_id: int,
    by: Role,
    body: Book,
    calendar: Calendar,
    alternatives: Alternatives,
    overbook: str | None = None,
) -> Appointment:
    """Insert the visit, booked by this role, with `overbook` beside others of the doctor. Raise SlotTaken and PatientBusy."""
    try:
        [(appointment_id,)] = await _INSERT.all(
            db,
            reference=new_reference("CP"),
            patient_id=patient_id,
            doctor_id=body.doctor_id,
            starts_at=body.starts_at,
            ends_at=body.starts_at + calendar.visit.length,
            status=AppointmentStatus.BOOKED.value,
            reason=body.reason,
            place=calendar.place,
            referral_id=body.referral_id,
            booked_by=by.value,
            overbook_reason=overbook,
            check_in_code=new_check_in_code(),
            visit_type_id=calendar.visit.type_id,
            buffer_minutes=calendar.visit.buffer_minutes,
            video_code=video_code_of(calendar.visit.type_id),
            created_at=now(),
            version=1,
        )
    except IntegrityError as error:
        raise _taken(error, alternatives) from None
    booked = await show(db, appointment_id)
    await visit_notices.tell_booked(db, booked)
    return booked


async def move(
    db: WriteSession,
    row: AppointmentRow,
    starts_at: datetime,
    calendar: Calendar,
    alternatives: Alternatives,
    overbook: str | None = None,
    *,
    own: bool = False,
) -> Appointment:
    """Move the visit, which the doctor confirms anew, and tell the patient; `own`: the patient moves it.

    Without `overbook` it is an overbooked one no longer. Raise SlotTaken and PatientBusy; the transaction then leaves it unmoved.
    """
    before, freed = Before.of(row), Freed.of(row)
    row.starts_at, row.ends_at = starts_at, starts_at + calendar.visit.length
    row.buffer_minutes, row.place, row.overbook_reason = calendar.visit.buffer_minutes, calendar.place, overbook
    row.status, row.arrived_at, row.started_at = AppointmentStatus.BOOKED.value, None, None
    await _save(db, row, alternatives)
    assert row.id is not None
    await visit_notices.tell_moved(db, row, before, own=own)
    await waitlist_offers.offer(db, freed)
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
    is_cancelled = status is AppointmentStatus.CANCELLED and row.status != status.value
    if is_cancelled:
        row.cancelled_by, row.cancel_reason = by.value, reason
    if AppointmentStatus(row.status) in FREE_AGAIN and status not in FREE_AGAIN:
        await _check_patient_free(db, row)
    if row.status != status.value:
        row.completed_at = this_second() if status is AppointmentStatus.COMPLETED else None
        row.arrived_at = arrival(status, row.arrived_at, this_second())
        row.started_at = start(status, row.started_at, this_second())
    row.status, row.note = status.value, row.note if note is None else note
    await _save(db, row, list)
    if is_cancelled:
        await visit_notices.tell_cancelled(db, [row])
        await waitlist_offers.offer(db, Freed.of(row))


async def show(db: AnySession, appointment_id: int) -> Appointment:
    """Return a visit that was found for its owner before."""
    return Appointment.model_validate(appointment_members(VisitRecord(*(await _ONE.all(db, id=appointment_id))[0])))


async def show_visit(db: AnySession, appointment_id: int) -> Visit:
    """Return a visit that was found for its doctor before."""
    [row] = await _ONE.all(db, id=appointment_id)
    return Visit.model_validate(visit_members(VisitRecord(*row)))


def _is_of_patient(who: Identity, appointment_id: int) -> tuple[ColumnElement[bool], ...]:
    return col(_visit.id) == appointment_id, col(_visit.patient_id) == who.id


def _is_of_doctor(who: Identity, appointment_id: int) -> tuple[ColumnElement[bool], ...]:
    is_own = is_or_is_done_by(col(_visit.doctor_id), who.id)
    return col(_visit.id) == appointment_id, is_own, col(_visit.status).not_in(OFFERS)


async def _check_patient_free(db: WriteSession, row: AppointmentRow) -> None:
    await lock_accounts(db, row.doctor_id, row.patient_id)
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
