"""Finding: doctors and their free times, without signing in."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from careplus_contracts.doctors import BookingMode
from careplus_contracts.endpoints import EVERYONE, Contract
from careplus_contracts.refusals import NotFound
from careplus_contracts.specialty_ages import AgeLimits
from careplus_contracts.values import Answer, Count, Day, Filter, Id, InLanguages, Instant, Language, Page, PageFilter, Query
from careplus_contracts.visit_types import TYPE_REFUSALS, ChosenType, OfferedVisitType

api = Contract(service="appointments", tag="finding")


FirstDay = Annotated[Day | None, Field(description="First clinic day; today by default.")]
Days = Annotated[int, Field(ge=1, le=31, description="Number of clinic days.")]


class Specialty(Answer):
    name: str
    code: str | None = Field(description="Null for a specialty that is not in the hospital's list.", examples=["cardiology"])
    names: InLanguages
    doctors: Count = Field(description="Number of doctors with this specialty.")


class Specialties(Page[Specialty]):
    """All specialties of the hospital, by name."""


class FoundDoctor(Answer):
    """The public profile of a doctor."""

    id: Id
    full_name: str
    specialty: str | None
    specialty_names: InLanguages | None
    bio: str
    languages: list[Language]
    room: str | None
    phone: str | None
    booking: BookingMode = Field(description="`phone`: free times are shown, but can be booked by phone only.")
    next_available: Instant | None = Field(
        description="The next free time within the booking horizon; for staff without the minimum notice. For a patient on a "
        "day on which the doctor sees patients of that age."
    )
    ages: AgeLimits | None = Field(description="The ages of patients that book this doctor online; null: any age.")


class Match(StrEnum):
    """How the doctors of a search were found.

    `words`: each has the words of `q`, or a specialty that they mean. `similar`: nobody has them; these names differ by one slip.
    `general`: the words were not recognised, or the hospital has none of their specialties; these doctors see any complaint.
    """

    WORDS = "words"
    SIMILAR = "similar"
    GENERAL = "general"


class MeantSpecialty(Answer):
    code: str = Field(examples=["dermatology"])
    names: InLanguages
    doctors: Count = Field(description="Number of doctors with this specialty; 0: the hospital has none.")


class Emergency(Answer):
    """A sign of an emergency in a search. Show it before any doctor."""

    sign: InLanguages
    advice: InLanguages
    phone: str = Field(description="The emergency number to call.", examples=["112"])
    crisis_phone: str | None = Field(description="A line for people in despair, where the sign is one of theirs.")


class Understood(Answer):
    """The meaning of a search's words."""

    match: Match
    specialties: list[MeantSpecialty] = Field(description="The specialties that the words lead to, the first choice first.")
    emergencies: list[Emergency]


class FoundDoctors(Page[FoundDoctor]):
    """One page of doctors, in order of name."""

    understood: Understood | None = Field(description="Null without `q`, and with `exact`.")
    outside_ages: Count = Field(
        description="Doctors of this search that are left out, because they see patients of another age than the signed-in one."
    )


class SuggestionKind(StrEnum):
    """The kind of a suggestion."""

    DOCTOR = "doctor"
    SPECIALTY = "specialty"
    COMPLAINT = "complaint"


class Suggestion(Answer):
    """A doctor, specialty or complaint that begins with the typed text."""

    kind: SuggestionKind
    text: InLanguages
    specialties: list[InLanguages] = Field(description="Of the doctor; or the ones of this hospital that see the complaint.")
    code: str | None = Field(description="Of a specialty, for the filter `specialty`; null for others.", examples=["cardiology"])
    doctor_id: Id | None = Field(description="Null unless it is a doctor.")


class Suggestions(Page[Suggestion]):
    """At most ten suggestions: specialties, complaints, doctors."""


class Slot(Answer):
    starts_at: Instant
    ends_at: Instant
    day: Day = Field(description="The clinic's calendar day.")


class Slots(Page[Slot]):
    """Free times, soonest first."""

    zone: str = Field(description="IANA name of the clinic's time zone.", examples=["Europe/Berlin"])
    next_available: Instant | None = Field(description="The first free time from `start` on, also beyond `days`.")
    visit_types: list[OfferedVisitType] = Field(
        description="The types that the caller may choose. With one or none, booking asks for no type."
    )
    visit_type_id: Id | None = Field(description="The type that these times are free for; null: the doctor offers none.")


@api.get("/api/specialties", roles=EVERYONE)
async def list_specialties() -> Specialties:
    """List specialties that have at least one doctor.

    Spellings that differ in case or accents, and names in different languages, are one specialty.
    """


class DoctorSearch(PageFilter):
    q: Query | None = None
    exact: Annotated[bool, Field(description="Find only doctors with every word of `q`; the words are not interpreted.")] = False
    specialty: Annotated[Query | None, Field(description="A code, or a name in any language.")] = None
    language: Language | None = None


@api.get("/api/doctors", roles=EVERYONE)
async def find_doctors(query: DoctorSearch) -> FoundDoctors:
    """Find doctors, by name; `q` searches names, specialties, biographies and complaints.

    A doctor matches with every word of `q`, in any order, and with `specialty` in any spelling: `oezlem` finds Dr Özlem Çelik.
    `q` also finds the specialties that its words mean, in every language at once and with one slip a word: `Hautarzt`, `rash` and
    `Ausschlg` find dermatologists. Unknown words find general practitioners. A signed-in patient is not offered
    specialties of another age for a complaint, nor doctors whose specialty has limits of age that leave them out on every day
    that can be booked; a child is offered paediatrics.
    """


class SuggestionFilter(Filter):
    q: Query


@api.get("/api/doctors/suggestions", roles=EVERYONE)
async def suggest_searches(query: SuggestionFilter) -> Suggestions:
    """Suggest specialties, complaints and doctors while a person types a search, in every language at once."""


@api.get("/api/doctors/{doctor_id}", roles=EVERYONE, refuses=(NotFound,))
async def show_doctor(doctor_id: Id) -> FoundDoctor:
    """Read the public profile of a doctor."""


class SlotFilter(Filter):
    start: FirstDay = None
    days: Days = 7
    visit_type_id: ChosenType = None


@api.get("/api/doctors/{doctor_id}/slots", roles=EVERYONE, refuses=(NotFound, *TYPE_REFUSALS))
async def find_slots(
    doctor_id: Id,
    query: SlotFilter,
) -> Slots:
    """Find the free times of a doctor on some days of the clinic's calendar.

    A time is free for the whole visit and the minutes that its type keeps free after it. A signed-in patient gets those of days
    on which the doctor sees patients of that age.
    """
