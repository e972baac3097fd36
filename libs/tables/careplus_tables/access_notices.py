"""Emergency accesses of which the privacy officer was told. Written by auth."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from careplus_tables.columns import BigId, InstantColumn

OWNER = "auth"


class AccessNoticeRow(SQLModel, table=True):
    """One emergency access, for which a mail was queued."""

    __tablename__ = "access_notices"

    access_id: int = Field(
        foreign_key="chart_access.id", primary_key=True, sa_type=BigId, sa_column_kwargs={"autoincrement": False}
    )
    queued_at: datetime = Field(sa_type=InstantColumn)
