"""Results as a doctor reviews them: with marks, the worst value, and the value before it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BindParameter, String, and_, bindparam, cast, or_, select, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import col

from careplus_contracts.results import Comparator, Flag, LabResult, Observation, ResultStatus
from careplus_contracts.reviews import ChangeDirection, PreviousValue, ResultToReview, ReviewClass, Seen, WorstValue
from careplus_contracts.values import Person
from careplus_labs.rules import reviews as rules
from careplus_runtime.identity.care import SOME_IN_CARE, care_parameters
from careplus_runtime.identity.tokens import Identity
from careplus_tables.compiled import CompiledStatement, literal_limit
from careplus_tables.engine import AnySession
from careplus_tables.labs import LabResultRow, ObservationRow
from careplus_tables.people import doctor_name
from careplus_tables.result_records import to_lab_results
from careplus_tables.result_rows import AnyResult, is_of_present_values
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


NO_PATIENT = 0
_results: BindParameter[int] = bindparam("results", expanding=True)
_IN_CARE = CompiledStatement(SOME_IN_CARE)
_OTHERS = CompiledStatement(
    select(
        *(col(ResultReviewRow.result_id), col(ResultReviewRow.doctor_id), doctor_name(col(ResultReviewRow.doctor_id))),
        col(ResultReviewRow.seen_at),
    )
    .join(LabResultRow, is_of_present_values(ResultReviewRow))
    .where(col(ResultReviewRow.result_id).in_(_results), col(ResultReviewRow.doctor_id) != bindparam("doctor"))
    .order_by(col(ResultReviewRow.seen_at).desc(), col(ResultReviewRow.doctor_id))
)
_earlier = (
    select(col(_then.id))
    .join(_then_value, col(_then_value.result_id) == col(_then.id))
    .where(
        col(_then_value.patient_id) == col(_now_value.patient_id),
        col(_then_value.analyte_code) == col(_now_value.analyte_code),
        col(_then_value.unit).is_not_distinct_from(col(_now_value.unit)),
        col(_then.status).in_(READABLE),
        tuple_(col(_then.specimen_at), col(_then.id)) < tuple_(col(_now.specimen_at), col(_now.id)),
        or_(
            col(_then.ordered_by_id).in_(bindparam("owners", expanding=True)),
            col(_then.patient_id).in_(bindparam("in_care", expanding=True)),
        ),
    )
    .order_by(col(_then.specimen_at).desc(), col(_then.id).desc())
    .limit(literal_limit(1))
    .correlate(_now, _now_value)
    .scalar_subquery()
)
_BEFORE = CompiledStatement(
    select(
        *(col(_now.id), col(_found.id), col(_found.specimen_at)),
        *(col(_value.value), col(_value.comparator), col(_value.text), col(_value.flag)),
    )
    .join(_now_value, col(_now_value.result_id) == col(_now.id))
    .join(_found, col(_found.id) == _earlier)
    .join(_value, and_(col(_value.result_id) == col(_found.id), col(_value.analyte_code) == col(_now_value.analyte_code)))
    .where(col(_now.id).in_(_results))
    # a result and an analyte as one text, because a list of pairs cannot be a parameter
    .where((cast(col(_now.id), String) + " " + col(_now_value.analyte_code)).in_(bindparam("analytes", expanding=True)))
    .execution_options(cross_patient="earlier values of results that were found for the doctor before")
)
_SHOWN = ("analyte", "name", "names", "value", "comparator", "text", "text_names", "unit", "decimals", "flag")


async def to_review(db: AnySession, who: Identity, owners: Collection[int], rows: Sequence[AnyResult]) -> list[ResultToReview]:
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
    marks = await _OTHERS.typed(db, results=list(result_ids), doctor=who.id)
    by_result: dict[int, list[Seen]] = defaultdict(list)
    for result_id, doctor_id, name, seen_at in marks:
        by_result[result_id].append(Seen(doctor=Person(id=doctor_id, full_name=name), at=seen_at))
    return by_result


async def _values_before(
    db: AnySession, who: Identity, owners: Collection[int], results: Sequence[LabResult], worst: Mapping[int, Observation]
) -> dict[int, _Before]:
    """Return the newest earlier value of each result's worst analyte, among the results that the doctor may read."""
    patients = list({one.patient.id for one in results})
    in_care = [row[0] for row in await _IN_CARE.all(db, **care_parameters(who), care_patients=patients)]
    rows = await _BEFORE.typed(
        db,
        results=list(worst),
        analytes=[f"{id_} {one.analyte}" for id_, one in worst.items()],
        owners=list(owners),
        in_care=in_care or [NO_PATIENT],
    )
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
