"""Versions of the doctor's comment on a result. Written by labs."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from careplus_tables.columns import BigId, InstantColumn

OWNER = "labs"


class ResultCommentRow(SQLModel, table=True):
    """One comment; its key is the version that the result got. Triggers refuse to change and to delete rows.

    A row without text says that the comment was removed. A comment was readable for the patient when the next one has
    `was_released`. Author and time are null for comments that are older than this table.
    """

    __tablename__ = "result_comments"

    result_id: int = Field(foreign_key="lab_results.id", primary_key=True, sa_type=BigId)
    version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    patient_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    text: str | None
    was_released: bool = Field(
        sa_column_kwargs={"server_default": sa.false()}, description="Whether the result was released before this comment."
    )
    at: datetime | None = Field(sa_type=InstantColumn)
    by_id: int | None = Field(foreign_key="accounts.id", sa_type=BigId)
    by_name: str | None = Field(description="At that time.")
