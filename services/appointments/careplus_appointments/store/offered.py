"""Statements that keep the time that doctors offered on days that have passed; statistics read it."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from careplus_clinic.clinic_time import day_bounds, days_from, local_date
from careplus_clinic.offered import HoursOfDay, TimeOffSpan, WeeklyHours, offered_minutes
from careplus_tables.accounts import AccountRow
from careplus_tables.availability import ExtraHoursRow, OfferedTimeRow, OpenHoursRow, TimeOffRow
from careplus_tables.closed_days import closed_between
from careplus_tables.columns import core
from careplus_tables.doctors import DoctorRow
from careplus_tables.engine import AnySession, WriteSession
from careplus_tables.handovers import HandoverRow
from careplus_tables.people import IS_BOOKABLE_DOCTOR

ESTIMATED_DAYS = 366
"""The days before the first kept one for which the hours of that day stand in."""
MOST_ROWS = 20_000
"""Limit of one transaction, so that other writers do not wait for seconds."""


class _Offer(NamedTuple):
    """Weekly or extra hours of a doctor, and the times between which the doctor offered them."""

    hours: WeeklyHours | HoursOfDay
    since: datetime
    left_at: datetime | None


async def is_due(db: AnySession, at: datetime, zone: ZoneInfo) -> bool:
    """Return whether a day has passed that is not kept."""
    last = await _last_kept(db)
    return last is None or last < local_date(at, zone) - timedelta(days=1)


async def keep_passed_days(db: WriteSession, at: datetime, zone: ZoneInfo) -> bool:
    """Store the time offered on days that have passed; call it before hours or time off change. Return whether days remain.

    The first call stores an estimate for the days before. A stored day never changes.
    """
    last, yesterday = await _last_kept(db), local_date(at, zone) - timedelta(days=1)
    offers = await _offers(db)
    most_days = max(1, MOST_ROWS // max(1, len({offer.hours.doctor_id for offer in offers})))
    first = yesterday - timedelta(days=min(ESTIMATED_DAYS, most_days) - 1) if last is None else last + timedelta(days=1)
    days = days_from(first, max(0, min(most_days, (yesterday - first).days + 1)))
    if not (days and offers):
        return False
    away = await _time_off(db, day_bounds(days[0], days[-1], zone))
    closed = await closed_between(db, days[0], days[-1])
    # hours cannot have changed without a call, so only days before the first call are estimated
    known_from = yesterday if last is None else first
    rows = [row for day in days for row in _rows(day, offers, away, closed, zone, estimated=day < known_from)]
    # in one order, or two processes that keep the same days would wait for each other
    rows.sort(key=lambda row: (row["day"], row["doctor_id"]))
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    # another process may keep the same days
    if rows:
        await db.execute(insert(core(OfferedTimeRow)).on_conflict_do_nothing(), rows)
    return bool(rows) and days[-1] < yesterday


def _rows(
    day: date, offers: list[_Offer], away: list[TimeOffSpan], closed: Collection[date], zone: ZoneInfo, *, estimated: bool
) -> list[dict[str, Any]]:
    _, ends = day_bounds(day, day, zone)
    present = [one.hours for one in offers if one.since < ends and (one.left_at is None or one.left_at >= ends)]
    week = [one for one in present if isinstance(one, WeeklyHours)]
    extra = [one for one in present if isinstance(one, HoursOfDay)]
    minutes = offered_minutes(day, day, week, away, zone, closed, extra)
    return [
        {"day": day, "doctor_id": doctor_id, "minutes": found, "estimated": estimated} for doctor_id, found in minutes.items()
    ]


async def _last_kept(db: AnySession) -> date | None:
    last: date | None = (await db.execute(select(func.max(OfferedTimeRow.day)))).scalar_one()
    return last


async def _offers(db: AnySession) -> list[_Offer]:
    """Return the hours of bookable doctors, and of doctors that have left: they offered time until they left."""
    week = (col(OpenHoursRow.doctor_id), col(OpenHoursRow.weekday), col(OpenHoursRow.starts), col(OpenHoursRow.ends))
    extra = (col(ExtraHoursRow.doctor_id), col(ExtraHoursRow.day), col(ExtraHoursRow.starts), col(ExtraHoursRow.ends))
    weekly = [_Offer(WeeklyHours(*rule), since, left_at) for *rule, since, left_at in await db.execute(_offering(*week))]
    return weekly + [_Offer(HoursOfDay(*rule), since, left_at) for *rule, since, left_at in await db.execute(_offering(*extra))]


def _offering(doctor_id: Any, *hours: Any) -> Select[*tuple[Any, ...]]:
    profile_active, *is_doctor = IS_BOOKABLE_DOCTOR
    return (
        select(doctor_id, *hours, col(AccountRow.created_at), col(HandoverRow.left_at))
        .join(DoctorRow, col(DoctorRow.id) == doctor_id)
        .join(AccountRow, col(AccountRow.id) == col(DoctorRow.id))
        .outerjoin(HandoverRow, col(HandoverRow.doctor_id) == col(DoctorRow.id))
        .where(profile_active, or_(col(HandoverRow.doctor_id).is_not(None), *[is_doctor[0] & is_doctor[1]]))
    )


async def _time_off(db: AnySession, span: tuple[datetime, datetime]) -> list[TimeOffSpan]:
    query = select(col(TimeOffRow.doctor_id), col(TimeOffRow.starts_at), col(TimeOffRow.ends_at)).where(
        col(TimeOffRow.starts_at) < span[1], col(TimeOffRow.ends_at) > span[0]
    )
    return [TimeOffSpan(*row) for row in await db.execute(query)]
