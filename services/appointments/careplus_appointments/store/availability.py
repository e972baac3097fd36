"""Statements about a doctor's weekly hours, extra hours and time off."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlmodel import col

from careplus_appointments.rules.slots import DayHours, is_within
from careplus_appointments.store import reception
from careplus_clinic.clinic_time import WEEKDAYS, Span, local_date
from careplus_contracts.appointments import AppointmentStatus, Visit
from careplus_contracts.availability import (
    AddExtraHours,
    Availability,
    ExtraHours,
    ListedExtraHours,
    OpenHours,
    SetAvailability,
    TakeTimeOff,
    TimeOff,
    TimesOff,
    Weekday,
)
from careplus_contracts.desk_availability import DeskAvailability
from careplus_contracts.refusals import NotFound
from careplus_contracts.values import Day, Id, Instant, PageFilter, WallClock
from careplus_runtime.http.problems import NOTHING_HERE
from careplus_runtime.http.records import Keyset, fetch_page
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_tables.appointments import AppointmentRow
from careplus_tables.availability import AvailabilityRow, ExtraHoursRow, OpenHoursRow, TimeOffRow
from careplus_tables.engine import AnySession, ReadSession, WriteSession
from careplus_tables.locking import lock_accounts
from careplus_tables.visit_records import VisitRecord, select_visits, visit_members

_visit, _extra = AppointmentRow, ExtraHoursRow
DEFAULT_SLOT_MINUTES = 30
MOST_OPEN_HOURS = 100
MOST_EXTRA_HOURS = 1000
MOST_OVERLAPPING = 100
MOST_UPCOMING = 10_000
"""More than a doctor can have within the longest booking horizon at the usual length of a visit."""
STANDING = (AppointmentStatus.BOOKED.value, AppointmentStatus.CONFIRMED.value)
"""Statuses of visits that have to be moved when their doctor is away."""
_BY_TIME = Keyset((col(TimeOffRow.starts_at), col(TimeOffRow.id)), tuple[Instant, Id], lambda row: (row.starts_at, row.id))
_BY_DAY = Keyset(
    (col(_extra.day), col(_extra.starts), col(_extra.id)), tuple[Day, WallClock, Id], lambda row: (row.day, row.starts, row.id)
)


async def find(db: AnySession, doctor_id: int) -> AvailabilityRow:
    """Return the doctor's row, or a new one of version 1 where the doctor has no hours yet."""
    row = await db.get(AvailabilityRow, doctor_id)
    return row or AvailabilityRow(doctor_id=doctor_id, slot_minutes=DEFAULT_SLOT_MINUTES, place=None, version=1)


async def lock_for_update(db: WriteSession, doctor_id: int) -> AvailabilityRow:
    """Return what `find` does, after waiting for bookings that run; a booking that begins later reads the new hours."""
    # the account, because the row may not exist yet
    await lock_accounts(db, doctor_id)
    return await find(db, doctor_id)


async def show(db: AnySession, row: AvailabilityRow, zone: ZoneInfo) -> Availability:
    """Return the row with its weekly hours, in order of weekday and time, and the visits outside them."""
    rules = await _rules(db, row.doctor_id)
    to_move = await visits_of_ids(db, row.doctor_id, await _outside(db, row.doctor_id, rules, zone))
    return Availability(slot_minutes=row.slot_minutes, place=row.place, rules=rules, to_move=to_move, version=row.version)


async def show_to_desk(db: AnySession, who: Identity, row: AvailabilityRow, zone: ZoneInfo) -> DeskAvailability:
    """Return the answer of `show` with the visits as reception sees them."""
    rules = await _rules(db, row.doctor_id)
    to_move = await reception.of_ids(db, who, await _outside(db, row.doctor_id, rules, zone))
    return DeskAvailability(slot_minutes=row.slot_minutes, place=row.place, rules=rules, to_move=to_move, version=row.version)


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


async def list_time_off(db: ReadSession, doctor_id: int, wanted: PageFilter) -> TimesOff:
    """Return time off that has not ended, in order of time."""
    query = select(TimeOffRow).where(col(TimeOffRow.doctor_id) == doctor_id, col(TimeOffRow.ends_at) > now())
    rows, next_cursor = await fetch_page(db, query, _BY_TIME, wanted)
    return TimesOff(items=[_time_off(row) for row in rows], next_cursor=next_cursor)


async def add_time_off(db: WriteSession, doctor_id: int, body: TakeTimeOff) -> TimeOff:
    """Insert time off of the doctor."""
    row = TimeOffRow(doctor_id=doctor_id, starts_at=body.starts_at, ends_at=body.ends_at, reason=body.reason)
    db.add(row)
    await db.flush()
    return _time_off(row)


async def delete_time_off(db: WriteSession, doctor_id: int, time_off_id: int) -> None:
    """Delete time off of the doctor. Raise NotFound."""
    own = delete(TimeOffRow).where(col(TimeOffRow.id) == time_off_id, col(TimeOffRow.doctor_id) == doctor_id)
    if not (await db.execute(own.returning(col(TimeOffRow.id)))).all():
        raise NotFound(NOTHING_HERE)


async def list_extra_hours(db: ReadSession, doctor_id: int, wanted: PageFilter, zone: ZoneInfo) -> ListedExtraHours:
    """Return the extra hours from today on, in order of time."""
    query = select(_extra).where(col(_extra.doctor_id) == doctor_id, col(_extra.day) >= local_date(now(), zone))
    rows, next_cursor = await fetch_page(db, query, _BY_DAY, wanted)
    return ListedExtraHours(items=[_extra_hours(row) for row in rows], next_cursor=next_cursor)


async def add_extra_hours(db: WriteSession, doctor_id: int, body: AddExtraHours) -> ExtraHours:
    """Insert extra hours of the doctor."""
    row = ExtraHoursRow(doctor_id=doctor_id, day=body.day, starts=body.starts, ends=body.ends)
    db.add(row)
    await db.flush()
    return _extra_hours(row)


async def delete_extra_hours(db: WriteSession, doctor_id: int, extra_hours_id: int) -> None:
    """Delete extra hours of the doctor. Raise NotFound."""
    own = delete(_extra).where(col(_extra.id) == extra_hours_id, col(_extra.doctor_id) == doctor_id)
    if not (await db.execute(own.returning(col(_extra.id)))).all():
        raise NotFound(NOTHING_HERE)


async def overlapping(db: AnySession, doctor_id: int, span: Span) -> list[int]:
    """Return the ids of at most 100 booked or confirmed visits to the doctor that overlap the span, in order of time."""
    query = select(col(_visit.id)).where(
        col(_visit.doctor_id) == doctor_id,
        col(_visit.status).in_(STANDING),
        col(_visit.starts_at) < span[1],
        col(_visit.ends_at) > span[0],
    )
    ordered = query.order_by(col(_visit.starts_at), col(_visit.id)).limit(MOST_OVERLAPPING)
    return [id_ for id_ in (await db.execute(ordered)).scalars() if id_ is not None]


async def visits_of_ids(db: AnySession, doctor_id: int, ids: Sequence[int]) -> list[Visit]:
    """Return visits to the doctor that were found before, in order of time."""
    if not ids:
        return []
    query = select_visits().where(col(_visit.doctor_id) == doctor_id, col(_visit.id).in_(ids))
    query = query.order_by(col(_visit.starts_at), col(_visit.id))
    return [Visit.model_validate(visit_members(VisitRecord(*row))) for row in (await db.execute(query)).all()]


async def _rules(db: AnySession, doctor_id: int) -> list[OpenHours]:
    query = select(OpenHoursRow).where(col(OpenHoursRow.doctor_id) == doctor_id).limit(MOST_OPEN_HOURS)
    hours = [
        OpenHours(weekday=Weekday(found.weekday), starts=found.starts, ends=found.ends)
        for found in (await db.execute(query)).scalars()
    ]
    return sorted(hours, key=lambda rule: (WEEKDAYS.index(rule.weekday), rule.starts))


async def _outside(db: AnySession, doctor_id: int, hours: Sequence[OpenHours], zone: ZoneInfo) -> list[int]:
    """Return the ids of at most 100 upcoming booked or confirmed visits that lie wholly or partly outside the hours.

    Visits that staff overbooked are left out.
    """
    upcoming = (
        select(col(_visit.id), col(_visit.starts_at), col(_visit.ends_at))
        .where(col(_visit.doctor_id) == doctor_id, col(_visit.starts_at) > now(), col(_visit.status).in_(STANDING))
        .where(col(_visit.overbook_reason).is_(None))
        .order_by(col(_visit.starts_at), col(_visit.id))
        .limit(MOST_UPCOMING)
    )
    one_off = select(col(_extra.day), col(_extra.starts), col(_extra.ends)).where(col(_extra.doctor_id) == doctor_id)
    ahead = one_off.where(col(_extra.day) >= local_date(now(), zone)).limit(MOST_EXTRA_HOURS)
    extra = [DayHours(*row) for row in (await db.execute(ahead)).all()]
    rows = (await db.execute(upcoming)).all()
    found = [id_ for id_, *span in rows if id_ is not None and not is_within((span[0], span[1]), hours, zone, extra)]
    return found[:MOST_OVERLAPPING]


def _time_off(row: TimeOffRow) -> TimeOff:
    assert row.id is not None
    return TimeOff(id=row.id, starts_at=row.starts_at, ends_at=row.ends_at, reason=row.reason)


def _extra_hours(row: ExtraHoursRow) -> ExtraHours:
    assert row.id is not None
    return ExtraHours(id=row.id, day=row.day, starts=row.starts, ends=row.ends)
