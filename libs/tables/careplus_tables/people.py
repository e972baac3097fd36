"""People as answers name them: a doctor by the name on the profile, any other person by the name on the account."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import SQLCoreOperations
from sqlmodel import col

from careplus_clinic.search_keys import search_words
from careplus_contracts.accounts import Sex
from careplus_contracts.endpoints import Role
from careplus_contracts.labs import LabPatient
from careplus_contracts.values import Person, PortalLanguage
from careplus_tables.accounts import AccountRow
from careplus_tables.compiled import CompiledStatement
from careplus_tables.doctors import DoctorRow

IS_BOOKABLE_DOCTOR = (col(DoctorRow.active), col(AccountRow.active), col(AccountRow.role) == Role.DOCTOR.value)
"""Conditions on a statement that joins DoctorRow and AccountRow."""


def is_bookable(account: type[AccountRow]) -> sa.ColumnElement[bool]:
    """Return the same as a column of a statement that outer-joins DoctorRow to `account`; false without a profile."""
    is_doctor = col(account.role) == Role.DOCTOR.value
    return sa.and_(col(DoctorRow.active).is_(True), col(account.active), is_doctor)


# made once, because aliased() was a sixth of the processor time of a chart
_profile, _account = aliased(DoctorRow), aliased(AccountRow)


class PersonRow(NamedTuple):
    """One person of `people_by_id`."""

    id: int
    full_name: str
    date_of_birth: date | None
    sex: Sex

    def person(self) -> Person:
        """Return the id and name as an answer shows them."""
        return Person(id=self.id, full_name=self.full_name)

    def lab_patient(self) -> LabPatient:
        """Return the patient with the date of birth and sex that choose a reference range."""
        return LabPatient(id=self.id, full_name=self.full_name, date_of_birth=self.date_of_birth, sex=self.sex)


async def people_by_id(db: AsyncSession, ids: Iterable[int | None]) -> dict[int, PersonRow]:
    """Return people by id, read in one statement; None and unknown ids are left out."""
    rows = await _PEOPLE.typed(db, ids=list({id_ for id_ in ids if id_ is not None}))
    return {id_: PersonRow(id_, full_name, born, Sex(sex)) for id_, full_name, born, sex in rows}


async def name_of(db: AsyncSession, id_: int) -> str:
    """Return the present name of one person, to be stored with a text or act that the person signs."""
    return (await people_by_id(db, [id_]))[id_].full_name


def signed_by(people: dict[int, PersonRow], id_: int, name: str | None) -> Person:
    """Return a person with the name at the time of signing; with the present name where none was stored."""
    return Person(id=id_, full_name=name or people[id_].full_name)


def has_words(key: SQLCoreOperations[Any], text: str) -> sa.ColumnElement[bool]:
    """Return the condition that each word of the text is in the search key; true for a text without words."""
    return sa.and_(
        sa.true(),
        *(sa.or_(*(key.contains(spelling, autoescape=True) for spelling in spellings)) for spellings in search_words(text)),
    )


def display_key(account: type[AccountRow]) -> sa.ColumnElement[str]:
    """Return the sort key of `display_name`, in a statement with the same join."""
    return sa.func.coalesce(col(DoctorRow.sort_key), col(account.sort_key))


def display_name(account: type[AccountRow]) -> sa.ColumnElement[str]:
    """Return the name column of a statement that outer-joins DoctorRow to `account`, the class or an alias."""
    return sa.func.coalesce(col(DoctorRow.full_name), col(account.full_name))


def doctor_name(doctor_id: sa.ColumnExpressionArgument[Any]) -> sa.ColumnElement[str | None]:
    """Return a name column that needs no join; null where `doctor_id` is null."""
    return sa.func.coalesce(
        sa.select(col(_profile.full_name)).where(col(_profile.id) == doctor_id).scalar_subquery(),
        sa.select(col(_account.full_name)).where(col(_account.id) == doctor_id).scalar_subquery(),
    )


_PEOPLE = CompiledStatement(
    sa.select(col(AccountRow.id), display_name(AccountRow), col(AccountRow.date_of_birth), col(AccountRow.sex))
    .outerjoin(DoctorRow, col(DoctorRow.id) == col(AccountRow.id))
    .where(col(AccountRow.id).in_(sa.bindparam("ids", expanding=True)))
)


async def language_of(db: AsyncSession, account_id: int) -> PortalLanguage:
    """Return the language of mails and files for an account."""
    query = sa.select(col(AccountRow.language)).where(col(AccountRow.id) == account_id)
    return PortalLanguage((await db.execute(query)).scalar_one())
