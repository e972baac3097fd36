"""Screens of waiting rooms, and their doctors. Written by appointments."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from careplus_contracts.screens import ScreenLanguage
from careplus_tables.columns import BigId, InstantColumn, one_of

OWNER = "appointments"


class ScreenRow(SQLModel, table=True):
    """A screen and the SHA-256 of its token; a revoked one is refused."""

    __tablename__ = "screens"
    __table_args__ = (one_of("language", ScreenLanguage),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    name: str
    language: str
    token_hash: str = Field(unique=True)
    created_by_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    created_at: datetime = Field(sa_type=InstantColumn)
    last_seen_at: datetime | None = Field(default=None, sa_type=InstantColumn)
    revoked_at: datetime | None = Field(default=None, sa_type=InstantColumn)


class ScreenDoctorRow(SQLModel, table=True):
    """A doctor of a screen, which shows visits to its doctors; a screen without any shows the visits to all."""

    __tablename__ = "screen_doctors"

    screen_id: int = Field(foreign_key="screens.id", primary_key=True, sa_type=BigId)
    doctor_id: int = Field(foreign_key="accounts.id", primary_key=True, sa_type=BigId)
