"""Certificates. Written by doctors."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from careplus_contracts.certificates import CertificateKind
from careplus_tables.columns import BigId, InstantColumn, one_of

OWNER = "doctors"


class CertificateRow(SQLModel, table=True):
    """A certificate of one doctor for one patient; only its voiding changes it."""

    __tablename__ = "certificates"
    __table_args__ = (
        one_of("kind", CertificateKind),
        sa.CheckConstraint("last_day >= first_day", name="runs_forward_v1"),
        sa.CheckConstraint("(voided_at IS NULL) = (void_reason IS NULL)", name="void_has_a_reason_v1"),
        sa.Index("ix_certificates_patient_id_id", "patient_id", "id"),
        sa.Index("ix_certificates_doctor_id_id", "doctor_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    reference: str = Field(unique=True)
    patient_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    doctor_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    appointment_id: int | None = Field(foreign_key="appointments.id", sa_type=BigId)
    kind: str
    first_day: date | None
    last_day: date | None
    present_from: str | None
    present_until: str | None
    statement: str | None
    diagnosis: str | None
    created_at: datetime = Field(sa_type=InstantColumn)
    voided_at: datetime | None = Field(default=None, sa_type=InstantColumn)
    voided_by_id: int | None = Field(default=None, foreign_key="accounts.id", sa_type=BigId)
    void_reason: str | None = Field(default=None)
    version: int = Field(default=1)
