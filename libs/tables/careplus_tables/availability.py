"""Doctors' weekly opening hours, one-off extra hours and absences. Written by appointments."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from careplus_contracts.availability import Weekday
from careplus_tables.columns import BigId, InstantColumn, one_of

OWNER = "appointments"


class AvailabilityRow(SQLModel, table=True):
    """Length and place of a doctor's visits."""

    __tablename__ = "availability"

    doctor_id: int = Field(foreign_key="accounts.id", primary_key=True, sa_type=BigId)
    slot_minutes: int
    place: str | None
    version: int = Field(default=1)


class OpenHoursRow(SQLModel, table=True):
    """Hours of a weekday, `HH:MM` in the clinic's time zone; `24:00` is the end of the day."""

    __tablename__ = "open_hours"
    __table_args__ = (
        one_of("weekday", Weekday),
        sa.CheckConstraint("ends > starts", name="runs_forward_v1"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    doctor_id: int = Field(foreign_key="accounts.id", sa_type=BigId, index=True)
    weekday: str
    starts: str
    ends: str


class TimeOffRow(SQLModel, table=True):
    """A doctor's absence during `[starts_at, ends_at)`."""

    __tablename__ = "time_off"
    __table_args__ = (
        sa.CheckConstraint("ends_at > starts_at", name="runs_forward_v1"),
        sa.Index("ix_time_off_doctor_id_ends_at", "doctor_id", "ends_at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    doctor_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    starts_at: datetime = Field(sa_type=InstantColumn)
    ends_at: datetime = Field(sa_type=InstantColumn)
    reason: str | None


class ExtraHoursRow(SQLModel, table=True):
    """Hours of one clinic day beside the weekly ones, `HH:MM` in the clinic's time zone; `24:00` is the end of the day."""

    __tablename__ = "extra_hours"
    __table_args__ = (
        sa.CheckConstraint("ends > starts", name="runs_forward_v1"),
        sa.Index("ix_extra_hours_doctor_id_day", "doctor_id", "day"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    doctor_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    day: date = Field(sa_type=sa.Date)
    starts: str
    ends: str


class OfferedTimeRow(SQLModel, table=True):
    """The minutes that a doctor offered on a clinic day that has passed. Later changes of hours and accounts do not affect it."""

    __tablename__ = "offered_time"
    __table_args__ = (sa.CheckConstraint("minutes >= 0", name="minutes_v1"),)

    day: date = Field(primary_key=True, sa_type=sa.Date)
    doctor_id: int = Field(foreign_key="accounts.id", primary_key=True, sa_type=BigId, sa_column_kwargs={"autoincrement": False})
    minutes: int
    estimated: bool = Field(description="From the hours of the first kept day, because those of this day were not kept.")
