"""Accounts, sessions and invitations. Written by auth."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from careplus_clinic.search_keys import likeness_key, phone_key, search_key, sort_key
from careplus_contracts.accounts import Sex
from careplus_contracts.endpoints import Role
from careplus_contracts.values import PortalLanguage
from careplus_tables.columns import BigId, InstantColumn, KeyText, one_of
from careplus_tables.derived import derived
from careplus_tables.references import new_patient_reference

OWNER = "auth"
_MERGED = sa.text("merged_into_id IS NOT NULL")
_FROM_WORK = sa.text("work_session_id IS NOT NULL")


class AccountRow(SQLModel, table=True):
    """One person. `id` is also the patient's or the doctor's id. `password_hash` is null until an invitation is accepted."""

    __tablename__ = "accounts"
    __table_args__ = (
        one_of("role", Role, 2),
        one_of("sex", Sex),
        one_of("language", PortalLanguage),
        sa.Index("ix_accounts_role_id", "role", "id"),
        sa.Index("ix_accounts_sort_key_id", "sort_key", "id"),
        sa.Index("ix_accounts_role_sort_key_id", "role", "sort_key", "id"),
        sa.Index("ix_accounts_date_of_birth", "date_of_birth"),
        sa.Index("ix_accounts_phone_key", "phone_key"),
        sa.Index("ix_accounts_merged_into_id", "merged_into_id", sqlite_where=_MERGED, postgresql_where=_MERGED),
        sa.Index("ix_accounts_reference", "reference", unique=True),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    email: str | None = Field(
        unique=True,
        description="In normal form; another spelling where another account has that form. Null: reception registered a patient "
        "without one, who cannot sign in.",
    )
    email_confirmed_at: datetime | None = Field(
        default=None, sa_type=InstantColumn, description="When its owner proved the address; null: few mails are sent to it."
    )
    password_hash: str | None
    full_name: str
    sort_key: str = Field(default=None, nullable=False, sa_type=KeyText, sa_column_kwargs=derived(sort_key, "full_name"))
    search_key: str = Field(default=None, nullable=False, sa_type=KeyText, sa_column_kwargs=derived(search_key, "full_name"))
    role: str
    date_of_birth: date | None
    sex: str
    phone: str | None
    language: str = Field(default=PortalLanguage.EN.value, sa_column_kwargs={"server_default": PortalLanguage.EN.value})
    active: bool = Field(default=True)
    second_factor: bool = Field(
        default=False, sa_column_kwargs={"server_default": sa.false()}, description="Required at sign-in."
    )
    # every account has one, because a role can change; only those of patients are shown
    reference: str = Field(default=None, nullable=True, sa_column_kwargs={"default": new_patient_reference})
    contact_name: str | None = Field(default=None, description="The person to call about a patient.")
    contact_phone: str | None = Field(default=None)
    contact_relation: str | None = Field(default=None)
    created_at: datetime = Field(sa_type=InstantColumn)
    version: int = Field(default=1)
    likeness_key: str | None = Field(default=None, sa_type=KeyText, sa_column_kwargs=derived(likeness_key, "full_name"))
    phone_key: str | None = Field(default=None, sa_type=KeyText, sa_column_kwargs=derived(phone_key, "phone"))
    merged_into_id: int | None = Field(
        default=None,
        sa_type=BigId,
        description="The record of the same person that goes on; this one is closed. No foreign key: a move of the hospital "
        "copies accounts in the order of their ids.",
    )

    @property
    def sign_in_email(self) -> str:
        """The address of an account that signs in, or is invited to."""
        assert self.email is not None
        return self.email


class SessionRow(SQLModel, table=True):
    """A signed-in device: a family of refresh tokens. `id` is the token's `sid`."""

    __tablename__ = "sessions"
    __table_args__ = (
        sa.Index("ix_sessions_account_id_created_at_id", "account_id", "created_at", "id"),
        sa.Index("ix_sessions_work_session_id", "work_session_id", sqlite_where=_FROM_WORK, postgresql_where=_FROM_WORK),
    )

    id: str = Field(primary_key=True)
    account_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    created_at: datetime = Field(sa_type=InstantColumn)
    expires_at: datetime = Field(sa_type=InstantColumn, index=True)
    ended_at: datetime | None = Field(sa_type=InstantColumn)
    last_used_at: datetime = Field(sa_type=InstantColumn)
    user_agent: str | None
    address: str | None
    with_second_factor: bool = Field(sa_column_kwargs={"server_default": sa.false()}, description="Opened with a second factor.")
    provider_factor: bool = Field(
        default=False,
        sa_column_kwargs={"server_default": sa.false()},
        description="Opened by a sign-on at which the identity provider checked a second factor.",
    )
    work_session_id: str | None = Field(
        default=None,
        description="Of a record's session that was opened from the linked work account: that account's session. No foreign key: "
        "a move of the hospital copies sessions in the order of their ids.",
    )


class RefreshTokenRow(SQLModel, table=True):
    """One refresh token of a session; only its hash is stored."""

    __tablename__ = "refresh_tokens"

    token_hash: str = Field(primary_key=True)
    session_id: str = Field(foreign_key="sessions.id", index=True)
    expires_at: datetime = Field(sa_type=InstantColumn)
    used_at: datetime | None = Field(sa_type=InstantColumn)


class InvitationRow(SQLModel, table=True):
    """A one-time code that sets the first password of an account; only its hash is stored, and none until it is approved."""

    __tablename__ = "invitations"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    account_id: int = Field(foreign_key="accounts.id", sa_type=BigId, index=True)
    code_hash: str | None = Field(unique=True)
    created_at: datetime = Field(sa_type=InstantColumn)
    expires_at: datetime = Field(sa_type=InstantColumn)
    accepted_at: datetime | None = Field(sa_type=InstantColumn)
