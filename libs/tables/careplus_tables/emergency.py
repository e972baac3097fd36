"""Reviews of emergency accesses. Written by doctors."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from careplus_tables.columns import BigId, InstantColumn

OWNER = "doctors"


class AccessReviewRow(SQLModel, table=True):
    """An administrator's judgement of one emergency access."""

    __tablename__ = "access_reviews"

    access_id: int = Field(
        foreign_key="chart_access.id", primary_key=True, sa_type=BigId, sa_column_kwargs={"autoincrement": False}
    )
    justified: bool
    comment: str | None
    reviewed_by_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    reviewed_at: datetime = Field(sa_type=InstantColumn)
    version: int = Field(default=2, sa_column_kwargs={"server_default": sa.text("2")}, description="1 is no review.")
