"""Statements about the status of a booking, which follows from its specimens and results."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, exists, func, select
from sqlmodel import col

from careplus_contracts.labs import LabBookingStatus, SpecimenStatus
from careplus_contracts.results import ResultStatus
from careplus_labs.rules.specimens import IN_LABORATORY, Live, booking_status
from careplus_runtime.process.clock import this_second
from careplus_tables.engine import AnySession, WriteSession
from careplus_tables.labs import LabBookingRow, LabBookingTestRow, LabResultRow
from careplus_tables.specimens import SpecimenRow

VERIFIED = (ResultStatus.VERIFIED.value, ResultStatus.RELEASED.value)


async def specimens_of(db: AnySession, booking: LabBookingRow) -> Sequence[SpecimenRow]:
    """Return the specimens of a booking, also the rejected ones, in the order in which they were expected."""
    query = select(SpecimenRow).where(col(SpecimenRow.booking_id) == booking.id).order_by(col(SpecimenRow.id))
    return (await db.execute(query)).scalars().all()


def live_of(specimens: Collection[SpecimenRow]) -> list[SpecimenRow]:
    """Return the specimens that are not rejected."""
    return [one for one in specimens if one.status != SpecimenStatus.REJECTED]


async def of_test(db: AnySession, booking: LabBookingRow, test_code: str) -> SpecimenRow | None:
    """Return the specimen of a test that is not rejected; None where the booking does not have the test."""
    query = (
        select(SpecimenRow)
        .join(LabBookingTestRow, _is_test_of_specimen())
        .where(
            col(SpecimenRow.booking_id) == booking.id,
            col(SpecimenRow.status) != SpecimenStatus.REJECTED.value,
            col(LabBookingTestRow.test_code) == test_code,
        )
    )
    found: SpecimenRow | None = (await db.execute(query)).scalar_one_or_none()
    return found


async def collected_at(db: AnySession, booking: LabBookingRow, test_code: str) -> datetime | None:
    """Return the time at which the specimen of a test was collected."""
    specimen = await of_test(db, booking, test_code)
    return None if specimen is None else specimen.collected_at


async def update(db: WriteSession, booking: LabBookingRow) -> None:
    """Set the booking's status, its reason and its times from its specimens and results, as its next version."""
    specimens = await specimens_of(db, booking)
    replaced = {one.type for one in specimens if one.status == SpecimenStatus.REJECTED}
    live = [Live(SpecimenStatus(one.status), one.type in replaced) for one in live_of(specimens)]
    booking.status = booking_status(LabBookingStatus(booking.status), live, await _results(db, booking)).value
    booking.collected_at = max((one.collected_at for one in specimens if one.collected_at), default=booking.collected_at)
    if booking.status != LabBookingStatus.CANCELLED:
        booking.status_reason = _reason(specimens) if booking.status == LabBookingStatus.REJECTED else None
    if booking.status == LabBookingStatus.VERIFIED and booking.verified_at is None:
        booking.verified_at = this_second()
    booking.version += 1
    await db.flush()


def _reason(specimens: Sequence[SpecimenRow]) -> str | None:
    """Return the reason of the last rejection that waits for a new specimen."""
    awaited = {one.type for one in specimens if one.status == SpecimenStatus.EXPECTED}
    rejected = [one for one in specimens if one.status == SpecimenStatus.REJECTED and one.type in awaited]
    return rejected[-1].rejection_reason if rejected else None


async def _results(db: AnySession, booking: LabBookingRow) -> list[ResultStatus | None]:
    """Return the status of the result of each test; a correction that waits is a result to verify."""
    is_waiting = col(LabResultRow.correction_waits_since).is_not(None)
    query = (
        select(case((is_waiting, ResultStatus.RESULTED.value), else_=col(LabResultRow.status)))
        .select_from(LabBookingTestRow)
        .outerjoin(LabResultRow, is_result_of_test())
        .where(col(LabBookingTestRow.booking_id) == booking.id)
    )
    found = (await db.execute(query)).scalars().all()
    return [None if status is None else ResultStatus(status) for status in found]


def is_result_of_test() -> ColumnElement[bool]:
    """Return the condition that joins a booked test with its result."""
    return and_(
        col(LabResultRow.booking_id) == col(LabBookingTestRow.booking_id),
        col(LabResultRow.test_code) == col(LabBookingTestRow.test_code),
    )


def is_measured() -> ColumnElement[bool]:
    """Return the condition that a specimen of the booking is in the laboratory, and one of its tests is not verified."""
    query = (
        select(col(SpecimenRow.id))
        .join(LabBookingTestRow, _is_test_of_specimen())
        .outerjoin(LabResultRow, and_(is_result_of_test(), col(LabResultRow.status).in_(VERIFIED)))
        .where(
            col(SpecimenRow.booking_id) == col(LabBookingRow.id),
            col(SpecimenRow.status).in_([one.value for one in IN_LABORATORY]),
            col(LabResultRow.id).is_(None),
        )
    )
    return exists(query.correlate(LabBookingRow))


async def count_unverified(db: AnySession, specimen: SpecimenRow) -> int:
    """Return the number of tests of a specimen without a verified result."""
    query = (
        select(func.count())
        .select_from(LabBookingTestRow)
        .outerjoin(LabResultRow, and_(is_result_of_test(), col(LabResultRow.status).in_(VERIFIED)))
        .where(
            col(LabBookingTestRow.booking_id) == specimen.booking_id,
            col(LabBookingTestRow.specimen_type) == specimen.type,
            col(LabResultRow.id).is_(None),
        )
    )
    return (await db.execute(query)).scalar_one()


def _is_test_of_specimen() -> ColumnElement[bool]:
    return and_(
        col(LabBookingTestRow.booking_id) == col(SpecimenRow.booking_id),
        col(LabBookingTestRow.specimen_type) == col(SpecimenRow.type),
    )
