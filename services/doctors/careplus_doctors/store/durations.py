"""Times between two steps, from which the statistics compute medians; no personal data."""

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlmodel import col

from careplus_contracts.appointments import AppointmentStatus
from careplus_doctors.rules.stats import Period
from careplus_tables.appointments import AppointmentRow
from careplus_tables.columns import InstantColumn
from careplus_tables.compiled import CompiledStatement, literal_limit
from careplus_tables.engine import ReadSession
from careplus_tables.labs import LabBookingRow

MOST_TURNAROUNDS = 1000
"""Limit of the newest verified bookings, from which the turnaround is computed."""
MOST_WAITS = 5000
"""Limit of the newest started visits, from which the waiting time is computed."""
STARTED = (AppointmentStatus.IN_PROGRESS.value, AppointmentStatus.COMPLETED.value)
CROSS_PATIENT = "statistics count the records of all patients and show none"


_opens, _closes = bindparam("opens", type_=InstantColumn()), bindparam("closes", type_=InstantColumn())
_visit, _booking = AppointmentRow, LabBookingRow
_WAITS = CompiledStatement(
    select(col(_visit.arrived_at), col(_visit.started_at))
    .where(col(_visit.starts_at) >= _opens, col(_visit.starts_at) < _closes)
    .where(col(_visit.status).in_(STARTED), col(_visit.arrived_at).is_not(None), col(_visit.started_at).is_not(None))
    .order_by(col(_visit.starts_at).desc(), col(_visit.id).desc())
    .limit(literal_limit(MOST_WAITS))
    .execution_options(cross_patient=CROSS_PATIENT)
)
_TURNAROUNDS = CompiledStatement(
    select(col(_booking.collected_at), col(_booking.verified_at))
    .where(col(_booking.verified_at) >= _opens, col(_booking.verified_at) < _closes)
    .where(col(_booking.collected_at).is_not(None))
    .order_by(col(_booking.verified_at).desc(), col(_booking.id).desc())
    .limit(literal_limit(MOST_TURNAROUNDS))
    .execution_options(cross_patient=CROSS_PATIENT)
)


async def waits(db: ReadSession, of: Period) -> list[tuple[datetime, datetime]]:
    """Return the times of arrival and start of the newest visits in the period that have both."""
    return await _spans(_WAITS, db, of)


async def turnarounds(db: ReadSession, of: Period) -> list[tuple[datetime, datetime]]:
    """Return the times of collection and verification of the newest bookings verified in the period."""
    return await _spans(_TURNAROUNDS, db, of)


async def _spans(statement: CompiledStatement, db: ReadSession, of: Period) -> list[tuple[datetime, datetime]]:
    return [(begin, end) for begin, end in await statement.typed(db, opens=of.bounds[0], closes=of.bounds[-1])]
