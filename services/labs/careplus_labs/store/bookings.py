"""Statements about bookings."""

from typing import TypeVar

from sqlalchemy import ColumnElement, Select, false, func, select, true
from sqlmodel import col

from careplus_clinic.clinic_time import Span
from careplus_contracts.endpoints import Role
from careplus_contracts.lab_orders import LabOrderFilter, LabOrders, OrderTests
from careplus_contracts.labs import (
    BookTests,
    LabBooking,
    LabBookingFilter,
    LabBookings,
    LabBookingStatus,
    Worklist,
    WorklistFilter,
)
from careplus_contracts.values import Id, Instant
from careplus_labs.rules.bookings import NEEDS_WORK
from careplus_labs.rules.windows import Hours
from careplus_labs.store import capacity, catalogue, entry
from careplus_labs.store.booking_records import to_contract
from careplus_runtime.http.records import Keyset, fetch_page, one_or_404
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import this_second
from careplus_tables.colleagues import is_or_is_done_by
from careplus_tables.columns import InstantColumn
from careplus_tables.engine import AnySession, ReadSession, WriteSession
from careplus_tables.labs import LabBookingRow, LabBookingTestRow, LabResultRow
from careplus_tables.references import new_reference

T = TypeVar("T")
_due_at = func.coalesce(col(LabBookingRow.starts_at), col(LabBookingRow.created_at), type_=InstantColumn())
_shown_at = func.coalesce(
    col(LabBookingRow.starts_at), col(LabBookingRow.collected_at), col(LabBookingRow.created_at), type_=InstantColumn()
)
_NEWEST_FIRST = Keyset(
    (_shown_at, col(LabBookingRow.id)),
    tuple[Instant, Id],
    lambda row: (row.starts_at or row.collected_at or row.created_at, row.id),
    descending=True,
)
_BY_TIME = Keyset((_due_at, col(LabBookingRow.id)), tuple[Instant, Id], lambda row: (row.starts_at or row.created_at, row.id))


async def lock_for_update(db: AnySession, who: Identity, booking_id: int) -> LabBookingRow:
    """Return the patient's own booking, the doctor's own order, or any booking for the laboratory, locked. Raise NotFound."""
    query = select(LabBookingRow).where(col(LabBookingRow.id) == booking_id, _is_visible(who)).with_for_update()
    return await one_or_404(db, _across_patients(query, who))


async def lock_of_result(db: AnySession, who: Identity, result_id: int) -> LabBookingRow:
    """Return the booking of a result, locked; bookings are locked before their results. Raise NotFound."""
    query = select(col(LabResultRow.booking_id)).where(col(LabResultRow.id) == result_id)
    booking_id = (await db.execute(_across_patients(query, who))).scalar_one_or_none()
    return await lock_for_update(db, who, booking_id or 0)


async def list_own(db: ReadSession, who: Identity, wanted: LabBookingFilter) -> LabBookings:
    """Return the patient's bookings, latest time first."""
    query = select(LabBookingRow).where(col(LabBookingRow.patient_id) == who.id)
    if wanted.status is not None:
        query = query.where(col(LabBookingRow.status) == wanted.status.value)
    rows, next_cursor = await fetch_page(db, query, _NEWEST_FIRST, wanted)
    return LabBookings(items=await to_contract(db, who, rows), next_cursor=next_cursor)


async def list_ordered(db: ReadSession, who: Identity, wanted: LabOrderFilter) -> LabOrders:
    """Return the orders of the doctor, and of doctors whose work this doctor does, latest time first."""
    query = select(LabBookingRow).where(is_or_is_done_by(col(LabBookingRow.ordered_by_id), who.id))
    if wanted.status is not None:
        query = query.where(col(LabBookingRow.status) == wanted.status.value)
    if wanted.patient_id is not None:
        query = query.where(col(LabBookingRow.patient_id) == wanted.patient_id)
    rows, next_cursor = await fetch_page(db, query, _NEWEST_FIRST, wanted)
    return LabOrders(items=await to_contract(db, who, rows), next_cursor=next_cursor)


async def list_work(db: ReadSession, who: Identity, wanted: WorklistFilter, span: Span | None) -> Worklist:
    """Return bookings by their time, or by the time of the order where they have none; `span` bounds their time."""
    statuses = NEEDS_WORK if wanted.status is None else (wanted.status,)
    query = select(LabBookingRow).where(col(LabBookingRow.status).in_([one.value for one in statuses]), _is_visible(who))
    query = _across_patients(query, who)
    if span is not None:
        query = query.where(col(LabBookingRow.starts_at) >= span[0], col(LabBookingRow.starts_at) < span[1])
    rows, next_cursor = await fetch_page(db, query, _BY_TIME, wanted)
    return Worklist(items=await to_contract(db, who, rows), next_cursor=next_cursor)


async def book(db: WriteSession, who: Identity, body: BookTests | OrderTests, hours: Hours, places: int) -> LabBooking:
    """Insert the patient's own booking, or a doctor's order.

    Raise UnknownTest, LabFull, PatientBusy and OutsideCollection, and ByOrder for a patient.
    """
    tests = await catalogue.bookable(db, body.test_codes)
    order = body if isinstance(body, OrderTests) else None
    if order is None:
        catalogue.check_bookable_alone(tests)
    row = LabBookingRow(
        reference=new_reference("LB"),
        patient_id=order.patient_id if order else who.id,
        ordered_by_id=who.id if order else None,
        appointment_id=order.appointment_id if order else None,
        note=order.note if order else None,
        starts_at=None if body.starts_at is None else body.starts_at.replace(microsecond=0),
        window_starts_at=None,
        place=None,
        created_at=this_second(),
    )
    await capacity.insert(
        db, row, [test.code for test in tests if test.collect_from is not None], catalogue.collecting(hours, tests), places
    )
    assert row.id is not None
    booking_id = row.id
    db.add_all(
        LabBookingTestRow(
            booking_id=booking_id, test_code=test.code, position=position, price_minor=test.price_minor, currency=test.currency
        )
        for position, test in enumerate(tests)
    )
    await db.flush()
    return await show(db, who, row)


async def set_status(
    db: WriteSession, who: Identity | None, row: LabBookingRow, status: LabBookingStatus, reason: str | None
) -> None:
    """Set another status as the next version; a rejection deletes unverified results, a cancellation frees the place.

    `who` is None where the booking closes by itself.
    """
    row.status = status.value
    row.status_reason = reason if status in (LabBookingStatus.REJECTED, LabBookingStatus.CANCELLED) else None
    if status is LabBookingStatus.COLLECTED:
        row.collected_at = this_second()
    if status is LabBookingStatus.REJECTED:
        await entry.delete_unverified(db, row)
    if status is LabBookingStatus.CANCELLED:
        row.window_starts_at = row.place = None
        row.cancelled_by, row.cancelled_by_id = (who.role.value, who.id) if who else (None, None)
        row.cancelled_at = this_second()
    row.version += 1
    await db.flush()


async def show(db: AnySession, who: Identity, row: LabBookingRow) -> LabBooking:
    """Return one booking with its tests and people."""
    [booking] = await to_contract(db, who, [row])
    return booking


def _across_patients(query: Select[T], who: Identity) -> Select[T]:
    """Return the statement, for the laboratory with the reason for which it names no patient."""
    if who.role is not Role.LAB:
        return query
    return query.execution_options(cross_patient="the laboratory works on the bookings of all patients")


def _is_visible(who: Identity) -> ColumnElement[bool]:
    if who.role is Role.PATIENT:
        return col(LabBookingRow.patient_id) == who.id
    if who.role is Role.DOCTOR:
        return is_or_is_done_by(col(LabBookingRow.ordered_by_id), who.id)
    return true() if who.role is Role.LAB else false()
