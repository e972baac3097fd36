"""Statements about the appointments ahead that one patient's account booked, for reception to cancel them in one act."""

from sqlalchemy import func, select
from sqlmodel import col

from careplus_appointments.store import visit_notices, waitlist_offers
from careplus_appointments.store.waiting_entries import Freed
from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.booking_limits import MOST_LISTED, AccountBookings
from careplus_runtime.identity.booking_limits import (
    booked_by_patient,
    find_patient,
    is_lab_open,
    is_open,
    lab_booked_by_patient,
    open_lab_bookings,
    open_visits,
)
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_tables.appointments import AppointmentRow
from careplus_tables.engine import ReadSession, WriteSession
from careplus_tables.labs import LabBookingRow
from careplus_tables.locking import lock_accounts
from careplus_tables.patient_times import LAB_VISIT

MOST_CANCELLED = 10_000
"""More than the free times of a doctor within the longest booking horizon; repeating the act cancels the rest."""

MOST_OFFERED = 100
"""Times of one act that are offered to the waitlist."""


async def list_all(db: ReadSession, who: Identity, patient_id: int) -> AccountBookings:
    """Return the open bookings of the patient's account. Raise NotFound."""
    patient = await find_patient(db, who, patient_id)
    visits = select(func.count()).select_from(AppointmentRow).where(*booked_by_patient(patient_id), *is_open(now()))
    laboratory = select(func.count()).select_from(LabBookingRow)
    laboratory = laboratory.where(*lab_booked_by_patient(patient_id), *is_lab_open(now() - LAB_VISIT))
    return AccountBookings(
        patient=patient,
        visits=await open_visits(db, patient_id, MOST_LISTED),
        laboratory=await open_lab_bookings(db, patient_id, MOST_LISTED),
        visits_in_all=(await db.execute(visits)).scalar_one(),
        laboratory_in_all=(await db.execute(laboratory)).scalar_one(),
    )


async def cancel_all(db: WriteSession, who: Identity, patient_id: int, reason: str) -> int:
    """Cancel the open visits that the patient's account booked, and return their number. Raise NotFound."""
    await find_patient(db, who, patient_id)
    # a booking that runs at this moment ends before, and is cancelled too
    await lock_accounts(db, patient_id)
    query = (
        select(AppointmentRow)
        .where(*booked_by_patient(patient_id), *is_open(now()))
        .order_by(col(AppointmentRow.id))
        .limit(MOST_CANCELLED)
    )
    rows = (await db.execute(query.with_for_update())).scalars().all()
    for row in rows:
        row.status, row.cancelled_by, row.cancel_reason = AppointmentStatus.CANCELLED.value, who.role.value, reason
        row.version += 1
    await db.flush()
    await visit_notices.tell_cancelled(db, rows)
    for row in rows[:MOST_OFFERED]:
        await waitlist_offers.offer(db, Freed.of(row))
    return len(rows)
