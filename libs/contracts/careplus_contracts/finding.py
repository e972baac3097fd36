"""Finding: doctors and their free times, for everybody."""

from typing import Annotated

from pydantic import Field

from careplus_contracts.doctors import BookingMode
from careplus_contracts.endpoints import EVERYONE, Contract
from careplus_contracts.refusals import NotFound
from careplus_contracts.values import Answer, Count, Cursor, Day, Id, Instant, Language, Limit, Page, Query

api = Contract(service="appointments", tag="finding")


FirstDay = Annotated[Day | None, Field(description="First clinic day; today if not given.")]
Days = Annotated[int, Field(ge=1, le=31, description="How many clinic days.")]


class Specialty(Answer):
    name: str
    doctors: Count = Field(description="How many doctors practise it here.")


class Specialties(Page[Specialty]):
    """All specialties of the hospital, by name."""


class FoundDoctor(Answer):
    """A doctor, as everybody sees them."""

    id: Id
    full_name: str
    specialty: str | None
    bio: str
    languages: list[Language]
    room: str | None
    phone: str | None
    booking: BookingMode = Field(description="With `phone` their times are shown and given on the phone only.")
    next_available: Instant | None = Field(description="The next free time within the booking horizon.")


class FoundDoctors(Page[FoundDoctor]):
    """Doctors by name."""


class Slot(Answer):
    starts_at: Instant
    ends_at: Instant
    day: Day = Field(description="The clinic's calendar day.")


class Slots(Page[Slot]):
    """Free times in order of time."""

    zone: str = Field(description="IANA name of the clinic's time zone.", examples=["Europe/Berlin"])
    next_available: Instant | None = Field(description="The first free time from `start` on, also beyond `days`.")


@api.get("/api/specialties", roles=EVERYONE)
async def list_specialties() -> Specialties:
    """Specialties with at least one doctor."""


@api.get("/api/doctors", roles=EVERYONE)
async def find_doctors(
    q: Query | None = None,
    specialty: Query | None = None,
    language: Language | None = None,
    limit: Limit = 20,
    cursor: Cursor | None = None,
) -> FoundDoctors:
    """Doctors by name; `q` looks in names, specialties and biographies."""


@api.get("/api/doctors/{doctor_id}", roles=EVERYONE, refuses=(NotFound,))
async def show_doctor(doctor_id: Id) -> FoundDoctor:
    """One doctor."""


@api.get("/api/doctors/{doctor_id}/slots", roles=EVERYONE, refuses=(NotFound,))
async def find_slots(
    doctor_id: Id,
    start: FirstDay = None,
    days: Days = 7,
) -> Slots:
    """Free times of a doctor over some days of the clinic's calendar."""
