"""Statements about values: entered, verified, or deleted with a rejected specimen."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlmodel import col

from careplus_clinic.clinic_time import local_date
from careplus_contracts.refusals import FieldError, Malformed
from careplus_contracts.results import EnterObservation, EnterResult, Observation, ResultStatus
from careplus_labs.rules import observations as rules
from careplus_labs.rules.flags import age_in_days
from careplus_labs.store.bookings import booking_status
from careplus_labs.store.catalogue import catalogue
from careplus_labs.store.results import release, result_notices
from careplus_labs.store.reviews import critical
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import this_second
from careplus_tables.engine import AnySession, WriteSession
from careplus_tables.labs import LabBookingRow, LabBookingTestRow, LabResultRow, ObservationRow
from careplus_tables.people import people_by_id


async def result_of(db: AnySession, booking: LabBookingRow, test_code: str) -> LabResultRow | None:
    """Return the result entered for this test, or None. Raise Malformed where the booking does not have the test."""
    query = (
        select(LabBookingTestRow, LabResultRow)
        .outerjoin(LabResultRow, booking_status.is_result_of_test())
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
    collected_at = await booking_status.collected_at(db, booking, body.test_code)
    observations = await observed(db, booking, body.test_code, body.observations, collected_at or at, zone)
    values: dict[str, Any] = {
        **judged(observations),
        "note": body.note,
        "collected_at": collected_at,
        "specimen_at": collected_at or at,
        "entered_by_id": who.id,
        "entered_at": at,
        "ordered_by_id": booking.ordered_by_id,
    }
    if before is None:
        row = LabResultRow(booking_id=booking.id, patient_id=booking.patient_id, test_code=body.test_code, **values)
        db.add(row)
    else:
        row = before.sqlmodel_update({**values, "version": before.version + 1})
    await db.flush()
    await replace_observations(db, row, observations)
    await booking_status.update(db, booking)
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
    """Verify a result, and release it where the policy of its test says so; a critical one is open."""
    at = this_second()
    await set_verified(db, row, who.id, at)
    row.status = ResultStatus.VERIFIED.value
    row.note = row.note if note is None else note
    critical.open_again(row)
    if await release.is_due_at_verification(db, row):
        row.status, row.released_at = ResultStatus.RELEASED.value, at
        await result_notices.tell_released(db, [row])
    row.version += 1
    await db.flush()
    await booking_status.update(db, booking)


async def set_verified(db: AnySession, row: LabResultRow, by_id: int, at: datetime) -> None:
    """Set the person and time of the verification, also of a correction: marks of an earlier time do not count any more.

    The names of that person and of the ordering doctor stay the present ones.
    """
    row.verified_by_id, row.verified_at = by_id, at
    people = await people_by_id(db, [by_id, row.ordered_by_id])
    row.verified_by_name = people[by_id].full_name
    row.ordered_by_name = None if row.ordered_by_id is None else people[row.ordered_by_id].full_name


async def delete_unverified(db: WriteSession, booking: LabBookingRow, specimen_type: str) -> None:
    """Delete the unverified results of the tests of a rejected specimen."""
    of_type = select(col(LabBookingTestRow.test_code)).where(
        col(LabBookingTestRow.booking_id) == booking.id, col(LabBookingTestRow.specimen_type) == specimen_type
    )
    unverified = select(col(LabResultRow.id)).where(
        col(LabResultRow.booking_id) == booking.id,
        col(LabResultRow.status) == ResultStatus.RESULTED.value,
        col(LabResultRow.test_code).in_(of_type),
    )
    await db.execute(delete(ObservationRow).where(col(ObservationRow.result_id).in_(unverified)))
    of_booking = col(LabResultRow.booking_id) == booking.id
    await db.execute(delete(LabResultRow).where(of_booking, col(LabResultRow.id).in_(unverified)))


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
