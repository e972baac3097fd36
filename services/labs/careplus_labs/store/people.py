"""Statements about the people in a booking or a result."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from careplus_contracts.accounts import Sex
from careplus_contracts.labs import LabPatient
from careplus_contracts.values import Person
from careplus_tables.accounts import AccountRow
from careplus_tables.doctors import DoctorRow


class Human(NamedTuple):
    """A patient, a doctor or somebody of the laboratory; doctors by the name on their profile."""

    id: int
    full_name: str
    date_of_birth: date | None
    sex: Sex

    def person(self) -> Person:
        return Person(id=self.id, full_name=self.full_name)

    def patient(self) -> LabPatient:
        return LabPatient(id=self.id, full_name=self.full_name, date_of_birth=self.date_of_birth, sex=self.sex)


async def humans(db: AsyncSession, ids: Iterable[int | None]) -> dict[int, Human]:
    """These people by id, in one statement."""
    name = func.coalesce(col(DoctorRow.full_name), col(AccountRow.full_name))
    query = (
        select(col(AccountRow.id), name, col(AccountRow.date_of_birth), col(AccountRow.sex))
        .outerjoin(DoctorRow, col(DoctorRow.id) == col(AccountRow.id))
        .where(col(AccountRow.id).in_({one for one in ids if one is not None}))
    )
    rows = (await db.execute(query)).all()
    return {row[0]: Human(row[0], row[1], row[2], Sex(row[3])) for row in rows if row[0] is not None}
