"""Visits of patients to doctors. Written by appointments. Triggers (migrations/*overlaps.py, overbooking.py) refuse overlaps."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.endpoints import Role
from careplus_tables.columns import BigId, InstantColumn, one_of
from careplus_tables.references import new_check_in_code

OWNER = "appointments"
LONGEST_VISIT_HOURS = 8
"""Bounds the overlap check; the contract SetAvailability allows no longer slot."""
FREE_AGAIN = (AppointmentStatus.CANCELLED, AppointmentStatus.NO_SHOW, AppointmentStatus.LAPSED)
"""Visits in these states do not occupy the time of their doctor."""
FREE_FOR_PATIENT = (*FREE_AGAIN, AppointmentStatus.OFFERED)
"""Visits in these states do not occupy the time of their patient: a patient may book another visit beside an offer."""
OFFERS = (AppointmentStatus.OFFERED.value, AppointmentStatus.LAPSED.value)
"""Rows with these statuses are offers of the waitlist, which no statement about visits reads."""
_REFERRED = sa.text("referral_id IS NOT NULL")


class AppointmentRow(SQLModel, table=True):
    """A visit; occupies `[starts_at, ends_at)` unless its status is in FREE_AGAIN."""

    __tablename__ = "appointments"
    __table_args__ = (
        one_of("status", AppointmentStatus, 2),
        one_of("cancelled_by", Role, 2),
        one_of("booked_by", Role, 2),
        sa.CheckConstraint("ends_at > starts_at", name="runs_forward_v1"),
        # both cover the check of care: without the last two columns a page of patients read 1,500 visits
        sa.Index("ix_appointments_of_doctor", "doctor_id", "starts_at", "id", "status", "patient_id"),
        sa.Index("ix_appointments_of_patient", "patient_id", "starts_at", "id", "status", "doctor_id"),
        # covers the counts of a period
        sa.Index("ix_appointments_period", "starts_at", "ends_at", "status", "doctor_id"),
        sa.Index("ix_appointments_check_in_code", "check_in_code", unique=True),
        sa.Index("ix_appointments_referral_id", "referral_id", sqlite_where=_REFERRED, postgresql_where=_REFERRED),
        sa.Index(
            "ix_appointments_doctor_id_referral_id",
            *("doctor_id", "referral_id"),
            sqlite_where=_REFERRED,
            postgresql_where=_REFERRED,
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    reference: str = Field(unique=True)
    patient_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    doctor_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    starts_at: datetime = Field(sa_type=InstantColumn)
    ends_at: datetime = Field(sa_type=InstantColumn)
    status: str = Field(default=AppointmentStatus.BOOKED.value)
    reason: str | None
    place: str | None
    referral_id: int | None = Field(default=None, foreign_key="referrals.id", sa_type=BigId)
    note: str | None = Field(default=None)
    cancelled_by: str | None = Field(default=None)
    cancel_reason: str | None = Field(default=None)
    booked_by: str | None = Field(default=None, description="The role; null for visits before this column.")
    completed_at: datetime | None = Field(default=None, sa_type=InstantColumn)
    arrived_at: datetime | None = Field(default=None, sa_type=InstantColumn)
    started_at: datetime | None = Field(default=None, sa_type=InstantColumn)
    overbook_reason: str | None = Field(
        default=None,
        description="Why staff booked it beside other visits of the doctor, or outside of free times; null: they did not.",
    )
    check_in_code: str | None = Field(
        default=None,
        sa_column_kwargs={"default": new_check_in_code},
        description="The secret of its QR code, the same for each new time; null: it was over before there were any.",
    )
    visit_type_id: int | None = Field(default=None, foreign_key="visit_types.id", sa_type=BigId)
    buffer_minutes: int = Field(
        default=0,
        sa_column_kwargs={"server_default": "0"},
        description="Minutes after the visit that are no free time of the doctor.",
    )
    video_code: str | None = Field(default=None, description="The secret in its video address; null for a visit without a type.")
    created_at: datetime = Field(sa_type=InstantColumn)
    version: int = Field(default=1)
