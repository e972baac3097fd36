"""Statements about the doctor's inbox: its pages in order, and its counts over all pages."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

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
from careplus_labs.store.reviews.inbox_statements import REPLACED, Part, Shape, counts_of, page_of
from careplus_labs.store.reviews.review_records import to_review
from careplus_runtime.http.paging import Cursors, page
from careplus_runtime.identity.care import care_parameters
from careplus_runtime.identity.tokens import Identity
from careplus_tables.engine import AnySession, ReadSession
from careplus_tables.result_rows import ResultRecord
from careplus_tables.reviews import CRITICAL, OUTSIDE_RANGE, REST

_CURSORS = Cursors[tuple[int, Any, int, int]](tuple[int, Instant, Id, Id])


class Reader(NamedTuple):
    """A doctor with the doctors that this one replaces."""

    id: int
    replaced: Sequence[int]

    @property
    def owners(self) -> tuple[int, ...]:
        return (self.id, *self.replaced)


async def reader(db: AnySession, who: Identity) -> Reader:
    """Return the caller with the doctors that the caller replaces."""
    return Reader(who.id, [row[0] for row in await REPLACED.all(db, care_doctor=who.id)])


async def list_page(db: ReadSession, who: Identity, wanted: ReviewFilter) -> ResultsToReview:
    """Return one page in the order of urgency."""
    by, last = await reader(db, who), _CURSORS.after(wanted)
    values = _values(who, by, wanted) | {"limit": wanted.limit + 1}
    if last is not None:
        values |= dict(zip(("urgency", "at", "last_patient", "last_id"), last, strict=True))
    found: list[ResultRecord] = []
    for shape in _shapes(by, wanted):
        part = await page_of(shape, after=last is not None).typed(db, **values)
        found += [ResultRecord(*row) for row in part]
    found.sort(key=_key_of, reverse=True)
    rows, next_cursor = page(found, wanted, _key_of)
    return ResultsToReview(items=await to_review(db, who, by.owners, rows), next_cursor=next_cursor)


async def count(db: ReadSession, who: Identity, wanted: ReviewSelection) -> ReviewCounts:
    """Return the number of results of each class, and of results that the caller can release as normal."""
    by = await reader(db, who)
    numbers, normal = Counter[int](), 0
    by_patient: dict[int, Counter[int]] = defaultdict(Counter)
    for patient_id, urgency, number, releasable_number in await counts_of(*_shapes(by, wanted)).all(
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


def _key_of(row: ResultRecord) -> tuple[int, datetime, int, int]:
    return row.urgency, row.specimen_at, row.patient_id, row.id


def _shapes(by: Reader, wanted: ReviewSelection) -> list[Shape]:
    parts = [Part.CARE] if wanted.scope is ReviewScope.CARE else [Part.OWNED, Part.UNOWNED]
    given = (bool(by.replaced), wanted.patient_id is not None, wanted.released, wanted.normal, wanted.seen)
    return [Shape(part, *given) for part in parts]


def _values(who: Identity, by: Reader, wanted: ReviewSelection) -> dict[str, Any]:
    return care_parameters(who, wanted.patient_id) | ({"replaced": list(by.replaced)} if by.replaced else {})


def _by_class(numbers: Counter[int]) -> tuple[int, int, int]:
    return numbers[CRITICAL], numbers[OUTSIDE_RANGE], numbers[REST]


def _of_patient(patient_id: int, numbers: Counter[int]) -> PatientCounts:
    critical, outside_range, rest = _by_class(numbers)
    return PatientCounts(patient_id=patient_id, critical=critical, outside_range=outside_range, rest=rest)
