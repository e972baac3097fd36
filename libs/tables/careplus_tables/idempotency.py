"""First answers of requests that carried an Idempotency-Key. Written by the service that acted, in the act's transaction."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from careplus_tables.columns import BigId, InstantColumn

OWNER = "every service"
NOBODY = 0
"""Stands for the account where nobody is signed in."""


class IdempotencyKeyRow(SQLModel, table=True):
    """`key_hash` covers the endpoint and the key; `sealed` is the answer, which key and request together open."""

    __tablename__ = "idempotency_keys"

    account_id: int = Field(primary_key=True, sa_type=BigId, sa_column_kwargs={"autoincrement": False})
    key_hash: str = Field(primary_key=True)
    status: int
    etag: str | None
    sealed: bytes
    expires_at: datetime = Field(sa_type=InstantColumn, index=True)
