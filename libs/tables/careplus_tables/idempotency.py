"""First answers to requests with an Idempotency-Key. Written by the service that ran the request, in its transaction."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from careplus_tables.columns import BigId, InstantColumn

OWNER = "every service"
NO_ACCOUNT = 0
"""The account id at public endpoints."""


class IdempotencyKeyRow(SQLModel, table=True):
    """`key_hash` covers the endpoint and the key; decrypting `ciphertext`, the answer, takes the key and the request."""

    __tablename__ = "idempotency_keys"

    account_id: int = Field(primary_key=True, sa_type=BigId, sa_column_kwargs={"autoincrement": False})
    key_hash: str = Field(primary_key=True)
    status: int
    etag: str | None
    ciphertext: bytes
    expires_at: datetime = Field(sa_type=InstantColumn, index=True)
