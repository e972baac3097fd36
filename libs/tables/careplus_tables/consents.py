"""Consents of patients. Rows are appended, never changed. Written by auth."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from careplus_contracts.consents import ConsentKind
from careplus_tables.columns import BigId, InstantColumn, one_of

OWNER = "auth"


class ConsentRow(SQLModel, table=True):
    """One agreement to one version of a text."""

    __tablename__ = "consents"
    __table_args__ = (one_of("kind", ConsentKind), sa.Index("ix_consents_account_id_id", "account_id", "id"))

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    account_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    kind: str
    text_version: date
    language: str = Field(description="In which the person read the text.")
    given_at: datetime = Field(sa_type=InstantColumn)
