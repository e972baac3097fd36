"""Signed heads of the audit chain, numbered and chained themselves. Written by auth and by commands that have its key."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from careplus_tables.columns import BigId, InstantColumn

OWNER = "auth"


class AuditAnchorRow(SQLModel, table=True):
    """One anchor. `mac` covers the mac of the anchor before it and every other column but `key_id`."""

    __tablename__ = "audit_anchors"

    number: int = Field(primary_key=True, sa_type=BigId, sa_column_kwargs={"autoincrement": False})
    previous: int = Field(sa_type=BigId, description="The anchor before it: number - 1, and less where a person accepted a head.")
    link_number: int = Field(sa_type=BigId)
    link_mac: bytes
    at: datetime = Field(sa_type=InstantColumn)
    reason: str | None = Field(description="Why a person accepted a head that auth refused; null: auth's own anchor.")
    key_id: str
    mac: bytes
