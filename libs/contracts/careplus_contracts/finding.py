"""Finding: doctors and their free times, without signing in."""

from typing import Annotated

from pydantic import Field

from careplus_contracts.doctors import BookingMode
from careplus_contracts.endpoints import EVERYONE, Contract
from careplus_contracts.refusals import NotFound
from careplus_contracts.values import Answer, Count, Day, Filter, Id, Instant, Language, Page, PageFilter, Query

api = Contract(service="appointments", tag="finding")


FirstDay = Annotated[Day | None, Field(description="First clinic day; today by default.")]
Days = Annotated[int, Field(ge=1, le=31, description="Number of clinic days.")]


class Specialty(Answer):
    name: str
    doctors: Count = Field(description="Number of doctors with this specialty.")


class Specialties(Page[Specialty]):
    """All specialties of the hospital, by name."""


class FoundDoctor(Answer):
    """The public profile of a doctor."""

    id: Id
    full_name: str
    specialty: str | None
    bio: str
    languages: list[Language]
    room: str | None
    phone: str | None
    booking: BookingMode = Field(description="`phone`: free times are shown, but can be booked by phone only.")
    next_available: Instant | None = Field(description="The next free time within the booking horizon.")


class FoundDoctors(Page[FoundDoctor]):
    """One page of doctors, in order of name."""


class Slot(Answer):
    starts_at: Instant
    ends_at: Instant
    day: Day = Field(description="The clinic's calendar day.")


class Slots(Page[Slot]):
    """Free times, soonest first."""

    zone: str = Field(description="IANA name of the clinic's time zone.", examples=["Europe/Berlin"])
    next_available: Instant | None = Field(description="The first free time from `start` on, also beyond `days`.")


@api.get("/api/specialties", roles=EVERYONE)
async def list_specialties() -> Specialties:
    """List specialties that have at least one doctor. Spellings that differ in case or accents are one specialty."""


class DoctorSearch(PageFilter):
    q: Query | None = None
    specialty: Query | None = None
    language: Language | None = None


@api.get("/api/doctors", roles=EVERYONE)
async def find_doctors(query: DoctorSearch) -> FoundDoctors:
    """Find doctors, by name; `q` searches names, specialties and biographies.

    A doctor matches with every word of `q`, in any order, and with `specialty` in any spelling: `oezlem` finds Dr Özlem Çelik.
    """


@api.get("/api/doctors/{doctor_id}", roles=EVERYONE, refuses=(NotFound,))
async def show_doctor(doctor_id: Id) -> FoundDoctor:
    """Read the public profile of a doctor."""


class SlotFilter(Filter):
    start: FirstDay = None
    days: Days = 7


@api.get("/api/doctors/{doctor_id}/slots", roles=EVERYONE, refuses=(NotFound,))
async def find_slots(
    doctor_id: Id,
    query: SlotFilter,
) -> Slots:
    """Find the free times of a doctor on some days of the clinic's calendar."""
