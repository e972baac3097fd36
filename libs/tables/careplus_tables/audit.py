"""The audit trail: each read and change of personal data, and each sign-in. Rows are appended, never changed."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from careplus_contracts.audit import Kind
from careplus_contracts.endpoints import Role
from careplus_tables.columns import BigId, InstantColumn, one_of

OWNER = "every service"
OK = "ok"
"""The outcome of a success; the outcome of a refusal is its code."""
_REFUSED = sa.text("outcome <> 'ok'")


class AuditEventRow(SQLModel, table=True):
    """One request that disclosed or changed a record, or was refused.

    Has no foreign keys, so that it can name ids that do not exist and outlasts the rows that it names. A patient's own request
    concerns that patient; `audit_patients` names the other patients concerned.
    """

    __tablename__ = "audit_events"
    __table_args__ = (
        one_of("kind", Kind),
        one_of("role", Role, 2),
        sa.Index("ix_audit_events_at", "at"),
        sa.Index("ix_audit_events_account_id_id", "account_id", "id"),
        # finds the few refusals among many successes
        sa.Index("ix_audit_events_refused", "outcome", "id", sqlite_where=_REFUSED, postgresql_where=_REFUSED),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    at: datetime = Field(sa_type=InstantColumn)
    request_id: str
    account_id: int | None = Field(sa_type=BigId)
    role: str | None
    session_id: str | None
    address: str | None
    service: str
    action: str = Field(description="The endpoint's name.")
    kind: str
    object_id: str | None = Field(description="The path's last parameter; without one the id in the answer.")
    outcome: str
    reason: str | None = Field(description="The reason for opening a chart without treating the patient.")
    members: str | None = Field(description="Names of the members of the request body, separated by spaces; never their values.")


class AuditPatientRow(SQLModel, table=True):
    """A patient concerned by another person's request."""

    __tablename__ = "audit_patients"
    __table_args__ = (sa.Index("ix_audit_patients_patient_id_event_id", "patient_id", "event_id"),)

    event_id: int = Field(foreign_key="audit_events.id", primary_key=True, sa_type=BigId)
    patient_id: int = Field(primary_key=True, sa_type=BigId, sa_column_kwargs={"autoincrement": False})
