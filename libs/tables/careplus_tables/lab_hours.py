"""The laboratory's opening hours and closed days. Written by labs."""

from datetime import date

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from careplus_contracts.availability import Weekday
from careplus_tables.columns import BigId, one_of

OWNER = "labs"


class LabScheduleRow(SQLModel, table=True):
    """The version of hours and closed days, in one row with the id 1; version 1: none were stored, the settings apply."""

    __tablename__ = "lab_schedules"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    version: int = Field(default=1)


class LabHoursRow(SQLModel, table=True):
    """Hours of a weekday, `HH:MM` in the clinic's time zone; `24:00` is the end of the day."""

    __tablename__ = "lab_hours"
    __table_args__ = (
        one_of("weekday", Weekday),
        sa.CheckConstraint("closes > opens", name="runs_forward_v1"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    weekday: str
    opens: str
    closes: str


class LabClosureRow(SQLModel, table=True):
    """A clinic day without specimens."""

    __tablename__ = "lab_closures"

    day: date = Field(primary_key=True, sa_type=sa.Date)
    reason: str
