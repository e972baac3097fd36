"""Flags of typed values: statements that only read."""

from datetime import date

from sqlalchemy import select
from sqlmodel import col

from careplus_clinic.clinic_time import local_date
from careplus_contracts.flagging import PreviewedFlags, PreviewFlags
from careplus_contracts.lab_catalogue import Analyte
from careplus_labs.rules import observations as rules
from careplus_labs.rules.flags import age_in_days
from careplus_labs.store.catalogue import catalogue
from careplus_runtime.process.clock import this_second
from careplus_runtime.process.settings import Settings
from careplus_tables.engine import ReadSession
from careplus_tables.labs import LabBookingRow, LabBookingTestRow
from careplus_tables.people import people_by_id


async def preview(db: ReadSession, booking: LabBookingRow, body: PreviewFlags, settings: Settings) -> PreviewedFlags:
    """Return the ranges of a booking's analytes for its patient, and the flags of typed values. Raise Malformed, WrongUnit."""
    assert booking.id is not None
    at = booking.collected_at or this_second()
    day = local_date(at, settings.clinic_zone)
    measured = await _measured(db, booking, {one.analyte for one in body.observations}, day)
    rules.check_entered(body.observations, measured, can_repeat=True)
    rules.check_units(body.observations, measured)
    patient = (await people_by_id(db, [booking.patient_id]))[booking.patient_id]
    age = age_in_days(patient.date_of_birth, at, settings.clinic_zone)
    return PreviewedFlags(
        booking_id=booking.id,
        ranges=rules.ranges_of(measured, patient.sex, age),
        flags=rules.previewed(body.observations, measured, patient.sex, age),
    )


async def _measured(db: ReadSession, booking: LabBookingRow, entered: set[str], day: date) -> dict[str, Analyte]:
    """Return the analytes of a booking's tests, with the entered ones where a test of it measures any."""
    query = select(col(LabBookingTestRow.test_code)).where(col(LabBookingTestRow.booking_id) == booking.id)
    codes = (await db.execute(query)).scalars().all()
    by_test = await catalogue.analytes_of(db, codes, day)
    measured = {one.code: one for code in codes for one in by_test[code]}
    open_tests = [code for code in codes if not by_test[code]]
    return {**(await catalogue.measured_by(db, open_tests[0], entered, day) if open_tests else {}), **measured}
