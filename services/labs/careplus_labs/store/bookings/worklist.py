"""Statements about the worklist: a page of it, and its counts."""

from functools import cache
from typing import Annotated, Any, TypeVar

from pydantic import Field
from sqlalchemy import ColumnElement, Select, bindparam, case, func, or_, select
from sqlmodel import col

from careplus_clinic.clinic_time import Span
from careplus_contracts.labs import LabBookingStatus, LabPriority, Worklist, WorklistFilter
from careplus_contracts.specimens import WorklistCounts
from careplus_contracts.values import Id, Instant
from careplus_labs.rules.bookings import NEEDS_WORK
from careplus_labs.rules.worklist import Sought, read_search
from careplus_labs.store.bookings.booking_records import BOOKING_COLUMNS, BookingRecord, to_contract
from careplus_runtime.http.paging import page
from careplus_runtime.http.records import Keyset, fetch_page
from careplus_runtime.identity.tokens import Identity
from careplus_tables.accounts import AccountRow
from careplus_tables.columns import InstantColumn
from careplus_tables.compiled import LIMIT, CompiledStatement
from careplus_tables.engine import ReadSession
from careplus_tables.labs import LabBookingRow
from careplus_tables.people import has_words
from careplus_tables.specimens import SpecimenRow

Q = TypeVar("Q", bound="Select[*tuple[Any, ...]]")
CROSS_PATIENT = "the laboratory works on the bookings of all patients"
Turn = Annotated[int, Field(ge=0, le=1)]
_turn = case((col(LabBookingRow.priority) == LabPriority.STAT.value, 0), else_=1)
_due_at = func.coalesce(col(LabBookingRow.starts_at), col(LabBookingRow.created_at), type_=InstantColumn())
_BY_TURN = Keyset(
    (_turn, _due_at, col(LabBookingRow.id)),
    tuple[Turn, Instant, Id],
    lambda row: (int(row.priority != LabPriority.STAT), row.starts_at or row.created_at, row.id),
)


async def list_work(db: ReadSession, who: Identity, wanted: WorklistFilter, span: Span | None) -> Worklist:
    """Return bookings, `stat` ones first, then by their time, or by that of the order where they have none."""
    if wanted.q is None and wanted.cursor is None:
        values = {} if span is None else {"opens": span[0], "closes": span[1]}
        statuses = [one.value for one in (NEEDS_WORK if wanted.status is None else [wanted.status])]
        found = await _first_page(in_span=span is not None).typed(db, statuses=statuses, limit=wanted.limit + 1, **values)
        first, next_cursor = page([BookingRecord(*row) for row in found], wanted, _BY_TURN.key)
        return Worklist(items=await to_contract(db, who, first), next_cursor=next_cursor)
    sought = None if wanted.q is None else read_search(wanted.q)
    query = _matching(select(LabBookingRow), sought, span)
    if wanted.status is not None:
        query = query.where(col(LabBookingRow.status) == wanted.status.value)
    elif sought is None or not (sought.accession or sought.reference):
        query = query.where(col(LabBookingRow.status).in_([one.value for one in NEEDS_WORK]))
    rows, next_cursor = await fetch_page(db, query, _BY_TURN, wanted)
    return Worklist(items=await to_contract(db, who, rows), next_cursor=next_cursor)


# compiled, because each open worklist asks for its first page every half minute
@cache
def _first_page(*, in_span: bool) -> CompiledStatement:
    query = select(*BOOKING_COLUMNS).where(col(LabBookingRow.status).in_(bindparam("statuses", expanding=True)))
    if in_span:
        opens, closes = bindparam("opens", type_=InstantColumn()), bindparam("closes", type_=InstantColumn())
        query = query.where(col(LabBookingRow.starts_at) >= opens, col(LabBookingRow.starts_at) < closes)
    query = query.order_by(*_BY_TURN.columns).limit(LIMIT).execution_options(cross_patient=CROSS_PATIENT)
    return CompiledStatement(query)


async def count_work(db: ReadSession, q: str | None, span: Span | None) -> WorklistCounts:
    """Count the bookings that need work by status; `span` bounds their time."""
    is_stat = col(LabBookingRow.priority) == LabPriority.STAT.value
    query = select(col(LabBookingRow.status), func.count(), func.count().filter(is_stat))
    query = _matching(query, None if q is None else read_search(q), span)
    query = query.where(col(LabBookingRow.status).in_([one.value for one in NEEDS_WORK])).group_by(col(LabBookingRow.status))
    found = {status: (number, stat) for status, number, stat in (await db.execute(query)).all()}
    counts = {LabBookingStatus(one).value: found.get(one.value, (0, 0))[0] for one in NEEDS_WORK}
    return WorklistCounts(**counts, all=sum(counts.values()), stat=sum(stat for _, stat in found.values()))


def _matching(query: Q, sought: Sought | None, span: Span | None) -> Q:
    query = query.execution_options(cross_patient=CROSS_PATIENT)
    if span is not None:
        query = query.where(col(LabBookingRow.starts_at) >= span[0], col(LabBookingRow.starts_at) < span[1])
    return query if sought is None else query.where(_is_sought(sought))


def _is_sought(sought: Sought) -> ColumnElement[bool]:
    of_patient = select(col(AccountRow.id)).where(has_words(col(AccountRow.search_key), sought.words))
    if sought.born is not None:
        of_patient = of_patient.where(col(AccountRow.date_of_birth) == sought.born)
    conditions: list[ColumnElement[bool]] = [col(LabBookingRow.patient_id).in_(of_patient)]
    if sought.accession is not None:
        of_number = select(col(SpecimenRow.booking_id)).where(col(SpecimenRow.accession) == sought.accession)
        conditions.append(col(LabBookingRow.id).in_(of_number.execution_options(cross_patient=CROSS_PATIENT)))
    if sought.reference is not None:
        conditions.append(col(LabBookingRow.reference) == sought.reference)
    return or_(*conditions)
