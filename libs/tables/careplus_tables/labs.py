"""The laboratory: catalogue, bookings, results. Written by labs; `careplus_tables.catalogue` fills the catalogue."""

from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from careplus_clinic.lab_texts import key_of_test
from careplus_contracts.accounts import Sex
from careplus_contracts.endpoints import Role
from careplus_contracts.lab_catalogue import AnalyteKind
from careplus_contracts.labs import LabBookingStatus, LabPriority
from careplus_contracts.release_policy import ReleasePolicy
from careplus_contracts.results import Comparator, Flag, ResultStatus
from careplus_tables.columns import BigId, InstantColumn, KeyText, one_of
from careplus_tables.derived import derived
from careplus_tables.reviews import INBOX, urgency

OWNER = "labs"
_OPEN = sa.text("critical_since IS NOT NULL AND critical_closed_at IS NULL")
HAS_SPECIMEN = tuple(
    status.value
    for status in LabBookingStatus
    if status not in (LabBookingStatus.BOOKED, LabBookingStatus.REJECTED, LabBookingStatus.CANCELLED)
)
"""Statuses of bookings with collected specimens."""


def expected_by(status: str | None, collected_at: datetime | None, turnaround_minutes: int | None) -> datetime | None:
    """Return the time by which the results of a collected specimen should be verified."""
    if status not in HAS_SPECIMEN or collected_at is None or turnaround_minutes is None:
        return None
    return collected_at + timedelta(minutes=turnaround_minutes)


class AnalyteRow(SQLModel, table=True):
    """One quantity or property that a test measures."""

    __tablename__ = "analytes"
    __table_args__ = (one_of("kind", AnalyteKind),)

    code: str = Field(primary_key=True)
    name: str
    loinc: str
    kind: str
    unit: str | None
    decimals: int
    plain: str
    usual: list[str] = Field(sa_type=sa.JSON)
    choices: list[str] = Field(sa_type=sa.JSON)


class AnalyteVersionRow(SQLModel, table=True):
    """The unit and ranges of an analyte from a clinic day on (null: from the beginning). Rows are never changed.

    Valid on a day is the highest number that had begun. An analyte without a row has its own unit and the ranges of number 1.
    """

    __tablename__ = "analyte_versions"

    analyte_code: str = Field(foreign_key="analytes.code", primary_key=True)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    valid_from: date | None = Field(sa_type=sa.Date)
    unit: str | None
    source: str
    edited_by_id: int | None = Field(default=None, foreign_key="accounts.id", sa_type=BigId)
    edited_at: datetime | None = Field(default=None, sa_type=InstantColumn)


class ReferenceRangeRow(SQLModel, table=True):
    """Usual and critical values for one sex (null: any) and age in days, `[age_from_days, age_to_days)`."""

    __tablename__ = "reference_ranges"
    __table_args__ = (one_of("sex", Sex),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    analyte_code: str = Field(foreign_key="analytes.code", index=True)
    sex: str | None
    age_from_days: int
    age_to_days: int | None
    low: float | None
    high: float | None
    critical_low: float | None
    critical_high: float | None
    number: int = Field(default=1, sa_column_kwargs={"server_default": "1"}, description="Of the version.")


class LabTestRow(SQLModel, table=True):
    """An orderable test: one analyte or a panel."""

    __tablename__ = "lab_tests"
    __table_args__ = (one_of("release_policy", ReleasePolicy),)

    code: str = Field(primary_key=True)
    name: str
    loinc: str | None
    category: str
    specimen: str
    preparation: str
    plain: str
    turnaround_hours: int
    price_minor: int
    currency: str
    active: bool = Field(default=True)
    version: int = Field(default=1)
    search_key: str = Field(
        default=None, nullable=False, sa_type=KeyText, sa_column_kwargs=derived(key_of_test, "code", "name", "category", "plain")
    )
    release_policy: str = Field(default=ReleasePolicy.AFTER_DOCTOR.value, sa_column_kwargs={"server_default": "after_doctor"})
    release_after_days: int | None = Field(default=None)
    repeat_after_days: int | None = Field(default=None)
    stat_minutes: int | None = Field(default=None)
    by_order_only: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    fasting_hours: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    collect_from: str | None = Field(default=None, description="`HH:MM` of the clinic; null: any time of day.")
    collect_until: str | None = Field(default=None)


class LabTestAnalyteRow(SQLModel, table=True):
    """One analyte of a test; `position` is its order."""

    __tablename__ = "lab_test_analytes"

    test_code: str = Field(foreign_key="lab_tests.code", primary_key=True)
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    analyte_code: str = Field(foreign_key="analytes.code")


class LabBookingRow(SQLModel, table=True):
    """One visit to the laboratory.

    `turnaround_minutes` is the longest of its tests at the time of the order, so that a later change of the catalogue does not
    change the promised time. `window_starts_at` and `place` number the bookings of one quarter of an hour, so that the unique
    index limits them; both are null for a cancelled booking and for one without a time.
    """

    __tablename__ = "lab_bookings"
    __table_args__ = (
        one_of("status", LabBookingStatus),
        one_of("cancelled_by", Role, 2),
        one_of("priority", LabPriority),
        sa.UniqueConstraint("window_starts_at", "place"),
        sa.Index("ix_lab_bookings_patient_id_id", "patient_id", "id"),
        sa.Index("ix_lab_bookings_status_starts_at_id", "status", "starts_at", "id"),
        sa.Index("ix_lab_bookings_cancelled_at_id", "cancelled_at", "id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    reference: str = Field(unique=True)
    patient_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    ordered_by_id: int | None = Field(foreign_key="accounts.id", sa_type=BigId, index=True)
    appointment_id: int | None = Field(foreign_key="appointments.id", sa_type=BigId)
    starts_at: datetime | None = Field(sa_type=InstantColumn)
    window_starts_at: datetime | None = Field(sa_type=InstantColumn)
    place: int | None
    status: str = Field(default=LabBookingStatus.BOOKED.value)
    status_reason: str | None = Field(default=None)
    cancelled_by: str | None = Field(default=None, description="The role; null for one that closed by itself.")
    cancelled_by_id: int | None = Field(default=None, foreign_key="accounts.id", sa_type=BigId)
    cancelled_at: datetime | None = Field(default=None, sa_type=InstantColumn)
    note: str | None
    collected_at: datetime | None = Field(default=None, sa_type=InstantColumn)
    verified_at: datetime | None = Field(default=None, sa_type=InstantColumn)
    created_at: datetime = Field(sa_type=InstantColumn)
    version: int = Field(default=1)
    priority: str = Field(default=LabPriority.ROUTINE.value, sa_column_kwargs={"server_default": LabPriority.ROUTINE.value})
    turnaround_minutes: int | None = Field(default=None)
    expected_by: datetime | None = Field(
        default=None,
        sa_type=InstantColumn,
        sa_column_kwargs=derived(expected_by, "status", "collected_at", "turnaround_minutes"),
    )


class LabBookingTestRow(SQLModel, table=True):
    """One test of a booking, at the price at booking."""

    __tablename__ = "lab_booking_tests"

    booking_id: int = Field(foreign_key="lab_bookings.id", primary_key=True, sa_type=BigId)
    test_code: str = Field(foreign_key="lab_tests.code", primary_key=True)
    position: int
    price_minor: int
    currency: str
    specimen_type: str = Field(description="The test's `specimen` at booking; tests of one type share a specimen.")


class LabResultRow(SQLModel, table=True):
    """The result of one test of a booking."""

    __tablename__ = "lab_results"
    __table_args__ = (
        one_of("status", ResultStatus),
        sa.UniqueConstraint("booking_id", "test_code"),
        sa.Index("ix_lab_results_patient_id_status_specimen_at_id", "patient_id", "status", "specimen_at", "id"),
        sa.Index("ix_lab_results_status_specimen_at_id", "status", "specimen_at", "id"),
        sa.Index("ix_lab_results_inbox", *INBOX),
        sa.Index("ix_lab_results_critical_since_id", "critical_since", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    booking_id: int = Field(foreign_key="lab_bookings.id", sa_type=BigId)
    patient_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    test_code: str = Field(foreign_key="lab_tests.code")
    status: str = Field(default=ResultStatus.RESULTED.value)
    outside_range: int
    critical: bool
    note: str | None
    comment: str | None = Field(default=None)
    collected_at: datetime | None = Field(default=None, sa_type=InstantColumn, description="Of the measured specimen.")
    specimen_at: datetime = Field(sa_type=InstantColumn, description="Time of collection, or of entry without one; lists' order.")
    entered_by_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    entered_at: datetime = Field(sa_type=InstantColumn)
    verified_by_id: int | None = Field(default=None, foreign_key="accounts.id", sa_type=BigId)
    verified_at: datetime | None = Field(default=None, sa_type=InstantColumn)
    released_by_id: int | None = Field(default=None, foreign_key="accounts.id", sa_type=BigId)
    released_at: datetime | None = Field(default=None, sa_type=InstantColumn)
    version: int = Field(default=1)
    corrected_by_id: int | None = Field(default=None, foreign_key="accounts.id", sa_type=BigId)
    corrected_at: datetime | None = Field(default=None, sa_type=InstantColumn, description="The latest correction.")
    correction_reason: str | None = Field(default=None)
    correction_waits_since: datetime | None = Field(
        default=None, sa_type=InstantColumn, description="A proposed correction waits for a second person."
    )
    critical_since: datetime | None = Field(default=None, sa_type=InstantColumn, description="Verified or corrected as critical.")
    critical_closed_at: datetime | None = Field(default=None, sa_type=InstantColumn)
    critical_closed_by_id: int | None = Field(default=None, foreign_key="accounts.id", sa_type=BigId)
    ordered_by_id: int | None = Field(foreign_key="accounts.id", sa_type=BigId, description="The booking's, for the inbox.")
    ordered_by_name: str | None = Field(default=None, description="At the time of the verification.")
    verified_by_name: str | None = Field(default=None, description="At that time.")
    released_by_name: str | None = Field(default=None, description="At that time.")
    corrected_by_name: str | None = Field(default=None, description="At the time of the correction.")
    urgency: int = Field(
        default=None, nullable=False, sa_column_kwargs=derived(urgency, "critical", "outside_range", "critical_since")
    )


class ObservedColumns(SQLModel):
    """The columns of one value, with a copy of the range that it was compared with."""

    patient_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    analyte_code: str = Field(foreign_key="analytes.code")
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
    usual: list[str] = Field(sa_type=sa.JSON)
    flag: str
    missing: list[str] = Field(default=[], sa_type=sa.JSON, sa_column_kwargs={"server_default": "[]"})


class ObservationRow(ObservedColumns, table=True):
    """One value of a result."""

    __tablename__ = "observations"
    __table_args__ = (
        one_of("comparator", Comparator, 2),
        one_of("flag", Flag),
        sa.Index("ix_observations_patient_id_analyte_code_result_id", "patient_id", "analyte_code", "result_id"),
    )

    result_id: int = Field(foreign_key="lab_results.id", primary_key=True, sa_type=BigId)
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
