"""Doctors that can no longer act, and the colleagues that do their work. Written by auth."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from careplus_tables.columns import BigId, InstantColumn

OWNER = "auth"


class HandoverRow(SQLModel, table=True):
    """A doctor with a closed account or another role.

    Triggers (migrations/departures.py) insert and delete the rows, and remove a colleague that can no longer act.
    """

    __tablename__ = "handovers"

    doctor_id: int = Field(foreign_key="accounts.id", primary_key=True, sa_type=BigId, sa_column_kwargs={"autoincrement": False})
    colleague_id: int | None = Field(default=None, foreign_key="accounts.id", sa_type=BigId, index=True)
    left_at: datetime = Field(sa_type=InstantColumn)
