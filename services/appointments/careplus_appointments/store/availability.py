"""Statements about a doctor's weekly hours and time off."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, delete, select
from sqlmodel import col

from careplus_appointments.rules.slots import is_within
from careplus_clinic.clinic_time import WEEKDAYS, Span
from careplus_contracts.appointments import AppointmentStatus, Visit
from careplus_contracts.availability import Availability, OpenHours, SetAvailability, TakeTimeOff, TimeOff, TimesOff, Weekday
from careplus_contracts.refusals import NotFound
from careplus_contracts.values import Id, Instant, PageFilter
from careplus_runtime.http.problems import NOTHING_HERE
from careplus_runtime.http.records import Keyset, fetch_page
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_tables.appointments import AppointmentRow
from careplus_tables.availability import AvailabilityRow, OpenHoursRow, TimeOffRow
from careplus_tables.engine import AnySession, ReadSession, WriteSession
from careplus_tables.locking import lock_accounts
from careplus_tables.visit_records import VisitRecord, select_visits, visit_members

_visit = AppointmentRow
DEFAULT_SLOT_MINUTES = 30
MOST_OPEN_HOURS = 100
MOST_OVERLAPPING = 100
MOST_UPCOMING = 10_000
"""More than a doctor can have within the longest booking horizon at the usual length of a visit."""
STANDING = (AppointmentStatus.BOOKED.value, AppointmentStatus.CONFIRMED.value)
"""Statuses of visits that have to be moved when their doctor is away."""
_BY_TIME = Keyset((col(TimeOffRow.starts_at), col(TimeOffRow.id)), tuple[Instant, Id], lambda row: (row.starts_at, row.id))


async def find(db: AnySession, who: Identity) -> AvailabilityRow:
    """Return the doctor's row, or a new one of version 1 where the doctor has set no hours yet."""
    row = await db.get(AvailabilityRow, who.id)
    return row or AvailabilityRow(doctor_id=who.id, slot_minutes=DEFAULT_SLOT_MINUTES, place=None, version=1)


async def lock_for_update(db: WriteSession, who: Identity) -> AvailabilityRow:
    """Return what `find` does, after waiting for bookings that run; a booking that begins later reads the new hours."""
    # the account, because the row may not exist yet
    await lock_accounts(db, who.id)
    return await find(db, who)


async def show(db: AnySession, who: Identity, row: AvailabilityRow, zone: ZoneInfo) -> Availability:
    """Return the row with its weekly hours, in order of weekday and time, and the visits outside them."""
    query = select(OpenHoursRow).where(col(OpenHoursRow.doctor_id) == row.doctor_id).limit(MOST_OPEN_HOURS)
    hours = [
        OpenHours(weekday=Weekday(found.weekday), starts=found.starts, ends=found.ends)
        for found in (await db.execute(query)).scalars()
    ]
    ordered = sorted(hours, key=lambda rule: (WEEKDAYS.index(rule.weekday), rule.starts))
    to_move = await outside(db, who, ordered, zone)
    return Availability(slot_minutes=row.slot_minutes, place=row.place, rules=ordered, to_move=to_move, version=row.version)


async def replace(db: WriteSession, row: AvailabilityRow, body: SetAvailability) -> None:
    """Replace the weekly hours; the next version."""
    row.slot_minutes, row.place, row.version = body.slot_minutes, body.place, row.version + 1
    db.add(row)
    await db.execute(delete(OpenHoursRow).where(col(OpenHoursRow.doctor_id) == row.doctor_id))
    db.add_all(
        OpenHoursRow(doctor_id=row.doctor_id, weekday=rule.weekday.value, starts=rule.starts, ends=rule.ends)
        for rule in body.rules
    )
    await db.flush()


async def list_time_off(db: ReadSession, who: Identity, wanted: PageFilter) -> TimesOff:
    """Return time off that has not ended, in order of time."""
    query = select(TimeOffRow).where(col(TimeOffRow.doctor_id) == who.id, col(TimeOffRow.ends_at) > now())
    rows, next_cursor = await fetch_page(db, query, _BY_TIME, wanted)
    return TimesOff(items=[_time_off(row) for row in rows], next_cursor=next_cursor)


async def add_time_off(db: WriteSession, who: Identity, body: TakeTimeOff) -> TimeOff:
    """Insert time off of the doctor."""
    row = TimeOffRow(doctor_id=who.id, starts_at=body.starts_at, ends_at=body.ends_at, reason=body.reason)
    db.add(row)
    await db.flush()
    return _time_off(row)


async def delete_time_off(db: WriteSession, who: Identity, time_off_id: int) -> None:
    """Delete time off of the doctor. Raise NotFound."""
    own = delete(TimeOffRow).where(col(TimeOffRow.id) == time_off_id, col(TimeOffRow.doctor_id) == who.id)
    if not (await db.execute(own.returning(col(TimeOffRow.id)))).all():
        raise NotFound(NOTHING_HERE)


def _time_off(row: TimeOffRow) -> TimeOff:
    assert row.id is not None
    return TimeOff(id=row.id, starts_at=row.starts_at, ends_at=row.ends_at, reason=row.reason)


async def overlapping(db: AnySession, who: Identity, span: Span) -> list[Visit]:
    """Return at most 100 booked or confirmed visits to the doctor that overlap the span."""
    return await _standing(db, who, col(_visit.starts_at) < span[1], col(_visit.ends_at) > span[0])


async def outside(db: AnySession, who: Identity, hours: Sequence[OpenHours], zone: ZoneInfo) -> list[Visit]:
    """Return at most 100 upcoming booked or confirmed visits to the doctor that lie wholly or partly outside weekly hours."""
    upcoming = (
        select(col(_visit.id), col(_visit.starts_at), col(_visit.ends_at))
        .where(col(_visit.doctor_id) == who.id, col(_visit.starts_at) > now(), col(_visit.status).in_(STANDING))
        .order_by(col(_visit.starts_at), col(_visit.id))
        .limit(MOST_UPCOMING)
    )
    rows = (await db.execute(upcoming)).all()
    found = [id_ for id_, starts_at, ends_at in rows if not is_within((starts_at, ends_at), hours, zone)]
    return await _standing(db, who, col(_visit.id).in_(found[:MOST_OVERLAPPING]))


async def _standing(db: AnySession, who: Identity, *conditions: ColumnElement[bool]) -> list[Visit]:
    query = (
        select_visits()
        .where(col(_visit.doctor_id) == who.id, col(_visit.status).in_(STANDING), *conditions)
        .order_by(col(_visit.starts_at), col(_visit.id))
        .limit(MOST_OVERLAPPING)
    )
    return [Visit.model_validate(visit_members(VisitRecord(*row))) for row in (await db.execute(query)).all()]
