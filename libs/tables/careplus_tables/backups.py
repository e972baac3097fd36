"""Attempts to back the database up. Written by auth and by the command `careplus backup`."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from careplus_tables.columns import BigId, InstantColumn

OWNER = "auth"


class BackupRow(SQLModel, table=True):
    """One attempt. `failure` is its reason in one line, null for a backup that was written and read again."""

    __tablename__ = "backups"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    at: datetime = Field(sa_type=InstantColumn, index=True, description="When the copy was taken.")
    file: str | None = Field(description="The name of the file in the folder of backups; null for a failure.")
    size: int | None = Field(sa_type=BigId, description="The bytes of the file.")
    failure: str | None
