"""The mail queue, and sent mails for 30 days. Written by auth."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from careplus_tables.columns import BigId, InstantColumn

OWNER = "auth"
_WAITING = sa.text("ciphertext IS NOT NULL")


class MailRow(SQLModel, table=True):
    """One mail. `ciphertext` is the encrypted recipient and content, null once the mail is sent or given up."""

    __tablename__ = "mails"
    __table_args__ = (sa.Index("ix_mails_due_at", "due_at", sqlite_where=_WAITING, postgresql_where=_WAITING),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    kind: str
    ciphertext: str | None
    created_at: datetime = Field(sa_type=InstantColumn, index=True)
    due_at: datetime = Field(sa_type=InstantColumn, description="The next attempt; taking the mail moves it forward (a lease).")
    attempts: int
