"""Closed days of the hospital. Written by appointments; the laboratory and the statistics read them."""

from datetime import date

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, col

from careplus_contracts.values import InLanguages
from careplus_tables.columns import BigId
from careplus_tables.compiled import CompiledStatement, literal_limit
from careplus_tables.engine import AnySession

OWNER = "appointments"
MOST_DAYS = 1000


class ClosedDayPlanRow(SQLModel, table=True):
    """The region of the public holidays and the version of all closed days, in one row with the id 1."""

    __tablename__ = "closed_day_plans"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    country: str | None
    subdivision: str | None
    holidays_until: date | None = Field(sa_type=sa.Date)
    version: int = Field(default=1)


class ClosedDayRow(SQLModel, table=True):
    """A public holiday or one of the hospital's own closed days; the hospital works on a holiday that is open."""

    __tablename__ = "closed_days"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    day: date = Field(sa_type=sa.Date, unique=True)
    is_holiday: bool
    name_en: str
    name_de: str
    is_open: bool


_d = ClosedDayRow
_CLOSED = CompiledStatement(
    sa.select(col(_d.day), col(_d.name_en), col(_d.name_de))
    .where(
        col(_d.day) >= sa.bindparam("first", type_=sa.Date()),
        col(_d.day) <= sa.bindparam("last", type_=sa.Date()),
        col(_d.is_open).is_(False),
    )
    .order_by(col(_d.day))
    .limit(literal_limit(MOST_DAYS))
)


async def closed_between(db: AnySession, first: date, last: date) -> dict[date, InLanguages]:
    """Return the closed clinic days from first to last with their names. Compiled once, because each booking asks."""
    rows = await _CLOSED.all(db, first=first, last=last)
    return {_date(day): InLanguages(en=name_en, de=name_de) for day, name_en, name_de in rows}


def _date(value: str | date) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value
