"""Statements about bookings."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from careplus_contracts.endpoints import Role
from careplus_contracts.labs import BookedTest, BookTests, LabBooking, LabBookings, LabBookingStatus, OrderTests, Worklist
from careplus_contracts.refusals import NotFound
from careplus_contracts.results import ResultStatus
from careplus_contracts.values import Id, Instant
from careplus_labs.rules.bookings import NEEDS_WORK
from careplus_labs.rules.windows import Hours
from careplus_labs.store import catalogue, entry, places
from careplus_labs.store.people import humans
from careplus_runtime.http.paging import after, page
from careplus_runtime.http.problems import NOTHING_HERE
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import this_second
from careplus_tables.columns import InstantColumn
from careplus_tables.labs import LabBookingRow, LabBookingTestRow, LabResultRow, LabTestRow
from careplus_tables.references import new_reference

READABLE: dict[Role, tuple[ResultStatus, ...]] = {
    Role.LAB: tuple(ResultStatus),
    Role.DOCTOR: (ResultStatus.VERIFIED, ResultStatus.RELEASED),
    Role.PATIENT: (ResultStatus.RELEASED,),
}
"""Which results somebody may read; nobody else any."""
_due_at = func.coalesce(col(LabBookingRow.starts_at), col(LabBookingRow.created_at), type_=InstantColumn())


async def find(db: AsyncSession, who: Identity, booking_id: int) -> LabBookingRow:
    """The row of the patient's own booking, or of any for the laboratory, to be changed. Raises NotFound."""
    query = select(LabBookingRow).where(col(LabBookingRow.id) == booking_id, _theirs(who)).with_for_update()
    query = query.execution_options(**_why(who))
    row = (await db.execute(query)).scalar_one_or_none()
    if row is None:
        raise NotFound(NOTHING_HERE)
    return row


async def of_result(db: AsyncSession, who: Identity, result_id: int) -> LabBookingRow:
    """The row of the booking that a result belongs to; to be locked before the result is. Raises NotFound."""
    query = select(col(LabResultRow.booking_id)).where(col(LabResultRow.id) == result_id).execution_options(**_why(who))
    return await find(db, who, (await db.execute(query)).scalar_one_or_none() or 0)


async def list_own(
    db: AsyncSession, who: Identity, status: LabBookingStatus | None, limit: int, cursor: str | None
) -> LabBookings:
    """The patient's bookings, latest first."""
    query = select(LabBookingRow).where(col(LabBookingRow.patient_id) == who.id)
    if status is not None:
        query = query.where(col(LabBookingRow.status) == status.value)
    if (last := after(cursor, Id)) is not None:
        query = query.where(col(LabBookingRow.id) < last)
    found = (await db.execute(query.order_by(col(LabBookingRow.id).desc()).limit(limit + 1))).scalars().all()
    rows, next_cursor = page(found, limit, lambda row: row.id)
    return LabBookings(items=await shown(db, who, rows), next_cursor=next_cursor)


async def list_work(
    db: AsyncSession,
    who: Identity,
    status: LabBookingStatus | None,
    span: tuple[datetime, datetime] | None,
    limit: int,
    cursor: str | None,
) -> Worklist:
    """Bookings by the time they are for, or were ordered at where they have none; `span` bounds the time they are for."""
    wanted = NEEDS_WORK if status is None else (status,)
    query = select(LabBookingRow).where(col(LabBookingRow.status).in_([one.value for one in wanted]), _theirs(who))
    query = query.execution_options(**_why(who))
    if span is not None:
        query = query.where(col(LabBookingRow.starts_at) >= span[0], col(LabBookingRow.starts_at) < span[1])
    rows, next_cursor = page(
        (await db.execute(_from_cursor(query, cursor).limit(limit + 1))).scalars().all(),
        limit,
        lambda row: (row.starts_at or row.created_at, row.id),
    )
    return Worklist(items=await shown(db, who, rows), next_cursor=next_cursor)


def _from_cursor(query: Select[LabBookingRow], cursor: str | None) -> Select[LabBookingRow]:
    if (last := after(cursor, tuple[Instant, Id])) is not None:
        query = query.where(or_(_due_at > last[0], and_(_due_at == last[0], col(LabBookingRow.id) > last[1])))
    return query.order_by(_due_at, col(LabBookingRow.id))


async def book(db: AsyncSession, who: Identity, body: BookTests | OrderTests, when: Hours, places_in_window: int) -> LabBooking:
    """Book for oneself, or order for a patient. Raises UnknownTest and LabFull."""
    tests = await catalogue.bookable(db, body.test_codes)
    row = LabBookingRow(
        reference=new_reference("LB"),
        patient_id=body.patient_id if isinstance(body, OrderTests) else who.id,
        ordered_by_id=who.id if isinstance(body, OrderTests) else None,
        appointment_id=body.appointment_id if isinstance(body, OrderTests) else None,
        note=body.note if isinstance(body, OrderTests) else None,
        starts_at=None if body.starts_at is None else body.starts_at.replace(microsecond=0),
        window_starts_at=None,
        place=None,
        created_at=this_second(),
    )
    await places.insert(db, row, when, places_in_window)
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


async def take(db: AsyncSession, row: LabBookingRow, status: LabBookingStatus, reason: str | None) -> None:
    """Take a booking to another status, with what goes with it; its next version."""
    row.status = status.value
    row.status_reason = reason if status in (LabBookingStatus.REJECTED, LabBookingStatus.CANCELLED) else None
    if status is LabBookingStatus.COLLECTED:
        row.collected_at = this_second()
    if status is LabBookingStatus.REJECTED:
        await entry.take_back_unverified(db, row)
    if status is LabBookingStatus.CANCELLED:
        row.window_starts_at = row.place = None
    row.version += 1
    await db.flush()


async def show(db: AsyncSession, who: Identity, row: LabBookingRow) -> LabBooking:
    return (await shown(db, who, [row]))[0]


async def shown(db: AsyncSession, who: Identity, rows: Sequence[LabBookingRow]) -> list[LabBooking]:
    """Bookings with their tests and people: two statements, however many there are."""
    if not rows:
        return []
    tests = await _tests(db, who, [row.id for row in rows if row.id is not None])
    people = await humans(db, {id for row in rows for id in (row.patient_id, row.ordered_by_id)})
    return [
        LabBooking(
            **row.model_dump(include={"reference", "appointment_id", "starts_at", "status_reason", "note", "collected_at"}),
            id=row.id,
            patient=people[row.patient_id].patient(),
            ordered_by=None if row.ordered_by_id is None else people[row.ordered_by_id].person(),
            tests=tests[row.id],
            status=LabBookingStatus(row.status),
            price_minor=sum(test.price_minor for test in tests[row.id]),
            currency=tests[row.id][0].currency,
            created_at=row.created_at,
            version=row.version,
        )
        for row in rows
        if row.id is not None
    ]


async def _tests(db: AsyncSession, who: Identity, booking_ids: Collection[int]) -> dict[int, list[BookedTest]]:
    its_result = and_(
        col(LabResultRow.booking_id) == col(LabBookingTestRow.booking_id),
        col(LabResultRow.test_code) == col(LabBookingTestRow.test_code),
        col(LabResultRow.status).in_([status.value for status in READABLE.get(who.role, ())]),
    )
    query = (
        select(LabBookingTestRow, col(LabTestRow.name), col(LabTestRow.preparation), col(LabResultRow.id))
        .join(LabTestRow, col(LabTestRow.code) == col(LabBookingTestRow.test_code))
        .outerjoin(LabResultRow, its_result)
        .where(col(LabBookingTestRow.booking_id).in_(booking_ids))
        .order_by(col(LabBookingTestRow.booking_id), col(LabBookingTestRow.position))
    )
    by_booking: dict[int, list[BookedTest]] = defaultdict(list)
    for row, name, preparation, result_id in (await db.execute(query)).all():
        by_booking[row.booking_id].append(
            BookedTest(
                code=row.test_code,
                name=name,
                preparation=preparation,
                price_minor=row.price_minor,
                currency=row.currency,
                result_id=result_id,
            )
        )
    return by_booking


def _why(who: Identity) -> dict[str, str]:
    """Why their statements name no owner, where they do not."""
    return {"cross_patient": "the laboratory works on everybody's bookings"} if who.role is Role.LAB else {}


def _theirs(who: Identity) -> ColumnElement[bool]:
    if who.role is Role.PATIENT:
        return col(LabBookingRow.patient_id) == who.id
    return true() if who.role is Role.LAB else false()
