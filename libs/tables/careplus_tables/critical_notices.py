"""Mails about open critical results that were queued already. Written by auth."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from careplus_contracts.critical import Escalation
from careplus_tables.columns import BigId, InstantColumn, one_of

OWNER = "auth"


class CriticalNoticeRow(SQLModel, table=True):
    """One person was told once of one result since it is open; a correction that opens it again is told again."""

    __tablename__ = "critical_notices"
    __table_args__ = (one_of("step", Escalation),)

    result_id: int = Field(
        foreign_key="lab_results.id", primary_key=True, sa_type=BigId, sa_column_kwargs={"autoincrement": False}
    )
    since: datetime = Field(primary_key=True, sa_type=InstantColumn)
    account_id: int = Field(foreign_key="accounts.id", primary_key=True, sa_type=BigId, sa_column_kwargs={"autoincrement": False})
    step: str
    queued_at: datetime = Field(sa_type=InstantColumn)
