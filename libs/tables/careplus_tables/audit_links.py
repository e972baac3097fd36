"""The MAC chain over the audit trail, and the events that wait for it. Written by auth, which alone has the key."""

from sqlmodel import Field, SQLModel

from careplus_tables.columns import BigId

OWNER = "auth"


class AuditLinkRow(SQLModel, table=True):
    """One link of the chain. `mac` covers the previous mac, the number, the whole event and `late_s`; numbers have no gaps."""

    __tablename__ = "audit_links"

    number: int = Field(primary_key=True, sa_type=BigId, sa_column_kwargs={"autoincrement": False})
    event_id: int = Field(foreign_key="audit_events.id", unique=True, sa_type=BigId)
    mac: bytes
    key_id: str
    late_s: int | None = Field(
        default=None, sa_type=BigId, description="Seconds from the event to its link where they differ by more than a minute."
    )


class UnlinkedEventRow(SQLModel, table=True):
    """An event without a link, on PostgreSQL; a trigger of `audit_events` inserts it.

    There ids are given before transactions commit, so no id says which events auth has linked. On SQLite, with one writer, the
    last linked id does, and the table is empty. It has no foreign key, because every event would pay for the check.
    """

    __tablename__ = "audit_unlinked"

    event_id: int = Field(primary_key=True, sa_type=BigId, sa_column_kwargs={"autoincrement": False})
