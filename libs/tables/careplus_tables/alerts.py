"""Alerts to the operators of the hospital. Written by auth."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from careplus_tables.columns import BigId, InstantColumn

OWNER = "auth"
_WAITING = sa.text("due_at IS NOT NULL")


class AlertRow(SQLModel, table=True):
    """One alert. `record_id` is what it is about, once for each kind; null: forgotten, so that it can be raised again."""

    __tablename__ = "alerts"
    __table_args__ = (
        sa.UniqueConstraint("kind", "record_id"),
        sa.Index("ix_alerts_due_at", "due_at", sqlite_where=_WAITING, postgresql_where=_WAITING),
    )

    key: str = Field(primary_key=True)
    kind: str
    record_id: int | None = Field(sa_type=BigId, description="The id of a record, or the number of a day.")
    at: datetime = Field(sa_type=InstantColumn)
    due_at: datetime | None = Field(
        sa_type=InstantColumn, description="The next attempt to post it; null: posted, given up, or no address is set."
    )
    attempts: int
