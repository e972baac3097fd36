"""Notes of visits and their addenda. Written by appointments."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from careplus_contracts.notes import NotesStatus
from careplus_tables.columns import BigId, InstantColumn, one_of

OWNER = "appointments"


class NotesRow(SQLModel, table=True):
    """The notes of one visit; only the author sees a draft."""

    __tablename__ = "notes"
    __table_args__ = (one_of("status", NotesStatus),)

    appointment_id: int = Field(
        foreign_key="appointments.id", primary_key=True, sa_type=BigId, sa_column_kwargs={"autoincrement": False}
    )
    author_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    text: str
    status: str = Field(default=NotesStatus.DRAFT.value)
    updated_at: datetime = Field(sa_type=InstantColumn)
    signed_at: datetime | None = Field(default=None, sa_type=InstantColumn)
    signed_by_id: int | None = Field(default=None, foreign_key="accounts.id", sa_type=BigId)
    author_name: str | None = Field(default=None, description="At the time of signing.")
    signed_by_name: str | None = Field(default=None, description="At the time of signing.")
    version: int = Field(default=1)


class AddendumRow(SQLModel, table=True):
    """An addition to signed notes; `position` counts from 0."""

    __tablename__ = "addenda"

    appointment_id: int = Field(foreign_key="notes.appointment_id", primary_key=True, sa_type=BigId)
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    text: str
    at: datetime = Field(sa_type=InstantColumn)
    by_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    by_name: str | None = Field(default=None, description="At that time.")
