"""Statements about results, from the verified one to the patient's list."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from careplus_contracts.accounts import Sex
from careplus_contracts.endpoints import Role
from careplus_contracts.refusals import NotFound
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
from careplus_contracts.values import Id
from careplus_labs.store.bookings import READABLE
from careplus_labs.store.people import Human, humans
from careplus_runtime.http.paging import after, page
from careplus_runtime.http.problems import NOTHING_HERE
from careplus_runtime.identity.care import patients_in_care
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import this_second
from careplus_tables.labs import AnalyteRow, LabBookingRow, LabResultRow, LabTestRow, ObservationRow

BOUNDS = {"low", "high", "critical_low", "critical_high"}


async def find(db: AsyncSession, who: Identity, result_id: int) -> LabResultRow:
    """The row of a result that this reader may see, to be changed. Raises NotFound."""
    query = select(LabResultRow).where(col(LabResultRow.id) == result_id, *_readable(who)).with_for_update()
    if who.role is Role.LAB:
        query = query.execution_options(cross_patient="the laboratory works on everybody's results")
    row = (await db.execute(query)).scalar_one_or_none()
    if row is None:
        raise NotFound(NOTHING_HERE)
    return row


async def list_released(db: AsyncSession, who: Identity, limit: int, cursor: str | None) -> LabResults:
    """The patient's released results, newest first."""
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
    """Verified results of the doctor's patients and orders, newest first."""
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
    """Note what the doctor did with it, each for the first time; the next version if that was anything."""
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
    return (await shown(db, [row]))[0]


async def shown(db: AsyncSession, rows: Sequence[LabResultRow]) -> list[LabResult]:
    """Results with booking, test, people and observations: three statements, however many there are."""
    if not rows:
        return []
    ids = [row.id for row in rows if row.id is not None]
    about = (
        select(col(LabResultRow.id), col(LabBookingRow.reference), col(LabTestRow.name))
        .join(LabBookingRow, col(LabBookingRow.id) == col(LabResultRow.booking_id))
        .join(LabTestRow, col(LabTestRow.code) == col(LabResultRow.test_code))
        .where(col(LabResultRow.id).in_(ids))
        .execution_options(cross_patient="of rows that were found for their reader")
    )
    named = {id: (reference, name) for id, reference, name in (await db.execute(about)).all()}
    people = await humans(db, {id for row in rows for id in (row.patient_id, row.verified_by_id, row.released_by_id)})
    observations = await _observations(db, ids)
    return [_result(row, *named[row.id], people, observations[row.id]) for row in rows if row.id is not None]


async def _page(db: AsyncSession, query: Select[LabResultRow], limit: int, cursor: str | None) -> LabResults:
    if (last := after(cursor, Id)) is not None:
        query = query.where(col(LabResultRow.id) < last)
    found = (await db.execute(query.order_by(col(LabResultRow.id).desc()).limit(limit + 1))).scalars().all()
    rows, next_cursor = page(found, limit, lambda row: row.id)
    return LabResults(items=await shown(db, rows), next_cursor=next_cursor)


def _readable(who: Identity) -> list[ColumnElement[bool]]:
    """Patients: their own released ones. Doctors: verified ones of patients in their care or tests they ordered."""
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
    row: LabResultRow, reference: str, test_name: str, people: dict[int, Human], observations: list[Observation]
) -> LabResult:
    people_of = {"patient_id", "status", "entered_by_id", "verified_by_id", "seen_by_id", "released_by_id"}
    return LabResult(
        **row.model_dump(exclude=people_of),
        reference=reference,
        patient=people[row.patient_id].patient(),
        test_name=test_name,
        status=ResultStatus(row.status),
        observations=observations,
        verified_by=None if row.verified_by_id is None else people[row.verified_by_id].person(),
        released_by=None if row.released_by_id is None else people[row.released_by_id].person(),
    )
