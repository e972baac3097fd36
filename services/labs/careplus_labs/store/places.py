"""Statements about places in the laboratory's windows. A unique index has the last word on each."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from careplus_contracts.labs import LabFull, LabSlot, LabSlots
from careplus_labs.rules import windows
from careplus_labs.rules.windows import Hours
from careplus_tables.labs import LabBookingRow
from careplus_tables.references import new_reference

NEAR_DAYS, FAR_DAYS = 1, 14
ALTERNATIVES = 5
COUNTED = "places are counted, whoever has them"


async def slots(db: AsyncSession, day: date, when: Hours, places: int) -> LabSlots:
    """The windows of a clinic day that can still be booked, with the places left in each."""
    starts = windows.windows([day], when)
    held = await _held(db, starts)
    items = [
        LabSlot(starts_at=start, ends_at=windows.ends_at(start, when), free=max(0, places - held.get(start, 0)))
        for start in starts
    ]
    return LabSlots(items=items, next_cursor=None)


async def insert(db: AsyncSession, row: LabBookingRow, when: Hours, places: int) -> None:
    """Insert the booking with a place in its window, or with none if it has no time. Raises LabFull."""
    if row.starts_at is None:
        db.add(row)
        await db.flush()
    elif why := windows.why_not(row.starts_at, when):
        raise LabFull(why, alternatives=await _nearest(db, row.starts_at, when, places))
    elif not await _took_place(db, row, when, places):
        alternatives = await _nearest(db, row.starts_at, when, places)
        raise LabFull("All places at that time are taken. Choose one of the alternatives.", alternatives=alternatives)


async def _took_place(db: AsyncSession, row: LabBookingRow, when: Hours, places: int) -> bool:
    assert row.starts_at is not None
    row.window_starts_at = windows.window_of(row.starts_at, when)
    for _ in range(places):
        query = select(col(LabBookingRow.place)).where(col(LabBookingRow.window_starts_at) == row.window_starts_at)
        query = query.execution_options(cross_patient=COUNTED)
        held = set((await db.execute(query)).scalars())
        row.place = next((place for place in range(1, places + 1) if place not in held), None)
        if row.place is None:
            return False
        try:
            # a savepoint, because on PostgreSQL somebody may be faster and we look again
            async with db.begin_nested():
                db.add(row)
                await db.flush()
            return True
        except IntegrityError as error:
            if "unique" not in str(error.orig).lower():
                raise
            row.reference = new_reference("LB")
    return False


async def _nearest(db: AsyncSession, starts_at: datetime, when: Hours, places: int) -> list[datetime]:
    free: list[datetime] = []
    for reach in (NEAR_DAYS, FAR_DAYS):
        starts = windows.windows(windows.days_around(starts_at, reach, when), when)
        held = await _held(db, starts)
        free = [start for start in starts if held.get(start, 0) < places]
        if len(free) >= ALTERNATIVES:
            break
    return windows.nearest(free, starts_at, ALTERNATIVES)


async def _held(db: AsyncSession, starts: Collection[datetime]) -> dict[datetime, int]:
    if not starts:
        return {}
    window = col(LabBookingRow.window_starts_at)
    query = select(window, func.count()).where(window.between(min(starts), max(starts))).group_by(window)
    query = query.execution_options(cross_patient=COUNTED)
    return {start: count for start, count in (await db.execute(query)).all() if start is not None}
