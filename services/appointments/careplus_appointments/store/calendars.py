"""Statements about when doctors are there, away and busy."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from careplus_appointments.rules.slots import Calendar, Span
from careplus_contracts.availability import OpenHours, Weekday
from careplus_contracts.refusals import NotFound
from careplus_runtime.problems import NOTHING_HERE
from careplus_tables.accounts import AccountRow
from careplus_tables.appointments import FREE_AGAIN, LONGEST_VISIT_HOURS, AppointmentRow
from careplus_tables.availability import AvailabilityRow, OpenHoursRow, TimeOffRow
from careplus_tables.doctors import DoctorRow

LONGEST = timedelta(hours=LONGEST_VISIT_HOURS)
MOST_BUSY = 100_000
"""Visits read for one question at most: 100 doctors, half a year, and then some."""


async def of_doctor(
    db: AsyncSession, doctor_id: int, span: Span, patient_id: int | None = None, except_id: int | None = None
) -> Calendar:
    """One doctor's calendar; the patient's own visits count as busy too. Raises NotFound for nobody one could book."""
    bookable = (
        select(col(DoctorRow.id))
        .join(AccountRow, col(AccountRow.id) == col(DoctorRow.id))
        .where(col(DoctorRow.id) == doctor_id, col(DoctorRow.active), col(AccountRow.active))
    )
    if (await db.execute(bookable)).first() is None:
        raise NotFound(NOTHING_HERE)
    return (await of_doctors(db, [doctor_id], span, patient_id, except_id))[doctor_id]


async def of_doctors(
    db: AsyncSession, doctor_ids: Sequence[int], span: Span, patient_id: int | None = None, except_id: int | None = None
) -> dict[int, Calendar]:
    """Calendars by doctor, with what is busy during the span. No hours: a doctor who has not set any."""
    weeks = select(AvailabilityRow.__table__).where(col(AvailabilityRow.doctor_id).in_(doctor_ids))  # type: ignore[attr-defined]
    week = {row.doctor_id: row for row in (await db.execute(weeks)).all()}
    hours = await _hours(db, doctor_ids)
    away = await _away(db, doctor_ids, span)
    busy = await _busy(db, doctor_ids, span, patient_id, except_id)
    return {
        doctor_id: Calendar(
            slot_minutes=week[doctor_id].slot_minutes if doctor_id in week else 30,
            place=week[doctor_id].place if doctor_id in week else None,
            hours=hours[doctor_id],
            away=away[doctor_id],
            busy=busy[doctor_id] + busy[0],
        )
        for doctor_id in doctor_ids
    }


async def _hours(db: AsyncSession, doctor_ids: Sequence[int]) -> dict[int, list[OpenHours]]:
    row = OpenHoursRow
    query = select(col(row.doctor_id), col(row.weekday), col(row.starts), col(row.ends)).where(col(row.doctor_id).in_(doctor_ids))
    hours: dict[int, list[OpenHours]] = defaultdict(list)
    for doctor_id, weekday, starts, ends in (await db.execute(query.order_by(col(row.starts)))).all():
        hours[doctor_id].append(OpenHours(weekday=Weekday(weekday), starts=starts, ends=ends))
    return hours


async def _away(db: AsyncSession, doctor_ids: Sequence[int], span: Span) -> dict[int, list[Span]]:
    row = TimeOffRow
    query = select(col(row.doctor_id), col(row.starts_at), col(row.ends_at)).where(
        col(row.doctor_id).in_(doctor_ids), col(row.ends_at) > span[0], col(row.starts_at) < span[1]
    )
    away: dict[int, list[Span]] = defaultdict(list)
    for doctor_id, starts_at, ends_at in (await db.execute(query.limit(MOST_BUSY))).all():
        away[doctor_id].append((starts_at, ends_at))
    return away


async def _busy(
    db: AsyncSession, doctor_ids: Sequence[int], span: Span, patient_id: int | None, except_id: int | None
) -> dict[int, list[Span]]:
    """Busy spans by doctor; under 0 those of the patient."""
    row = AppointmentRow
    whose = col(row.doctor_id).in_(doctor_ids)
    query = select(col(row.doctor_id), col(row.starts_at), col(row.ends_at)).where(
        whose if patient_id is None else or_(whose, col(row.patient_id) == patient_id),
        # a visit that reaches into the span began at most the longest visit before it
        col(row.starts_at) > span[0] - LONGEST,
        col(row.starts_at) < span[1],
        col(row.status).not_in([status.value for status in FREE_AGAIN]),
        col(row.id) != (except_id or 0),
    )
    busy: dict[int, list[Span]] = defaultdict(list)
    for doctor_id, starts_at, ends_at in (await db.execute(query.limit(MOST_BUSY))).all():
        busy[doctor_id if doctor_id in doctor_ids else 0].append((starts_at, ends_at))
    return busy
