"""Laboratory results with their observations and people, as the answers of several services show them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from careplus_clinic.lab_texts import all_values, coded_value, explanations_of, names_of
from careplus_contracts.accounts import Sex
from careplus_contracts.results import AppliedRange, Comparator, Flag, LabResult, Missing, Observation, ResultStatus
from careplus_tables.labs import AnalyteRow, LabBookingRow, LabResultRow, LabTestRow, ObservationRow, ObservedColumns
from careplus_tables.people import PersonRow, people_by_id, signed_by
from careplus_tables.reviews import ResultReviewRow

CROSS_PATIENT = "results that were found for the caller before"


class _Names(NamedTuple):
    """Names that stand in the rows of the booking and the test."""

    reference: str
    test_name: str
    ordered_by_id: int | None


async def to_lab_results(db: AsyncSession, rows: Sequence[LabResultRow], doctor_id: int | None = None) -> list[LabResult]:
    """Return results that were found for the caller before, with names and observations; a few statements for any number.

    The answer shows the marks of the doctor `doctor_id`.
    """
    if not rows:
        return []
    ids = [row.id for row in rows if row.id is not None]
    names = await _names(db, ids)
    named = {id_ for row in rows for id_ in (row.patient_id, row.verified_by_id, row.released_by_id, row.corrected_by_id)}
    people = await people_by_id(db, named | {name.ordered_by_id for name in names.values()})
    observations = await _observations(db, ids)
    seen = {} if doctor_id is None else await _seen_by(db, ids, doctor_id)
    return [_result(row, names[row.id], people, observations[row.id], seen.get(row.id)) for row in rows if row.id is not None]


async def _seen_by(db: AsyncSession, result_ids: Collection[int], doctor_id: int) -> dict[int, datetime]:
    """Return the time at which the doctor saw the values as they are verified now, by result."""
    query = (
        select(col(ResultReviewRow.result_id), col(ResultReviewRow.seen_at))
        .join(LabResultRow, is_of_present_values(ResultReviewRow))
        .where(col(ResultReviewRow.result_id).in_(result_ids), col(ResultReviewRow.doctor_id) == doctor_id)
    )
    return {row.result_id: row.seen_at for row in (await db.execute(query)).all()}


def is_of_present_values(review: type[ResultReviewRow]) -> ColumnElement[bool]:
    """Return the condition that a mark is of a result, and of its values as they are verified now."""
    return and_(col(LabResultRow.id) == review.result_id, col(LabResultRow.verified_at) == review.verified_at)


async def _names(db: AsyncSession, result_ids: Collection[int]) -> dict[int, _Names]:
    query = (
        select(col(LabResultRow.id), col(LabBookingRow.reference), col(LabTestRow.name), col(LabBookingRow.ordered_by_id))
        .join(LabBookingRow, col(LabBookingRow.id) == col(LabResultRow.booking_id))
        .join(LabTestRow, col(LabTestRow.code) == col(LabResultRow.test_code))
        .where(col(LabResultRow.id).in_(result_ids))
        .execution_options(cross_patient=CROSS_PATIENT)
    )
    return {id_: _Names(reference, name, by) for id_, reference, name, by in (await db.execute(query)).all() if id_ is not None}


async def _observations(db: AsyncSession, result_ids: Collection[int]) -> dict[int, list[Observation]]:
    query = (
        select(ObservationRow, AnalyteRow)
        .join(AnalyteRow, col(AnalyteRow.code) == col(ObservationRow.analyte_code))
        .where(col(ObservationRow.result_id).in_(result_ids))
        .order_by(col(ObservationRow.result_id), col(ObservationRow.position))
    )
    by_result: dict[int, list[Observation]] = defaultdict(list)
    for row, analyte in (await db.execute(query)).all():
        by_result[row.result_id].append(to_observation(row, analyte))
    return by_result


def to_observation(row: ObservedColumns, analyte: AnalyteRow) -> Observation:
    """Return one stored value with the names of its analyte."""
    # member by member, because a page has hundreds of values and model_dump costs more than their statement
    return Observation(
        value=row.value,
        text=row.text,
        text_names=coded_value(row.text, analyte.choices),
        unit=row.unit,
        decimals=row.decimals,
        usual=row.usual,
        usual_names=all_values(row.usual),
        analyte=analyte.code,
        name=analyte.name,
        names=names_of(analyte.name),
        loinc=analyte.loinc,
        plain=analyte.plain,
        explanations=explanations_of(analyte.plain),
        comparator=None if row.comparator is None else Comparator(row.comparator),
        range=_range(row) if row.has_range else None,
        flag=Flag(row.flag),
        missing=[Missing(one) for one in row.missing],
    )


def _range(row: ObservedColumns) -> AppliedRange:
    return AppliedRange(
        sex=None if row.range_sex is None else Sex(row.range_sex),
        low=row.low,
        high=row.high,
        critical_low=row.critical_low,
        critical_high=row.critical_high,
    )


def _result(
    row: LabResultRow,
    names: _Names,
    people: dict[int, PersonRow],
    observations: list[Observation],
    seen_at: datetime | None,
) -> LabResult:
    replaced = {name for name in LabResultRow.model_fields if name.endswith(("_by_id", "_by_name"))} | {"patient_id", "status"}
    return LabResult(
        **row.model_dump(exclude=replaced),
        reference=names.reference,
        patient=people[row.patient_id].lab_patient(),
        test_name=names.test_name,
        test_names=names_of(names.test_name),
        status=ResultStatus(row.status),
        ordered_by=None if names.ordered_by_id is None else signed_by(people, names.ordered_by_id, row.ordered_by_name),
        observations=observations,
        seen_at=seen_at,
        verified_by=None if row.verified_by_id is None else signed_by(people, row.verified_by_id, row.verified_by_name),
        released_by=None if row.released_by_id is None else signed_by(people, row.released_by_id, row.released_by_name),
        corrected_by=None if row.corrected_by_id is None else signed_by(people, row.corrected_by_id, row.corrected_by_name),
        critical_open=row.critical_since is not None and row.critical_closed_at is None,
    )
