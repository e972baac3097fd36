"""Corrections of verified results: the versions that were replaced, and corrections that wait for a second person."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from careplus_contracts.results import Comparator, Flag
from careplus_tables.columns import BigId, InstantColumn, one_of
from careplus_tables.labs import ObservedColumns

OWNER = "labs"


class ResultVersionRow(SQLModel, table=True):
    """A version of a result that a correction replaced; its key is the version that the result had."""

    __tablename__ = "result_versions"

    result_id: int = Field(foreign_key="lab_results.id", primary_key=True, sa_type=BigId)
    version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    patient_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    note: str | None
    comment: str | None
    outside_range: int
    critical: bool
    entered_by_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    entered_at: datetime = Field(sa_type=InstantColumn)
    verified_by_id: int | None = Field(foreign_key="accounts.id", sa_type=BigId)
    verified_at: datetime | None = Field(sa_type=InstantColumn)
    released_at: datetime | None = Field(sa_type=InstantColumn)
    replaced_by_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    replaced_at: datetime = Field(sa_type=InstantColumn)
    reason: str
    verified_by_name: str | None = Field(default=None, description="At the time of the verification.")
    replaced_by_name: str | None = Field(default=None, description="At that time.")


class VersionObservationRow(ObservedColumns, table=True):
    """One value of a version that was replaced."""

    __tablename__ = "version_observations"
    __table_args__ = (
        one_of("comparator", Comparator),
        one_of("flag", Flag),
        sa.ForeignKeyConstraint(["result_id", "version"], ["result_versions.result_id", "result_versions.version"]),
    )

    result_id: int = Field(primary_key=True, sa_type=BigId)
    version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})


class ProposedCorrectionRow(SQLModel, table=True):
    """A correction that waits for the check by a second person; `observations` are the values as they were entered."""

    __tablename__ = "proposed_corrections"

    result_id: int = Field(foreign_key="lab_results.id", primary_key=True, sa_type=BigId)
    patient_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    proposed_by_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    proposed_at: datetime = Field(sa_type=InstantColumn)
    reason: str
    note: str | None
    observations: list[dict[str, Any]] = Field(sa_type=sa.JSON)
