"""Suggestions while a person types a search for a doctor."""

from collections.abc import Collection, Iterator, Sequence
from itertools import islice

from sqlalchemy import select
from sqlmodel import col

from careplus_appointments.rules import complaints
from careplus_appointments.rules.ages import Limits
from careplus_appointments.store import finding, searches, specialties, specialty_ages
from careplus_appointments.store.specialties import SpecialtyHere
from careplus_clinic.phrases import words
from careplus_clinic.specialties import GENERAL_PRACTICE, SPECIALTIES, names_of
from careplus_contracts.finding import Suggestion, SuggestionKind, Suggestions
from careplus_contracts.values import InLanguages
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.settings import Settings
from careplus_tables.doctors import DoctorRow
from careplus_tables.engine import ReadSession
from careplus_tables.people import has_words

MOST = {SuggestionKind.SPECIALTY: 2, SuggestionKind.COMPLAINT: 4, SuggestionKind.DOCTOR: 4}
Known = Sequence[tuple[str, complaints.Meaning]]
READ_DOCTORS = 20
"""Doctors read for the suggestions; the search key also has biographies, which give no suggestions."""


async def suggest(db: ReadSession, settings: Settings, who: Identity | None, q: str) -> Suggestions:
    """Return doctors, specialties and complaints that the typed text may mean; none for a text without words."""
    if not (typed := words(q)):
        return Suggestions(items=[], next_cursor=None)
    ages, age = await specialty_ages.of_caller(db, who), await searches.patient_age(db, settings, who)
    here = await specialties.specialties_here(db)
    days = finding.days_of(finding.bookable_window(settings), settings.clinic_zone)
    outside = specialties.keys_of_other_ages(here, ages, days)
    here = [one for one in here if one.key not in outside]
    known = complaints.suggestions(q)
    doctors = await _doctors(db, typed, q, outside)
    found = [*_specialties(here, known), *_complaints(here, age, ages.limits, known), *doctors]
    return Suggestions(items=found, next_cursor=None)


def _specialties(here: Sequence[SpecialtyHere], known: Known) -> Iterator[Suggestion]:
    codes = dict.fromkeys(code for _, meaning in _of(known, SuggestionKind.SPECIALTY) for code in meaning.specialties)
    present = (code for code in codes if specialties.doctors_with(here, code))
    for code in islice(present, MOST[SuggestionKind.SPECIALTY]):
        yield Suggestion(kind=SuggestionKind.SPECIALTY, text=SPECIALTIES[code].names, specialties=[], code=code, doctor_id=None)


def _complaints(here: Sequence[SpecialtyHere], age: int | None, limits: Limits, known: Known) -> Iterator[Suggestion]:
    for phrase, meaning in islice(_of(known, SuggestionKind.COMPLAINT), MOST[SuggestionKind.COMPLAINT]):
        codes = [code for code in complaints.offered(meaning, age, limits) if specialties.doctors_with(here, code)] or [
            GENERAL_PRACTICE
        ]
        names, text = [SPECIALTIES[code].names for code in codes], InLanguages(en=phrase, de=phrase)
        yield Suggestion(kind=SuggestionKind.COMPLAINT, text=text, specialties=names, code=None, doctor_id=None)


async def _doctors(db: ReadSession, typed: list[str], q: str, outside: Collection[str]) -> list[Suggestion]:
    columns = (col(DoctorRow.id), col(DoctorRow.full_name), col(DoctorRow.specialty))
    query = searches.of_bookable(select(*columns)).where(
        has_words(col(DoctorRow.search_key), q), col(DoctorRow.specialty_key).not_in(outside)
    )
    rows = (await db.execute(query.order_by(col(DoctorRow.sort_key), col(DoctorRow.id)).limit(READ_DOCTORS))).all()
    named = [row for row in rows if all(any(one.startswith(word) for one in words(row[1])) for word in typed)]
    return [
        Suggestion(
            kind=SuggestionKind.DOCTOR,
            text=InLanguages(en=name, de=name),
            specialties=[names for names in (names_of(specialty),) if names],
            code=None,
            doctor_id=id_,
        )
        for id_, name, specialty in named[: MOST[SuggestionKind.DOCTOR]]
    ]


def _of(known: Known, kind: SuggestionKind) -> Iterator[tuple[str, complaints.Meaning]]:
    return ((phrase, meaning) for phrase, meaning in known if meaning.kind is kind)
