"""Age limits of specialties. Written by appointments."""

from sqlmodel import Field, SQLModel

from careplus_tables.columns import KeyText

OWNER = "appointments"


class SpecialtyAgePlanRow(SQLModel, table=True):
    """The version of all limits, in one row with the id 1."""

    __tablename__ = "specialty_age_plans"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    version: int = Field(default=1)


class SpecialtyAgeRow(SQLModel, table=True):
    """The youngest and the oldest age, in years, that a specialty of the list sees; null: no limit on that side."""

    __tablename__ = "specialty_ages"

    code: str = Field(primary_key=True, sa_type=KeyText)
    min_age: int | None
    max_age: int | None
