"""Attempts to get in, counted so that guessing is slow. Written by auth."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from careplus_tables.columns import InstantColumn

OWNER = "auth"


class AttemptsRow(SQLModel, table=True):
    """How often somebody tried of late. `key` is a keyed hash of what is counted: an address, an e-mail, both.

    `tried` at `counted_at`, less with time; nothing more before `open_at`; as good as none from `forgotten_at`.
    """

    __tablename__ = "attempts"

    key: str = Field(primary_key=True)
    tried: int
    counted_at: datetime = Field(sa_type=InstantColumn)
    open_at: datetime = Field(sa_type=InstantColumn)
    forgotten_at: datetime = Field(sa_type=InstantColumn, index=True)
