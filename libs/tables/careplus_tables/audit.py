"""The audit trail: who looked at or changed whose data, and who signed in. Appended to with each act, never changed."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from careplus_contracts.audit import Kind
from careplus_contracts.endpoints import Role
from careplus_tables.columns import BigId, InstantColumn, one_of

OWNER = "every service"
OK = "ok"
"""The outcome of what was done; else it is the refusal's code."""
_REFUSED = sa.text("outcome <> 'ok'")


class AuditEventRow(SQLModel, table=True):
    """One request that disclosed or changed something, or tried to.

    Points at nothing, so that it can say what was asked for where there was nothing, and outlasts everything. What a patient
    does concerns that patient; whom else it concerns stands in `audit_patients`.
    """

    __tablename__ = "audit_events"
    __table_args__ = (
        one_of("kind", Kind),
        one_of("role", Role),
        sa.Index("ix_audit_events_at", "at"),
        sa.Index("ix_audit_events_account_id_id", "account_id", "id"),
        # the few that were refused among the many that were not
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
    object_id: str | None = Field(description="As in the path; of what was made where the path names nothing.")
    outcome: str
    reason: str | None = Field(description="Why a chart was opened without treating the patient.")
    members: str | None = Field(description="Names of the body's members that were sent, between blanks; never their values.")


class AuditPatientRow(SQLModel, table=True):
    """A patient whom an act of somebody else concerns."""

    __tablename__ = "audit_patients"
    __table_args__ = (sa.Index("ix_audit_patients_patient_id_event_id", "patient_id", "event_id"),)

    event_id: int = Field(foreign_key="audit_events.id", primary_key=True, sa_type=BigId)
    patient_id: int = Field(primary_key=True, sa_type=BigId, sa_column_kwargs={"autoincrement": False})
