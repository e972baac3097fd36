"""Statements about a doctor's orders: lists, counts and changes."""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select
from sqlmodel import col

from careplus_contracts.lab_orders import ChangeOrder, LabOrderFilter, LabOrders, OrderCounts, PatientOrders
from careplus_contracts.labs import LabBooking, LabBookingStatus, LabPriority
from careplus_contracts.values import PageFilter
from careplus_labs.rules.turnaround import AWAITED, Pace, minutes_of
from careplus_labs.rules.windows import Hours
from careplus_labs.store.bookings import specimens
from careplus_labs.store.bookings.booking_records import to_contract
from careplus_labs.store.bookings.bookings import NEWEST_FIRST, show, to_row
from careplus_labs.store.catalogue import capacity, catalogue
from careplus_runtime.http.records import fetch_page
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_tables.colleagues import is_or_is_done_by
from careplus_tables.engine import AnySession, ReadSession, WriteSession
from careplus_tables.labs import LabBookingRow, LabBookingTestRow, LabTestRow


class House(NamedTuple):
    """The laboratory's settings: hours and places of bookings, and the turnaround of `stat` orders."""

    hours: Hours
    places: int
    stat_minutes: int


async def list_ordered(db: ReadSession, who: Identity, wanted: LabOrderFilter) -> LabOrders:
    """Return the orders of the doctor, and of doctors that this doctor replaces, latest time first."""
    query = select(LabBookingRow).where(_is_own(who))
    if wanted.status is not None:
        query = query.where(col(LabBookingRow.status) == wanted.status.value)
    if wanted.patient_id is not None:
        query = query.where(col(LabBookingRow.patient_id) == wanted.patient_id)
    if wanted.appointment_id is not None:
        query = query.where(col(LabBookingRow.appointment_id) == wanted.appointment_id)
    if wanted.late is not None:
        query = query.where(_is_late() if wanted.late else not_(_is_late()))
    items, next_cursor = await _page(db, who, query, wanted)
    return LabOrders(items=items, next_cursor=next_cursor)


async def list_of_patient(db: ReadSession, who: Identity, patient_id: int, wanted: PageFilter) -> PatientOrders:
    """Return the bookings of a patient in the doctor's care, of every doctor and the patient's own, latest time first."""
    query = select(LabBookingRow).where(col(LabBookingRow.patient_id) == patient_id)
    items, next_cursor = await _page(db, who, query, wanted)
    return PatientOrders(items=items, next_cursor=next_cursor)


async def count(db: ReadSession, who: Identity) -> OrderCounts:
    """Count the doctor's late orders, and orders with a rejected specimen."""
    rejected = col(LabBookingRow.status) == LabBookingStatus.REJECTED.value
    query = select(func.count().filter(_is_late()), func.count().filter(rejected)).where(
        _is_own(who), or_(rejected, col(LabBookingRow.status).in_(_AWAITED))
    )
    late, rejections = (await db.execute(query)).one()
    return OrderCounts(late=late, rejected=rejections)


async def change(db: WriteSession, who: Identity, row: LabBookingRow, body: ChangeOrder, house: House) -> LabBooking:
    """Change an uncollected order as its next version. Raise UnknownTest, LabFull, PatientBusy, OutsideCollection."""
    # the place first: a place that is taken meanwhile rolls the row back to its stored values
    hours = catalogue.collecting(house.hours, await catalogue.named(db, body.test_codes))
    changed = await _set_time(db, row, body, house._replace(hours=hours))
    await capacity.check_collected(db, row, hours, house.places)
    changed |= await _set_tests(db, row, body.test_codes)
    if (row.priority, row.note) != (body.priority.value, body.note):
        row.priority, row.note, changed = body.priority.value, body.note, True
    if changed:
        row.turnaround_minutes = await _turnaround(db, body.test_codes, body.priority, house.stat_minutes)
        row.version += 1
        await db.flush()
    return await show(db, who, row)


async def _set_time(db: WriteSession, row: LabBookingRow, body: ChangeOrder, house: House) -> bool:
    if "starts_at" not in body.model_fields_set:
        return False
    starts_at = None if body.starts_at is None else body.starts_at.replace(microsecond=0)
    if starts_at == row.starts_at:
        return False
    await capacity.move(db, row, starts_at, house.hours, house.places)
    return True


async def _set_tests(db: WriteSession, row: LabBookingRow, codes: list[str]) -> bool:
    """Give the booking these tests in this order; tests that stay keep their price. Return whether that changes it."""
    query = select(LabBookingTestRow).where(col(LabBookingTestRow.booking_id) == row.id)
    rows = (await db.execute(query.order_by(col(LabBookingTestRow.position)))).scalars().all()
    there = {one.test_code: one for one in rows}
    if list(there) == codes:
        return False
    assert row.id is not None
    added = {test.code: test for test in await catalogue.bookable(db, [code for code in codes if code not in there])}
    for code in there.keys() - set(codes):
        await db.delete(there[code])
    for position, code in enumerate(codes):
        if code in there:
            there[code].position = position
        else:
            db.add(to_row(row.id, position, added[code]))
    await db.flush()
    await specimens.follow_tests(db, row)
    return True


async def _turnaround(db: AnySession, codes: list[str], priority: LabPriority, stat_minutes: int) -> int:
    query = select(col(LabTestRow.turnaround_hours), col(LabTestRow.stat_minutes)).where(col(LabTestRow.code).in_(codes))
    return minutes_of(priority, [Pace(*one) for one in (await db.execute(query)).all()], stat_minutes)


async def _page(
    db: ReadSession, who: Identity, query: Select[LabBookingRow], wanted: PageFilter
) -> tuple[list[LabBooking], str | None]:
    rows, next_cursor = await fetch_page(db, query, NEWEST_FIRST, wanted)
    return await to_contract(db, who, rows), next_cursor


_AWAITED = [status.value for status in AWAITED]


def _is_late() -> ColumnElement[bool]:
    """Return the condition; see `rules.turnaround.is_late`."""
    expected_by: Any = col(LabBookingRow.expected_by)
    # never null, so that its negation finds the other rows
    is_over = and_(expected_by.is_not(None), expected_by < now())
    return and_(col(LabBookingRow.status).in_(_AWAITED), is_over)


def _is_own(who: Identity) -> ColumnElement[bool]:
    return is_or_is_done_by(col(LabBookingRow.ordered_by_id), who.id)
