"""Merges of two records of one patient, and the rows that each of them moved. Written by auth."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, col

from careplus_tables.accounts import AccountRow
from careplus_tables.columns import BigId, InstantColumn

OWNER = "auth"
_IN_FORCE = sa.text("undone_at IS NULL")


class MergeRow(SQLModel, table=True):
    """One merge; a record has one at most that is not undone.

    `details` has, by name, the values of the kept record before and after, `chart` its allergies and problems before, as the
    undo restores them.
    """

    __tablename__ = "record_merges"
    __table_args__ = (
        sa.Index("uq_record_merges_merged_id", "merged_id", unique=True, sqlite_where=_IN_FORCE, postgresql_where=_IN_FORCE),
        sa.Index("ix_record_merges_kept_id", "kept_id"),
        sa.CheckConstraint("kept_id <> merged_id", name="two_records_v1"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    kept_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    merged_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    reason: str
    merged_at: datetime = Field(sa_type=InstantColumn)
    merged_by_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    details: dict[str, Any] = Field(sa_type=sa.JSON)
    chart: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON(none_as_null=True))
    chart_version: int | None = Field(default=None, description="Of the kept chart after the merge; null: it did not change.")
    undone_at: datetime | None = Field(default=None, sa_type=InstantColumn)
    undone_by_id: int | None = Field(default=None, foreign_key="accounts.id", sa_type=BigId)


class MovedRow(SQLModel, table=True):
    """The key of one row that a merge gave to the kept record, as JSON; the undo gives it back."""

    __tablename__ = "moved_rows"

    merge_id: int = Field(foreign_key="record_merges.id", primary_key=True, sa_type=BigId)
    table_name: str = Field(primary_key=True)
    row_key: str = Field(primary_key=True)


def same_person(column: Any, patient_id: Any) -> sa.ColumnElement[bool]:
    """Return the condition that a column names the patient, or a record that was merged into the patient's.

    For rows that are never changed: they stay under their number, and are read with the kept record.
    """
    merged = sa.select(col(AccountRow.id)).where(col(AccountRow.merged_into_id) == patient_id)
    return sa.or_(col(column) == patient_id, col(column).in_(merged))
