"""Requests to renew a prescription, and the items that they name. Written by doctors."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, col

from careplus_contracts.refills import RefillStatus
from careplus_tables.columns import BigId, InstantColumn, one_of

OWNER = "doctors"
_OPEN = sa.text("status = 'open'")


class RefillRow(SQLModel, table=True):
    """One request; a prescription has at most one that is open, which the unique index keeps so.

    `doctor_id` is the doctor that is asked: the prescriber, or the one that the desk named.
    """

    __tablename__ = "refills"
    __table_args__ = (
        one_of("status", RefillStatus),
        sa.Index("uq_refills_open_prescription_id", "prescription_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        sa.Index("ix_refills_prescription_id", "prescription_id"),
        sa.Index("ix_refills_patient_id_id", "patient_id", "id"),
        sa.Index("ix_refills_doctor_id_status_id", "doctor_id", "status", "id"),
        sa.Index("ix_refills_answered_by_id_id", "answered_by_id", "id"),
        sa.Index("ix_refills_open_id", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    prescription_id: int = Field(foreign_key="prescriptions.id", sa_type=BigId)
    patient_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    doctor_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    status: str = Field(default=RefillStatus.OPEN.value)
    note: str | None
    text: str | None = Field(default=None)
    created_at: datetime = Field(sa_type=InstantColumn)
    answered_at: datetime | None = Field(default=None, sa_type=InstantColumn)
    answered_by_id: int | None = Field(default=None, foreign_key="accounts.id", sa_type=BigId)
    renewed_as_id: int | None = Field(default=None, foreign_key="prescriptions.id", sa_type=BigId)
    version: int = Field(default=1)


class RefillItemRow(SQLModel, table=True):
    """One item of the prescription that the patient wants renewed; `position` is that of the item."""

    __tablename__ = "refill_items"

    refill_id: int = Field(foreign_key="refills.id", primary_key=True, sa_type=BigId)
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})


IS_OPEN = col(RefillRow.status) == RefillStatus.OPEN.value
