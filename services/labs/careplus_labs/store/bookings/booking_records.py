"""Bookings with their tests and people, as answers show them."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, and_, case, exists, not_, select
from sqlmodel import col

from careplus_clinic.lab_texts import names_of, preparations_of
from careplus_contracts.endpoints import Role
from careplus_contracts.labs import BookedTest, LabBooking, LabBookingStatus, LabPriority, WaitingResult
from careplus_contracts.results import Flag, ResultStatus
from careplus_labs.rules.turnaround import is_late
from careplus_labs.store.bookings import specimen_records
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_tables.engine import AnySession
from careplus_tables.labs import LabBookingRow, LabBookingTestRow, LabResultRow, LabTestRow, ObservationRow
from careplus_tables.people import people_by_id

READABLE: dict[Role, tuple[ResultStatus, ...]] = {
    Role.LAB: tuple(ResultStatus),
    Role.DOCTOR: (ResultStatus.VERIFIED, ResultStatus.RELEASED),
    Role.PATIENT: (ResultStatus.RELEASED,),
}
"""Statuses of the results that each role may read; other roles read none."""
_SAME_MEMBERS = {"reference", "appointment_id", "starts_at", "status_reason", "note", "collected_at", "cancelled_at"}


async def to_contract(db: AnySession, who: Identity, rows: Sequence[LabBookingRow]) -> list[LabBooking]:
    """Return bookings with their tests, specimens and people; four statements for any number."""
    if not rows:
        return []
    tests = await _tests(db, who, [row.id for row in rows if row.id is not None])
    specimens = await specimen_records.by_booking(db, rows)
    named = {id_ for row in rows for id_ in (row.patient_id, row.ordered_by_id, row.cancelled_by_id)}
    people = await people_by_id(db, named | specimen_records.people_in(specimens))
    at = now()
    return [
        LabBooking(
            **row.model_dump(include=_SAME_MEMBERS),
            id=row.id,
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
    has_readable_result = and_(
        col(LabResultRow.booking_id) == col(LabBookingTestRow.booking_id),
        col(LabResultRow.test_code) == col(LabBookingTestRow.test_code),
        col(LabResultRow.status).in_([status.value for status in READABLE.get(who.role, ())]),
    )
    is_normal = and_(_has_value(True), not_(_has_value(False)))
    waiting = case((col(LabResultRow.status) == ResultStatus.RESULTED.value, col(LabResultRow.version)))
    query = (
        select(LabBookingTestRow, LabTestRow, col(LabResultRow.id), waiting, is_normal)
        .join(LabTestRow, col(LabTestRow.code) == col(LabBookingTestRow.test_code))
        .outerjoin(LabResultRow, has_readable_result)
        .where(col(LabBookingTestRow.booking_id).in_(booking_ids))
        .order_by(col(LabBookingTestRow.booking_id), col(LabBookingTestRow.position))
    )
    by_booking: dict[int, list[BookedTest]] = defaultdict(list)
    for row, test, result_id, version, normal in (await db.execute(query)).all():
        by_booking[row.booking_id].append(
            BookedTest(
                code=row.test_code,
                name=test.name,
                names=names_of(test.name),
                preparation=test.preparation,
                preparations=preparations_of(test.preparation),
                price_minor=row.price_minor,
                currency=row.currency,
                result_id=result_id,
                fasting_hours=test.fasting_hours,
                collect_from=test.collect_from,
                collect_until=test.collect_until,
                to_verify=None if version is None else WaitingResult(version=version, normal=bool(normal)),
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
