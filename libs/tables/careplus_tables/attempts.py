"""Counted sign-in attempts, to slow down guessing. Written by auth."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from careplus_tables.columns import InstantColumn

OWNER = "auth"


class AttemptsRow(SQLModel, table=True):
    """Recent attempts per `key`, a keyed hash of an IP address, an e-mail address or both.

    `tried` is the count at `counted_at` and decays; further attempts are refused before `open_at`; the row is deleted from
    `forgotten_at`.
    """

    __tablename__ = "attempts"

    key: str = Field(primary_key=True)
    tried: int
    counted_at: datetime = Field(sa_type=InstantColumn)
    open_at: datetime = Field(sa_type=InstantColumn)
    forgotten_at: datetime = Field(sa_type=InstantColumn, index=True)
