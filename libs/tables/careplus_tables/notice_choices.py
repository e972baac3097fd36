"""Which mails about visits a patient gets; a patient without a row has the default. Written by auth."""

from sqlmodel import Field, SQLModel

from careplus_contracts.notices import ReminderTime
from careplus_tables.columns import BigId, one_of

OWNER = "auth"


class NoticeChoiceRow(SQLModel, table=True):
    """The choice of one patient."""

    __tablename__ = "notice_choices"
    __table_args__ = (one_of("reminder", ReminderTime),)

    account_id: int = Field(foreign_key="accounts.id", primary_key=True, sa_type=BigId, sa_column_kwargs={"autoincrement": False})
    reminder: str
    own_bookings: bool
