"""Bookings with their tests and people, as answers show them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, case, exists, not_, select
from sqlmodel import col

from careplus_clinic.lab_texts import names_of, preparations_of
from careplus_contracts.endpoints import Role
from careplus_contracts.labs import BookedTest, LabBooking, LabBookingStatus, LabPriority, WaitingResult
from careplus_contracts.results import Flag, ResultStatus
from careplus_labs.rules.turnaround import is_late
from careplus_labs.store.bookings import specimen_records
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_tables.compiled import CompiledStatement
from careplus_tables.engine import AnySession
from careplus_tables.labs import LabBookingRow, LabBookingTestRow, LabResultRow, LabTestRow, ObservationRow
from careplus_tables.people import people_by_id

READABLE: dict[Role, tuple[ResultStatus, ...]] = {
    Role.LAB: tuple(ResultStatus),
    Role.DOCTOR: (ResultStatus.VERIFIED, ResultStatus.RELEASED),
    Role.PATIENT: (ResultStatus.RELEASED,),
}
"""Statuses of the results that each role may read; other roles read none."""
NO_STATUS = "none"


class BookingRecord(NamedTuple):
    """One row of `BOOKING_COLUMNS`, in their order."""

    id: int
    reference: str
    patient_id: int
    ordered_by_id: int | None
    appointment_id: int | None
    starts_at: datetime | None
    status: str
    status_reason: str | None
    cancelled_by: str | None
    cancelled_by_id: int | None
    cancelled_at: datetime | None
    note: str | None
    collected_at: datetime | None
    created_at: datetime
    version: int
    priority: str
    expected_by: datetime | None


BOOKING_COLUMNS = tuple(col(getattr(LabBookingRow, name)) for name in BookingRecord._fields)
AnyBooking = LabBookingRow | BookingRecord


async def to_contract(db: AnySession, who: Identity, rows: Sequence[AnyBooking]) -> list[LabBooking]:
    """Return bookings with their tests, specimens and people; four statements for any number."""
    if not rows:
        return []
    tests = await _tests(db, who, [row.id for row in rows if row.id is not None])
    specimens = await specimen_records.by_booking(db, [row.id for row in rows if row.id is not None])
    named = {id_ for row in rows for id_ in (row.patient_id, row.ordered_by_id, row.cancelled_by_id)}
    people = await people_by_id(db, named | specimen_records.people_in(specimens))
    at = now()
    return [
        LabBooking(
            id=row.id,
            reference=row.reference,
            appointment_id=row.appointment_id,
            starts_at=row.starts_at,
            status_reason=row.status_reason,
            note=row.note,
            collected_at=row.collected_at,
            cancelled_at=row.cancelled_at,
            patient=people[row.patient_id].lab_patient(),
            ordered_by=None if row.ordered_by_id is None else people[row.ordered_by_id].person(),
            tests=tests[row.id],
            status=LabBookingStatus(row.status),
            cancelled_by=None if row.cancelled_by is None else Role(row.cancelled_by),
            cancelled_by_person=None if row.cancelled_by_id is None else people[row.cancelled_by_id].person(),
            price_minor=sum(test.price_minor for test in tests[row.id]),
            currency=tests[row.id][0].currency,
            created_at=row.created_at,
            priority=LabPriority(row.priority),
            specimens=[specimen_records.to_contract(one, people) for one in specimens[row.id]],
            expected_by=row.expected_by,
            late=is_late(LabBookingStatus(row.status), row.expected_by, at),
            version=row.version,
        )
        for row in rows
        if row.id is not None
    ]


async def _tests(db: AnySession, who: Identity, booking_ids: Collection[int]) -> dict[int, list[BookedTest]]:
    statuses = [status.value for status in READABLE.get(who.role, ())] or [NO_STATUS]
    by_booking: dict[int, list[BookedTest]] = defaultdict(list)
    for row in map(_TestRecord._make, await _TESTS.all(db, bookings=list(booking_ids), statuses=statuses)):
        by_booking[row.booking_id].append(
            BookedTest(
                code=row.code,
                name=row.name,
                names=names_of(row.name),
                preparation=row.preparation,
                preparations=preparations_of(row.preparation),
                price_minor=row.price_minor,
                currency=row.currency,
                result_id=row.result_id,
                fasting_hours=row.fasting_hours,
                collect_from=row.collect_from,
                collect_until=row.collect_until,
                to_verify=None if row.waiting is None else WaitingResult(version=row.waiting, normal=bool(row.normal)),
            )
        )
    return by_booking


def _has_value(normal: bool) -> ColumnElement[bool]:
    """Return whether the result of the test has a value that is normal, or one that is not."""
    flag = col(ObservationRow.flag)
    return exists().where(
        col(ObservationRow.result_id) == col(LabResultRow.id),
        flag == Flag.NORMAL.value if normal else flag != Flag.NORMAL.value,
    )


class _TestRecord(NamedTuple):
    """One row of `_TESTS`, in the order of its columns."""

    booking_id: int
    code: str
    price_minor: int
    currency: str
    name: str
    preparation: str
    fasting_hours: int
    collect_from: str | None
    collect_until: str | None
    result_id: int | None
    waiting: int | None
    normal: bool | int


_TESTS = CompiledStatement(
    select(
        *(col(LabBookingTestRow.booking_id), col(LabBookingTestRow.test_code)),
        *(col(LabBookingTestRow.price_minor), col(LabBookingTestRow.currency)),
        *(col(LabTestRow.name), col(LabTestRow.preparation), col(LabTestRow.fasting_hours)),
        *(col(LabTestRow.collect_from), col(LabTestRow.collect_until), col(LabResultRow.id)),
        case((col(LabResultRow.status) == ResultStatus.RESULTED.value, col(LabResultRow.version))),
        and_(_has_value(True), not_(_has_value(False))),
    )
    .join(LabTestRow, col(LabTestRow.code) == col(LabBookingTestRow.test_code))
    .outerjoin(
        LabResultRow,
        and_(
            col(LabResultRow.booking_id) == col(LabBookingTestRow.booking_id),
            col(LabResultRow.test_code) == col(LabBookingTestRow.test_code),
            col(LabResultRow.status).in_(bindparam("statuses", expanding=True)),
        ),
    )
    .where(col(LabBookingTestRow.booking_id).in_(bindparam("bookings", expanding=True)))
    .order_by(col(LabBookingTestRow.booking_id), col(LabBookingTestRow.position))
)
