"""Statements about results: the doctor's review and the patient's list."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from careplus_contracts.accounts import Sex
from careplus_contracts.endpoints import Role
from careplus_contracts.results import (
    AppliedRange,
    Comparator,
    Flag,
    LabResult,
    LabResults,
    Observation,
    ResultStatus,
    ReviewResult,
)
from careplus_labs.store.bookings import READABLE
from careplus_labs.store.patients import lab_patient
from careplus_runtime.http.records import fetch_page, newest_first, one_or_404
from careplus_runtime.identity.care import patients_in_care
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import this_second
from careplus_tables.labs import AnalyteRow, LabBookingRow, LabResultRow, LabTestRow, ObservationRow
from careplus_tables.people import PersonRow, people_by_id

BOUNDS = {"low", "high", "critical_low", "critical_high"}
_NEWEST_FIRST = newest_first(col(LabResultRow.id))


async def lock_for_update(db: AsyncSession, who: Identity, result_id: int) -> LabResultRow:
    """Return a result that the caller may read, locked. Raise NotFound."""
    query = select(LabResultRow).where(col(LabResultRow.id) == result_id, *_readable(who)).with_for_update()
    if who.role is Role.LAB:
        query = query.execution_options(unowned="the laboratory works on the results of all patients")
    return await one_or_404(db, query)


async def list_released(db: AsyncSession, who: Identity, limit: int, cursor: str | None) -> LabResults:
    """Return the patient's released results, newest first."""
    return await _page(db, select(LabResultRow).where(*_readable(who)), limit, cursor)


async def list_to_review(
    db: AsyncSession,
    who: Identity,
    *,
    seen: bool | None,
    released: bool | None,
    patient_id: int | None,
    limit: int,
    cursor: str | None,
) -> LabResults:
    """Return verified results of the doctor's patients and orders, newest first."""
    query = select(LabResultRow).where(*_readable(who))
    if seen is not None:
        query = query.where(col(LabResultRow.seen_at).is_not(None) if seen else col(LabResultRow.seen_at).is_(None))
    if released is not None:
        status = ResultStatus.RELEASED if released else ResultStatus.VERIFIED
        query = query.where(col(LabResultRow.status) == status.value)
    if patient_id is not None:
        query = query.where(col(LabResultRow.patient_id) == patient_id)
    return await _page(db, query, limit, cursor)


async def review(db: AsyncSession, who: Identity, row: LabResultRow, body: ReviewResult) -> LabResult:
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


async def show(db: AsyncSession, row: LabResultRow) -> LabResult:
    """Return one result with its observations and people."""
    [result] = await to_contract(db, [row])
    return result


async def to_contract(db: AsyncSession, rows: Sequence[LabResultRow]) -> list[LabResult]:
    """Return results with booking, test, people and observations; three statements for any number."""
    if not rows:
        return []
    ids = [row.id for row in rows if row.id is not None]
    names = (
        select(col(LabResultRow.id), col(LabBookingRow.reference), col(LabTestRow.name))
        .join(LabBookingRow, col(LabBookingRow.id) == col(LabResultRow.booking_id))
        .join(LabTestRow, col(LabTestRow.code) == col(LabResultRow.test_code))
        .where(col(LabResultRow.id).in_(ids))
        .execution_options(unowned="results that were found for the caller before")
    )
    named = {id_: (reference, name) for id_, reference, name in (await db.execute(names)).all()}
    people = await people_by_id(db, {id_ for row in rows for id_ in (row.patient_id, row.verified_by_id, row.released_by_id)})
    observations = await _observations(db, ids)
    return [_result(row, *named[row.id], people, observations[row.id]) for row in rows if row.id is not None]


async def _page(db: AsyncSession, query: Select[LabResultRow], limit: int, cursor: str | None) -> LabResults:
    rows, next_cursor = await fetch_page(db, query, _NEWEST_FIRST, limit, cursor)
    return LabResults(items=await to_contract(db, rows), next_cursor=next_cursor)


def _readable(who: Identity) -> list[ColumnElement[bool]]:
    """Patients read their released results; doctors verified ones of patients in their care and of tests they ordered."""
    conditions: list[ColumnElement[bool]] = [
        col(LabResultRow.status).in_([status.value for status in READABLE.get(who.role, ())])
    ]
    if who.role is Role.PATIENT:
        conditions.append(col(LabResultRow.patient_id) == who.id)
    if who.role is Role.DOCTOR:
        ordered = select(col(LabBookingRow.id)).where(col(LabBookingRow.ordered_by_id) == who.id)
        conditions.append(or_(col(LabResultRow.booking_id).in_(ordered), col(LabResultRow.patient_id).in_(patients_in_care(who))))
    return conditions


async def _observations(db: AsyncSession, result_ids: Collection[int]) -> dict[int, list[Observation]]:
    query = (
        select(ObservationRow, AnalyteRow)
        .join(AnalyteRow, col(AnalyteRow.code) == col(ObservationRow.analyte_code))
        .where(col(ObservationRow.result_id).in_(result_ids))
        .order_by(col(ObservationRow.result_id), col(ObservationRow.position))
    )
    by_result: dict[int, list[Observation]] = defaultdict(list)
    for row, analyte in (await db.execute(query)).all():
        by_result[row.result_id].append(_observation(row, analyte))
    return by_result


def _observation(row: ObservationRow, analyte: AnalyteRow) -> Observation:
    sex = None if row.range_sex is None else Sex(row.range_sex)
    return Observation(
        **row.model_dump(include={"value", "text", "unit", "decimals", "usual"}),
        analyte=analyte.code,
        name=analyte.name,
        loinc=analyte.loinc,
        plain=analyte.plain,
        comparator=None if row.comparator is None else Comparator(row.comparator),
        range=AppliedRange(sex=sex, **row.model_dump(include=BOUNDS)) if row.has_range else None,
        flag=Flag(row.flag),
    )


def _result(
    row: LabResultRow, reference: str, test_name: str, people: dict[int, PersonRow], observations: list[Observation]
) -> LabResult:
    replaced = {"patient_id", "status", "entered_by_id", "verified_by_id", "seen_by_id", "released_by_id"}
    return LabResult(
        **row.model_dump(exclude=replaced),
        reference=reference,
        patient=lab_patient(people[row.patient_id]),
        test_name=test_name,
        status=ResultStatus(row.status),
        observations=observations,
        verified_by=None if row.verified_by_id is None else people[row.verified_by_id].person(),
        released_by=None if row.released_by_id is None else people[row.released_by_id].person(),
    )
