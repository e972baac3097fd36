"""The statements of the doctor's inbox, each compiled once for every shape of a request."""

from collections.abc import Collection
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import aliased
from sqlmodel import col

from careplus_contracts.results import Flag, ResultStatus
from careplus_runtime.identity.care import IN_CARE, ONE_IN_CARE
from careplus_tables.colleagues import done_by
from careplus_tables.columns import InstantColumn
from careplus_tables.compiled import LIMIT, CompiledStatement
from careplus_tables.labs import LabResultRow, ObservationRow
from careplus_tables.result_rows import RESULT_COLUMNS
from careplus_tables.reviews import CRITICAL, REST, ResultReviewRow

_key = tuple_(*(col(LabResultRow.urgency), col(LabResultRow.specimen_at), col(LabResultRow.patient_id)), col(LabResultRow.id))
"""Results of one specimen of a patient stand together, because they have one time."""
_cursor = tuple_(*(bindparam("urgency"), bindparam("at", type_=InstantColumn()), bindparam("last_patient"), bindparam("last_id")))
# made once, because aliased() costs more than the statement
_mark, _unusual = aliased(ResultReviewRow), aliased(ObservationRow)
VERIFIED = (ResultStatus.VERIFIED.value, ResultStatus.RELEASED.value)
_me: BindParameter[int] = bindparam("care_doctor", type_=BigInteger())
_replaced: BindParameter[int] = bindparam("replaced", expanding=True)
REPLACED = CompiledStatement(done_by(_me))


class Part(StrEnum):
    """A part of the list; no result is in two of them, and the index of each gives its order."""

    OWNED = "owned"
    UNOWNED = "unowned"
    CARE = "care"


class Shape(NamedTuple):
    """What decides the text of a statement; the values are parameters."""

    part: Part
    replaces: bool
    of_patient: bool
    released: bool | None
    normal: bool | None
    seen: bool | None


@cache
def page_of(shape: Shape, *, after: bool) -> CompiledStatement:
    query = select(*RESULT_COLUMNS).where(*_conditions(shape), *([_key < _cursor] if after else []))
    return CompiledStatement(query.order_by(*(column.desc() for column in _key.clauses)).limit(LIMIT))


@cache
def counts_of(*shapes: Shape) -> CompiledStatement:
    keys = (col(LabResultRow.patient_id), col(LabResultRow.urgency))
    # one scan: the marks of 20,000 results cost more than the values of the few that are not seen
    owned = _is_releasable(_is_owned(replaces=shapes[0].replaces))
    releasable = func.sum(case((and_(*owned, is_normal()), 1), else_=0))
    queries = [select(*keys, func.count(), releasable).where(*_conditions(one)).group_by(*keys) for one in shapes]
    return CompiledStatement(union_all(*queries))


def is_releasable(owners: Collection[int]) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of results that the caller may release together: own ones, neither critical nor outside a range.

    A corrected one is not among them: the doctor may have acted on the value that it replaced.
    """
    return _is_releasable(col(LabResultRow.ordered_by_id).in_(owners))


def _is_releasable(is_owned: ColumnElement[bool]) -> tuple[ColumnElement[bool], ...]:
    return (is_owned, col(LabResultRow.urgency) == REST, col(LabResultRow.corrected_at).is_(None))


def is_normal() -> ColumnElement[bool]:
    """Return the condition that each value of a result is normal; one without a range is not."""
    return ~exists().where(col(_unusual.result_id) == col(LabResultRow.id), col(_unusual.flag) != Flag.NORMAL.value)


def _conditions(shape: Shape) -> list[ColumnElement[bool]]:
    patient_id, care = col(LabResultRow.patient_id), ONE_IN_CARE if shape.of_patient else IN_CARE
    status = VERIFIED if shape.released is None else VERIFIED[1:] if shape.released else VERIFIED[:1]
    conditions: list[ColumnElement[bool]] = [col(LabResultRow.status).in_(status)]
    if shape.part is Part.OWNED:
        conditions.append(_is_owned(replaces=shape.replaces))
    elif shape.part is Part.CARE:
        conditions.append(patient_id.in_(care))
    else:
        # coalesce keeps SQLite off the index of patients: it looked through all in care for the few results without a doctor
        in_care = func.coalesce(patient_id, 0).in_(care)
        conditions += [col(LabResultRow.ordered_by_id).is_(None), col(LabResultRow.urgency) == CRITICAL, in_care]
    if shape.of_patient:
        conditions.append(patient_id == bindparam("care_patient", type_=BigInteger()))
    if shape.normal is not None:
        conditions.append(is_normal() if shape.normal else ~is_normal())
    if shape.seen is not None:
        seen = _is_seen(replaces=shape.replaces)
        conditions.append(seen if shape.seen else ~seen)
    return conditions


def _is_owned(*, replaces: bool) -> ColumnElement[bool]:
    column = col(LabResultRow.ordered_by_id)
    # SQLite sorts again for a list of one
    return or_(column == _me, column.in_(_replaced)) if replaces else column == _me


def _is_seen(*, replaces: bool) -> Any:
    """Return the condition that the caller saw the present values, or the ordering doctor that the caller replaces."""
    mark = _mark
    is_own = col(mark.doctor_id) == _me
    if replaces:
        was_responsible = and_(
            col(mark.doctor_id) == col(LabResultRow.ordered_by_id), col(LabResultRow.ordered_by_id).in_(_replaced)
        )
        is_own = or_(is_own, was_responsible)
    of_values = and_(col(mark.result_id) == col(LabResultRow.id), col(mark.verified_at) == col(LabResultRow.verified_at))
    return exists().where(of_values, is_own)
