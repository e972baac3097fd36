"""Results: entered and verified by the laboratory, read by the patient. `reviews` has the doctor's endpoints."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from careplus_contracts.accounts import Sex
from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.labs import LabPatient
from careplus_contracts.refusals import IllegalTransition, Malformed, NotFound, Refusal
from careplus_contracts.values import (
    Answer,
    Body,
    Code,
    Id,
    InLanguages,
    Instant,
    Line,
    OptionalWords,
    Page,
    PageFilter,
    Person,
    Reference,
    Unit,
    Version,
)

api = Contract(service="labs", tag="results")


class ResultStatus(StrEnum):
    RESULTED = "resulted"
    VERIFIED = "verified"
    RELEASED = "released"


class Comparator(StrEnum):
    """FHIR quantity comparators, for a value beyond the limit of the instrument."""

    BELOW = "<"
    AT_MOST = "<="
    AT_LEAST = ">="
    ABOVE = ">"


class Flag(StrEnum):
    """HL7 interpretation, the strongest that is certain.

    Without a date of birth or a sex, several ranges may apply (see `Missing`). The value is compared with each of them. It is
    critical where one of them says so, because a missed critical value harms and a needless call does not; it is low, high or
    normal only where all agree, the ages without a range included. Where ranges disagree about the direction of a critical
    value, it is `critical_low`.

    `indeterminate`: ranges disagree, or the value is beyond the instrument's limit and may be usual or not, such as `<5` with a
    range of 3 to 10. `no_range`: no range may apply.
    """

    NORMAL = "normal"
    LOW = "low"
    HIGH = "high"
    CRITICAL_LOW = "critical_low"
    CRITICAL_HIGH = "critical_high"
    ABNORMAL = "abnormal"
    INDETERMINATE = "indeterminate"
    NO_RANGE = "no_range"


class Missing(StrEnum):
    """A fact about the patient that the choice of one range needs; `sex`: it is neither female nor male."""

    DATE_OF_BIRTH = "date_of_birth"
    SEX = "sex"


class EnterObservation(Body):
    """A `value` with its `unit` and an optional `comparator`, or a `text`.

    A number without its unit can mean another value: a hematocrit of 0.31 L/L is one of 31 %. So the unit is required where the
    analyte has one, and values are not converted.
    """

    analyte: Code
    value: Annotated[float, Field(ge=-1e9, le=1e9)] | None = None
    comparator: Comparator | None = None
    unit: Unit | None = Field(default=None, description="The analyte's unit in the catalogue; null where it has none.")
    text: Line | None = None

    @model_validator(mode="after")
    def _check_one_form(self) -> "EnterObservation":
        if (self.value is None) == (self.text is None):
            raise ValueError("give a value or a text")
        if self.comparator is not None and self.value is None:
            raise ValueError("a comparator goes with a value")
        if self.unit is not None and self.value is None:
            raise ValueError("a unit goes with a value")
        return self


class EnterResult(Body):
    test_code: Code
    observations: Annotated[list[EnterObservation], Field(min_length=1, max_length=60)]
    note: OptionalWords | None = None


class UnitConflict(Answer):
    """A value that was sent with another unit than the analyte's, or without one."""

    analyte: Code
    name: str
    names: InLanguages
    given: str | None = Field(description="Null: the value was sent without a unit.")
    expected: str | None = Field(description="The analyte's UCUM unit; null: it has none.")


class WrongUnit(Refusal):
    """A value has another unit than its analyte.

    Send the value and the unit as expected; values are not converted.
    """

    status = 422
    conflicts: list[UnitConflict]


class SecondPersonRequired(Refusal):
    """Another person has to verify these values.

    You entered them, and this hospital wants a second person to verify. Ask a colleague of the laboratory to do it.
    """

    status = 409


class CriticalWaits(Refusal):
    """This critical result is still open.

    Acknowledge it with the action taken, then release it to the patient.
    """

    status = 409


class VerifyResult(Body):
    note: OptionalWords | None = Field(default=None, description="Replaces the note; without it, or with null, the note stays.")


class AppliedRange(Answer):
    """The reference range at the time of entry; later changes of the catalogue do not affect it."""

    sex: Sex | None
    low: float | None
    high: float | None
    critical_low: float | None
    critical_high: float | None


class Observation(Answer):
    analyte: Code
    name: str
    names: InLanguages
    loinc: str
    plain: str
    explanations: InLanguages = Field(description="`plain` in each language.")
    value: float | None
    comparator: Comparator | None
    text: str | None
    text_names: InLanguages | None = Field(description="A choice of the catalogue in each language, other text as it was typed.")
    unit: str | None = Field(description="UCUM.")
    decimals: int
    range: AppliedRange | None = Field(description="Null: no reference range, or several may apply (see `missing`).")
    usual: list[str] = Field(description="For text: the usual values at that time.")
    usual_names: list[InLanguages]
    flag: Flag
    missing: list[Missing] = Field(description="Facts that were not known at entry, so that several ranges may apply.")


class LabResult(Answer):
    """The result of one test of a booking (FHIR DiagnosticReport)."""

    id: Id
    booking_id: Id
    reference: Reference
    patient: LabPatient
    test_code: Code
    test_name: str
    test_names: InLanguages
    status: ResultStatus
    observations: list[Observation]
    outside_range: int = Field(description="Number of observations that are low, high, critical or abnormal.")
    critical: bool
    ordered_by: Person | None = Field(description="The doctor who ordered the test; null: the patient booked it.")
    note: str | None = Field(description="The laboratory's note.")
    comment: str | None = Field(description="The doctor's comment.")
    collected_at: Instant | None
    entered_at: Instant
    verified_at: Instant | None
    verified_by: Person | None
    seen_at: Instant | None = Field(
        description="The time at which the doctor who asks saw these values; null for other roles, and before."
    )
    released_at: Instant | None
    released_by: Person | None
    corrected_at: Instant | None = Field(description="The latest correction; null: the values are the first verified ones.")
    corrected_by: Person | None
    correction_reason: str | None
    correction_waits_since: Instant | None = Field(
        description="A correction waits for the check by a second person of the laboratory; until then the old values stand."
    )
    critical_open: bool = Field(description="A critical value that no doctor acknowledged yet, and about which no call is noted.")
    version: Version


class LabResults(Page[LabResult]):
    """Results, newest specimen first: by `collected_at`, and by `entered_at` without one."""


class TrendPoint(Answer):
    result_id: Id
    at: Instant
    value: float
    comparator: Comparator | None
    flag: Flag
    low: float | None
    high: float | None


class Trend(Page[TrendPoint]):
    """Values of one analyte in its present unit, newest specimen first."""

    analyte: Code
    name: str
    names: InLanguages
    unit: str | None
    decimals: int


@api.post(
    "/api/labs/bookings/{booking_id}/results",
    location="/api/labs/results/{id}",
    roles={Role.LAB},
    refuses=(NotFound, IllegalTransition, Malformed, WrongUnit),
    example={"test_code": "CBC", "observations": [{"analyte": "hemoglobin", "value": 13.2, "unit": "g/dL"}]},
)
async def enter_result(booking_id: Id, body: EnterResult) -> LabResult:
    """Enter the values of one test, or correct them before they are verified.

    A booking with a result for every test is `resulted`. A part of a panel is accepted; entering a test again replaces its
    values. A value in another unit than the catalogue's, or without one, is refused: convert it first.
    """


@api.put(
    "/api/labs/results/{result_id}/verify",
    roles={Role.LAB},
    refuses=(NotFound, IllegalTransition, SecondPersonRequired),
    versioned=True,
    example={"note": "Repeated, same value"},
)
async def verify_result(result_id: Id, body: VerifyResult | None = None) -> LabResult:
    """Verify a result, or a correction that waits.

    It is released now, after days or by the responsible doctor, as the test's `release_policy` says. A critical result is open
    from now on (see `list_critical`); without an ordering doctor it is released when a call is noted or a doctor acknowledges it,
    so that no patient reads a critical value alone.
    Verifying again has no effect and the same answer; a correction changes verified values and notes. The hospital can want a
    second person for every result, or for critical ones: then values are entered and verified by two people.
    """


@api.get("/api/labs/results", roles={Role.PATIENT})
async def list_results(query: PageFilter) -> LabResults:
    """List your released results, newest specimen first."""


@api.get("/api/labs/results/{result_id}", roles={Role.PATIENT, Role.LAB}, refuses=(NotFound,))
async def show_result(result_id: Id) -> LabResult:
    """Read one of your released results; the laboratory can read every result."""


@api.get("/api/labs/trends/{analyte}", roles={Role.PATIENT}, refuses=(NotFound,))
async def show_trend(analyte: Code, query: PageFilter) -> Trend:
    """List your released values of one analyte, newest specimen first; a value typed late takes the place of its specimen."""
