"""Times between two steps, from which the statistics compute medians; no personal data."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlmodel import col

from careplus_contracts.appointments import AppointmentStatus
from careplus_doctors.rules.stats import Period
from careplus_tables.appointments import AppointmentRow
from careplus_tables.engine import ReadSession
from careplus_tables.labs import LabBookingRow

MOST_TURNAROUNDS = 1000
"""Limit of the newest verified bookings, from which the turnaround is computed."""
MOST_WAITS = 5000
"""Limit of the newest started visits, from which the waiting time is computed."""
STARTED = (AppointmentStatus.IN_PROGRESS.value, AppointmentStatus.COMPLETED.value)
CROSS_PATIENT = "statistics count the records of all patients and show none"


async def waits(db: ReadSession, of: Period) -> list[tuple[datetime, datetime]]:
    """Return the times of arrival and start of the newest visits in the period that have both."""
    visit = AppointmentRow
    query: Select[*tuple[Any, ...]] = (
        select(col(visit.arrived_at), col(visit.started_at))
        .where(col(visit.starts_at) >= of.bounds[0], col(visit.starts_at) < of.bounds[-1])
        .where(col(visit.status).in_(STARTED), col(visit.arrived_at).is_not(None), col(visit.started_at).is_not(None))
        .order_by(col(visit.starts_at).desc())
        .execution_options(cross_patient=CROSS_PATIENT)
    )
    return [(arrived, started) for arrived, started in await db.execute(query.limit(MOST_WAITS))]


async def turnarounds(db: ReadSession, of: Period) -> list[tuple[datetime, datetime]]:
    """Return the times of collection and verification of the newest bookings verified in the period."""
    query: Select[*tuple[Any, ...]] = (
        select(col(LabBookingRow.collected_at), col(LabBookingRow.verified_at))
        .where(col(LabBookingRow.verified_at) >= of.bounds[0], col(LabBookingRow.verified_at) < of.bounds[-1])
        .where(col(LabBookingRow.collected_at).is_not(None))
        .order_by(col(LabBookingRow.verified_at).desc(), col(LabBookingRow.id).desc())
        .execution_options(cross_patient=CROSS_PATIENT)
    )
    return [(collected, verified) for collected, verified in await db.execute(query.limit(MOST_TURNAROUNDS))]
