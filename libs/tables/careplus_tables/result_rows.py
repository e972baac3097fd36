"""Rows of laboratory results and the statements that read them, compiled once for all services."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, select
from sqlmodel import SQLModel, col

from careplus_tables.compiled import CompiledStatement
from careplus_tables.labs import AnalyteRow, LabBookingRow, LabResultRow, LabTestRow, ObservationRow
from careplus_tables.reviews import ResultReviewRow

CROSS_PATIENT = "results that were found for the caller before"


class ResultRecord(NamedTuple):
    """One row of `RESULT_COLUMNS`, in their order: what an answer shows of a result, and the keys of its lists."""

    id: int
    booking_id: int
    patient_id: int
    test_code: str
    status: str
    outside_range: int
    critical: bool
    note: str | None
    comment: str | None
    collected_at: datetime | None
    specimen_at: datetime
    entered_at: datetime
    verified_by_id: int | None
    verified_by_name: str | None
    verified_at: datetime | None
    released_by_id: int | None
    released_by_name: str | None
    released_at: datetime | None
    corrected_by_id: int | None
    corrected_by_name: str | None
    corrected_at: datetime | None
    correction_reason: str | None
    correction_waits_since: datetime | None
    critical_since: datetime | None
    critical_closed_at: datetime | None
    ordered_by_name: str | None
    urgency: int
    version: int


RESULT_COLUMNS = tuple(col(getattr(LabResultRow, name)) for name in ResultRecord._fields)
AnyResult = LabResultRow | ResultRecord


class ObservationRecord(NamedTuple):
    """One value with its analyte, in the order of `OBSERVATIONS`."""

    result_id: int
    value: float | None
    comparator: str | None
    text: str | None
    unit: str | None
    decimals: int
    has_range: bool
    range_sex: str | None
    low: float | None
    high: float | None
    critical_low: float | None
    critical_high: float | None
    usual: list[str]
    flag: str
    missing: list[str]


class AnalyteRecord(NamedTuple):
    """The analyte of a value, in the order of `OBSERVATIONS` after it."""

    code: str
    name: str
    loinc: str
    plain: str
    choices: list[str]


def _columns(table: type[SQLModel], names: Sequence[str]) -> list[Any]:
    return [col(getattr(table, name)) for name in names]


_ids: BindParameter[int] = bindparam("ids", expanding=True)
OBSERVATIONS = CompiledStatement(
    select(*_columns(ObservationRow, ObservationRecord._fields), *_columns(AnalyteRow, AnalyteRecord._fields))
    .join(AnalyteRow, col(AnalyteRow.code) == col(ObservationRow.analyte_code))
    .where(col(ObservationRow.result_id).in_(_ids))
    .order_by(col(ObservationRow.result_id), col(ObservationRow.position))
)
NAMES = CompiledStatement(
    select(col(LabResultRow.id), col(LabBookingRow.reference), col(LabTestRow.name), col(LabBookingRow.ordered_by_id))
    .join(LabBookingRow, col(LabBookingRow.id) == col(LabResultRow.booking_id))
    .join(LabTestRow, col(LabTestRow.code) == col(LabResultRow.test_code))
    .where(col(LabResultRow.id).in_(_ids))
    .execution_options(cross_patient=CROSS_PATIENT)
)


def is_of_present_values(review: type[ResultReviewRow]) -> ColumnElement[bool]:
    """Return the condition that a mark is of a result, and of its values as they are verified now."""
    return and_(col(LabResultRow.id) == review.result_id, col(LabResultRow.verified_at) == review.verified_at)


SEEN = CompiledStatement(
    select(col(ResultReviewRow.result_id), col(ResultReviewRow.seen_at))
    .join(LabResultRow, is_of_present_values(ResultReviewRow))
    .where(col(ResultReviewRow.result_id).in_(_ids), col(ResultReviewRow.doctor_id) == bindparam("doctor"))
)
