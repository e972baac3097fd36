"""The waitlist: patients that wait for a time of a doctor or a specialty, and the times that were offered to them.

Written by appointments. An offer is a visit with the status `offered`, so the triggers that refuse overlaps hold its time.
"""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from careplus_contracts.endpoints import Role
from careplus_contracts.waitlist import EntryStatus
from careplus_tables.columns import BigId, InstantColumn, one_of

OWNER = "appointments"
_WAITS = sa.text("status = 'waiting'")


class WaitlistEntryRow(SQLModel, table=True):
    """The times that one patient waits for; `offer_id` is the offer that the patient can answer now."""

    __tablename__ = "waitlist_entries"
    __table_args__ = (
        one_of("status", EntryStatus),
        one_of("added_by", Role),
        sa.CheckConstraint("(doctor_id IS NULL) <> (specialty IS NULL)", name="doctor_or_specialty_v1"),
        sa.CheckConstraint("last_day >= first_day", name="days_run_forward_v1"),
        sa.Index("ix_waitlist_entries_doctor_id", "doctor_id", sqlite_where=_WAITS, postgresql_where=_WAITS),
        sa.Index("ix_waitlist_entries_specialty", "specialty", sqlite_where=_WAITS, postgresql_where=_WAITS),
        sa.Index("ix_waitlist_entries_created_at_id", "created_at", "id", sqlite_where=_WAITS, postgresql_where=_WAITS),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    patient_id: int = Field(foreign_key="accounts.id", index=True, sa_type=BigId)
    doctor_id: int | None = Field(default=None, foreign_key="accounts.id", sa_type=BigId)
    specialty: str | None = Field(default=None)
    first_day: date
    last_day: date
    weekdays: str = Field(description="The days of the week that fit, such as `mon,thu`.")
    from_time: str = Field(description="Wall-clock time `HH:MM` from which a visit may start.")
    to_time: str = Field(description="Wall-clock time `HH:MM` until which a visit may last.")
    visit_type_id: int | None = Field(default=None, foreign_key="visit_types.id", sa_type=BigId)
    instead_of_id: int | None = Field(default=None, foreign_key="appointments.id", index=True, sa_type=BigId)
    offer_id: int | None = Field(default=None, foreign_key="appointments.id", unique=True, sa_type=BigId)
    status: str = Field(default=EntryStatus.WAITING.value)
    added_by: str
    created_at: datetime = Field(sa_type=InstantColumn)


class WaitlistOfferRow(SQLModel, table=True):
    """A time that was offered to an entry, once at most; the visit's status says whether it still is."""

    __tablename__ = "waitlist_offers"
    __table_args__ = (
        sa.UniqueConstraint("entry_id", "doctor_id", "starts_at"),
        sa.Index("ix_waitlist_offers_offered_until", "offered_until"),
    )

    appointment_id: int = Field(
        primary_key=True, foreign_key="appointments.id", sa_type=BigId, sa_column_kwargs={"autoincrement": False}
    )
    entry_id: int = Field(foreign_key="waitlist_entries.id", sa_type=BigId)
    doctor_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    starts_at: datetime = Field(sa_type=InstantColumn)
    offered_until: datetime = Field(sa_type=InstantColumn)
