"""The outbox of notices: mails and texts that a change causes. The service that makes the change appends them.

A row names a person and a record by their ids. Auth looks up address, language and text when it sends the mail, and whether the
notice is still true, so that none of them is out of date.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from careplus_contracts.notices import NoticeState
from careplus_tables.columns import BigId, InstantColumn, one_of

OWNER = "every service"


class NoticeRow(SQLModel, table=True):
    """One mail or text message to one person about one record; `key` prevents a second one."""

    __tablename__ = "notices"
    __table_args__ = (
        one_of("state", NoticeState),
        sa.Index("ix_notices_state_due_at", "state", "due_at"),
        sa.Index("ix_notices_kind_record_id", "kind", "record_id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    key: str = Field(unique=True, description="Kind, account and occasion: the record, its version, or a day.")
    kind: str
    account_id: int = Field(foreign_key="accounts.id", index=True, sa_type=BigId)
    record_id: int = Field(sa_type=BigId, description="The record that the kind names, for example a request for a refill.")
    state: str = Field(default=NoticeState.WAITING.value, sa_column_kwargs={"server_default": NoticeState.WAITING.value})
    created_at: datetime = Field(sa_type=InstantColumn)
    due_at: datetime = Field(sa_type=InstantColumn, description="The next attempt; taking the notice moves it forward (a lease).")
    attempts: int = Field(default=0, sa_column_kwargs={"server_default": sa.text("0")})
    visit_at: datetime | None = Field(default=None, sa_type=InstantColumn, description="The start of the visit that it tells of.")
    before_at: datetime | None = Field(default=None, sa_type=InstantColumn, description="The start before the visit was moved.")
    own: bool = Field(
        default=False, sa_column_kwargs={"server_default": sa.false()}, description="The person made the change, or was present."
    )
    sent_at: datetime | None = Field(default=None, sa_type=InstantColumn)
    channel: str | None = Field(default=None, description="The way of the latest attempt.")
    failure: str | None = Field(default=None, description="Why the last attempt failed, without the address.")
    called_at: datetime | None = Field(default=None, sa_type=InstantColumn)
    called_by_id: int | None = Field(default=None, foreign_key="accounts.id", sa_type=BigId)
