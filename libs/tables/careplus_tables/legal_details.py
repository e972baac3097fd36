"""Corrections of legal details, with the old and the new values. Rows are appended, never changed. Written by auth."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from careplus_contracts.accounts import Sex
from careplus_tables.columns import BigId, InstantColumn, one_of

OWNER = "auth"


class LegalChangeRow(SQLModel, table=True):
    """One correction of a person's name, date of birth or sex by the desk."""

    __tablename__ = "legal_changes"
    __table_args__ = (
        one_of("old_sex", Sex),
        one_of("new_sex", Sex),
        sa.Index("ix_legal_changes_account_id_id", "account_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    account_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    changed_by_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    changed_at: datetime = Field(sa_type=InstantColumn)
    reason: str
    old_full_name: str
    old_date_of_birth: date | None
    old_sex: str
    new_full_name: str
    new_date_of_birth: date | None
    new_sex: str
