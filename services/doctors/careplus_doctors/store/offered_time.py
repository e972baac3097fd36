"""Statements about the time that doctors offer in a period, for the statistics."""

from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Date, Select, bindparam, func, select
from sqlmodel import col

from careplus_clinic.clinic_time import local_date
from careplus_clinic.offered import HoursOfDay, TimeOffSpan, WeeklyHours, offered_minutes
from careplus_doctors.rules import stats as rules
from careplus_doctors.rules.stats import Period
from careplus_runtime.process.clock import now
from careplus_tables.accounts import AccountRow
from careplus_tables.availability import ExtraHoursRow, OfferedTimeRow, OpenHoursRow, TimeOffRow
from careplus_tables.closed_days import closed_between
from careplus_tables.compiled import CompiledStatement
from careplus_tables.doctors import DoctorRow
from careplus_tables.engine import ReadSession
from careplus_tables.people import IS_BOOKABLE_DOCTOR


class Offered(NamedTuple):
    minutes: int
    estimated: bool


_KEPT = CompiledStatement(
    select(func.sum(OfferedTimeRow.minutes), func.count().filter(col(OfferedTimeRow.estimated))).where(
        col(OfferedTimeRow.day).between(bindparam("first", type_=Date()), bindparam("last", type_=Date()))
    )
)
# each in a select of its own: SQLite finds one of them in the index, and reads the whole table for both
_KEPT_DAYS = CompiledStatement(
    select(
        select(func.min(OfferedTimeRow.day)).scalar_subquery(),
        select(func.max(OfferedTimeRow.day)).scalar_subquery(),
    )
)


async def offered(db: ReadSession, of: Period, zone: ZoneInfo) -> Offered:
    """Return the minutes offered in the period: those kept for passed days, and the ones of the present hours for the others."""
    [[minutes, estimated]] = await _KEPT.all(db, first=of.first, last=of.last)
    [[first, last]] = await _KEPT_DAYS.typed(db)
    total, week, away = minutes or 0, await _week(db), await _time_off(db, of)
    extra = await _extra_hours(db, of)
    closed, today = await closed_between(db, of.first, of.last), local_date(now(), zone)
    for begin, end in rules.not_kept(of, first, last):
        total += sum(offered_minutes(begin, end, week, away, zone, closed, extra).values())
        # the hours of these days are not known
        estimated += begin < min(today, first or today)
    return Offered(total, estimated > 0)


async def _week(db: ReadSession) -> list[WeeklyHours]:
    one = OpenHoursRow
    query = _of_bookable(col(one.doctor_id), col(one.weekday), col(one.starts), col(one.ends))
    return [WeeklyHours(*row) for row in await db.execute(query)]


async def _extra_hours(db: ReadSession, of: Period) -> list[HoursOfDay]:
    one = ExtraHoursRow
    query = _of_bookable(col(one.doctor_id), col(one.day), col(one.starts), col(one.ends))
    return [HoursOfDay(*row) for row in await db.execute(query.where(col(one.day).between(of.first, of.last)))]


def _of_bookable(doctor_id: Any, *hours: Any) -> Select[*tuple[Any, ...]]:
    """Return the statement of these hours of bookable doctors."""
    query = select(doctor_id, *hours).join(DoctorRow, col(DoctorRow.id) == doctor_id)
    return query.join(AccountRow, col(AccountRow.id) == col(DoctorRow.id)).where(*IS_BOOKABLE_DOCTOR)


async def _time_off(db: ReadSession, of: Period) -> list[TimeOffSpan]:
    """Return time off that overlaps the period."""
    query = select(col(TimeOffRow.doctor_id), col(TimeOffRow.starts_at), col(TimeOffRow.ends_at)).where(
        col(TimeOffRow.starts_at) < of.bounds[-1], col(TimeOffRow.ends_at) > of.bounds[0]
    )
    return [TimeOffSpan(*row) for row in await db.execute(query)]
