"""Charts: allergies, problems, and access without a treatment relationship. Written by doctors."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from careplus_contracts.allergies import Certainty, Severity
from careplus_contracts.charts import ConditionStatus
from careplus_tables.columns import BigId, InstantColumn, one_of

OWNER = "doctors"


class ChartRow(SQLModel, table=True):
    """One per patient, from the first entry on; `version` counts changes of allergies and problems."""

    __tablename__ = "charts"

    patient_id: int = Field(foreign_key="accounts.id", primary_key=True, sa_type=BigId, sa_column_kwargs={"autoincrement": False})
    no_known_allergies: bool
    version: int = Field(default=1)


class AllergyRow(SQLModel, table=True):
    """One allergy or intolerance; `position` counts from 0."""

    __tablename__ = "allergies"
    __table_args__ = (one_of("severity", Severity), one_of("certainty", Certainty))

    patient_id: int = Field(foreign_key="charts.patient_id", primary_key=True, sa_type=BigId)
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    substance: str
    reaction: str | None
    severity: str
    certainty: str | None = Field(default=None)
    onset: date | None = Field(default=None, sa_type=sa.Date)
    noted_on: date | None = Field(sa_type=sa.Date)
    emergency: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})


class ProblemRow(SQLModel, table=True):
    """One entry of a patient's problem list; `position` counts from 0."""

    __tablename__ = "problems"
    __table_args__ = (one_of("status", ConditionStatus),)

    patient_id: int = Field(foreign_key="charts.patient_id", primary_key=True, sa_type=BigId)
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    name: str
    icd10: str | None
    status: str
    since: date | None = Field(sa_type=sa.Date)
    emergency: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})


class ChartAccessRow(SQLModel, table=True):
    """Break-glass access: the doctor may read the chart during `[opened_at, until)`."""

    __tablename__ = "chart_access"
    __table_args__ = (
        sa.Index("ix_chart_access_doctor_id_until_patient_id", "doctor_id", "until", "patient_id"),
        sa.Index("ix_chart_access_patient_id_id", "patient_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    patient_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    doctor_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    reason: str
    opened_at: datetime = Field(sa_type=InstantColumn)
    until: datetime = Field(sa_type=InstantColumn)
