"""Statements that find the doctors that a person's words mean."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, literal, or_, select
from sqlmodel import col

from careplus_appointments.rules import complaints
from careplus_appointments.rules.ages import Limits, age_on
from careplus_appointments.rules.ages import treats as treats_age
from careplus_appointments.store.specialties import SpecialtyHere, doctors_with, specialties_here, with_codes
from careplus_appointments.store.specialty_ages import born_of
from careplus_clinic.clinic_time import local_date
from careplus_clinic.phrases import is_slip, is_small, words
from careplus_clinic.search_keys import search_words
from careplus_clinic.specialties import GENERAL_PRACTICE, PAEDIATRICS, SPECIALTIES
from careplus_contracts.finding import Emergency, Match, MeantSpecialty, Understood
from careplus_runtime.http.records import AnySelect
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_runtime.process.settings import Settings
from careplus_tables.accounts import AccountRow
from careplus_tables.doctors import DoctorRow
from careplus_tables.engine import ReadSession
from careplus_tables.people import IS_BOOKABLE_DOCTOR, has_words

MOST_NAMES = 2000
"""Names compared letter by letter when no doctor has the typed words; a larger hospital is searched in part."""
MOST_SIMILAR = 20
_KEY = col(DoctorRow.search_key)


class Search(NamedTuple):
    """The condition of the doctors that a search finds, and the meaning of the search."""

    condition: ColumnElement[bool]
    understood: Understood


async def interpret(db: ReadSession, settings: Settings, who: Identity | None, q: str, limits: Limits) -> Search:
    """Return the doctors with these words or with a specialty that they mean, otherwise similar names or general practice."""
    age, here = await patient_age(db, settings, who), await specialties_here(db)
    named = has_words(_KEY, q)
    has_name = await _finds(db, named)
    # the words of a doctor are right as they are typed
    meant = complaints.understand(q, age, limits, slips=not has_name)
    understood = _understood(settings, meant, here, Match.WORDS)
    treats = with_codes(here, meant.specialties)
    if meant.specialties:
        # parts of words would find "heart" for "ear"
        named = _begin_words(q)
        if meant.rest and (treating := await _also_named(db, meant.rest, treats)) is not None:
            return Search(or_(named, treating), understood)
    if await _finds(db, condition := or_(named, treats)):
        return Search(condition, understood)
    if not words(q):
        return Search(condition, understood)
    if not meant.specialties and (similar := await _similar(db, q)):
        return Search(col(DoctorRow.id).in_(similar), understood.model_copy(update={"match": Match.SIMILAR}))
    general = [GENERAL_PRACTICE, *([PAEDIATRICS] if age is not None and treats_age(PAEDIATRICS, age, limits) else [])]
    return Search(with_codes(here, general), understood.model_copy(update={"match": Match.GENERAL}))


async def patient_age(db: ReadSession, settings: Settings, who: Identity | None) -> int | None:
    """Return the age of a signed-in patient in years; None for others, and without a date of birth."""
    born = await born_of(db, who)
    return None if born is None else age_on(born, local_date(now(), settings.clinic_zone))


async def number(db: ReadSession, query: AnySelect) -> int:
    """Return the number of rows of a statement."""
    return (await db.execute(select(func.count()).select_from(query.subquery()))).scalar_one()


def of_bookable(query: AnySelect) -> AnySelect:
    """Return the statement for columns of doctors, with the conditions of bookable ones."""
    return query.select_from(DoctorRow).join(AccountRow, col(AccountRow.id) == col(DoctorRow.id)).where(*IS_BOOKABLE_DOCTOR)


def _understood(settings: Settings, meant: complaints.Understood, here: Sequence[SpecialtyHere], match: Match) -> Understood:
    specialties = [
        MeantSpecialty(code=code, names=SPECIALTIES[code].names, doctors=doctors_with(here, code)) for code in meant.specialties
    ]
    emergencies = [
        Emergency(
            sign=flag.sign,
            advice=flag.advice_with(settings.emergency_phone),
            phone=settings.emergency_phone,
            crisis_phone=settings.crisis_phone if flag.crisis else None,
        )
        for flag in meant.red_flags
    ]
    return Understood(match=match, specialties=specialties, emergencies=emergencies)


def _begin_words(q: str) -> ColumnElement[bool]:
    key = literal(" ").concat(_KEY)
    return and_(
        *(or_(*(key.contains(f" {spelling}", autoescape=True) for spelling in spellings)) for spellings in search_words(q))
    )


async def _also_named(db: ReadSession, rest: str, treats: ColumnElement[bool]) -> ColumnElement[bool] | None:
    """Return the condition of doctors of these specialties whose name is in the rest of the words, or None where none has it."""
    named = and_(treats, has_words(_KEY, rest))
    if await _finds(db, named):
        return named
    similar = and_(treats, col(DoctorRow.id).in_(await _similar(db, rest)))
    return similar if await _finds(db, similar) else None


async def _finds(db: ReadSession, condition: ColumnElement[bool]) -> bool:
    return (await db.execute(of_bookable(select(col(DoctorRow.id))).where(condition).limit(1))).first() is not None


async def _similar(db: ReadSession, text: str) -> list[int]:
    """Return doctors whose names have each word of the text, or a word with one slip."""
    wanted = [word for word in words(text) if not is_small(word)]
    if not wanted:
        return []
    query = of_bookable(select(col(DoctorRow.id), col(DoctorRow.full_name))).order_by(col(DoctorRow.id)).limit(MOST_NAMES)
    rows = (await db.execute(query)).all()
    return [id_ for id_, name in rows if all(_is_in(word, words(name)) for word in wanted)][:MOST_SIMILAR]


def _is_in(word: str, name: Sequence[str]) -> bool:
    return any(one == word or is_slip(one, word) for one in name)
