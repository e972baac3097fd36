"""Calendar feeds of patients and doctors. Written by appointments."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from careplus_contracts.calendar_feeds import FeedDetail
from careplus_contracts.endpoints import Role
from careplus_tables.columns import BigId, InstantColumn, one_of

OWNER = "appointments"


class CalendarFeedRow(SQLModel, table=True):
    """An address that a calendar program reads; kept after it was revoked, so that it answers 410."""

    __tablename__ = "calendar_feeds"
    __table_args__ = (one_of("role", Role), one_of("detail", FeedDetail))

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    account_id: int = Field(foreign_key="accounts.id", sa_type=BigId, index=True)
    role: str = Field(description="The owner's role when it was added: a patient's own visits, or the visits to a doctor.")
    name: str
    detail: str
    token_hash: str = Field(unique=True, description="SHA-256 of the token in its address.")
    created_at: datetime = Field(sa_type=InstantColumn)
    revoked_at: datetime | None = Field(default=None, sa_type=InstantColumn)
