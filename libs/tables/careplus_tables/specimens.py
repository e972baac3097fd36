"""Specimens of laboratory bookings. Written by labs."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from careplus_contracts.labs import SpecimenStatus
from careplus_tables.columns import BigId, InstantColumn, one_of

OWNER = "labs"
_IS_LIVE = sa.text(f"status <> '{SpecimenStatus.REJECTED.value}'")


class SpecimenRow(SQLModel, table=True):
    """One tube or other container. A booking has one of each type that is not rejected; the unique index keeps it so.

    Its tests are the tests of the booking with the same `specimen_type`.
    """

    __tablename__ = "specimens"
    __table_args__ = (
        one_of("status", SpecimenStatus),
        sa.Index(
            "uq_specimens_booking_id_type",
            *("booking_id", "type"),
            unique=True,
            sqlite_where=_IS_LIVE,
            postgresql_where=_IS_LIVE,
        ),
        sa.Index("ix_specimens_booking_id_id", "booking_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    booking_id: int = Field(foreign_key="lab_bookings.id", sa_type=BigId)
    patient_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    accession: str = Field(unique=True)
    type: str
    status: str = Field(default=SpecimenStatus.EXPECTED.value)
    collected_at: datetime | None = Field(default=None, sa_type=InstantColumn)
    collected_by_id: int | None = Field(default=None, foreign_key="accounts.id", sa_type=BigId)
    received_at: datetime | None = Field(default=None, sa_type=InstantColumn)
    received_by_id: int | None = Field(default=None, foreign_key="accounts.id", sa_type=BigId)
    rejected_at: datetime | None = Field(default=None, sa_type=InstantColumn)
    rejected_by_id: int | None = Field(default=None, foreign_key="accounts.id", sa_type=BigId)
    rejection_reason: str | None = Field(default=None)
    created_at: datetime = Field(sa_type=InstantColumn)
