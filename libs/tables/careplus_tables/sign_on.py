"""Identities of the hospital's identity provider, and used states of sign-ons. Written by auth."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from careplus_tables.columns import BigId, InstantColumn

OWNER = "auth"


class ProviderIdentityRow(SQLModel, table=True):
    """The account of a person at an identity provider; an account has one identity at each provider."""

    __tablename__ = "provider_identities"
    __table_args__ = (sa.UniqueConstraint("account_id", "issuer"),)

    issuer: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    account_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    linked_at: datetime = Field(sa_type=InstantColumn)


class UsedStateRow(SQLModel, table=True):
    """The state of a sign-on that came back once, until it is too old to come back; only its hash is stored."""

    __tablename__ = "used_states"

    state_hash: str = Field(primary_key=True)
    expires_at: datetime = Field(sa_type=InstantColumn, index=True)
