"""The MAC chain over the audit trail. Written by auth, which alone has the key."""

from sqlmodel import Field, SQLModel

from careplus_tables.columns import BigId

OWNER = "auth"


class AuditLinkRow(SQLModel, table=True):
    """One link of the chain. `mac` covers the previous mac, the number and the whole event; numbers have no gaps."""

    __tablename__ = "audit_links"

    number: int = Field(primary_key=True, sa_type=BigId, sa_column_kwargs={"autoincrement": False})
    event_id: int = Field(foreign_key="audit_events.id", unique=True, sa_type=BigId)
    mac: bytes
    key_id: str
