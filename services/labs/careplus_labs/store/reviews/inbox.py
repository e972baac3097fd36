"""Statements about the doctor's inbox: its pages in order, and its counts over all pages."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select, union_all
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
from careplus_runtime.http.paging import page
from careplus_runtime.http.records import Keyset
from careplus_runtime.identity.care import patients_in_care
from careplus_runtime.identity.tokens import Identity
from careplus_tables.colleagues import done_by
from careplus_tables.engine import AnySession, ReadSession
from careplus_tables.labs import LabResultRow, ObservationRow
from careplus_tables.reviews import CRITICAL, OUTSIDE_RANGE, REST, ResultReviewRow

_URGENT_FIRST = Keyset(
    (col(LabResultRow.urgency), col(LabResultRow.specimen_at), col(LabResultRow.patient_id), col(LabResultRow.id)),
    tuple[int, Instant, Id, Id],
    lambda row: (row.urgency, row.specimen_at, row.patient_id, row.id),
    descending=True,
)
"""Results of one specimen of a patient stand together, because they have one time."""
# made once, because aliased() costs more than the statement
_mark, _unusual = aliased(ResultReviewRow), aliased(ObservationRow)
VERIFIED = (ResultStatus.VERIFIED.value, ResultStatus.RELEASED.value)


class Reader(NamedTuple):
    """A doctor with the doctors that this one replaces."""

    id: int
    replaced: Sequence[int]

    @property
    def owners(self) -> tuple[int, ...]:
        return (self.id, *self.replaced)


async def reader(db: AnySession, who: Identity) -> Reader:
    """Return the caller with the doctors that the caller replaces."""
    return Reader(who.id, (await db.execute(done_by(who.id))).scalars().all())


async def list_page(db: ReadSession, who: Identity, wanted: ReviewFilter) -> ResultsToReview:
    """Return one page in the order of urgency."""
    by = await reader(db, who)
    found: list[LabResultRow] = []
    for part in _parts(who, by, wanted):
        # each part by itself, so that its index gives the order
        query = _URGENT_FIRST.continue_after(select(LabResultRow).where(*part), wanted).limit(wanted.limit + 1)
        found += (await db.execute(query)).scalars()
    found.sort(key=_URGENT_FIRST.key, reverse=True)
    rows, next_cursor = page(found, wanted, _URGENT_FIRST.key)
    return ResultsToReview(items=await to_review(db, who, by.owners, rows), next_cursor=next_cursor)


async def count(db: ReadSession, who: Identity, wanted: ReviewSelection) -> ReviewCounts:
    """Return the number of results of each class, and of results that the caller can release as normal."""
    by = await reader(db, who)
    keys = (col(LabResultRow.patient_id), col(LabResultRow.urgency))
    # one scan: the marks of 20,000 results cost more than the values of the few that are not seen
    releasable = func.sum(case((and_(*is_releasable(by), is_normal()), 1), else_=0))
    queries = [select(*keys, func.count(), releasable).where(*part).group_by(*keys) for part in _parts(who, by, wanted)]
    numbers, normal = Counter[int](), 0
    by_patient: dict[int, Counter[int]] = defaultdict(Counter)
    for patient_id, urgency, number, releasable_number in (await db.execute(union_all(*queries))).all():
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


def _by_class(numbers: Counter[int]) -> tuple[int, int, int]:
    return numbers[CRITICAL], numbers[OUTSIDE_RANGE], numbers[REST]


def _of_patient(patient_id: int, numbers: Counter[int]) -> PatientCounts:
    critical, outside_range, rest = _by_class(numbers)
    return PatientCounts(patient_id=patient_id, critical=critical, outside_range=outside_range, rest=rest)


def is_releasable(by: Reader) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of results that the caller may release together: own ones, neither critical nor outside a range.

    A corrected one is not among them: the doctor may have acted on the value that it replaced.
    """
    return (_is_owned(by), col(LabResultRow.urgency) == REST, col(LabResultRow.corrected_at).is_(None))


def is_normal() -> ColumnElement[bool]:
    """Return the condition that each value of a result is normal; one without a range is not."""
    return ~exists().where(col(_unusual.result_id) == col(LabResultRow.id), col(_unusual.flag) != Flag.NORMAL.value)


def _parts(who: Identity, by: Reader, wanted: ReviewSelection) -> list[list[ColumnElement[bool]]]:
    """Return the conditions of each part of the list; no result is in two of them."""
    in_care = col(LabResultRow.patient_id).in_(patients_in_care(who, wanted.patient_id))
    if wanted.scope is ReviewScope.CARE:
        owned: list[list[ColumnElement[bool]]] = [[in_care]]
    else:
        unowned = [col(LabResultRow.ordered_by_id).is_(None), col(LabResultRow.urgency) == CRITICAL, in_care]
        owned = [[_is_owned(by)], unowned]
    return [[*one, *_filters(by, wanted)] for one in owned]


def _is_owned(by: Reader) -> ColumnElement[bool]:
    column = col(LabResultRow.ordered_by_id)
    # SQLite sorts again for a list of one
    return column.in_(by.owners) if by.replaced else column == by.id


def _filters(by: Reader, wanted: ReviewSelection) -> list[ColumnElement[bool]]:
    status = VERIFIED if wanted.released is None else VERIFIED[1:] if wanted.released else VERIFIED[:1]
    conditions: list[ColumnElement[bool]] = [col(LabResultRow.status).in_(status)]
    if wanted.patient_id is not None:
        conditions.append(col(LabResultRow.patient_id) == wanted.patient_id)
    if wanted.normal is not None:
        conditions.append(is_normal() if wanted.normal else ~is_normal())
    if wanted.seen is not None:
        conditions.append(_is_seen(by) if wanted.seen else ~_is_seen(by))
    return conditions


def _is_seen(by: Reader) -> Any:
    """Return the condition that the caller saw the present values, or the ordering doctor that the caller replaces."""
    mark = _mark
    is_own = col(mark.doctor_id) == by.id
    if by.replaced:
        was_responsible = and_(
            col(mark.doctor_id) == col(LabResultRow.ordered_by_id), col(LabResultRow.ordered_by_id).in_(by.replaced)
        )
        is_own = or_(is_own, was_responsible)
    of_values = and_(col(mark.result_id) == col(LabResultRow.id), col(mark.verified_at) == col(LabResultRow.verified_at))
    return exists().where(of_values, is_own)
