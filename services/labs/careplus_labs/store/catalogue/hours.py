"""Statements about the laboratory's opening hours and closed days, and bookings outside them."""

import dataclasses
from collections import defaultdict
from datetime import date, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from careplus_clinic.clinic_time import WEEKDAYS, clock_of, local_date, minute_of
from careplus_contracts.availability import OpenHours, Weekday
from careplus_contracts.lab_hours import BookingOutside, BookingsOutside, LabClosure, LabHours, SetLabHours
from careplus_contracts.labs import LabBookingStatus
from careplus_contracts.values import Person
from careplus_labs.rules.windows import Hours, Interval, parse_hours, window_of
from careplus_runtime.process.clock import now
from careplus_runtime.process.settings import Settings
from careplus_tables.accounts import AccountRow
from careplus_tables.closed_days import closed_between
from careplus_tables.engine import AnySession, WriteSession
from careplus_tables.lab_hours import LabClosureRow, LabHoursRow, LabScheduleRow
from careplus_tables.labs import LabBookingRow

THE_ROW = 1
NOT_STORED = 1
MOST_HOURS, MOST_CLOSURES, MOST_OUTSIDE, MOST_UPCOMING = 100, 1000, 100, 20_000
CROSS_PATIENT = "hours are compared with the bookings of all patients"


async def opening(db: AnySession, settings: Settings) -> Hours:
    """Return the opening hours for bookings from now to the horizon: the stored ones, otherwise the ones of the settings."""
    default = parse_hours(settings.lab_hours, settings.clinic_zone, now(), settings.horizon_days)
    row = await db.get(LabScheduleRow, THE_ROW)
    if row is None or row.version == NOT_STORED:
        return dataclasses.replace(default, closed=await _hospital_closed(db, default))
    week: defaultdict[Weekday, list[Interval]] = defaultdict(list)
    query = select(LabHoursRow).order_by(col(LabHoursRow.opens)).limit(MOST_HOURS)
    for rule in (await db.execute(query)).scalars():
        week[Weekday(rule.weekday)].append((minute_of(rule.opens), minute_of(rule.closes)))
    closures = {one.day: one.reason for one in await _closures(db, settings)}
    closures = await _hospital_closed(db, default) | closures
    return Hours(week, closures, settings.clinic_zone, default.earliest, default.latest)


async def lock_for_update(db: WriteSession) -> LabScheduleRow:
    """Return the version of the hours, locked; a new row of version 1 where none is stored yet."""
    query = select(LabScheduleRow).where(col(LabScheduleRow.id) == THE_ROW).with_for_update()
    if (row := (await db.execute(query)).scalar_one_or_none()) is not None:
        return row
    try:
        # on PostgreSQL a concurrent change may insert the row first
        async with db.begin_nested():
            db.add(LabScheduleRow(id=THE_ROW, version=NOT_STORED))
            await db.flush()
    except IntegrityError:
        pass
    return (await db.execute(query)).scalar_one()


async def check_outside(db: AnySession, body: SetLabHours, hours: Hours) -> list[BookingOutside]:
    """Return the bookings outside these hours. Raise BookingsOutside with them unless the body accepts them."""
    week: defaultdict[Weekday, list[Interval]] = defaultdict(list)
    for rule in body.rules:
        week[rule.weekday].append((minute_of(rule.starts), minute_of(rule.ends)))
    closed = await _hospital_closed(db, hours) | {one.day: one.reason for one in body.closures}
    count, found = await _outside(db, Hours(week, closed, hours.zone, hours.earliest, hours.latest))
    if count and not body.accept_outside:
        detail = f"{count} bookings stand outside these hours. Look at them, then save the hours with accept_outside."
        raise BookingsOutside(detail, count=count, bookings=found)
    return found


async def replace(db: WriteSession, row: LabScheduleRow, body: SetLabHours, today: date) -> None:
    """Replace the hours, and the closed days from today on; the next version."""
    row.version += 1
    await db.execute(delete(LabHoursRow))
    await db.execute(delete(LabClosureRow).where(col(LabClosureRow.day) >= today))
    db.add_all(LabHoursRow(weekday=rule.weekday.value, opens=rule.starts, closes=rule.ends) for rule in body.rules)
    db.add_all(LabClosureRow(day=one.day, reason=one.reason) for one in body.closures if one.day >= today)
    await db.flush()


async def show(db: AnySession, settings: Settings) -> LabHours:
    """Return the hours and closed days with the bookings outside them."""
    hours = await opening(db, settings)
    row = await db.get(LabScheduleRow, THE_ROW)
    version = NOT_STORED if row is None else row.version
    _, outside = await _outside(db, hours)
    return LabHours(
        rules=[
            OpenHours(weekday=day, starts=clock_of(opens), ends=clock_of(closes))
            for day in WEEKDAYS
            for opens, closes in hours.week.get(day, ())
        ],
        closures=await _closures(db, settings),
        is_default=version == NOT_STORED,
        outside=outside,
        version=version,
    )


async def _closures(db: AnySession, settings: Settings) -> list[LabClosure]:
    today = local_date(now(), settings.clinic_zone)
    query = select(LabClosureRow).where(col(LabClosureRow.day) >= today).order_by(col(LabClosureRow.day)).limit(MOST_CLOSURES)
    return [LabClosure(day=row.day, reason=row.reason) for row in (await db.execute(query)).scalars()]


async def _hospital_closed(db: AnySession, hours: Hours) -> dict[date, str]:
    """Return the closed days of the whole hospital on which bookings could be made, with their names."""
    days = await closed_between(db, local_date(hours.earliest, hours.zone), local_date(hours.latest, hours.zone))
    return {day: names.en for day, names in days.items()}


async def _outside(db: AnySession, hours: Hours) -> tuple[int, list[BookingOutside]]:
    """Return the number of booked times outside the hours, and the soonest of them."""
    booked = col(LabBookingRow.status) == LabBookingStatus.BOOKED.value
    upcoming = (
        select(col(LabBookingRow.id), col(LabBookingRow.starts_at))
        .where(booked, col(LabBookingRow.starts_at) > now() - timedelta(minutes=1))
        .order_by(col(LabBookingRow.starts_at), col(LabBookingRow.id))
        .limit(MOST_UPCOMING)
        .execution_options(cross_patient=CROSS_PATIENT)
    )
    rows = (await db.execute(upcoming)).all()
    found = [id_ for id_, starts_at in rows if starts_at is not None and window_of(starts_at, hours) is None]
    if not found:
        return 0, []
    named = (
        select(LabBookingRow, col(AccountRow.full_name), col(AccountRow.phone))
        .join(AccountRow, col(AccountRow.id) == col(LabBookingRow.patient_id))
        .where(col(LabBookingRow.id).in_(found[:MOST_OUTSIDE]))
        .order_by(col(LabBookingRow.starts_at), col(LabBookingRow.id))
        .execution_options(cross_patient=CROSS_PATIENT)
    )
    return len(found), [
        BookingOutside(
            id=row.id,
            reference=row.reference,
            patient=Person(id=row.patient_id, full_name=name),
            phone=phone,
            starts_at=row.starts_at,
        )
        for row, name, phone in (await db.execute(named)).all()
        if row.id is not None and row.starts_at is not None
    ]
