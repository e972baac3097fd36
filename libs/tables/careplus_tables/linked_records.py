"""Links of work accounts to the records of the same people. Written by auth."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists
from sqlalchemy.sql.elements import SQLCoreOperations
from sqlmodel import Field, SQLModel, col

from careplus_tables.columns import BigId, InstantColumn

OWNER = "auth"


class LinkedRecordRow(SQLModel, table=True):
    """A work account, and the patient's account of the same person; each has one link at most."""

    __tablename__ = "linked_records"

    work_account_id: int = Field(primary_key=True, foreign_key="accounts.id", sa_type=BigId)
    record_account_id: int = Field(foreign_key="accounts.id", sa_type=BigId, unique=True)
    linked_at: datetime = Field(sa_type=InstantColumn)


def is_patient_themself(doctor_id: SQLCoreOperations[Any], patient_id: SQLCoreOperations[Any]) -> ColumnElement[bool]:
    """Return whether the doctor and the patient of a statement are the same person."""
    link = LinkedRecordRow
    return exists().where(col(link.work_account_id) == doctor_id, col(link.record_account_id) == patient_id)
