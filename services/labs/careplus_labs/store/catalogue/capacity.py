"""Statements about places in the laboratory's windows. A unique index on window and place prevents overbooking."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from careplus_clinic.clinic_time import nearest
from careplus_contracts.endpoints import Role
from careplus_contracts.lab_catalogue import OutsideCollection
from careplus_contracts.labs import LabFull, LabSlot, LabSlots
from careplus_contracts.refusals import OtherAppointment, PatientBusy
from careplus_labs.rules import windows
from careplus_labs.rules.windows import Hours
from careplus_runtime.identity.care import check_in_care
from careplus_runtime.identity.tokens import Identity
from careplus_tables.engine import AnySession, ReadSession, WriteSession
from careplus_tables.labs import LabBookingRow
from careplus_tables.locking import lock_accounts
from careplus_tables.patient_times import LAB_VISIT, is_patient_busy, other_appointment, other_appointments
from careplus_tables.references import new_reference

NEAR_DAYS, FAR_DAYS = 1, 14
ALTERNATIVES = 5
ALL_TAKEN = "All places at that time are taken. Choose one of the alternatives."
CROSS_PATIENT = "places are counted over the bookings of all patients"


async def slots(db: ReadSession, who: Identity, day: date, hours: Hours, places: int, patient_id: int | None = None) -> LabSlots:
    """Return the bookable windows of a clinic day, with the free places of each, and the patient's appointments.

    Raise NotFound for another patient than the caller, or than one in the doctor's care.
    """
    if patient_id is None:
        patient_id = who.id if who.role is Role.PATIENT else None
    elif (who.role, who.id) != (Role.PATIENT, patient_id):
        await check_in_care(db, who, patient_id)
    starts = windows.windows([day], hours)
    taken = await _taken_by_window(db, starts)
    own = {} if patient_id is None else await _own(db, patient_id, starts)
    items = [
        LabSlot(
            starts_at=start,
            ends_at=windows.ends_at(start, hours),
            free=max(0, places - taken.get(start, 0)),
            other=own.get(start),
        )
        for start in starts
    ]
    return LabSlots(items=items, next_cursor=None)


async def insert(db: WriteSession, row: LabBookingRow, hours: Hours, places: int) -> None:
    """Insert the booking with a place in its window, or without one if it has no time.

    Raise LabFull, PatientBusy, and OutsideCollection where the specimens of these tests are not taken at that time of day.
    """
    if row.starts_at is None:
        db.add(row)
        await db.flush()
        return
    await _check_time(db, row, hours, places)
    if not await _claim_place(db, row, hours, places):
        alternatives = await _nearest_free(db, row, hours, places)
        raise LabFull(ALL_TAKEN, alternatives=alternatives)


async def move(db: WriteSession, row: LabBookingRow, starts_at: datetime | None, hours: Hours, places: int) -> None:
    """Give a stored booking another time and free its former place. Raise LabFull and PatientBusy.

    Changes of the row that are not flushed yet may be lost: flush them before, or make them after.
    """
    if starts_at is None:
        row.starts_at = row.window_starts_at = row.place = None
        return
    # a copy without a session, because the row keeps its time until a place is found
    wanted = LabBookingRow(**{**row.model_dump(), "starts_at": starts_at})
    await _check_time(db, wanted, hours, places)
    if not await _move_to_place(db, row, starts_at, hours, places):
        alternatives = await _nearest_free(db, wanted, hours, places)
        raise LabFull(ALL_TAKEN, alternatives=alternatives)


async def _check_time(db: WriteSession, row: LabBookingRow, hours: Hours, places: int) -> None:
    """Lock the patient. Raise LabFull while the laboratory is closed, and PatientBusy during another appointment."""
    assert row.starts_at is not None
    if reason := windows.unbookable_reason(row.starts_at, hours):
        raise LabFull(reason, alternatives=await _nearest_free(db, row, hours, places))
    await check_collected(db, row, hours, places)
    await lock_accounts(db, row.patient_id)
    until = row.starts_at + LAB_VISIT
    if other := await other_appointment(db, row.patient_id, row.starts_at, until, except_lab_booking=row.id):
        alternatives = await _nearest_free(db, row, hours, places)
        raise PatientBusy.during(other, alternatives, own=row.ordered_by_id is None)


async def check_collected(db: AnySession, row: LabBookingRow, hours: Hours, places: int) -> None:
    """Raise OutsideCollection where the wanted tests' specimens are not taken at the booked time of day."""
    if row.starts_at is not None and not windows.is_collected(row.starts_at, hours):
        alternatives = await _nearest_free(db, row, hours, places)
        raise OutsideCollection(windows.uncollected_reason(hours), alternatives=alternatives, codes=list(hours.timed))


async def _move_to_place(db: WriteSession, row: LabBookingRow, starts_at: datetime, hours: Hours, places: int) -> bool:
    window = windows.window_of(starts_at, hours)
    if window == row.window_starts_at:
        row.starts_at = starts_at
        return True
    stored = select(LabBookingRow).where(col(LabBookingRow.id) == row.id, col(LabBookingRow.patient_id) == row.patient_id)
    for _ in range(places):
        place = await _lowest_free(db, window, places)
        if place is None:
            return False
        try:
            # as in `_claim_place`; a savepoint that fails expires the row
            async with db.begin_nested():
                row.starts_at, row.window_starts_at, row.place = starts_at, window, place
                await db.flush()
            return True
        except IntegrityError as error:
            await db.execute(stored.execution_options(populate_existing=True))
            if is_patient_busy(error):
                raise PatientBusy.during(None, [], own=row.ordered_by_id is None) from None
            if "unique" not in str(error.orig).lower():
                raise
    return False


async def _lowest_free(db: AnySession, window: datetime | None, places: int) -> int | None:
    query = select(col(LabBookingRow.place)).where(col(LabBookingRow.window_starts_at) == window)
    taken = set((await db.execute(query.execution_options(cross_patient=CROSS_PATIENT))).scalars())
    return next((place for place in range(1, places + 1) if place not in taken), None)


async def _claim_place(db: WriteSession, row: LabBookingRow, hours: Hours, places: int) -> bool:
    """Insert the booking with the lowest free place of its window; False where there is none."""
    assert row.starts_at is not None
    row.window_starts_at = windows.window_of(row.starts_at, hours)
    for _ in range(places):
        row.place = await _lowest_free(db, row.window_starts_at, places)
        if row.place is None:
            return False
        try:
            # on PostgreSQL a concurrent booking may claim the place first; the savepoint lets this one try the next
            async with db.begin_nested():
                db.add(row)
                await db.flush()
            return True
        except IntegrityError as error:
            if is_patient_busy(error):
                raise PatientBusy.during(None, [], own=row.ordered_by_id is None) from None
            if "unique" not in str(error.orig).lower():
                raise
            row.reference = new_reference("LB")
    return False


async def _nearest_free(db: AnySession, row: LabBookingRow, hours: Hours, places: int) -> list[datetime]:
    """Return free windows near the booking's time in which the patient has no other appointment."""
    assert row.starts_at is not None
    free: list[datetime] = []
    for reach in (NEAR_DAYS, FAR_DAYS):
        starts = windows.windows(windows.days_around(row.starts_at, reach, hours), hours)
        taken = await _taken_by_window(db, starts)
        own = await _own(db, row.patient_id, starts)
        free = [start for start in starts if taken.get(start, 0) < places and start not in own]
        if len(free) >= ALTERNATIVES:
            break
    return nearest(free, row.starts_at, ALTERNATIVES)


async def _own(db: AnySession, patient_id: int, starts: Sequence[datetime]) -> dict[datetime, OtherAppointment]:
    """Return the windows during which the patient has another appointment."""
    if not starts:
        return {}
    others = await other_appointments(db, patient_id, starts[0], starts[-1] + LAB_VISIT)
    return {start: one for start in starts for one in others if one.starts_at < start + LAB_VISIT and one.ends_at > start}


async def _taken_by_window(db: AnySession, starts: Collection[datetime]) -> dict[datetime, int]:
    if not starts:
        return {}
    window = col(LabBookingRow.window_starts_at)
    query = select(window, func.count()).where(window.between(min(starts), max(starts))).group_by(window)
    query = query.execution_options(cross_patient=CROSS_PATIENT)
    return {start: count for start, count in (await db.execute(query)).all() if start is not None}
