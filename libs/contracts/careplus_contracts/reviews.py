"""Reviews: a doctor reads verified results, marks them as seen, comments on them and releases them to the patient.

One doctor is responsible for a result: the ordering doctor, or the doctor that replaces that one (see `list_taken_over`). Other
doctors with the patient in their care read it, and their marks hide it from no other doctor. Every doctor with the patient in
their care comments on a result that no doctor ordered.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.refusals import NotFound, Refusal
from careplus_contracts.results import Comparator, CriticalWaits, Flag, LabResult
from careplus_contracts.values import (
    Answer,
    Body,
    Code,
    Count,
    Filter,
    Id,
    InLanguages,
    Instant,
    OptionalWords,
    Page,
    PageFilter,
    Person,
    Version,
)

api = Contract(service="labs", tag="results")

MOST_PATIENTS = 100
"""The most patients that the counts name."""
MOST_AT_ONCE = 500
"""The most results that one request releases."""


class ReviewScope(StrEnum):
    """The results that a list has.

    `mine`: of tests that you ordered, or a doctor that you replace, and critical ones of patients in your care that no doctor
    ordered. `care`: all of patients in your care.
    """

    MINE = "mine"
    CARE = "care"


class ReviewClass(StrEnum):
    """The class of a result in the list. `critical`: it has a critical value, or had one before the laboratory corrected it."""

    CRITICAL = "critical"
    OUTSIDE_RANGE = "outside_range"
    REST = "rest"


class ChangeDirection(StrEnum):
    """Whether a value is above or below the one before; the same: equal in the digits that are shown."""

    UP = "up"
    DOWN = "down"
    SAME = "same"


class ReviewSelection(Filter):
    scope: ReviewScope = ReviewScope.MINE
    seen: bool | None = Field(
        default=None,
        description="Whether you saw the values as they are verified now, or the doctor that you replace saw them. A corrected"
        " result is not seen.",
    )
    released: bool | None = None
    patient_id: Id | None = None
    normal: bool | None = Field(default=None, description="Whether each value was compared and is normal.")


class ReviewFilter(ReviewSelection, PageFilter):
    """The same, page by page."""


class PreviousValue(Answer):
    """The newest earlier value of the analyte in the same unit, among the verified results that you may read."""

    result_id: Id
    at: Instant = Field(description="The time of its specimen.")
    value: float | None
    comparator: Comparator | None
    text: str | None
    flag: Flag


class WorstValue(Answer):
    """The value of a result that is furthest from usual: critical before low, high and abnormal, then indeterminate ones.

    Of equal ones, the value that lies further outside its range in widths of the range, then the first of the test.
    """

    analyte: Code
    name: str
    names: InLanguages
    value: float | None
    comparator: Comparator | None
    text: str | None
    text_names: InLanguages | None
    unit: str | None = Field(description="UCUM.")
    decimals: int
    flag: Flag
    previous: PreviousValue | None
    direction: ChangeDirection | None = Field(description="Null: no previous value, or the two cannot be compared.")


class Seen(Answer):
    """The mark of one doctor."""

    doctor: Person
    at: Instant


class ResultToReview(LabResult):
    """A verified result with your own mark in `seen_at`."""

    responsible: bool = Field(description="You may comment on the result and release it.")
    review_class: ReviewClass
    normal: bool = Field(description="Each value was compared with a range, or with usual words, and is normal.")
    seen_by: list[Seen] = Field(description="Other doctors who saw the values as they are verified now, the latest first.")
    worst: WorstValue


class ResultsToReview(Page[ResultToReview]):
    """Results by `review_class`: critical ones, then the ones with a value outside its range, then the rest.

    Each class has the newest specimen first, and the results of one specimen of a patient together.
    """


class PatientCounts(Answer):
    """The number of results of one patient in the whole list, by class."""

    patient_id: Id
    critical: Count
    outside_range: Count
    rest: Count


class ReviewCounts(Answer):
    """Numbers of results in the whole list, however many pages it has."""

    total: Count
    critical: Count = Field(description="With a critical value, or corrected from one.")
    outside_range: Count = Field(description="Of the others, the ones with a low, high or abnormal value.")
    rest: Count
    normal: Count = Field(description="Of the rest, the ones that `release_normal_results` takes.")
    patients: list[PatientCounts] = Field(description="At most 100 patients, the one with the most critical results first.")


class ReviewResult(Body):
    """`release` acts when it is true; false does not revert it."""

    seen: bool = Field(
        default=True, description="True marks the result as seen by you; false takes your mark of this clinic day back."
    )
    comment: OptionalWords | None = Field(
        default=None, description="For the patient; without it, or with null, the comment stays."
    )
    release: bool = False


class ShownResult(Body):
    """A result as the doctor has it on the screen."""

    result_id: Id
    version: Version


def _each_once(results: list[ShownResult]) -> list[ShownResult]:
    if len({one.result_id for one in results}) != len(results):
        raise ValueError("name each result once")
    return results


class ReleaseNormal(Body):
    """The results are named one by one, so that none is released that the doctor has not had on the screen."""

    results: Annotated[list[ShownResult], Field(min_length=1, max_length=MOST_AT_ONCE), AfterValidator(_each_once)]
    comment: OptionalWords | None = Field(
        default=None, description="For each patient; without it, or with null, each comment stays."
    )


class LeftReason(StrEnum):
    """Why a result stays as it is.

    `changed`: it has another version. `not_normal`: a value is outside its range or was not compared with one. `corrected`: the
    laboratory corrected it.
    """

    CHANGED = "changed"
    NOT_NORMAL = "not_normal"
    CORRECTED = "corrected"


class LeftResult(Answer):
    result_id: Id
    reason: LeftReason


class ReleasedNormal(Answer):
    released: Count
    seen: Count = Field(description="Number of results that are marked as seen by you now and were not before.")
    left: list[LeftResult] = Field(description="Results that were not touched, in the order asked for.")
    comment: str | None = Field(description="The comment that the others have now; null: each kept its own.")


class NotResponsible(Refusal):
    """Another doctor is responsible for this result.

    Ask the `responsible` doctor to comment on it or to release it. You can mark it as seen for yourself.
    """

    status = 403
    responsible: Person


class SeenEarlier(Refusal):
    """You marked this result as seen on an earlier day.

    Only a mark of the clinic's present day can be taken back. The list with `seen=true` has the result.
    """

    status = 409
    seen_at: Instant


@api.get("/api/doctor/lab-results", roles={Role.DOCTOR}, conditional=True)
async def list_results_to_review(query: ReviewFilter) -> ResultsToReview:
    """List verified results, by default the ones you are responsible for: critical ones first, then ones outside their range.

    Each class has the newest specimen first. The order holds over all pages.
    """


@api.get("/api/doctor/lab-results/counts", roles={Role.DOCTOR}, conditional=True)
async def count_results_to_review(query: ReviewSelection) -> ReviewCounts:
    """Count the results of the same list by class and by patient, over all pages."""


@api.get("/api/doctor/lab-results/{result_id}", roles={Role.DOCTOR}, refuses=(NotFound,))
async def show_result_to_review(result_id: Id) -> ResultToReview:
    """Read one verified result of a patient in your care, or of a test that you ordered."""


@api.put(
    "/api/doctor/lab-results/{result_id}",
    roles={Role.DOCTOR},
    refuses=(NotFound, NotResponsible, SeenEarlier, CriticalWaits),
    versioned=True,
    example={"seen": True, "comment": "All as expected.", "release": True},
)
async def review_result(result_id: Id, body: ReviewResult) -> ResultToReview:
    """Mark a result as seen by you, comment on it, or release it to the patient.

    Every doctor that may read the result marks it; only the responsible one comments on it and releases it, an open critical
    one after acknowledging it. A mark leaves the version as it is, so that no look of another doctor makes a release stale.
    """


@api.post(
    "/api/doctor/lab-results/release-normal",
    roles={Role.DOCTOR},
    refuses=(NotFound,),
    status=200,
    example={"results": [{"result_id": 80, "version": 2}], "comment": "All values are as expected."},
)
async def release_normal_results(body: ReleaseNormal) -> ReleasedNormal:
    """Release results that are normal in every value and mark them as seen by you, with one comment for all of them.

    They are results of tests that you ordered, or a doctor that you replace; any other one refuses the request. One with another
    version than named, or not normal, stays as it is and is listed with the reason; so does a corrected one, because the doctor
    may have acted on the value that it replaced. One that is released already is only marked.
    """
