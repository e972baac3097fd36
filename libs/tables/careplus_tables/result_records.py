"""Laboratory results with their observations and people, as the answers of several services show them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col

from careplus_clinic.lab_texts import all_values, coded_value, explanations_of, names_of
from careplus_contracts.accounts import Sex
from careplus_contracts.results import AppliedRange, Comparator, Flag, LabResult, Missing, Observation, ResultStatus
from careplus_tables.compiled import CompiledStatement
from careplus_tables.labs import AnalyteRow, LabBookingRow, LabResultRow, LabTestRow, ObservationRow, ObservedColumns
from careplus_tables.people import PersonRow, people_by_id, signed_by
from careplus_tables.reviews import ResultReviewRow

CROSS_PATIENT = "results that were found for the caller before"


class ResultRecord(NamedTuple):
    """One row of `RESULT_COLUMNS`, in their order: what an answer shows of a result, and the keys of its lists."""

    id: int
    booking_id: int
    patient_id: int
    test_code: str
    status: str
    outside_range: int
    critical: bool
    note: str | None
    comment: str | None
    collected_at: datetime | None
    specimen_at: datetime
    entered_at: datetime
    verified_by_id: int | None
    verified_by_name: str | None
    verified_at: datetime | None
    released_by_id: int | None
    released_by_name: str | None
    released_at: datetime | None
    corrected_by_id: int | None
    corrected_by_name: str | None
    corrected_at: datetime | None
    correction_reason: str | None
    correction_waits_since: datetime | None
    critical_since: datetime | None
    critical_closed_at: datetime | None
    ordered_by_name: str | None
    urgency: int
    version: int


RESULT_COLUMNS = tuple(col(getattr(LabResultRow, name)) for name in ResultRecord._fields)
AnyResult = LabResultRow | ResultRecord


class _ObservationRecord(NamedTuple):
    """One value with its analyte, in the order of `_OBSERVATIONS`."""

    result_id: int
    value: float | None
    comparator: str | None
    text: str | None
    unit: str | None
    decimals: int
    has_range: bool
    range_sex: str | None
    low: float | None
    high: float | None
    critical_low: float | None
    critical_high: float | None
    usual: list[str]
    flag: str
    missing: list[str]


class _AnalyteRecord(NamedTuple):
    """The analyte of a value, in the order of `_OBSERVATIONS` after it."""

    code: str
    name: str
    loinc: str
    plain: str
    choices: list[str]


def _columns(table: type[SQLModel], names: Sequence[str]) -> list[Any]:
    return [col(getattr(table, name)) for name in names]


_ids: BindParameter[int] = bindparam("ids", expanding=True)
_OBSERVATIONS = CompiledStatement(
    select(*_columns(ObservationRow, _ObservationRecord._fields), *_columns(AnalyteRow, _AnalyteRecord._fields))
    .join(AnalyteRow, col(AnalyteRow.code) == col(ObservationRow.analyte_code))
    .where(col(ObservationRow.result_id).in_(_ids))
    .order_by(col(ObservationRow.result_id), col(ObservationRow.position))
)
_NAMES = CompiledStatement(
    select(col(LabResultRow.id), col(LabBookingRow.reference), col(LabTestRow.name), col(LabBookingRow.ordered_by_id))
    .join(LabBookingRow, col(LabBookingRow.id) == col(LabResultRow.booking_id))
    .join(LabTestRow, col(LabTestRow.code) == col(LabResultRow.test_code))
    .where(col(LabResultRow.id).in_(_ids))
    .execution_options(cross_patient=CROSS_PATIENT)
)


class _Names(NamedTuple):
    """Names that stand in the rows of the booking and the test."""

    reference: str
    test_name: str
    ordered_by_id: int | None


async def to_lab_results(db: AsyncSession, rows: Sequence[AnyResult], doctor_id: int | None = None) -> list[LabResult]:
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
    return [
        _result(row.id, row, names[row.id], people, observations[row.id], seen.get(row.id)) for row in rows if row.id is not None
    ]


async def _seen_by(db: AsyncSession, result_ids: Collection[int], doctor_id: int) -> dict[int, datetime]:
    """Return the time at which the doctor saw the values as they are verified now, by result."""
    rows = await _SEEN.typed(db, ids=list(result_ids), doctor=doctor_id)
    return {row[0]: row[1] for row in rows}


def is_of_present_values(review: type[ResultReviewRow]) -> ColumnElement[bool]:
    """Return the condition that a mark is of a result, and of its values as they are verified now."""
    return and_(col(LabResultRow.id) == review.result_id, col(LabResultRow.verified_at) == review.verified_at)


_SEEN = CompiledStatement(
    select(col(ResultReviewRow.result_id), col(ResultReviewRow.seen_at))
    .join(LabResultRow, is_of_present_values(ResultReviewRow))
    .where(col(ResultReviewRow.result_id).in_(_ids), col(ResultReviewRow.doctor_id) == bindparam("doctor"))
)


async def _names(db: AsyncSession, result_ids: Collection[int]) -> dict[int, _Names]:
    return {id_: _Names(reference, name, by) for id_, reference, name, by in await _NAMES.all(db, ids=list(result_ids))}


async def _observations(db: AsyncSession, result_ids: Collection[int]) -> dict[int, list[Observation]]:
    width = len(_ObservationRecord._fields)
    by_result: dict[int, list[Observation]] = defaultdict(list)
    for row in await _OBSERVATIONS.typed(db, ids=list(result_ids)):
        one = _ObservationRecord(*row[:width])
        by_result[one.result_id].append(to_observation(one, _AnalyteRecord(*row[width:])))
    return by_result


def to_observation(row: ObservedColumns | _ObservationRecord, analyte: AnalyteRow | _AnalyteRecord) -> Observation:
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


def _range(row: ObservedColumns | _ObservationRecord) -> AppliedRange:
    return AppliedRange(
        sex=None if row.range_sex is None else Sex(row.range_sex),
        low=row.low,
        high=row.high,
        critical_low=row.critical_low,
        critical_high=row.critical_high,
    )


def _result(
    id_: int,
    row: AnyResult,
    names: _Names,
    people: dict[int, PersonRow],
    observations: list[Observation],
    seen_at: datetime | None,
) -> LabResult:
    return LabResult(
        id=id_,
        booking_id=row.booking_id,
        test_code=row.test_code,
        outside_range=row.outside_range,
        critical=row.critical,
        note=row.note,
        comment=row.comment,
        collected_at=row.collected_at,
        entered_at=row.entered_at,
        verified_at=row.verified_at,
        released_at=row.released_at,
        corrected_at=row.corrected_at,
        correction_reason=row.correction_reason,
        correction_waits_since=row.correction_waits_since,
        version=row.version,
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
