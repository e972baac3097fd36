"""Profiles of doctors. Written by doctors."""

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from careplus_clinic.search_keys import equality_key, search_key, sort_key
from careplus_contracts.doctors import BookingMode
from careplus_tables.columns import BigId, KeyText, one_of
from careplus_tables.derived import derived

OWNER = "doctors"


class DoctorRow(SQLModel, table=True):
    """A doctor's profile; `id` is the account's. Without a profile a doctor cannot be found or booked."""

    __tablename__ = "doctors"
    __table_args__ = (
        one_of("booking", BookingMode),
        sa.Index("ix_doctors_sort_key_id", "sort_key", "id"),
        sa.Index("ix_doctors_specialty_key", "specialty_key"),
    )

    id: int = Field(foreign_key="accounts.id", primary_key=True, sa_type=BigId)
    full_name: str
    sort_key: str = Field(default=None, nullable=False, sa_type=KeyText, sa_column_kwargs=derived(sort_key, "full_name"))
    search_key: str = Field(
        default=None, nullable=False, sa_type=KeyText, sa_column_kwargs=derived(search_key, "full_name", "specialty", "bio")
    )
    specialty: str
    specialty_key: str = Field(default=None, nullable=False, sa_type=KeyText, sa_column_kwargs=derived(equality_key, "specialty"))
    bio: str
    languages: list[str] = Field(sa_type=sa.JSON)
    phone: str | None
    room: str | None
    booking: str = Field(default=BookingMode.ONLINE.value)
    active: bool = Field(default=True)
    version: int = Field(default=1)
