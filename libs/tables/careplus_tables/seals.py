"""The seals of the audit trail: a chain that only auth can make, because only auth has the key."""

from sqlmodel import Field, SQLModel

from careplus_tables.columns import BigId

OWNER = "auth"


class AuditSealRow(SQLModel, table=True):
    """`mac` covers the mac before, the number and the whole event; numbers have no gaps."""

    __tablename__ = "audit_seals"

    number: int = Field(primary_key=True, sa_type=BigId, sa_column_kwargs={"autoincrement": False})
    event_id: int = Field(foreign_key="audit_events.id", unique=True, sa_type=BigId)
    mac: bytes
    key_id: str
