"""Passkeys of accounts, and the challenges of their ceremonies. Written by auth."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from careplus_tables.columns import BigId, InstantColumn, one_of

OWNER = "auth"


class Purpose(StrEnum):
    """The ceremony that a challenge was made for."""

    REGISTER = "register"
    SIGN_IN = "sign_in"


class PasskeyRow(SQLModel, table=True):
    """A public key of an authenticator (WebAuthn). Binary values are base64url; nothing in a row is secret.

    `sign_count` is the newest counter of the authenticator, 0 where it has none; `transports` are separated by spaces.
    """

    __tablename__ = "passkeys"
    __table_args__ = (sa.Index("ix_passkeys_account_id_id", "account_id", "id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    account_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    credential: str = Field(unique=True, description="The credential id.")
    public_key: str = Field(description="COSE key.")
    sign_count: int = Field(sa_type=sa.BigInteger)
    transports: str
    name: str
    created_at: datetime = Field(sa_type=InstantColumn)
    last_used_at: datetime | None = Field(sa_type=InstantColumn)


class PasskeyChallengeRow(SQLModel, table=True):
    """A challenge that waits for the answer of a passkey; use deletes the row."""

    __tablename__ = "passkey_challenges"
    __table_args__ = (
        one_of("purpose", Purpose),
        sa.Index("ix_passkey_challenges_account_id_purpose_expires_at", "account_id", "purpose", "expires_at"),
    )

    challenge: str = Field(primary_key=True)
    account_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    purpose: str
    expires_at: datetime = Field(sa_type=InstantColumn, index=True)
