"""Approvals of staff accounts and roles by a second administrator. Written by auth."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from careplus_contracts.approvals import ApprovalKind, ApprovalState
from careplus_contracts.endpoints import Role
from careplus_tables.columns import BigId, InstantColumn, one_of

OWNER = "auth"
_WAITING = sa.text("state = 'waiting'")


class AccountApprovalRow(SQLModel, table=True):
    """An account or role that one administrator asked for; an account has one at most that waits."""

    __tablename__ = "account_approvals"
    __table_args__ = (
        one_of("kind", ApprovalKind),
        one_of("role", Role, 2),
        one_of("state", ApprovalState),
        sa.CheckConstraint("state <> 'approved' OR decided_by_id <> asked_by_id", name="second_person_v1"),
        sa.Index("ix_account_approvals_account_id_id", "account_id", "id"),
        sa.Index("uq_account_approvals_waiting", "account_id", unique=True, sqlite_where=_WAITING, postgresql_where=_WAITING),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    account_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    kind: str
    role: str
    colleague_id: int | None = Field(
        default=None,
        foreign_key="accounts.id",
        sa_type=BigId,
        description="Takes over the work of a doctor with a new role.",
    )
    asked_by_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    asked_at: datetime = Field(sa_type=InstantColumn)
    state: str = Field(default=ApprovalState.WAITING.value, sa_column_kwargs={"server_default": ApprovalState.WAITING.value})
    decided_by_id: int | None = Field(default=None, foreign_key="accounts.id", sa_type=BigId)
    decided_at: datetime | None = Field(default=None, sa_type=InstantColumn)
    reason: str | None = Field(default=None)
