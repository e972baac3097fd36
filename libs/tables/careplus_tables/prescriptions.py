"""Prescriptions and their items. Written by doctors."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, col

from careplus_clinic.courses import is_over
from careplus_contracts.prescriptions import PrescriptionStatus
from careplus_tables.columns import BigId, InstantColumn, one_of

OWNER = "doctors"
_STORED = (PrescriptionStatus.ACTIVE, PrescriptionStatus.STOPPED)


class PrescriptionRow(SQLModel, table=True):
    """A prescription of one doctor for one patient.

    `status` is stored as active or stopped; `status_on` says whether an active one has ended. `medicine_check` is one document,
    because it is written once and read whole: the rules of that day, not the present ones. Without one the prescription
    is older than the checks, and `override_reason` may say why it was written despite an allergy.
    """

    __tablename__ = "prescriptions"
    __table_args__ = (
        one_of("status", _STORED),
        sa.Index("ix_prescriptions_patient_id_id", "patient_id", "id"),
        sa.Index("ix_prescriptions_doctor_id_id", "doctor_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    reference: str = Field(unique=True)
    patient_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    doctor_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    appointment_id: int | None = Field(foreign_key="appointments.id", sa_type=BigId)
    notes: str | None
    override_reason: str | None = Field(default=None)
    medicine_check: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON(none_as_null=True))
    status: str = Field(default=PrescriptionStatus.ACTIVE.value)
    last_day: date
    emergency: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    created_at: datetime = Field(sa_type=InstantColumn)
    stopped_at: datetime | None = Field(default=None, sa_type=InstantColumn)
    stopped_by_id: int | None = Field(default=None, foreign_key="accounts.id", sa_type=BigId)
    stop_reason: str | None = Field(default=None)
    doctor_name: str | None = Field(default=None, description="At the time of prescribing.")
    stopped_by_name: str | None = Field(default=None, description="At that time.")
    version: int = Field(default=1)


class PrescriptionItemRow(SQLModel, table=True):
    """One medicine of a prescription; `position` counts from 0."""

    __tablename__ = "prescription_items"

    prescription_id: int = Field(foreign_key="prescriptions.id", primary_key=True, sa_type=BigId)
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    medicine: str
    dose: str
    route: str
    frequency: str
    duration_days: int
    quantity: int | None
    repeats: int
    instructions: str | None


def status_on(today: date | sa.BindParameter[date]) -> sa.ColumnElement[str]:
    """Return the status of a prescription on a day of the clinic: active, ended or stopped."""
    stopped: Any = col(PrescriptionRow.status) == PrescriptionStatus.STOPPED.value
    ended = is_over(col(PrescriptionRow.last_day), today)
    return sa.case(
        (stopped, PrescriptionStatus.STOPPED.value),
        (ended, PrescriptionStatus.ENDED.value),
        else_=PrescriptionStatus.ACTIVE.value,
    )
