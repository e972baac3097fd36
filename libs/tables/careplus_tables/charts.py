"""Charts: allergies and problems of patients. Written by doctors."""

from datetime import date

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from careplus_contracts.allergies import Severity
from careplus_contracts.charts import ConditionStatus
from careplus_tables.columns import BigId, one_of

OWNER = "doctors"


class ChartRow(SQLModel, table=True):
    """One a patient, from the first time that a doctor noted something; `version` counts for allergies and problems."""

    __tablename__ = "charts"

    patient_id: int = Field(foreign_key="accounts.id", primary_key=True, sa_type=BigId, sa_column_kwargs={"autoincrement": False})
    no_known_allergies: bool
    version: int = Field(default=1)


class AllergyRow(SQLModel, table=True):
    """One substance that a patient does not bear; `position` counts from 0."""

    __tablename__ = "allergies"
    __table_args__ = (one_of("severity", Severity),)

    patient_id: int = Field(foreign_key="charts.patient_id", primary_key=True, sa_type=BigId)
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    substance: str
    reaction: str | None
    severity: str
    noted_on: date | None = Field(sa_type=sa.Date)


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
