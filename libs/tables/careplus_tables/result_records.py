"""Laboratory results with their observations and people, as the answers of several services show them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from careplus_clinic.lab_texts import all_values, coded_value, explanations_of, names_of
from careplus_contracts.accounts import Sex
from careplus_contracts.results import AppliedRange, Comparator, Flag, LabResult, Missing, Observation, ResultStatus
from careplus_tables.labs import AnalyteRow, ObservedColumns
from careplus_tables.people import PersonRow, people_by_id, signed_by
from careplus_tables.result_rows import NAMES, OBSERVATIONS, SEEN, AnalyteRecord, AnyResult, ObservationRecord


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
    rows = await SEEN.typed(db, ids=list(result_ids), doctor=doctor_id)
    return {row[0]: row[1] for row in rows}


async def _names(db: AsyncSession, result_ids: Collection[int]) -> dict[int, _Names]:
    return {id_: _Names(reference, name, by) for id_, reference, name, by in await NAMES.all(db, ids=list(result_ids))}


async def _observations(db: AsyncSession, result_ids: Collection[int]) -> dict[int, list[Observation]]:
    width = len(ObservationRecord._fields)
    by_result: dict[int, list[Observation]] = defaultdict(list)
    for row in await OBSERVATIONS.typed(db, ids=list(result_ids)):
        one = ObservationRecord(*row[:width])
        by_result[one.result_id].append(to_observation(one, AnalyteRecord(*row[width:])))
    return by_result


def to_observation(row: ObservedColumns | ObservationRecord, analyte: AnalyteRow | AnalyteRecord) -> Observation:
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


def _range(row: ObservedColumns | ObservationRecord) -> AppliedRange:
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
