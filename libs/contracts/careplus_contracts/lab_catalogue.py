"""The laboratory's catalogue: tests, and the analytes that they measure."""

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from careplus_contracts.accounts import Sex
from careplus_contracts.endpoints import SIGNED_IN, Contract, Role
from careplus_contracts.refusals import NotFound, Refusal
from careplus_contracts.release_policy import ReleaseDays, ReleasePolicy
from careplus_contracts.values import (
    Answer,
    Body,
    Code,
    Currency,
    InLanguages,
    Instant,
    Line,
    MinorUnits,
    OptionalWords,
    Page,
    PageFilter,
    Query,
    Version,
    WallClock,
)

api = Contract(service="labs", tag="labs")


def _each_once(codes: list[str]) -> list[str]:
    if len(set(codes)) != len(codes):
        raise ValueError("name each code once")
    return codes


TestCodes = Annotated[
    list[Code], Field(min_length=1, max_length=20, json_schema_extra={"uniqueItems": True}), AfterValidator(_each_once)
]
AnalyteCodes = Annotated[list[Code], Field(max_length=60, json_schema_extra={"uniqueItems": True}), AfterValidator(_each_once)]
Loinc = Annotated[str, Field(pattern=r"^[0-9]{1,7}-[0-9]$", description="LOINC code.", examples=["718-7"])]


FastingHours = Annotated[
    int, Field(ge=0, le=72, description="Hours before the specimen with nothing but water; 0: eat as usual.")
]
ByOrderOnly = Annotated[bool, Field(description="A doctor orders it; a patient cannot book it alone.")]
CollectFrom = Annotated[WallClock | None, Field(description="Start of the time of day for the specimen; null: any time.")]
CollectUntil = Annotated[WallClock | None, Field(description="End of that time; the specimen is taken before it.")]


class AnalyteKind(StrEnum):
    QUANTITY = "quantity"
    TEXT = "text"


class ReferenceRange(Answer):
    """The usual values for a sex and an age; a null bound is open. Ages are in days, `[age_from_days, age_to_days)`."""

    sex: Sex | None = Field(description="Null: any.")
    age_from_days: int
    age_to_days: int | None
    low: float | None
    high: float | None
    critical_low: float | None
    critical_high: float | None


class Analyte(Answer):
    """One quantity or text that a test measures (FHIR ObservationDefinition)."""

    code: Code
    name: str
    names: InLanguages
    loinc: Loinc
    kind: AnalyteKind
    unit: str | None = Field(description="UCUM; null for text.")
    decimals: int = Field(description="Digits to show after the point.")
    plain: str = Field(description="An explanation in plain words.")
    explanations: InLanguages = Field(description="`plain` in each language.")
    usual: list[str] = Field(description="For text: the usual values.")
    usual_names: list[InLanguages]
    choices: list[str] = Field(description="For text: the values that can be entered; empty: any.")
    choice_names: list[InLanguages] = Field(description="In the order of `choices`.")
    ranges: list[ReferenceRange] = Field(description="Empty: no reference range.")


class LabTest(Answer):
    """A test of the catalogue.

    A text of the installed catalogue has each language; one that an administrator typed is the same in each.
    """

    code: Code
    name: str
    names: InLanguages
    loinc: Loinc | None
    category: str
    category_names: InLanguages
    specimen: str
    specimen_names: InLanguages
    preparation: str
    preparations: InLanguages = Field(description="`preparation` in each language.")
    plain: str = Field(description="The purpose of the test in plain words.")
    explanations: InLanguages = Field(description="`plain` in each language.")
    turnaround_hours: int
    price_minor: MinorUnits
    currency: Currency
    active: bool
    analytes: list[Analyte]
    release_policy: ReleasePolicy
    release_after_days: ReleaseDays | None = Field(description="Null: the policy is another one than `after_days`.")
    repeat_after_days: int | None = Field(description="An order within these days of the last one is a repeat; null: never.")
    stat_minutes: int | None = Field(
        description="Turnaround of a `stat` order from collection. Null: that of the hospital, or the test's own where that is "
        "shorter or a day and longer."
    )
    by_order_only: ByOrderOnly
    fasting_hours: FastingHours
    collect_from: CollectFrom
    collect_until: CollectUntil
    version: Version


class LabTests(Page[LabTest]):
    """Tests by code."""


class DescribeTest(Body):
    name: Line
    category: Line
    specimen: Line
    preparation: OptionalWords = ""
    plain: OptionalWords = ""
    loinc: Loinc | None = None
    turnaround_hours: Annotated[int, Field(ge=1, le=2160)]
    price_minor: MinorUnits
    currency: Currency = "EUR"
    analytes: AnalyteCodes = Field(
        default=[], description="Codes of analytes in the catalogue, in the order to show them; empty: any can be entered."
    )
    active: bool = True
    release_policy: ReleasePolicy = ReleasePolicy.AFTER_DOCTOR
    release_after_days: ReleaseDays | None = Field(default=None, description="Required with `after_days`, and only with it.")
    repeat_after_days: Annotated[int, Field(ge=1, le=3660)] | None = None
    stat_minutes: Annotated[int, Field(ge=1, le=129_600)] | None = None
    by_order_only: ByOrderOnly = False
    fasting_hours: FastingHours = 0
    collect_from: CollectFrom = None
    collect_until: CollectUntil = None

    @model_validator(mode="after")
    def _check_collection(self) -> "DescribeTest":
        if (self.collect_from is None) != (self.collect_until is None):
            raise ValueError("give collect_from and collect_until, or neither")
        if self.collect_from is not None and self.collect_until is not None and self.collect_from >= self.collect_until:
            raise ValueError("collect_until must be later than collect_from")
        return self

    @model_validator(mode="after")
    def _check_days(self) -> "DescribeTest":
        if (self.release_policy is ReleasePolicy.AFTER_DAYS) != (self.release_after_days is not None):
            raise ValueError("release_after_days goes with the policy after_days")
        return self


class AddTest(DescribeTest):
    code: Code


class UnknownTest(Refusal):
    """The catalogue has no such test.

    Leave out `codes`, or take other ones of `GET /api/labs/tests`.
    """

    status = 422
    codes: list[str]


class ByOrder(Refusal):
    """A doctor must order one of these tests.

    Leave out `codes`, or ask a doctor to order them.
    """

    status = 409
    codes: list[str]


class OutsideCollection(Refusal):
    """The specimens of these tests are not taken at that time of day.

    Choose one of `alternatives`, or another time of `GET /api/labs/slots` with these `test_codes`. Where there is none, the
    times of the tests do not meet: book them separately.
    """

    status = 409
    codes: list[str]
    alternatives: list[Instant]


class CodeTaken(Refusal):
    """There is a test with this code already.

    Change the test that has this code, or choose another code.
    """

    status = 409


class LabTestFilter(PageFilter):
    q: Query | None = None
    at: Annotated[Instant | None, Field(description="Units and ranges that are valid on the clinic day of this time; now.")] = (
        None
    )


@api.get("/api/labs/tests", roles=SIGNED_IN, conditional=True)
async def list_tests(query: LabTestFilter) -> LabTests:
    """List the catalogue by code; `q` searches codes, names, categories and explanations in every language for every word.

    Administrators and the laboratory see inactive tests too.
    """


@api.post(
    "/api/labs/tests",
    location="/api/labs/tests/{code}",
    roles={Role.ADMIN},
    refuses=(CodeTaken, UnknownTest),
    example={
        "code": "K",
        "name": "Potassium",
        "category": "clinical chemistry",
        "specimen": "serum",
        "turnaround_hours": 4,
        "price_minor": 450,
        "analytes": ["potassium"],
    },
)
async def add_test(body: AddTest) -> LabTest:
    """Add a test to the catalogue."""


@api.put(
    "/api/labs/tests/{code}",
    roles={Role.ADMIN},
    refuses=(NotFound, UnknownTest),
    versioned=True,
    example={
        "name": "Potassium",
        "category": "clinical chemistry",
        "specimen": "serum",
        "turnaround_hours": 4,
        "price_minor": 450,
        "analytes": ["potassium"],
        "active": False,
    },
)
async def update_test(code: Code, body: DescribeTest) -> LabTest:
    """Change a test, or end its bookability with `active: false`."""
