"""Statements about bookings that close by themselves, because no specimen was collected."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, or_, select
from sqlmodel import col

from careplus_contracts.labs import LabBookingStatus, UncollectedBookings
from careplus_contracts.values import Id, Instant, PageFilter
from careplus_labs.rules.bookings import UNCOLLECTED, Patience
from careplus_labs.store.bookings import booking_status, bookings
from careplus_labs.store.bookings.booking_records import to_contract
from careplus_runtime.http.records import Keyset, fetch_page
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_tables.columns import InstantColumn
from careplus_tables.engine import AnySession, ReadSession, WriteSession
from careplus_tables.labs import LabBookingRow

BATCH = 100
CROSS_PATIENT = "bookings of all patients close after the same time"
_LAST_FIRST = Keyset(
    (col(LabBookingRow.cancelled_at), col(LabBookingRow.id)),
    tuple[Instant, Id],
    lambda row: (row.cancelled_at, row.id),
    descending=True,
)


async def list_closed(db: ReadSession, who: Identity, wanted: PageFilter) -> UncollectedBookings:
    """Return the bookings that closed by themselves, the last one first."""
    query = select(LabBookingRow).where(
        col(LabBookingRow.status) == LabBookingStatus.CANCELLED.value,
        col(LabBookingRow.cancelled_by).is_(None),
        col(LabBookingRow.cancelled_at).is_not(None),
    )
    query = query.execution_options(cross_patient="the laboratory works on the bookings of all patients")
    rows, next_cursor = await fetch_page(db, query, _LAST_FIRST, wanted)
    return UncollectedBookings(items=await to_contract(db, who, rows), next_cursor=next_cursor)


async def is_any_due(db: AnySession, patience: Patience) -> bool:
    """Return whether a booking waits too long."""
    query = select(col(LabBookingRow.id)).where(_is_due(patience)).limit(1).execution_options(cross_patient=CROSS_PATIENT)
    return (await db.execute(query)).first() is not None


async def close(db: WriteSession, patience: Patience) -> Sequence[LabBookingRow]:
    """Close up to BATCH bookings that wait too long and return them; rows that another process has locked are skipped."""
    query = select(LabBookingRow).where(_is_due(patience)).order_by(col(LabBookingRow.id)).limit(BATCH)
    query = query.with_for_update(skip_locked=True).execution_options(cross_patient=CROSS_PATIENT)
    rows = (await db.execute(query)).scalars().all()
    for row in rows:
        await bookings.cancel(db, None, row, None)
    return rows


def _is_due(patience: Patience) -> ColumnElement[bool]:
    """Return the condition. A rejected specimen counts from its collection, because the patient came.

    A booking stays open while another specimen of it is in the laboratory.
    """
    at, waiting = now(), col(LabBookingRow.status).in_([status.value for status in UNCOLLECTED])
    booked_at = func.coalesce(col(LabBookingRow.collected_at), col(LabBookingRow.starts_at), type_=InstantColumn())
    ordered = booked_at.is_(None) & (col(LabBookingRow.created_at) < at - patience.after_ordered)
    return waiting & ~booking_status.is_measured() & or_(booked_at < at - patience.after_booked, ordered)
