"""Changes of allergies and problems. Written by doctors."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from careplus_contracts.chart_changes import ChartPart
from careplus_tables.columns import BigId, InstantColumn, one_of

OWNER = "doctors"


class ChartChangeRow(SQLModel, table=True):
    """One change of the chart, with the lists before and after it; `version` is the one that the chart got.

    Triggers refuse to change and to delete rows. The list before is stored too, because charts that are older
    than this table have lists without an author.
    """

    __tablename__ = "chart_changes"
    __table_args__ = (one_of("part", ChartPart), sa.UniqueConstraint("patient_id", "version"))

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    patient_id: int = Field(foreign_key="charts.patient_id", sa_type=BigId)
    version: int
    part: str
    before: dict[str, Any] = Field(sa_type=sa.JSON)
    after: dict[str, Any] = Field(sa_type=sa.JSON)
    changed_at: datetime = Field(sa_type=InstantColumn)
    changed_by_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    changed_by_name: str = Field(description="At that time.")
