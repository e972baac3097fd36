"""Statements about tests that a patient had within their repeat interval."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlmodel import col

from careplus_clinic.lab_texts import names_of
from careplus_contracts.lab_orders import RepeatedTest, RepeatFilter, Repeats
from careplus_contracts.labs import LabBookingStatus
from careplus_contracts.results import LabResult
from careplus_labs.rules.turnaround import again_from
from careplus_labs.store.bookings.booking_records import READABLE
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_tables.columns import InstantColumn
from careplus_tables.engine import AnySession, ReadSession
from careplus_tables.labs import LabBookingRow, LabBookingTestRow, LabResultRow, LabTestRow
from careplus_tables.people import people_by_id
from careplus_tables.result_records import to_lab_results

_at = func.coalesce(
    col(LabBookingRow.collected_at), col(LabBookingRow.starts_at), col(LabBookingRow.created_at), type_=InstantColumn()
)


class _Last(NamedTuple):
    """The latest booking of one test."""

    booking_id: int
    booking: LabBookingRow
    code: str
    name: str
    days: int
    at: datetime


async def find(db: ReadSession, who: Identity, wanted: RepeatFilter) -> Repeats:
    """Return the tests of which the patient's latest booking is within the interval, in the order asked for."""
    codes = wanted.test_codes.split(",")
    at = now()
    found = [one for one in await _latest(db, wanted, codes) if again_from(one.at, one.days) > at]
    results = await _results(db, who, found)
    people = await people_by_id(db, {one.booking.ordered_by_id for one in found})
    items = [
        RepeatedTest(
            code=one.code,
            name=one.name,
            names=names_of(one.name),
            repeat_after_days=one.days,
            booking_id=one.booking_id,
            reference=one.booking.reference,
            status=LabBookingStatus(one.booking.status),
            at=one.at,
            again_from=again_from(one.at, one.days),
            ordered_by=None if one.booking.ordered_by_id is None else people[one.booking.ordered_by_id].person(),
            result=results.get((one.booking_id, one.code)),
        )
        for one in sorted(found, key=lambda one: codes.index(one.code))
    ]
    return Repeats(items=items, next_cursor=None)


async def _latest(db: AnySession, wanted: RepeatFilter, codes: Sequence[str]) -> list[_Last]:
    """Return the latest booking of each test that has an interval; one statement."""
    number = func.row_number().over(
        partition_by=col(LabBookingTestRow.test_code), order_by=(_at.desc(), col(LabBookingRow.id).desc())
    )
    ranked = (
        select(col(LabBookingRow.id).label("id"), col(LabTestRow.code), col(LabTestRow.name), number.label("number"))
        .add_columns(col(LabTestRow.repeat_after_days).label("days"), _at.label("at"))
        .join(LabBookingTestRow, col(LabBookingTestRow.booking_id) == col(LabBookingRow.id))
        .join(LabTestRow, col(LabTestRow.code) == col(LabBookingTestRow.test_code))
        .where(
            col(LabBookingRow.patient_id) == wanted.patient_id,
            col(LabBookingRow.status) != LabBookingStatus.CANCELLED.value,
            col(LabBookingRow.id) != (wanted.booking_id or 0),
            col(LabTestRow.code).in_(codes),
            col(LabTestRow.repeat_after_days).is_not(None),
        )
        .subquery()
    )
    query = (
        select(ranked.c.id, LabBookingRow, ranked.c.code, ranked.c.name, ranked.c.days, ranked.c.at)
        .join(ranked, ranked.c.id == col(LabBookingRow.id))
        .where(ranked.c.number == 1, col(LabBookingRow.patient_id) == wanted.patient_id)
    )
    return [_Last(*row) for row in (await db.execute(query)).all()]


async def _results(db: AnySession, who: Identity, found: Sequence[_Last]) -> dict[tuple[int, str], LabResult]:
    """Return the results of these bookings that the caller may read, by booking and test."""
    if not found:
        return {}
    query = select(LabResultRow).where(
        col(LabResultRow.booking_id).in_({one.booking_id for one in found}),
        col(LabResultRow.test_code).in_({one.code for one in found}),
        col(LabResultRow.status).in_([status.value for status in READABLE.get(who.role, ())]),
    )
    rows = (await db.execute(query.order_by(col(LabResultRow.id)))).scalars().all()
    return {(one.booking_id, one.test_code): one for one in await to_lab_results(db, rows)}
