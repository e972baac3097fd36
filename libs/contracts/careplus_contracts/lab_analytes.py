"""Analytes and their ranges, critical limits and units: each change is a new version with its source and first day."""

from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from careplus_contracts.accounts import Sex
from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.lab_catalogue import Analyte, AnalyteKind, CodeTaken, Loinc, ReferenceRange
from careplus_contracts.refusals import Malformed, NotFound
from careplus_contracts.values import (
    Answer,
    Body,
    Code,
    Day,
    Instant,
    Line,
    OptionalWords,
    Page,
    PageFilter,
    Person,
    Query,
    Unit,
    Version,
    Words,
)

api = Contract(service="labs", tag="labs")

AgeDays = Annotated[int, Field(ge=0, le=60_000)]
Bound = Annotated[float, Field(ge=-1e9, le=1e9)]
Source = Annotated[Words, Field(max_length=500, description="Of the figures: a guideline, a method's instructions, own data.")]


class SetRange(Body):
    """Usual and critical values; low and high are usual themselves, critical limits are critical themselves."""

    sex: Sex | None = Field(default=None, description="`female` or `male`; null: any.")
    age_from_days: AgeDays = 0
    age_to_days: AgeDays | None = None
    low: Bound | None = None
    high: Bound | None = None
    critical_low: Bound | None = None
    critical_high: Bound | None = None

    @model_validator(mode="after")
    def _check_order(self) -> "SetRange":
        bounds = [one for one in (self.critical_low, self.low, self.high, self.critical_high) if one is not None]
        if not bounds:
            raise ValueError("give a bound")
        if any(after <= before for before, after in pairwise(bounds)):
            raise ValueError("critical_low < low < high < critical_high: each bound must be above the one before it")
        if self.age_to_days is not None and self.age_to_days <= self.age_from_days:
            raise ValueError("age_to_days must be more than age_from_days")
        if self.sex not in (None, Sex.FEMALE, Sex.MALE):
            raise ValueError("ranges are for female, male or any sex")
        return self


def _without_overlap(ranges: list[SetRange]) -> list[SetRange]:
    ordered = sorted(ranges, key=lambda one: (one.sex or "", one.age_from_days))
    for before, after in pairwise(ordered):
        if before.sex == after.sex and (before.age_to_days is None or after.age_from_days < before.age_to_days):
            raise ValueError(f"two ranges of the same sex overlap from day {after.age_from_days} of life on")
    return ordered


Ranges = Annotated[list[SetRange], Field(max_length=60), AfterValidator(_without_overlap)]
Texts = Annotated[list[Line], Field(max_length=40)]


class SetRanges(Body):
    unit: Unit | None = Field(default=None, description="Null for text. Another unit begins a new series in trends.")
    ranges: Ranges
    source: Source
    valid_from: Day = Field(description="The first clinic day of specimens that are compared with these ranges; today or later.")


class AddAnalyte(Body):
    code: Code
    name: Line
    loinc: Loinc
    kind: AnalyteKind
    unit: Unit | None = None
    decimals: Annotated[int, Field(ge=0, le=4)] = 0
    plain: OptionalWords = ""
    usual: Texts = Field(default=[])
    choices: Texts = Field(default=[])
    ranges: Ranges = Field(default=[])
    source: Source

    @model_validator(mode="after")
    def _check_kind(self) -> "AddAnalyte":
        is_quantity = self.kind is AnalyteKind.QUANTITY
        if is_quantity and (self.usual or self.choices):
            raise ValueError("a quantity has ranges, no usual texts or choices")
        if not is_quantity and (self.unit is not None or self.ranges):
            raise ValueError("a text has no unit and no ranges")
        return self


class AgeGap(Answer):
    """Ages of a sex for which no range applies: values get no flag there."""

    sex: Sex
    age_from_days: int
    age_to_days: int | None


class RangeVersion(Answer):
    """The unit and ranges of an analyte for specimens from a day on, until a later version replaces them."""

    version: Version
    valid_from: Day | None = Field(description="Null: from the beginning.")
    unit: str | None
    ranges: list[ReferenceRange]
    gaps: list[AgeGap]
    source: str
    edited_by: Person | None = Field(description="Null: the catalogue at installation.")
    edited_at: Instant | None


class KnownAnalyte(Analyte):
    """An analyte as it is compared today; `version` counts its changes, also one that begins later."""

    source: str
    version: Version


class KnownAnalytes(Page[KnownAnalyte]):
    """Analytes by code."""


class RangeHistory(Page[RangeVersion]):
    """Versions of an analyte's ranges, the last one first."""


class AnalyteFilter(PageFilter):
    q: Query | None = None


@api.get("/api/labs/analytes", roles={Role.ADMIN, Role.LAB})
async def list_analytes(query: AnalyteFilter) -> KnownAnalytes:
    """List all analytes by code, with the unit and ranges of today.

    `q` is a part of the code or name, or words of the name in another language.
    """


@api.post(
    "/api/labs/analytes",
    roles={Role.ADMIN},
    refuses=(CodeTaken,),
    example={
        "code": "zinc",
        "name": "Zinc",
        "loinc": "2601-3",
        "kind": "quantity",
        "unit": "ug/dL",
        "plain": "A trace element.",
        "ranges": [{"low": 70, "high": 120}],
        "source": "Instructions of the method, 2029",
    },
)
async def add_analyte(body: AddAnalyte) -> KnownAnalyte:
    """Add an analyte; tests can measure it from now on (`DescribeTest.analytes`)."""


@api.put(
    "/api/labs/analytes/{analyte}/ranges",
    roles={Role.ADMIN},
    refuses=(NotFound, Malformed),
    versioned=True,
    example={
        "unit": "mmol/L",
        "ranges": [{"low": 3.5, "high": 5.1, "critical_low": 2.5, "critical_high": 6.5}],
        "source": "Own verification of the new analyser",
        "valid_from": "2030-02-01",
    },
)
async def set_ranges(analyte: Code, body: SetRanges) -> KnownAnalyte:
    """Replace the ranges, critical limits and unit for specimens from a clinic day on.

    A value is compared with the version that is valid on the day of its specimen. Values that were entered before keep the
    range they were compared with. The last change wins from its first day on, also over a version that begins later.
    """


@api.get("/api/labs/analytes/{analyte}/history", roles={Role.ADMIN, Role.LAB}, refuses=(NotFound,))
async def list_range_versions(analyte: Code) -> RangeHistory:
    """List the latest 100 versions of an analyte's ranges, newest first, each with its source, gaps and author."""
