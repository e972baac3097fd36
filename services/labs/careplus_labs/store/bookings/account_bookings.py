"""Statements about the laboratory bookings that one patient's account made."""

from sqlalchemy import select
from sqlmodel import col

from careplus_labs.store.bookings.bookings import mark_cancelled
from careplus_runtime.identity.booking_limits import find_patient, is_lab_open, lab_booked_by_patient
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_tables.engine import WriteSession
from careplus_tables.labs import LabBookingRow
from careplus_tables.locking import lock_accounts
from careplus_tables.patient_times import LAB_VISIT

MOST_CANCELLED = 10_000
"""More than the places of the laboratory in a month; repeating the act cancels the rest."""


async def cancel_all(db: WriteSession, who: Identity, patient_id: int, reason: str) -> int:
    """Cancel the open laboratory bookings that the patient's account made, and return their number. Raise NotFound."""
    await find_patient(db, who, patient_id)
    # a booking that runs at this moment ends before, and is cancelled too
    await lock_accounts(db, patient_id)
    query = (
        select(LabBookingRow)
        .where(*lab_booked_by_patient(patient_id), *is_lab_open(now() - LAB_VISIT))
        .order_by(col(LabBookingRow.id))
        .limit(MOST_CANCELLED)
    )
    rows = (await db.execute(query.with_for_update())).scalars().all()
    for row in rows:
        mark_cancelled(who, row, reason)
    await db.flush()
    return len(rows)
