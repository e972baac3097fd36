"""Profiles of doctors. Written by doctors."""

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from careplus_contracts.doctors import BookingMode
from careplus_tables.columns import BigId, one_of

OWNER = "doctors"


class DoctorRow(SQLModel, table=True):
    """A doctor's profile; `id` is the account's. Without a profile a doctor cannot be found or booked."""

    __tablename__ = "doctors"
    __table_args__ = (
        one_of("booking", BookingMode),
        sa.Index("ix_doctors_full_name_id", "full_name", "id"),
        sa.Index("ix_doctors_specialty", "specialty"),
    )

    id: int = Field(foreign_key="accounts.id", primary_key=True, sa_type=BigId)
    full_name: str
    specialty: str
    bio: str
    languages: list[str] = Field(sa_type=sa.JSON)
    phone: str | None
    room: str | None
    booking: str = Field(default=BookingMode.ONLINE.value)
    active: bool = Field(default=True)
    version: int = Field(default=1)
