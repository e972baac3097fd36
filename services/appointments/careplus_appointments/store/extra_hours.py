"""Extra hours of doctors as their calendars read them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from sqlalchemy import Date, bindparam, select
from sqlmodel import col

from careplus_appointments.rules.slots import DayHours
from careplus_tables.availability import ExtraHoursRow
from careplus_tables.compiled import CompiledStatement, literal_limit
from careplus_tables.engine import AnySession

MOST_EXTRA_HOURS = 100_000
"""Limit of the rows read at once; 100 doctors with extra hours on each day have fewer in two years."""

_row = ExtraHoursRow
_BETWEEN = CompiledStatement(
    select(col(_row.doctor_id), col(_row.day), col(_row.starts), col(_row.ends))
    .where(
        col(_row.doctor_id).in_(bindparam("doctors", expanding=True)),
        col(_row.day) >= bindparam("first", type_=Date()),
        col(_row.day) <= bindparam("last", type_=Date()),
    )
    .limit(literal_limit(MOST_EXTRA_HOURS))
)


async def between(db: AnySession, doctor_ids: Sequence[int], first: date, last: date) -> dict[int, list[DayHours]]:
    """Return the extra hours of the clinic days from first to last by doctor."""
    found: dict[int, list[DayHours]] = defaultdict(list)
    for doctor_id, day, starts, ends in await _BETWEEN.all(db, doctors=list(doctor_ids), first=first, last=last):
        found[doctor_id].append(DayHours(date.fromisoformat(day) if isinstance(day, str) else day, starts, ends))
    return found
