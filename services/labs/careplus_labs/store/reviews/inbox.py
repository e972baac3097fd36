"""Statements about the doctor's inbox: its pages in order, and its counts over all pages."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
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
from careplus_contracts.reviews import (
    MOST_PATIENTS,
    PatientCounts,
    ResultsToReview,
    ReviewCounts,
    ReviewFilter,
    ReviewScope,
    ReviewSelection,
)
from careplus_contracts.values import Id, Instant
from careplus_labs.store.reviews.review_records import to_review
from careplus_runtime.http.paging import Cursors, page
from careplus_runtime.identity.care import IN_CARE, ONE_IN_CARE, care_parameters
from careplus_runtime.identity.tokens import Identity
from careplus_tables.colleagues import done_by
from careplus_tables.columns import InstantColumn
from careplus_tables.compiled import LIMIT, CompiledStatement
from careplus_tables.engine import AnySession, ReadSession
from careplus_tables.labs import LabResultRow, ObservationRow
from careplus_tables.result_records import RESULT_COLUMNS, ResultRecord
from careplus_tables.reviews import CRITICAL, OUTSIDE_RANGE, REST, ResultReviewRow

_CURSORS = Cursors[tuple[int, Any, int, int]](tuple[int, Instant, Id, Id])
_key = tuple_(*(col(LabResultRow.urgency), col(LabResultRow.specimen_at), col(LabResultRow.patient_id)), col(LabResultRow.id))
"""Results of one specimen of a patient stand together, because they have one time."""
_cursor = tuple_(*(bindparam("urgency"), bindparam("at", type_=InstantColumn()), bindparam("last_patient"), bindparam("last_id")))
# made once, because aliased() costs more than the statement
_mark, _unusual = aliased(ResultReviewRow), aliased(ObservationRow)
VERIFIED = (ResultStatus.VERIFIED.value, ResultStatus.RELEASED.value)
_me: BindParameter[int] = bindparam("care_doctor", type_=BigInteger())
_replaced: BindParameter[int] = bindparam("replaced", expanding=True)
_REPLACED = CompiledStatement(done_by(_me))


class Reader(NamedTuple):
    """A doctor with the doctors that this one replaces."""

    id: int
    replaced: Sequence[int]

    @property
    def owners(self) -> tuple[int, ...]:
        return (self.id, *self.replaced)


class _Part(StrEnum):
    """A part of the list; no result is in two of them, and the index of each gives its order."""

    OWNED = "owned"
    UNOWNED = "unowned"
    CARE = "care"


class _Shape(NamedTuple):
    """What decides the text of a statement; the values are parameters."""

    part: _Part
    replaces: bool
    of_patient: bool
    released: bool | None
    normal: bool | None
    seen: bool | None


async def reader(db: AnySession, who: Identity) -> Reader:
    """Return the caller with the doctors that the caller replaces."""
    return Reader(who.id, [row[0] for row in await _REPLACED.all(db, care_doctor=who.id)])


async def list_page(db: ReadSession, who: Identity, wanted: ReviewFilter) -> ResultsToReview:
    """Return one page in the order of urgency."""
    by, last = await reader(db, who), _CURSORS.after(wanted)
    values = _values(who, by, wanted) | {"limit": wanted.limit + 1}
    if last is not None:
        values |= dict(zip(("urgency", "at", "last_patient", "last_id"), last, strict=True))
    found: list[ResultRecord] = []
    for shape in _shapes(by, wanted):
        part = await _page_of(shape, after=last is not None).typed(db, **values)
        found += [ResultRecord(*row) for row in part]
    found.sort(key=_key_of, reverse=True)
    rows, next_cursor = page(found, wanted, _key_of)
    return ResultsToReview(items=await to_review(db, who, by.owners, rows), next_cursor=next_cursor)


async def count(db: ReadSession, who: Identity, wanted: ReviewSelection) -> ReviewCounts:
    """Return the number of results of each class, and of results that the caller can release as normal."""
    by = await reader(db, who)
    numbers, normal = Counter[int](), 0
    by_patient: dict[int, Counter[int]] = defaultdict(Counter)
    for patient_id, urgency, number, releasable_number in await _counts_of(*_shapes(by, wanted)).all(
        db, **_values(who, by, wanted)
    ):
        numbers[urgency] += number
        by_patient[patient_id][urgency] += number
        normal += releasable_number
    first = sorted(by_patient.items(), key=lambda one: _by_class(one[1]), reverse=True)[:MOST_PATIENTS]
    critical, outside_range, rest = _by_class(numbers)
    return ReviewCounts(
        total=numbers.total(),
        critical=critical,
        outside_range=outside_range,
        rest=rest,
        normal=normal,
        patients=[_of_patient(patient_id, found) for patient_id, found in first],
    )


@cache
def _page_of(shape: _Shape, *, after: bool) -> CompiledStatement:
    query = select(*RESULT_COLUMNS).where(*_conditions(shape), *([_key < _cursor] if after else []))
    return CompiledStatement(query.order_by(*(column.desc() for column in _key.clauses)).limit(LIMIT))


@cache
def _counts_of(*shapes: _Shape) -> CompiledStatement:
    keys = (col(LabResultRow.patient_id), col(LabResultRow.urgency))
    # one scan: the marks of 20,000 results cost more than the values of the few that are not seen
    owned = _is_releasable(_is_owned(replaces=shapes[0].replaces))
    releasable = func.sum(case((and_(*owned, is_normal()), 1), else_=0))
    queries = [select(*keys, func.count(), releasable).where(*_conditions(one)).group_by(*keys) for one in shapes]
    return CompiledStatement(union_all(*queries))


def _key_of(row: ResultRecord) -> tuple[int, datetime, int, int]:
    return row.urgency, row.specimen_at, row.patient_id, row.id


def _shapes(by: Reader, wanted: ReviewSelection) -> list[_Shape]:
    parts = [_Part.CARE] if wanted.scope is ReviewScope.CARE else [_Part.OWNED, _Part.UNOWNED]
    given = (bool(by.replaced), wanted.patient_id is not None, wanted.released, wanted.normal, wanted.seen)
    return [_Shape(part, *given) for part in parts]


def _values(who: Identity, by: Reader, wanted: ReviewSelection) -> dict[str, Any]:
    return care_parameters(who, wanted.patient_id) | ({"replaced": list(by.replaced)} if by.replaced else {})


def _by_class(numbers: Counter[int]) -> tuple[int, int, int]:
    return numbers[CRITICAL], numbers[OUTSIDE_RANGE], numbers[REST]


def _of_patient(patient_id: int, numbers: Counter[int]) -> PatientCounts:
    critical, outside_range, rest = _by_class(numbers)
    return PatientCounts(patient_id=patient_id, critical=critical, outside_range=outside_range, rest=rest)


def is_releasable(by: Reader) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of results that the caller may release together: own ones, neither critical nor outside a range.

    A corrected one is not among them: the doctor may have acted on the value that it replaced.
    """
    return _is_releasable(col(LabResultRow.ordered_by_id).in_(by.owners))


def _is_releasable(is_owned: ColumnElement[bool]) -> tuple[ColumnElement[bool], ...]:
    return (is_owned, col(LabResultRow.urgency) == REST, col(LabResultRow.corrected_at).is_(None))


def is_normal() -> ColumnElement[bool]:
    """Return the condition that each value of a result is normal; one without a range is not."""
    return ~exists().where(col(_unusual.result_id) == col(LabResultRow.id), col(_unusual.flag) != Flag.NORMAL.value)


def _conditions(shape: _Shape) -> list[ColumnElement[bool]]:
    patient_id, care = col(LabResultRow.patient_id), ONE_IN_CARE if shape.of_patient else IN_CARE
    status = VERIFIED if shape.released is None else VERIFIED[1:] if shape.released else VERIFIED[:1]
    conditions: list[ColumnElement[bool]] = [col(LabResultRow.status).in_(status)]
    if shape.part is _Part.OWNED:
        conditions.append(_is_owned(replaces=shape.replaces))
    elif shape.part is _Part.CARE:
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
