"""Vital signs. Written by doctors."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from careplus_contracts.vitals import VitalSign
from careplus_tables.columns import BigId, InstantColumn

OWNER = "doctors"
IN_ERROR = "(in_error_at IS NULL) = (error_reason IS NULL) AND (in_error_at IS NULL) = (in_error_by_id IS NULL)"


class VitalSignsRow(SQLModel, table=True):
    """One set of measurements of a patient; only the mark "entered in error" changes it."""

    __tablename__ = "vital_signs"
    __table_args__ = (
        sa.CheckConstraint(f"coalesce({', '.join(VitalSign)}) IS NOT NULL", name="has_a_value_v1"),
        sa.CheckConstraint(IN_ERROR, name="error_has_a_reason_v1"),
        sa.Index("ix_vital_signs_patient_id_measured_at_id", "patient_id", "measured_at", "id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    patient_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    appointment_id: int | None = Field(foreign_key="appointments.id", sa_type=BigId)
    measured_at: datetime = Field(sa_type=InstantColumn)
    systolic: int | None
    diastolic: int | None
    heart_rate: int | None
    respiratory_rate: int | None
    temperature: float | None
    oxygen_saturation: int | None
    weight: float | None
    height: float | None
    pain: int | None
    note: str | None
    recorded_by_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    recorded_at: datetime = Field(sa_type=InstantColumn)
    emergency: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    in_error_at: datetime | None = Field(default=None, sa_type=InstantColumn)
    in_error_by_id: int | None = Field(default=None, foreign_key="accounts.id", sa_type=BigId)
    error_reason: str | None = Field(default=None)
    version: int = Field(default=1)
