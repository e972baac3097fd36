"""Statements about values: entered, verified, or deleted with a rejected specimen."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, case, delete, select
from sqlmodel import col

from careplus_clinic.clinic_time import local_date
from careplus_contracts.labs import LabBookingStatus
from careplus_contracts.refusals import FieldError, Malformed
from careplus_contracts.results import EnterObservation, EnterResult, Observation, ResultStatus
from careplus_labs.rules import observations as rules
from careplus_labs.rules.bookings import status_after_results
from careplus_labs.rules.flags import age_in_days
from careplus_labs.store import catalogue
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import this_second
from careplus_tables.engine import AnySession, WriteSession
from careplus_tables.labs import LabBookingRow, LabBookingTestRow, LabResultRow, ObservationRow
from careplus_tables.people import people_by_id


async def result_of(db: AnySession, booking: LabBookingRow, test_code: str) -> LabResultRow | None:
    """Return the result entered for this test, or None. Raise Malformed where the booking does not have the test."""
    query = (
        select(LabBookingTestRow, LabResultRow)
        .outerjoin(LabResultRow, _is_result_of_test())
        .where(col(LabBookingTestRow.booking_id) == booking.id, col(LabBookingTestRow.test_code) == test_code)
    )
    row = (await db.execute(query)).first()
    if row is None:
        message = "is not a test of this booking"
        raise Malformed(f"body.test_code: {message}", errors=[FieldError(field="body.test_code", message=message)])
    _, result = row
    return result


async def record(
    db: WriteSession, who: Identity, booking: LabBookingRow, before: LabResultRow | None, body: EnterResult, zone: ZoneInfo
) -> LabResultRow:
    """Write the result of a test, replacing one entered before, and update the booking. Raise Malformed and WrongUnit."""
    assert booking.id is not None
    at = this_second()
    observations = await observed(db, booking, body.test_code, body.observations, booking.collected_at or at, zone)
    values: dict[str, Any] = {
        **judged(observations),
        "note": body.note,
        "collected_at": booking.collected_at,
        "specimen_at": booking.collected_at or at,
        "entered_by_id": who.id,
        "entered_at": at,
    }
    if before is None:
        row = LabResultRow(booking_id=booking.id, patient_id=booking.patient_id, test_code=body.test_code, **values)
        db.add(row)
    else:
        row = before.sqlmodel_update({**values, "version": before.version + 1})
    await db.flush()
    await replace_observations(db, row, observations)
    await update_booking(db, booking, at)
    return row


def judged(observations: Sequence[Observation]) -> dict[str, Any]:
    """Return the columns of a result that follow from its observations."""
    return {"outside_range": rules.outside_range(observations), "critical": rules.is_critical(observations)}


async def observed(
    db: AnySession,
    of: LabBookingRow | LabResultRow,
    test_code: str,
    entered: Sequence[EnterObservation],
    at: datetime,
    zone: ZoneInfo,
) -> list[Observation]:
    """Return the entered values of a test, flagged for the patient at this time. Raise Malformed and WrongUnit."""
    measured = await catalogue.measured_by(db, test_code, {one.analyte for one in entered}, local_date(at, zone))
    rules.check_entered(entered, measured)
    rules.check_units(entered, measured)
    patient = (await people_by_id(db, [of.patient_id]))[of.patient_id]
    return rules.observed(entered, measured, patient.sex, age_in_days(patient.date_of_birth, at, zone))


async def replace_observations(db: WriteSession, row: LabResultRow, observations: Sequence[Observation]) -> None:
    """Delete the observations of a result and insert these."""
    await db.execute(delete(ObservationRow).where(col(ObservationRow.result_id) == row.id))
    db.add_all(_observation(row, position, one) for position, one in enumerate(observations))
    await db.flush()


async def verify(db: WriteSession, who: Identity, booking: LabBookingRow, row: LabResultRow, note: str | None) -> None:
    """Verify a result. Without an ordering doctor it is released at once, because no doctor reviews it."""
    at = this_second()
    set_verified(row, who.id, at)
    row.status = ResultStatus.VERIFIED.value
    row.note = row.note if note is None else note
    if booking.ordered_by_id is None:
        row.status, row.released_at = ResultStatus.RELEASED.value, at
    row.version += 1
    await db.flush()
    await update_booking(db, booking, at)


def set_verified(row: LabResultRow, by_id: int, at: datetime) -> None:
    """Set the person and time of the verification, also of a correction: from now on the values are unseen."""
    row.verified_by_id, row.verified_at = by_id, at
    row.seen_by_id = row.seen_at = None


async def delete_unverified(db: WriteSession, booking: LabBookingRow) -> None:
    """Delete the unverified results of a rejected specimen."""
    unverified = select(col(LabResultRow.id)).where(
        col(LabResultRow.booking_id) == booking.id, col(LabResultRow.status) == ResultStatus.RESULTED.value
    )
    await db.execute(delete(ObservationRow).where(col(ObservationRow.result_id).in_(unverified)))
    of_booking = col(LabResultRow.booking_id) == booking.id
    await db.execute(delete(LabResultRow).where(of_booking, col(LabResultRow.id).in_(unverified)))


async def update_booking(db: WriteSession, booking: LabBookingRow, at: datetime) -> None:
    """Set the booking's status from its results, as its next version; a correction that waits is a result to verify."""
    is_waiting = col(LabResultRow.correction_waits_since).is_not(None)
    query = (
        select(case((is_waiting, ResultStatus.RESULTED.value), else_=col(LabResultRow.status)))
        .select_from(LabBookingTestRow)
        .outerjoin(LabResultRow, _is_result_of_test())
        .where(col(LabBookingTestRow.booking_id) == booking.id)
    )
    found = (await db.execute(query)).scalars().all()
    statuses = [None if status is None else ResultStatus(status) for status in found]
    booking.status = status_after_results(LabBookingStatus(booking.status), statuses).value
    if booking.status == LabBookingStatus.VERIFIED and booking.verified_at is None:
        booking.verified_at = at
    booking.version += 1
    await db.flush()


def _is_result_of_test() -> ColumnElement[bool]:
    return and_(
        col(LabResultRow.booking_id) == col(LabBookingTestRow.booking_id),
        col(LabResultRow.test_code) == col(LabBookingTestRow.test_code),
    )


def _observation(result: LabResultRow, position: int, one: Observation) -> ObservationRow:
    assert result.id is not None
    bounds = {} if one.range is None else one.range.model_dump(exclude={"sex"})
    return ObservationRow(
        **one.model_dump(mode="json", include={"value", "text", "unit", "decimals", "usual", "flag", "comparator", "missing"}),
        result_id=result.id,
        position=position,
        patient_id=result.patient_id,
        analyte_code=one.analyte,
        has_range=one.range is not None,
        range_sex=one.range.sex.value if one.range and one.range.sex else None,
        low=bounds.get("low"),
        high=bounds.get("high"),
        critical_low=bounds.get("critical_low"),
        critical_high=bounds.get("critical_high"),
    )
