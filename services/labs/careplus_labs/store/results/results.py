"""Statements about results: one that the caller may read, and the patient's list."""

from sqlalchemy import BigInteger, ColumnElement, Select, bindparam, or_, select
from sqlmodel import col

from careplus_contracts.endpoints import Role
from careplus_contracts.results import LabResult, LabResults, ResultStatus
from careplus_contracts.values import Id, Instant, PageFilter
from careplus_labs.store.bookings.booking_records import READABLE
from careplus_runtime.http.paging import page
from careplus_runtime.http.records import Keyset, fetch_page, one_or_404
from careplus_runtime.identity.care import patients_in_care
from careplus_runtime.identity.tokens import Identity
from careplus_tables.colleagues import is_or_is_done_by
from careplus_tables.compiled import LIMIT, CompiledStatement
from careplus_tables.engine import AnySession, ReadSession
from careplus_tables.labs import LabResultRow
from careplus_tables.result_records import to_lab_results
from careplus_tables.result_rows import RESULT_COLUMNS, ResultRecord

_NEWEST_FIRST = Keyset(
    (col(LabResultRow.specimen_at), col(LabResultRow.id)),
    tuple[Instant, Id],
    lambda row: (row.specimen_at, row.id),
    descending=True,
)
"""By the time that a result shows, that of its specimen: the value typed last can be the oldest."""


_RELEASED = select(*RESULT_COLUMNS).where(
    col(LabResultRow.status) == ResultStatus.RELEASED.value,
    col(LabResultRow.patient_id) == bindparam("patient", type_=BigInteger()),
)
_FIRST = CompiledStatement(_RELEASED.order_by(*(column.desc() for column in _NEWEST_FIRST.columns)).limit(LIMIT))


async def lock_for_update(db: AnySession, who: Identity, result_id: int) -> LabResultRow:
    """Return a result that the caller may read, locked. Raise NotFound."""
    query = select(LabResultRow).where(col(LabResultRow.id) == result_id, *_readable(who)).with_for_update()
    if who.role is Role.LAB:
        query = query.execution_options(cross_patient="the laboratory works on the results of all patients")
    return await one_or_404(db, query)


async def list_released(db: ReadSession, who: Identity, wanted: PageFilter) -> LabResults:
    """Return the patient's released results, newest first."""
    if wanted.cursor is not None:
        return await _page(db, select(LabResultRow).where(*_readable(who)), wanted)
    found = await _FIRST.typed(db, patient=who.id, limit=wanted.limit + 1)
    rows, next_cursor = page([ResultRecord(*row) for row in found], wanted, _NEWEST_FIRST.key)
    return LabResults(items=await to_lab_results(db, rows), next_cursor=next_cursor)


async def show(db: AnySession, row: LabResultRow) -> LabResult:
    """Return one result with its observations and people."""
    [result] = await to_lab_results(db, [row])
    return result


async def _page(db: ReadSession, query: Select[LabResultRow], wanted: PageFilter) -> LabResults:
    rows, next_cursor = await fetch_page(db, query, _NEWEST_FIRST, wanted)
    return LabResults(items=await to_lab_results(db, rows), next_cursor=next_cursor)


def _readable(who: Identity) -> list[ColumnElement[bool]]:
    """Patients read their released results; doctors verified ones of patients in their care and of tests they ordered.

    A doctor also has the orders of doctors that this doctor replaces.
    """
    conditions: list[ColumnElement[bool]] = [
        col(LabResultRow.status).in_([status.value for status in READABLE.get(who.role, ())])
    ]
    if who.role is Role.PATIENT:
        conditions.append(col(LabResultRow.patient_id) == who.id)
    if who.role is Role.DOCTOR:
        is_own = is_or_is_done_by(col(LabResultRow.ordered_by_id), who.id)
        conditions.append(or_(is_own, col(LabResultRow.patient_id).in_(patients_in_care(who))))
    return conditions
