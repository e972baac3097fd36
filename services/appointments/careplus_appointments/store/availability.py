"""Statements about a doctor's week and time off."""

from sqlalchemy import delete, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from careplus_contracts.availability import (
    Availability,
    OpenHours,
    SetAvailability,
    TakeTimeOff,
    TimeOff,
    TimesOff,
    Weekday,
)
from careplus_contracts.refusals import NotFound
from careplus_contracts.values import Id, Instant
from careplus_runtime.http.paging import after, page
from careplus_runtime.http.problems import NOTHING_HERE
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_tables.accounts import AccountRow
from careplus_tables.availability import AvailabilityRow, OpenHoursRow, TimeOffRow

DEFAULT_SLOT_MINUTES = 30


async def week(db: AsyncSession, who: Identity) -> AvailabilityRow:
    """The doctor's row; a fresh one, version 1, where they have set nothing yet."""
    # the account is locked, because there may be no week yet
    await db.get(AccountRow, who.id, with_for_update={"key_share": True})
    row = await db.get(AvailabilityRow, who.id)
    return row or AvailabilityRow(doctor_id=who.id, slot_minutes=DEFAULT_SLOT_MINUTES, place=None, version=1)


async def shown(db: AsyncSession, row: AvailabilityRow) -> Availability:
    query = select(OpenHoursRow).where(col(OpenHoursRow.doctor_id) == row.doctor_id).limit(100)
    hours = [
        OpenHours(weekday=Weekday(found.weekday), starts=found.starts, ends=found.ends)
        for found in (await db.execute(query)).scalars()
    ]
    ordered = sorted(hours, key=lambda rule: (list(Weekday).index(rule.weekday), rule.starts))
    return Availability(slot_minutes=row.slot_minutes, place=row.place, rules=ordered, version=row.version)


async def replace(db: AsyncSession, row: AvailabilityRow, body: SetAvailability) -> Availability:
    row.slot_minutes, row.place, row.version = body.slot_minutes, body.place, row.version + 1
    db.add(row)
    await db.execute(delete(OpenHoursRow).where(col(OpenHoursRow.doctor_id) == row.doctor_id))
    db.add_all(
        OpenHoursRow(doctor_id=row.doctor_id, weekday=rule.weekday.value, starts=rule.starts, ends=rule.ends)
        for rule in body.rules
    )
    await db.flush()
    return await shown(db, row)


async def list_time_off(db: AsyncSession, who: Identity, limit: int, cursor: str | None) -> TimesOff:
    query = select(TimeOffRow).where(col(TimeOffRow.doctor_id) == who.id, col(TimeOffRow.ends_at) > now())
    if key := after(cursor, tuple[Instant, Id]):
        query = query.where(tuple_(col(TimeOffRow.starts_at), col(TimeOffRow.id)) > key)
    query = query.order_by(col(TimeOffRow.starts_at), col(TimeOffRow.id)).limit(limit + 1)
    rows, next_cursor = page((await db.execute(query)).scalars().all(), limit, lambda row: (row.starts_at, row.id))
    return TimesOff(items=[time_off(row) for row in rows], next_cursor=next_cursor)


async def take(db: AsyncSession, who: Identity, body: TakeTimeOff) -> TimeOff:
    row = TimeOffRow(doctor_id=who.id, starts_at=body.starts_at, ends_at=body.ends_at, reason=body.reason)
    db.add(row)
    await db.flush()
    return time_off(row)


async def drop(db: AsyncSession, who: Identity, time_off_id: int) -> None:
    """Raises NotFound."""
    mine = delete(TimeOffRow).where(col(TimeOffRow.id) == time_off_id, col(TimeOffRow.doctor_id) == who.id)
    if not (await db.execute(mine.returning(col(TimeOffRow.id)))).all():
        raise NotFound(NOTHING_HERE)


def time_off(row: TimeOffRow) -> TimeOff:
    assert row.id is not None
    return TimeOff(id=row.id, starts_at=row.starts_at, ends_at=row.ends_at, reason=row.reason)
