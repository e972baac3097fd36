"""Statements about the closed days of the hospital, and the visits that are booked on them."""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from careplus_appointments.rules import holidays
from careplus_appointments.store import reception
from careplus_appointments.store.availability import MOST_OVERLAPPING, MOST_UPCOMING, STANDING
from careplus_clinic.clinic_time import DAY, day_bounds, local_date
from careplus_contracts.closed_days import (
    ClosedDay,
    ClosedDayFilter,
    ClosedDayPlan,
    ClosedDays,
    PlannedDay,
    SavedClosedDays,
    SetClosedDays,
    VisitsOnClosedDays,
)
from careplus_contracts.labs import LabBookingStatus
from careplus_contracts.reception import Arrangement
from careplus_contracts.values import Day, InLanguages
from careplus_runtime.http.records import Keyset, fetch_page
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_tables.appointments import AppointmentRow
from careplus_tables.closed_days import MOST_DAYS, ClosedDayPlanRow, ClosedDayRow
from careplus_tables.engine import AnySession, ReadSession, WriteSession
from careplus_tables.labs import LabBookingRow

THE_ROW = 1
CROSS_PATIENT = "closed days are compared with the bookings of all patients"
_day, _visit, _lab = ClosedDayRow, AppointmentRow, LabBookingRow
_BY_DAY = Keyset((col(_day.day),), Day, lambda row: row.day)


class OnClosedDays(NamedTuple):
    """Bookings on closed days: the number of visits, the soonest of them, and the number of the laboratory's."""

    number: int
    visits: list[Arrangement]
    lab_bookings: int


async def list_public(db: ReadSession, wanted: ClosedDayFilter, today: date) -> ClosedDays:
    """Return the closed days, each once, by default from today on."""
    first = wanted.from_ or today
    query = select(_day).where(col(_day.day) >= first, col(_day.is_open).is_(False))
    if wanted.to is not None:
        query = query.where(col(_day.day) <= wanted.to)
    rows, next_cursor = await fetch_page(db, query, _BY_DAY, wanted)
    return ClosedDays(items=[_closed_day(row) for row in rows], next_cursor=next_cursor)


async def lock_for_update(db: WriteSession) -> ClosedDayPlanRow:
    """Return the plan, locked; a new row of version 1 where none is stored yet."""
    query = select(ClosedDayPlanRow).where(col(ClosedDayPlanRow.id) == THE_ROW).with_for_update()
    if (row := (await db.execute(query)).scalar_one_or_none()) is not None:
        return row
    try:
        # on PostgreSQL a concurrent change may insert the row first
        async with db.begin_nested():
            db.add(ClosedDayPlanRow(id=THE_ROW, country=None, subdivision=None, holidays_until=None, version=1))
            await db.flush()
    except IntegrityError:
        pass
    return (await db.execute(query)).scalar_one()


async def show(db: AnySession, today: date) -> ClosedDayPlan:
    """Return the region and the days from today on."""
    row = await db.get(ClosedDayPlanRow, THE_ROW)
    return ClosedDayPlan(
        country=row.country if row else None,
        subdivision=row.subdivision if row else None,
        holidays_until=row.holidays_until if row else None,
        days=[
            PlannedDay(day=one.day, names=_names(one), is_holiday=one.is_holiday, is_open=one.is_open)
            for one in await _from(db, today)
        ],
        version=row.version if row else 1,
    )


async def show_saved(db: AnySession, who: Identity, today: date, zone: ZoneInfo) -> SavedClosedDays:
    """Return the plan with the visits on closed days."""
    plan = await show(db, today)
    found = await on_days(db, who, {one.day for one in plan.days if not one.is_open}, zone)
    return SavedClosedDays(**dict(plan), to_move=found.visits, to_move_in_all=found.number, lab_bookings=found.lab_bookings)


class ChangedDays(NamedTuple):
    """The days that a change of the plan closes and opens."""

    closed: set[date]
    opened: set[date]


async def replace(db: WriteSession, row: ClosedDayPlanRow, body: SetClosedDays, today: date) -> ChangedDays:
    """Replace the days from today on, the next version, and return the newly closed and newly open ones.

    Stored holidays stay as they are while the region is the same. Raise NotFound for an unknown region.
    """
    before = await _from(db, today)
    closed = {one.day for one in before if not one.is_open}
    if (row.country, row.subdivision) != (body.country, body.subdivision):
        await db.execute(delete(_day).where(col(_day.is_holiday), col(_day.day) >= today))
        row.country, row.subdivision = body.country, body.subdivision
        row.holidays_until = None
        await _add_holidays(db, row, today, ())
    await db.execute(delete(_day).where(col(_day.is_holiday).is_(False), col(_day.day) >= today))
    own = {one.day: one.name for one in body.own if one.day >= today}
    holidays_ahead = await _from(db, today)
    for one in holidays_ahead:
        one.is_open = one.day in body.opened and one.day not in own
    added = own.keys() - {one.day for one in holidays_ahead}
    db.add_all(_day(day=day, is_holiday=False, name_en=own[day], name_de=own[day], is_open=False) for day in sorted(added))
    row.version += 1
    await db.flush()
    now_closed = {one.day for one in holidays_ahead if not one.is_open} | added
    return ChangedDays(now_closed - closed, closed - now_closed)


async def extend(db: WriteSession, today: date) -> None:
    """Add the holidays of a year before visits in it can be booked. Stored years do not change."""
    row = await lock_for_update(db)
    if row.country is None or row.holidays_until == holidays.last_day(today):
        return
    stored = [(one.day, one.name_en, one.is_open) for one in await _from(db, today) if one.is_holiday]
    await _add_holidays(db, row, today, holidays.kept_open(stored))
    await db.flush()


async def is_due(db: AnySession, today: date) -> bool:
    """Return whether a year of holidays is missing."""
    row = await db.get(ClosedDayPlanRow, THE_ROW)
    return row is not None and row.country is not None and row.holidays_until != holidays.last_day(today)


async def check_visits(db: WriteSession, who: Identity, days: Collection[date], zone: ZoneInfo) -> None:
    """Raise VisitsOnClosedDays if visits are booked on these days."""
    found = await on_days(db, who, days, zone)
    if found.number:
        detail = f"{found.number} visits are booked on these days. Look at them, then save with accept_outside."
        raise VisitsOnClosedDays(detail, count=found.number, visits=found.visits, lab_bookings=found.lab_bookings)


async def on_days(db: AnySession, who: Identity, days: Collection[date], zone: ZoneInfo) -> OnClosedDays:
    """Return the upcoming booked visits and laboratory bookings on these clinic days."""
    if not days:
        return OnClosedDays(0, [], 0)
    first, last = day_bounds(min(days), max(days), zone)
    first = max(first, now())
    visits = select(col(_visit.id), col(_visit.starts_at)).where(
        reception.is_desk(who), col(_visit.starts_at) >= first, col(_visit.starts_at) < last, col(_visit.status).in_(STANDING)
    )
    visits = visits.order_by(col(_visit.starts_at), col(_visit.id)).limit(MOST_UPCOMING)
    rows = (await db.execute(visits.execution_options(cross_patient=CROSS_PATIENT))).all()
    found = [id_ for id_, starts_at in rows if id_ is not None and local_date(starts_at, zone) in days]
    booked = col(_lab.status) == LabBookingStatus.BOOKED.value
    bookings = select(col(_lab.starts_at)).where(booked, col(_lab.starts_at) >= first, col(_lab.starts_at) < last)
    bookings = bookings.limit(MOST_UPCOMING).execution_options(cross_patient=CROSS_PATIENT)
    times = (await db.execute(bookings)).scalars()
    laboratory = sum(local_date(one, zone) in days for one in times if one is not None)
    return OnClosedDays(len(found), await reception.of_ids(db, who, found[:MOST_OVERLAPPING]), laboratory)


async def _add_holidays(db: WriteSession, row: ClosedDayPlanRow, today: date, kept_open: Collection[str]) -> None:
    if row.country is None:
        return
    first = today if row.holidays_until is None else row.holidays_until + DAY
    found = holidays.between(row.country, row.subdivision, max(first, today), holidays.last_day(today))
    # an own closed day that is a holiday too becomes the holiday
    await db.execute(delete(_day).where(col(_day.day).in_([day for day, _ in found])))
    db.add_all(
        _day(day=day, is_holiday=True, name_en=names.en, name_de=names.de, is_open=names.en in kept_open) for day, names in found
    )
    await db.flush()
    row.holidays_until = holidays.last_day(today)


async def _from(db: AnySession, today: date) -> list[ClosedDayRow]:
    query = select(_day).where(col(_day.day) >= today).order_by(col(_day.day)).limit(MOST_DAYS)
    return list((await db.execute(query)).scalars())


def _closed_day(row: ClosedDayRow) -> ClosedDay:
    assert row.id is not None
    return ClosedDay(id=row.id, day=row.day, names=_names(row))


def _names(row: ClosedDayRow) -> InLanguages:
    return InLanguages(en=row.name_en, de=row.name_de)
