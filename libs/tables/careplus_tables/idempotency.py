"""First answers of requests that carried an Idempotency-Key. Written by the service that acted, in the act's transaction."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from careplus_tables.columns import BigId, InstantColumn

OWNER = "every service"


class IdempotencyKeyRow(SQLModel, table=True):
    """`key_hash` covers the endpoint and the key, `request_hash` the address and the body."""

    __tablename__ = "idempotency_keys"

    account_id: int = Field(primary_key=True, sa_type=BigId, sa_column_kwargs={"autoincrement": False})
    key_hash: str = Field(primary_key=True)
    request_hash: str
    status: int
    answer: str
    etag: str | None
    expires_at: datetime = Field(sa_type=InstantColumn, index=True)
