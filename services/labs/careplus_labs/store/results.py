"""Statements about results: the doctor's review and the patient's list."""

from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlmodel import col

from careplus_contracts.endpoints import Role
from careplus_contracts.results import (
    LabResult,
    LabResults,
    ResultStatus,
    ReviewFilter,
    ReviewResult,
)
from careplus_contracts.values import Id, Instant, PageFilter
from careplus_labs.store.booking_records import READABLE
from careplus_runtime.http.records import Keyset, fetch_page, one_or_404
from careplus_runtime.identity.care import patients_in_care
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import this_second
from careplus_tables.colleagues import is_or_is_done_by
from careplus_tables.engine import AnySession, ReadSession, WriteSession
from careplus_tables.labs import LabBookingRow, LabResultRow
from careplus_tables.result_records import to_lab_results

_NEWEST_FIRST = Keyset(
    (col(LabResultRow.specimen_at), col(LabResultRow.id)),
    tuple[Instant, Id],
    lambda row: (row.specimen_at, row.id),
    descending=True,
)
"""By the time that a result shows, that of its specimen: the value typed last can be the oldest."""


async def lock_for_update(db: AnySession, who: Identity, result_id: int) -> LabResultRow:
    """Return a result that the caller may read, locked. Raise NotFound."""
    query = select(LabResultRow).where(col(LabResultRow.id) == result_id, *_readable(who)).with_for_update()
    if who.role is Role.LAB:
        query = query.execution_options(cross_patient="the laboratory works on the results of all patients")
    return await one_or_404(db, query)


async def list_released(db: ReadSession, who: Identity, wanted: PageFilter) -> LabResults:
    """Return the patient's released results, newest first."""
    return await _page(db, select(LabResultRow).where(*_readable(who)), wanted)


async def list_to_review(db: ReadSession, who: Identity, wanted: ReviewFilter) -> LabResults:
    """Return verified results of the doctor's patients and orders, newest first."""
    query = select(LabResultRow).where(*_readable(who))
    if wanted.seen is not None:
        query = query.where(col(LabResultRow.seen_at).is_not(None) if wanted.seen else col(LabResultRow.seen_at).is_(None))
    if wanted.released is not None:
        status = ResultStatus.RELEASED if wanted.released else ResultStatus.VERIFIED
        query = query.where(col(LabResultRow.status) == status.value)
    if wanted.patient_id is not None:
        query = query.where(col(LabResultRow.patient_id) == wanted.patient_id)
    return await _page(db, query, wanted)


async def review(db: WriteSession, who: Identity, row: LabResultRow, body: ReviewResult) -> LabResult:
    """Store that the doctor saw, commented or released the result; the next version if that changes the record."""
    at = this_second()
    changes: dict[str, Any] = {}
    if body.seen and row.seen_at is None:
        changes |= {"seen_at": at, "seen_by_id": who.id}
    if body.comment is not None and body.comment != row.comment:
        changes |= {"comment": body.comment}
    if body.release and row.status == ResultStatus.VERIFIED:
        changes |= {"status": ResultStatus.RELEASED.value, "released_at": at, "released_by_id": who.id}
    if changes:
        row.sqlmodel_update({**changes, "version": row.version + 1})
        await db.flush()
    return await show(db, row)


async def show(db: AnySession, row: LabResultRow) -> LabResult:
    """Return one result with its observations and people."""
    [result] = await to_lab_results(db, [row])
    return result


async def _page(db: ReadSession, query: Select[LabResultRow], wanted: PageFilter) -> LabResults:
    rows, next_cursor = await fetch_page(db, query, _NEWEST_FIRST, wanted)
    return LabResults(items=await to_lab_results(db, rows), next_cursor=next_cursor)


def _readable(who: Identity) -> list[ColumnElement[bool]]:
    """Patients read their released results; doctors verified ones of patients in their care and of tests they ordered.

    A doctor also has the orders of doctors whose work this doctor does.
    """
    conditions: list[ColumnElement[bool]] = [
        col(LabResultRow.status).in_([status.value for status in READABLE.get(who.role, ())])
    ]
    if who.role is Role.PATIENT:
        conditions.append(col(LabResultRow.patient_id) == who.id)
    if who.role is Role.DOCTOR:
        ordered = select(col(LabBookingRow.id)).where(is_or_is_done_by(col(LabBookingRow.ordered_by_id), who.id))
        conditions.append(or_(col(LabResultRow.booking_id).in_(ordered), col(LabResultRow.patient_id).in_(patients_in_care(who))))
    return conditions
