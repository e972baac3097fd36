"""Statements about the age limits of specialties. Every search and booking reads them, so they are compiled once."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import bindparam, delete, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from careplus_appointments.rules.ages import NO_LIMITS, Limits
from careplus_clinic.specialties import SPECIALTIES
from careplus_contracts.endpoints import Role
from careplus_contracts.refusals import NotFound
from careplus_contracts.specialty_ages import MOST_LIMITS, AgeLimits, SetSpecialtyAges
from careplus_runtime.identity.tokens import Identity
from careplus_tables.accounts import AccountRow
from careplus_tables.columns import BigId
from careplus_tables.compiled import CompiledStatement, literal_limit
from careplus_tables.engine import AnySession, WriteSession
from careplus_tables.specialty_ages import SpecialtyAgePlanRow, SpecialtyAgeRow

THE_ROW = 1
_age = SpecialtyAgeRow
_LIMITS = CompiledStatement(
    select(col(_age.code), col(_age.min_age), col(_age.max_age)).order_by(col(_age.code)).limit(literal_limit(MOST_LIMITS))
)
_BORN = CompiledStatement(select(col(AccountRow.date_of_birth)).where(col(AccountRow.id) == bindparam("id", type_=BigId)))


class Ages(NamedTuple):
    """The limits, and the date of birth of the patient that they bind; None for staff, visitors, and where it is unknown."""

    limits: Limits = NO_LIMITS
    born: date | None = None


async def of_caller(db: AnySession, who: Identity | None) -> Ages:
    """Return the limits for a person that searches or books; they bind patients alone."""
    limits = await read(db)
    return Ages(limits, await born_of(db, who) if limits else None)


async def born_of(db: AnySession, who: Identity | None) -> date | None:
    """Return the date of birth of a signed-in patient; None for others."""
    if who is None or who.role is not Role.PATIENT:
        return None
    for (born,) in await _BORN.all(db, id=who.id):
        return date.fromisoformat(born) if isinstance(born, str) else born
    return None


async def read(db: AnySession) -> dict[str, AgeLimits]:
    """Return the limits by the code of the specialty."""
    return {code: AgeLimits.model_construct(min_age=min_age, max_age=max_age) for code, min_age, max_age in await _LIMITS.all(db)}


async def version(db: AnySession) -> int:
    """Return the version of all limits; 1 before the first change."""
    row = await db.get(SpecialtyAgePlanRow, THE_ROW)
    return row.version if row else 1


async def lock_for_update(db: WriteSession) -> SpecialtyAgePlanRow:
    """Return the row of the version, locked; a new one of version 1 where none is stored yet."""
    query = select(SpecialtyAgePlanRow).where(col(SpecialtyAgePlanRow.id) == THE_ROW).with_for_update()
    if (row := (await db.execute(query)).scalar_one_or_none()) is not None:
        return row
    try:
        # on PostgreSQL a concurrent change may insert the row first
        async with db.begin_nested():
            db.add(SpecialtyAgePlanRow(id=THE_ROW, version=1))
            await db.flush()
    except IntegrityError:
        pass
    return (await db.execute(query)).scalar_one()


async def replace(db: WriteSession, row: SpecialtyAgePlanRow, body: SetSpecialtyAges) -> None:
    """Replace all limits, the next version. Raise NotFound for a code that the list does not have."""
    if unknown := sorted({one.code for one in body.limits} - SPECIALTIES.keys()):
        raise NotFound(f"The list of specialties has no {unknown[0]}. Read the list for its codes.")
    await db.execute(delete(_age))
    db.add_all(_age(**dict(one)) for one in body.limits)
    row.version += 1
    await db.flush()
