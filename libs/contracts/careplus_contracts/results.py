"""Results: the laboratory enters and verifies them, a doctor releases them, the patient reads them."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from careplus_contracts.accounts import Sex
from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.labs import LabPatient
from careplus_contracts.refusals import IllegalTransition, Malformed, NotFound
from careplus_contracts.values import (
    Answer,
    Body,
    Code,
    Cursor,
    Id,
    Instant,
    Limit,
    Line,
    OptionalWords,
    Page,
    Person,
    Reference,
    Version,
)

api = Contract(service="labs", tag="results")


class ResultStatus(StrEnum):
    RESULTED = "resulted"
    VERIFIED = "verified"
    RELEASED = "released"


class Comparator(StrEnum):
    """FHIR quantity comparators: the instrument's limit was passed."""

    BELOW = "<"
    ABOVE = ">"


class Flag(StrEnum):
    """HL7 interpretation in words, the strongest that is certain.

    `indeterminate`: the instrument's limit was passed and lies where the value may be usual or not, `<5` where 3 to 10 is usual.
    `no_range`: nothing to compare with.
    """

    NORMAL = "normal"
    LOW = "low"
    HIGH = "high"
    CRITICAL_LOW = "critical_low"
    CRITICAL_HIGH = "critical_high"
    ABNORMAL = "abnormal"
    INDETERMINATE = "indeterminate"
    NO_RANGE = "no_range"


class EnterObservation(Body):
    """A `value` with an optional `comparator`, or a `text`."""

    analyte: Code
    value: Annotated[float, Field(ge=-1e9, le=1e9)] | None = None
    comparator: Comparator | None = None
    text: Line | None = None

    @model_validator(mode="after")
    def _has_one_form(self) -> "EnterObservation":
        if (self.value is None) == (self.text is None):
            raise ValueError("give a value or a text")
        if self.comparator is not None and self.value is None:
            raise ValueError("a comparator goes with a value")
        return self


class EnterResult(Body):
    test_code: Code
    observations: Annotated[list[EnterObservation], Field(min_length=1, max_length=60)]
    note: OptionalWords | None = None


class VerifyResult(Body):
    note: OptionalWords | None = Field(default=None, description="Replaces the note; absent or null leaves it.")


class ReviewResult(Body):
    """What is true is done; nothing is undone."""

    seen: bool = True
    comment: OptionalWords | None = Field(default=None, description="For the patient; absent or null leaves it.")
    release: bool = False


class AppliedRange(Answer):
    """The range that applied when the value was entered; later changes of the catalogue do not touch it."""

    sex: Sex | None
    low: float | None
    high: float | None
    critical_low: float | None
    critical_high: float | None


class Observation(Answer):
    analyte: Code
    name: str
    loinc: str
    plain: str
    value: float | None
    comparator: Comparator | None
    text: str | None
    unit: str | None = Field(description="UCUM.")
    decimals: int
    range: AppliedRange | None = Field(description="Null: no range.")
    usual: list[str] = Field(description="For text: the usual values at that time.")
    flag: Flag


class LabResult(Answer):
    """The result of one test of a booking (FHIR DiagnosticReport)."""

    id: Id
    booking_id: Id
    reference: Reference
    patient: LabPatient
    test_code: Code
    test_name: str
    status: ResultStatus
    observations: list[Observation]
    outside_range: int = Field(description="How many observations are low, high, critical or abnormal.")
    critical: bool
    note: str | None = Field(description="The laboratory's.")
    comment: str | None = Field(description="The doctor's.")
    collected_at: Instant | None
    entered_at: Instant
    verified_at: Instant | None
    verified_by: Person | None
    seen_at: Instant | None
    released_at: Instant | None
    released_by: Person | None
    version: Version


class LabResults(Page[LabResult]):
    """Results, newest first."""


class TrendPoint(Answer):
    result_id: Id
    at: Instant
    value: float
    comparator: Comparator | None
    flag: Flag
    low: float | None
    high: float | None


class Trend(Page[TrendPoint]):
    """Values of one analyte, newest first."""

    analyte: Code
    name: str
    unit: str | None
    decimals: int


@api.post(
    "/api/labs/bookings/{booking_id}/results",
    roles={Role.LAB},
    refuses=(NotFound, IllegalTransition, Malformed),
    example={"test_code": "CBC", "observations": [{"analyte": "hemoglobin", "value": 13.2}]},
)
async def enter_result(booking_id: Id, body: EnterResult) -> LabResult:
    """Enter the values of one test, or correct them before they are verified.

    When every test has a result, the booking is `resulted`. Part of a panel will do; entering a test again replaces what was
    entered before.
    """


@api.put(
    "/api/labs/results/{result_id}/verify",
    roles={Role.LAB},
    refuses=(NotFound, IllegalTransition),
    versioned=True,
    example={"note": "Repeated, same value"},
)
async def verify_result(result_id: Id, body: VerifyResult | None = None) -> LabResult:
    """Vouch for a result. The ordering doctor then releases it; one that the patient booked without a doctor is released now.

    Verifying it again answers the same; its note is closed.
    """


@api.get("/api/labs/results", roles={Role.PATIENT})
async def list_results(limit: Limit = 20, cursor: Cursor | None = None) -> LabResults:
    """Your released results, newest first."""


@api.get("/api/labs/results/{result_id}", roles={Role.PATIENT, Role.LAB}, refuses=(NotFound,))
async def show_result(result_id: Id) -> LabResult:
    """One released result of yours; the laboratory sees every one."""


@api.get("/api/labs/trends/{analyte}", roles={Role.PATIENT}, refuses=(NotFound,))
async def show_trend(analyte: Code, limit: Limit = 20, cursor: Cursor | None = None) -> Trend:
    """Your released values of one analyte, newest first."""


@api.get("/api/doctor/lab-results", roles={Role.DOCTOR}, conditional=True)
async def list_results_to_review(
    seen: bool | None = None,
    released: bool | None = None,
    patient_id: Id | None = None,
    limit: Limit = 20,
    cursor: Cursor | None = None,
) -> LabResults:
    """Verified results of patients in your care and of tests you ordered, newest first."""


@api.put(
    "/api/doctor/lab-results/{result_id}",
    roles={Role.DOCTOR},
    refuses=(NotFound,),
    versioned=True,
    example={"seen": True, "comment": "All as expected.", "release": True},
)
async def review_result(result_id: Id, body: ReviewResult) -> LabResult:
    """Mark a result as seen, comment on it, release it to the patient."""
