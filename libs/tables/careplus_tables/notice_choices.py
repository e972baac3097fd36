"""Which notices a patient gets, and how; a patient without a row has the default. Written by auth."""

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from careplus_contracts.notices import NoticeChannel, ReminderTime
from careplus_tables.columns import BigId, one_of

OWNER = "auth"


class NoticeChoiceRow(SQLModel, table=True):
    """The choice of one patient."""

    __tablename__ = "notice_choices"
    __table_args__ = (one_of("reminder", ReminderTime), one_of("channel", NoticeChannel))

    account_id: int = Field(foreign_key="accounts.id", primary_key=True, sa_type=BigId, sa_column_kwargs={"autoincrement": False})
    reminder: str
    own_bookings: bool
    results: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true()})
    referrals: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true()})
    refills: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true()})
    channel: str = Field(default=NoticeChannel.EMAIL.value, sa_column_kwargs={"server_default": NoticeChannel.EMAIL.value})
