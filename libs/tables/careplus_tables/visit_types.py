"""Types of visits, and the doctors that offer them. Written by appointments."""

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from careplus_tables.columns import BigId

OWNER = "appointments"


class VisitTypeRow(SQLModel, table=True):
    """A kind of visit; never deleted, because visits name it."""

    __tablename__ = "visit_types"
    __table_args__ = (
        sa.CheckConstraint("minutes BETWEEN 5 AND 480", name="minutes_v1"),
        sa.CheckConstraint("buffer_minutes BETWEEN 0 AND 240", name="buffer_minutes_v1"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    name_en: str
    name_de: str
    minutes: int
    buffer_minutes: int
    staff_only: bool
    preparation_en: str | None
    preparation_de: str | None
    price: str | None
    video_template: str | None
    active: bool = Field(default=True)
    version: int = Field(default=1)


class VisitTypeChoiceRow(SQLModel, table=True):
    """The version of the types that a doctor offers."""

    __tablename__ = "visit_type_choices"

    doctor_id: int = Field(foreign_key="accounts.id", primary_key=True, sa_type=BigId, sa_column_kwargs={"autoincrement": False})
    version: int = Field(default=1)


class DoctorVisitTypeRow(SQLModel, table=True):
    """A type that a doctor offers; `minutes` where the doctor takes another time than the type."""

    __tablename__ = "doctor_visit_types"
    __table_args__ = (sa.CheckConstraint("minutes BETWEEN 5 AND 480", name="minutes_v1"),)

    doctor_id: int = Field(foreign_key="accounts.id", primary_key=True, sa_type=BigId, sa_column_kwargs={"autoincrement": False})
    visit_type_id: int = Field(
        foreign_key="visit_types.id", primary_key=True, sa_type=BigId, sa_column_kwargs={"autoincrement": False}
    )
    position: int
    minutes: int | None
