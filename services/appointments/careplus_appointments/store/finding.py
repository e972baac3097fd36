"""Statements for finding doctors and their free times."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Select, String, cast, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from careplus_appointments.rules import slots as rules
from careplus_appointments.store import calendars
from careplus_clinic.clinic_time import Span, day_bounds, days_from, local_date
from careplus_contracts.doctors import BookingMode
from careplus_contracts.endpoints import Role
from careplus_contracts.finding import FoundDoctor, FoundDoctors, Slot, Slots, Specialties, Specialty
from careplus_contracts.refusals import NotFound
from careplus_contracts.values import Id, Line
from careplus_runtime.http.paging import after, page
from careplus_runtime.http.problems import NOTHING_HERE
from careplus_runtime.process.clock import now
from careplus_runtime.process.settings import Settings
from careplus_tables.accounts import AccountRow
from careplus_tables.doctors import DoctorRow

FIRST_LOOK_DAYS = 14
"""Most doctors have a free time within two weeks; only for the others the rest of the horizon is read."""
MOST_SPECIALTIES = 500
IS_BOOKABLE = (col(DoctorRow.active), col(AccountRow.active), col(AccountRow.role) == Role.DOCTOR.value)


async def list_specialties(db: AsyncSession) -> Specialties:
    query = (
        select(col(DoctorRow.specialty), func.count())
        .join(AccountRow, col(AccountRow.id) == col(DoctorRow.id))
        .where(*IS_BOOKABLE)
        .group_by(col(DoctorRow.specialty))
        .order_by(col(DoctorRow.specialty))
        .limit(MOST_SPECIALTIES)
    )
    return Specialties(
        items=[Specialty(name=name, doctors=count) for name, count in (await db.execute(query)).all()], next_cursor=None
    )


async def find_doctors(
    db: AsyncSession, house: Settings, q: str | None, specialty: str | None, language: str | None, limit: int, cursor: str | None
) -> FoundDoctors:
    query = _active_doctors()
    if q and q.strip():
        searched = (col(DoctorRow.full_name), col(DoctorRow.specialty), col(DoctorRow.bio))
        query = query.where(or_(*(column.icontains(q.strip(), autoescape=True) for column in searched)))
    if specialty and specialty.strip():
        query = query.where(func.lower(col(DoctorRow.specialty)) == specialty.strip().lower())
    if language:
        query = query.where(cast(col(DoctorRow.languages), String).contains(f'"{language}"', autoescape=True))
    if key := after(cursor, tuple[Line, Id]):
        query = query.where(tuple_(col(DoctorRow.full_name), col(DoctorRow.id)) > key)
    query = query.order_by(col(DoctorRow.full_name), col(DoctorRow.id)).limit(limit + 1)
    rows, next_cursor = page((await db.execute(query)).scalars().all(), limit, lambda row: (row.full_name, row.id))
    return FoundDoctors(items=await _shown(db, house, rows), next_cursor=next_cursor)


async def show_doctor(db: AsyncSession, house: Settings, doctor_id: int) -> FoundDoctor:
    row = (await db.execute(_active_doctors().where(col(DoctorRow.id) == doctor_id))).scalar_one_or_none()
    if row is None:
        raise NotFound(NOTHING_HERE)
    return (await _shown(db, house, [row]))[0]


async def find_slots(db: AsyncSession, house: Settings, doctor_id: int, start: date | None, count: int) -> Slots:
    zone, window = house.clinic_zone, bookable_window(house)
    first = start or local_date(now(), zone)
    days = days_from(first, count)
    calendar = await calendars.of_doctor(db, doctor_id, day_bounds(first, days[-1], zone))
    found = [
        Slot(starts_at=slot[0], ends_at=slot[1], day=local_date(slot[0], zone))
        for slot in rules.free(calendar, days, window, zone)
    ]
    following = found[0].starts_at if found else None
    if following is None:
        later = (max(window[0], day_bounds(first, first, zone)[0]), window[1])
        following = (await next_available(db, house, [doctor_id], later)).get(doctor_id)
    return Slots(items=found, next_cursor=None, zone=house.zone, next_available=following)


def bookable_window(house: Settings) -> Span:
    """Between minimum notice and horizon."""
    return now() + timedelta(minutes=house.notice_minutes), now() + timedelta(days=house.horizon_days)


async def next_available(db: AsyncSession, house: Settings, doctor_ids: Sequence[int], window: Span) -> dict[int, datetime]:
    """Each doctor's first free time inside the window; doctors without one are left out."""
    found: dict[int, datetime] = {}
    zone = house.clinic_zone
    soon = min(window[0] + timedelta(days=FIRST_LOOK_DAYS), window[1])
    for part in ((window[0], soon), (soon, window[1])):
        missing = [doctor_id for doctor_id in doctor_ids if doctor_id not in found]
        if not missing or part[0] >= part[1]:
            break
        first, last = local_date(part[0], zone), local_date(part[1], zone)
        days = days_from(first, (last - first).days + 1)
        for doctor_id, calendar in (await calendars.of_doctors(db, missing, part)).items():
            if calendar.hours and (slot := next(rules.free(calendar, days, part, zone), None)):
                found[doctor_id] = slot[0]
    return found


def _active_doctors() -> Select[DoctorRow]:
    return select(DoctorRow).join(AccountRow, col(AccountRow.id) == col(DoctorRow.id)).where(*IS_BOOKABLE)


async def _shown(db: AsyncSession, house: Settings, rows: Sequence[DoctorRow]) -> list[FoundDoctor]:
    following = await next_available(db, house, [row.id for row in rows], bookable_window(house))
    return [
        FoundDoctor(
            id=row.id,
            full_name=row.full_name,
            specialty=row.specialty,
            bio=row.bio,
            languages=row.languages,
            room=row.room,
            phone=row.phone,
            booking=BookingMode(row.booking),
            next_available=following.get(row.id),
        )
        for row in rows
    ]
