"""Doctors: their profiles, and their administration."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from careplus_contracts.accounts import EmailTaken
from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.invitations import ApprovalWaits, WaitsFor
from careplus_contracts.refusals import NotFound, Refusal
from careplus_contracts.values import (
    Answer,
    Body,
    Email,
    Id,
    InLanguages,
    Instant,
    Language,
    Line,
    OptionalWords,
    Page,
    PageFilter,
    Phone,
    Query,
    Version,
)

api = Contract(service="doctors", tag="doctors")

Languages = Annotated[list[Language], Field(max_length=20)]


class SpecialtyFixed(Refusal):
    """Only an administrator can change a specialty, because its referrals are open to its doctors.

    Send the specialty as it is, and ask an administrator to change it.
    """

    status = 409


class BookingMode(StrEnum):
    """`online`: patients book this doctor themselves. `phone`: they call, and reception books."""

    ONLINE = "online"
    PHONE = "phone"


class UpdateProfile(Body):
    full_name: Line
    specialty: Line
    bio: OptionalWords = ""
    languages: Languages = Field(default=[])
    phone: Phone | None = None
    room: Line | None = None
    booking: BookingMode = BookingMode.ONLINE


class Doctor(Answer):
    id: Id
    email: Email
    full_name: str
    specialty: str | None
    specialty_names: InLanguages | None
    bio: str
    languages: list[Language]
    phone: str | None
    room: str | None
    booking: BookingMode
    active: bool = Field(description="Inactive doctors cannot be found or booked.")
    account_active: bool = Field(description="Doctors whose account is closed or has another role can neither act nor be booked.")
    version: Version


class Doctors(Page[Doctor]):
    """One page of doctors, in order of name."""


class AddDoctor(UpdateProfile):
    email: Email


class UpdateDoctor(UpdateProfile):
    active: bool


class NewDoctor(Doctor):
    """The doctor, and the link for choosing a password, which is shown only once; null while it waits for an administrator."""

    invitation_code: str | None
    invitation_url: str | None
    invitation_expires_at: Instant
    waits_for: WaitsFor


@api.get("/api/doctor/profile", roles={Role.DOCTOR})
async def show_profile() -> Doctor:
    """Read your profile."""


@api.put(
    "/api/doctor/profile",
    roles={Role.DOCTOR},
    refuses=(SpecialtyFixed,),
    versioned=True,
    example={
        "full_name": "Dr Marta Ruiz",
        "specialty": "Cardiology",
        "bio": "Heart failure and rhythm.",
        "languages": ["es", "en"],
        "phone": "+49 30 5550 2000",
        "room": "Room 12",
        "booking": "online",
    },
)
async def update_profile(body: UpdateProfile) -> Doctor:
    """Change your profile. Send a specialty that is set unchanged, or respelled: only an administrator can change it."""


class DoctorFilter(PageFilter):
    q: Query | None = None
    specialty: Query | None = None
    active: bool | None = None


@api.get("/api/admin/doctors", roles={Role.ADMIN})
async def list_doctors(query: DoctorFilter) -> Doctors:
    """List all doctors by name, also doctors with a closed account or another role: their visits wait to be moved.

    `q` searches names, specialties and biographies like the public search, or e-mail addresses.
    """


@api.post(
    "/api/admin/doctors",
    location="/api/admin/doctors/{id}",
    roles={Role.ADMIN},
    refuses=(EmailTaken, ApprovalWaits),
    example={"email": "ruiz@example.org", "full_name": "Dr Marta Ruiz", "specialty": "Cardiology", "languages": ["es"]},
)
async def add_doctor(body: AddDoctor) -> NewDoctor:
    """Add a doctor and create the one-time link with which they choose their password.

    Where another administrator exists, the link waits for the approval of that administrator, as with `invite`.
    """


@api.get("/api/admin/doctors/{doctor_id}", roles={Role.ADMIN}, refuses=(NotFound,))
async def show_doctor_profile(doctor_id: Id) -> Doctor:
    """Read the profile of a doctor, active or not."""


@api.put(
    "/api/admin/doctors/{doctor_id}",
    roles={Role.ADMIN},
    refuses=(NotFound,),
    versioned=True,
    example={"full_name": "Dr Marta Ruiz", "specialty": "Cardiology", "active": False},
)
async def update_doctor(doctor_id: Id, body: UpdateDoctor) -> Doctor:
    """Change the profile of a doctor, or end their bookability with `active: false`."""
