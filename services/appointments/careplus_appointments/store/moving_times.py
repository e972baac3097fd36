"""Statements for the times that visits can move to: colleagues of the same specialty, and appointments of several patients."""

from collections import defaultdict
from collections.abc import Collection
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlmodel import col

from careplus_appointments.store.reception import CROSS_PATIENT, is_desk
from careplus_clinic.clinic_time import Span
from careplus_contracts.labs import LabBookingStatus
from careplus_runtime.identity.tokens import Identity
from careplus_tables.accounts import AccountRow
from careplus_tables.appointments import FREE_AGAIN, LONGEST_VISIT_HOURS, AppointmentRow
from careplus_tables.doctors import DoctorRow
from careplus_tables.engine import ReadSession
from careplus_tables.labs import LabBookingRow
from careplus_tables.patient_times import LAB_VISIT
from careplus_tables.people import IS_BOOKABLE_DOCTOR

MOST_COLLEAGUES = 50
MOST_BUSY = 100_000
_visit, _lab = AppointmentRow, LabBookingRow


class Colleague(NamedTuple):
    """A doctor that can be booked."""

    id: int
    full_name: str
    specialty: str


async def colleagues(db: ReadSession, specialties: Collection[str]) -> list[Colleague]:
    """Return bookable doctors with one of these specialties."""
    if not specialties:
        return []
    query = (
        select(col(DoctorRow.id), col(DoctorRow.full_name), col(DoctorRow.specialty))
        .join(AccountRow, col(AccountRow.id) == col(DoctorRow.id))
        .where(col(DoctorRow.specialty).in_(sorted(specialties)), *IS_BOOKABLE_DOCTOR)
        .order_by(col(DoctorRow.id))
        .limit(MOST_COLLEAGUES)
    )
    return [Colleague(*row) for row in (await db.execute(query)).all()]


async def busy_patients(db: ReadSession, who: Identity, patient_ids: Collection[int], span: Span) -> dict[int, list[Span]]:
    """Return the visits and laboratory bookings of these patients that overlap the span."""
    found: dict[int, list[Span]] = defaultdict(list)
    visits = select(col(_visit.patient_id), col(_visit.starts_at), col(_visit.ends_at)).where(
        is_desk(who),
        col(_visit.patient_id).in_(patient_ids),
        col(_visit.starts_at) > span[0] - timedelta(hours=LONGEST_VISIT_HOURS),
        col(_visit.starts_at) < span[1],
        col(_visit.status).not_in([status.value for status in FREE_AGAIN]),
    )
    bookings = select(col(_lab.patient_id), col(_lab.starts_at)).where(
        is_desk(who),
        col(_lab.patient_id).in_(patient_ids),
        col(_lab.starts_at) > span[0] - LAB_VISIT,
        col(_lab.starts_at) < span[1],
        col(_lab.status) == LabBookingStatus.BOOKED.value,
    )
    for patient_id, starts_at, ends_at in await db.execute(
        visits.limit(MOST_BUSY).execution_options(cross_patient=CROSS_PATIENT)
    ):
        found[patient_id].append((starts_at, ends_at))
    for patient_id, at in await db.execute(bookings.limit(MOST_BUSY).execution_options(cross_patient=CROSS_PATIENT)):
        if at is not None:
            found[patient_id].append((at, at + LAB_VISIT))
    return found
