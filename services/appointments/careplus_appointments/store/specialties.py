"""Statements about the specialties of the hospital's bookable doctors."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, false, func, select
from sqlmodel import col

from careplus_appointments.rules.ages import admits_between, limits_of, usual_of
from careplus_appointments.store import specialty_ages
from careplus_appointments.store.specialty_ages import Ages
from careplus_clinic.search_keys import equality_key, fold
from careplus_clinic.specialties import SPECIALTIES, codes_of, names_of
from careplus_contracts.finding import Specialties, Specialty
from careplus_contracts.specialty_ages import LimitedSpecialty, SpecialtyAges
from careplus_contracts.values import InLanguages
from careplus_tables.accounts import AccountRow
from careplus_tables.doctors import DoctorRow
from careplus_tables.engine import AnySession
from careplus_tables.people import IS_BOOKABLE_DOCTOR

MOST_SPECIALTIES = 500


class SpecialtyHere(NamedTuple):
    """A specialty of bookable doctors, as it is stored."""

    key: str
    name: str
    doctors: int

    @property
    def codes(self) -> tuple[str, ...]:
        return codes_of(self.name)


async def specialties_here(db: AnySession) -> list[SpecialtyHere]:
    """Return the specialties of bookable doctors, each with their number; spellings of one specialty are one."""
    query = (
        select(col(DoctorRow.specialty_key), func.min(col(DoctorRow.specialty)), func.count())
        .join(AccountRow, col(AccountRow.id) == col(DoctorRow.id))
        .where(*IS_BOOKABLE_DOCTOR)
        .group_by(col(DoctorRow.specialty_key))
        .order_by(col(DoctorRow.specialty_key))
        .limit(MOST_SPECIALTIES)
    )
    return [SpecialtyHere(key, name, count) for key, name, count in (await db.execute(query)).all()]


async def list_specialties(db: AnySession) -> Specialties:
    """Return the specialties of bookable doctors, the ones of one code under the name that most of them have."""
    grouped: dict[str, list[SpecialtyHere]] = {}
    for one in await specialties_here(db):
        # two codes, or a text that says more than a code: a specialty of its own
        named = len(one.codes) == 1 and names_of(one.name) == SPECIALTIES[one.codes[0]].names
        grouped.setdefault(one.codes[0] if named else f" {one.key}", []).append(one)
    found = [
        Specialty(
            name=max(rows, key=lambda row: row.doctors).name,
            code=None if code.startswith(" ") else code,
            names=names_of(rows[0].name) or InLanguages(en="", de=""),
            doctors=sum(row.doctors for row in rows),
        )
        for code, rows in grouped.items()
    ]
    return Specialties(items=sorted(found, key=lambda one: fold(one.name)), next_cursor=None)


async def of_specialty(db: AnySession, wanted: str) -> ColumnElement[bool]:
    """Return the condition of doctors with a specialty that is spelled like this, or named by this code or word."""
    codes = set(codes_of(wanted))
    keys = {one.key for one in await specialties_here(db) if codes & set(one.codes)}
    return col(DoctorRow.specialty_key).in_({equality_key(wanted), *keys})


def with_codes(here: Sequence[SpecialtyHere], codes: Collection[str]) -> ColumnElement[bool]:
    """Return the condition of doctors with one of these specialties; false where the hospital has none."""
    keys = [one.key for one in here if set(codes) & set(one.codes)]
    return col(DoctorRow.specialty_key).in_(keys) if keys else false()


def doctors_with(here: Sequence[SpecialtyHere], code: str) -> int:
    """Return the number of doctors with this specialty."""
    return sum(one.doctors for one in here if code in one.codes)


def keys_of_other_ages(here: Sequence[SpecialtyHere], ages: Ages, days: tuple[date, date]) -> list[str]:
    """Return the specialties that do not see the patient of `ages` on any of these clinic days."""
    return [one.key for one in here if not admits_between(limits_of(one.name, ages.limits), ages.born, *days)]


async def of_other_ages(db: AnySession, ages: Ages, days: tuple[date, date]) -> ColumnElement[bool]:
    """Return the condition of doctors that do not see the patient of `ages` on any of these clinic days."""
    return col(DoctorRow.specialty_key).in_(keys_of_other_ages(await specialties_here(db), ages, days))


async def with_ages(db: AnySession) -> SpecialtyAges:
    """Return the list of specialties with the hospital's limits."""
    here, limits = await specialties_here(db), await specialty_ages.read(db)
    found = [
        LimitedSpecialty(
            code=one.code, names=one.names, doctors=doctors_with(here, one.code), limits=limits.get(one.code), usual=usual_of(one)
        )
        for one in SPECIALTIES.values()
    ]
    return SpecialtyAges(specialties=sorted(found, key=lambda one: fold(one.names.en)), version=await specialty_ages.version(db))
