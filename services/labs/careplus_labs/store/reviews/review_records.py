"""Results as a doctor reviews them: with marks, the worst value, and the value before it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, or_, select, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import col

from careplus_contracts.results import Comparator, Flag, LabResult, Observation, ResultStatus
from careplus_contracts.reviews import ChangeDirection, PreviousValue, ResultToReview, ReviewClass, Seen, WorstValue
from careplus_labs.rules import reviews as rules
from careplus_runtime.identity.care import patients_in_care
from careplus_runtime.identity.tokens import Identity
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import AnySession
from careplus_tables.labs import LabResultRow, ObservationRow
from careplus_tables.people import people_by_id
from careplus_tables.result_records import is_of_present_values, to_lab_results
from careplus_tables.reviews import CRITICAL, OUTSIDE_RANGE, REST, ResultReviewRow

# made once, because aliased() costs more than the statement
_now, _then, _found = aliased(LabResultRow), aliased(LabResultRow), aliased(LabResultRow)
_now_value, _then_value, _value = aliased(ObservationRow), aliased(ObservationRow), aliased(ObservationRow)
_CLASSES = {CRITICAL: ReviewClass.CRITICAL, OUTSIDE_RANGE: ReviewClass.OUTSIDE_RANGE, REST: ReviewClass.REST}
READABLE = (ResultStatus.VERIFIED.value, ResultStatus.RELEASED.value)


class _Before(NamedTuple):
    """One earlier value, in the order of the columns."""

    earlier_id: int
    at: datetime
    value: float | None
    comparator: str | None
    text: str | None
    flag: str


_SHOWN = ("analyte", "name", "names", "value", "comparator", "text", "text_names", "unit", "decimals", "flag")


async def to_review(db: AnySession, who: Identity, owners: Collection[int], rows: Sequence[LabResultRow]) -> list[ResultToReview]:
    """Return results that were found for the doctor before; the same number of statements for any number of results."""
    results = await to_lab_results(db, rows, who.id)
    if not results:
        return []
    classes = {row.id: _CLASSES[row.urgency] for row in rows}
    others = await _others(db, who, [one.id for one in results])
    worst = {one.id: rules.worst(one.observations) for one in results}
    before = await _values_before(db, who, owners, results, worst)
    return [
        ResultToReview(
            # the members are checked already
            **{name: getattr(one, name) for name in LabResult.model_fields},
            responsible=rules.is_responsible(None if one.ordered_by is None else one.ordered_by.id, owners),
            review_class=classes[one.id],
            normal=rules.is_normal(one.observations),
            seen_by=others[one.id],
            worst=_worst(worst[one.id], before.get(one.id)),
        )
        for one in results
    ]


async def _others(db: AnySession, who: Identity, result_ids: Collection[int]) -> Mapping[int, list[Seen]]:
    """Return the marks of other doctors on the present values, the latest first."""
    query = (
        select(ResultReviewRow)
        .join(LabResultRow, is_of_present_values(ResultReviewRow))
        .where(col(ResultReviewRow.result_id).in_(result_ids), col(ResultReviewRow.doctor_id) != who.id)
        .order_by(col(ResultReviewRow.seen_at).desc(), col(ResultReviewRow.doctor_id))
    )
    marks = (await db.execute(query)).scalars().all()
    doctors = await people_by_id(db, {mark.doctor_id for mark in marks}) if marks else {}
    by_result: dict[int, list[Seen]] = defaultdict(list)
    for mark in marks:
        by_result[mark.result_id].append(Seen(doctor=doctors[mark.doctor_id].person(), at=mark.seen_at))
    return by_result


async def _values_before(
    db: AnySession, who: Identity, owners: Collection[int], results: Sequence[LabResult], worst: Mapping[int, Observation]
) -> dict[int, _Before]:
    """Return the newest earlier value of each result's worst analyte, among the results that the doctor may read."""
    patients = select(col(AccountRow.id)).where(
        col(AccountRow.id).in_({one.patient.id for one in results}), col(AccountRow.id).in_(patients_in_care(who))
    )
    in_care = (await db.execute(patients)).scalars().all()
    now, now_value, then, then_value = _now, _now_value, _then, _then_value
    same_analyte = and_(
        col(then_value.patient_id) == col(now_value.patient_id),
        col(then_value.analyte_code) == col(now_value.analyte_code),
        col(then_value.unit).is_not_distinct_from(col(now_value.unit)),
    )
    earlier = (
        select(col(then.id))
        .join(then_value, col(then_value.result_id) == col(then.id))
        .where(same_analyte, col(then.status).in_(READABLE))
        .where(tuple_(col(then.specimen_at), col(then.id)) < tuple_(col(now.specimen_at), col(now.id)))
        .where(or_(col(then.ordered_by_id).in_(owners), col(then.patient_id).in_(in_care)))
        .order_by(col(then.specimen_at).desc(), col(then.id).desc())
        .limit(1)
        .correlate(now, now_value)
        .scalar_subquery()
    )
    found, value = _found, _value
    reading = (col(value.value), col(value.comparator), col(value.text), col(value.flag))
    query = (
        select(col(now.id), col(found.id), col(found.specimen_at), *reading)
        .join(now_value, col(now_value.result_id) == col(now.id))
        .join(found, col(found.id) == earlier)
        .join(value, and_(col(value.result_id) == col(found.id), col(value.analyte_code) == col(now_value.analyte_code)))
        .where(tuple_(col(now.id), col(now_value.analyte_code)).in_([(id_, one.analyte) for id_, one in worst.items()]))
        .execution_options(cross_patient="earlier values of results that were found for the doctor before")
    )
    rows: Sequence[Any] = (await db.execute(query)).all()
    return {id_: _Before(*before) for id_, *before in rows}


def _worst(one: Observation, before: _Before | None) -> WorstValue:
    comparator = None if before is None or before.comparator is None else Comparator(before.comparator)
    previous = before and PreviousValue(
        result_id=before.earlier_id,
        at=before.at,
        value=before.value,
        comparator=comparator,
        text=before.text,
        flag=Flag(before.flag),
    )
    return WorstValue(
        **{name: getattr(one, name) for name in _SHOWN},
        previous=previous,
        direction=None if previous is None else _direction(one, previous),
    )


def _direction(one: Observation, before: PreviousValue) -> ChangeDirection | None:
    """Compare the digits that are shown."""
    readings = [
        (None if reading.value is None else round(reading.value, one.decimals), reading.comparator) for reading in (one, before)
    ]
    return rules.direction(readings[0], readings[1])
