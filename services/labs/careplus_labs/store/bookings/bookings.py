"""Statements about bookings."""

from typing import TypeVar

from sqlalchemy import ColumnElement, Select, false, func, select, true
from sqlmodel import col

from careplus_clinic.transitions import Transitions
from careplus_contracts.endpoints import Role
from careplus_contracts.lab_orders import OrderTests
from careplus_contracts.labs import (
    BookTests,
    LabBooking,
    LabBookingFilter,
    LabBookings,
    LabBookingStatus,
    LabPriority,
)
from careplus_contracts.values import Id, Instant
from careplus_labs.rules.specimens import STEPS, check_withdrawable
from careplus_labs.rules.turnaround import Pace, minutes_of
from careplus_labs.rules.windows import Hours
from careplus_labs.store.bookings import booking_status, specimens
from careplus_labs.store.bookings.booking_records import to_contract
from careplus_labs.store.catalogue import capacity, catalogue
from careplus_runtime.http.records import Keyset, fetch_page, one_or_404
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import this_second
from careplus_tables.colleagues import is_or_is_done_by
from careplus_tables.columns import InstantColumn
from careplus_tables.engine import AnySession, ReadSession, WriteSession
from careplus_tables.labs import LabBookingRow, LabBookingTestRow, LabResultRow, LabTestRow
from careplus_tables.locking import lock_people_of
from careplus_tables.references import new_reference

T = TypeVar("T")
_shown_at = func.coalesce(
    col(LabBookingRow.starts_at), col(LabBookingRow.collected_at), col(LabBookingRow.created_at), type_=InstantColumn()
)
NEWEST_FIRST = Keyset(
    (_shown_at, col(LabBookingRow.id)),
    tuple[Instant, Id],
    lambda row: (row.starts_at or row.collected_at or row.created_at, row.id),
    descending=True,
)
FOUND_BEFORE = "a booking that was found for the caller before"


async def lock_for_update(db: AnySession, who: Identity, booking_id: int) -> LabBookingRow:
    """Return the patient's own booking, the doctor's own order, or any booking for the laboratory, locked. Raise NotFound."""
    query = select(LabBookingRow).where(col(LabBookingRow.id) == booking_id, _is_visible(who)).with_for_update()
    return await one_or_404(db, across_patients(query, who))


async def claim(db: WriteSession, who: Identity, booking_id: int) -> LabBookingRow:
    """Return a booking as `lock_for_update` does, locked after the account of its patient. Raise NotFound."""
    patient = select(col(LabBookingRow.patient_id)).where(col(LabBookingRow.id) == booking_id, _is_visible(who))
    await lock_people_of(db, across_patients(patient, who))
    return await lock_for_update(db, who, booking_id)


async def lock_of_result(db: AnySession, who: Identity, result_id: int) -> LabBookingRow:
    """Return the booking of a result, locked; bookings are locked before their results. Raise NotFound."""
    query = select(col(LabResultRow.booking_id)).where(col(LabResultRow.id) == result_id)
    booking_id = (await db.execute(across_patients(query, who))).scalar_one_or_none()
    return await lock_for_update(db, who, booking_id or 0)


async def lock_of_specimen(db: AnySession, who: Identity, specimen_id: int) -> LabBookingRow:
    """Return the booking of a specimen, locked. Raise NotFound."""
    return await lock_for_update(db, who, (await specimens.find(db, who, specimen_id)).booking_id)


async def list_own(db: ReadSession, who: Identity, wanted: LabBookingFilter) -> LabBookings:
    """Return the patient's bookings, latest time first."""
    query = select(LabBookingRow).where(col(LabBookingRow.patient_id) == who.id)
    if wanted.status is not None:
        query = query.where(col(LabBookingRow.status) == wanted.status.value)
    rows, next_cursor = await fetch_page(db, query, NEWEST_FIRST, wanted)
    return LabBookings(items=await to_contract(db, who, rows), next_cursor=next_cursor)


async def book(
    db: WriteSession, who: Identity, body: BookTests | OrderTests, hours: Hours, places: int, stat_minutes: int
) -> LabBooking:
    """Insert the patient's own booking, or a doctor's order.

    Raise UnknownTest, LabFull, PatientBusy and OutsideCollection, and ByOrder for a patient.
    """
    tests = await catalogue.bookable(db, body.test_codes)
    order = body if isinstance(body, OrderTests) else None
    if order is None:
        catalogue.check_bookable_alone(tests)
    priority = order.priority if order else LabPriority.ROUTINE
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
        priority=priority.value,
        turnaround_minutes=minutes_of(priority, [Pace(one.turnaround_hours, one.stat_minutes) for one in tests], stat_minutes),
    )
    await capacity.insert(db, row, catalogue.collecting(hours, tests), places)
    assert row.id is not None
    booking_id = row.id
    db.add_all(to_row(booking_id, position, test) for position, test in enumerate(tests))
    await db.flush()
    await specimens.follow_tests(db, row)
    return await show(db, who, row)


def to_row(booking_id: int, position: int, test: LabTestRow) -> LabBookingTestRow:
    """Return a test of a booking at the present price, with the specimen that it needs."""
    return LabBookingTestRow(
        booking_id=booking_id,
        test_code=test.code,
        position=position,
        price_minor=test.price_minor,
        currency=test.currency,
        specimen_type=test.specimen,
    )


async def withdraw(
    db: WriteSession, who: Identity, row: LabBookingRow, machine: Transitions[LabBookingStatus], reason: str | None
) -> None:
    """Cancel the booking unless it is cancelled. Raise IllegalTransition, also while one of its specimens is measured."""
    status = LabBookingStatus(row.status)
    machine.check(status, LabBookingStatus.CANCELLED)
    if status is not LabBookingStatus.CANCELLED:
        measured = select(col(LabBookingRow.id)).where(col(LabBookingRow.id) == row.id, booking_status.is_measured())
        is_measured = (await db.execute(measured.execution_options(cross_patient=FOUND_BEFORE))).first() is not None
        check_withdrawable(status, machine.legal(status), is_measured)
        await cancel(db, who, row, reason)


async def cancel(db: WriteSession, who: Identity | None, row: LabBookingRow, reason: str | None) -> None:
    """Cancel the booking, increment its version and free its place. `who` is None for the background task."""
    mark_cancelled(who, row, reason)
    await db.flush()


def mark_cancelled(who: Identity | None, row: LabBookingRow, reason: str | None) -> None:
    """Set the members of a cancelled booking; the caller flushes."""
    row.status, row.status_reason = LabBookingStatus.CANCELLED.value, reason
    row.window_starts_at = row.place = None
    row.cancelled_by, row.cancelled_by_id = (who.role.value, who.id) if who else (None, None)
    row.cancelled_at = this_second()
    row.version += 1


async def set_status(db: WriteSession, who: Identity, row: LabBookingRow, status: LabBookingStatus, reason: str | None) -> None:
    """Take the laboratory's step of a whole booking as its next version: of its specimens, or the start of measuring."""
    if status in STEPS:
        await specimens.set_all(db, who, row, status, reason)
    else:
        row.status = status.value
        row.version += 1
        await db.flush()


async def show(db: AnySession, who: Identity, row: LabBookingRow) -> LabBooking:
    """Return one booking with its tests and people."""
    [booking] = await to_contract(db, who, [row])
    return booking


def across_patients(query: Select[T], who: Identity) -> Select[T]:
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
