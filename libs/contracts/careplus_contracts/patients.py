"""Patients at the desk: find them by any detail, register those without an e-mail address, and invite them to their record."""

from typing import Annotated

from pydantic import Field

from careplus_contracts.accounts import AccountInactive, ContactPerson, EmailTaken, NewContactPerson, SetContactPerson, Sex
from careplus_contracts.appointments import Patient
from careplus_contracts.endpoints import DESK, Contract
from careplus_contracts.refusals import NotFound, Refusal
from careplus_contracts.values import (
    Answer,
    Body,
    DateOfBirth,
    Email,
    Id,
    Instant,
    Line,
    Page,
    PageFilter,
    Phone,
    PortalLanguage,
    Query,
    Reference,
    Version,
)

api = Contract(service="auth", tag="patients")
_MINA = {"full_name": "Mina Haddad", "date_of_birth": "2026-11-02", "sex": "female", "phone": "+49 30 5550 1234"}


class DeskPatient(Patient):
    """Identity and contact details of a patient, without clinical data."""

    reference: Reference
    contact: ContactPerson | None
    email: Email | None = Field(description="Null: the patient has none here, and cannot sign in.")
    can_sign_in: bool = Field(description="Whether the patient has chosen a password. Before that an invitation may wait.")
    active: bool = Field(description="False: an administrator has closed the account; the patient cannot be booked.")
    merged_into_id: Id | None = Field(description="The record of the same person that goes on; null: it was not merged.")
    created_at: Instant
    version: Version


class DeskPatients(Page[DeskPatient]):
    """Patients by name."""


class PatientSearch(PageFilter):
    q: Annotated[
        Query,
        Field(
            description="Parts of the name or e-mail, a date of birth (2019-04-30 or 30.4.2019), digits of the phone, or the "
            "reference or its last four characters."
        ),
    ]


class RegisterPatient(Body):
    full_name: Line
    date_of_birth: DateOfBirth
    sex: Sex
    phone: Phone | None = None
    contact: Annotated[SetContactPerson | None, Field(description="The person to call, for example a parent of a newborn.")] = (
        None
    )
    language: PortalLanguage | None = Field(default=None, description="Of mails and sheets; by default the language of the desk.")
    another_person: bool = Field(default=False, description="True: the desk has checked that it is none of the `candidates`.")


class UpdatePatient(Body):
    phone: Phone | None = Field(description="Null removes it.")
    contact: NewContactPerson = None


class InvitePatient(Body):
    email: Email
    take_address: bool = Field(
        default=False,
        description="True: take the address from an account that has never proved it; administrators only. See `address_in_use`.",
    )


class PatientInvitation(Answer):
    """An invitation that went out by mail; only the mail has the link, so that its use proves the address."""

    patient_id: Id
    email: Email
    expires_at: Instant


class OpenInvitation(Answer):
    """The invitation of a patient that can be accepted."""

    patient_id: Id
    invitation: PatientInvitation | None = Field(description="Null: there is none, or it has expired.")


class LooksLikeSomebody(Refusal):
    """A patient with this name and date of birth is registered already.

    Choose one of `candidates`, or send `another_person: true` if it is none of them.
    """

    status = 409
    candidates: list[DeskPatient]


class HasAccount(Refusal):
    """The patient has chosen a password already.

    The patient signs in with it, or chooses a new one under "Forgot your password?".
    """

    status = 409


class AddressGiven(Refusal):
    """An invitation to this record went to another address.

    Use that address again, or ask an administrator to change it.
    """

    status = 409


class AddressInUse(Refusal):
    """Another patient's account has this address.

    If it is the same person, merge both records: an administrator compares them. If it is another person, use another address.
    Where `proved` is false, a stranger may have typed the address; an administrator can send `take_address: true`.
    """

    status = 409
    account_id: Id
    proved: Annotated[bool, Field(description="Whether its owner has opened a link from a mail to the address.")]


@api.get("/api/reception/patients", roles=DESK)
async def find_patients(query: PatientSearch) -> DeskPatients:
    """Find patients by name.

    Names match with every word in any order; case, accents and the spelling of umlauts do not count. Phones match with their
    last digits, without the spaces and signs between them.
    """


@api.get("/api/reception/patients/{patient_id}", roles=DESK, refuses=(NotFound,))
async def show_patient(patient_id: Id) -> DeskPatient:
    """Read a patient."""


@api.post(
    "/api/reception/patients",
    location="/api/reception/patients/{id}",
    roles=DESK,
    refuses=(LooksLikeSomebody,),
    example={**_MINA, "contact": {"name": "Samira Haddad", "phone": "+49 30 5550 77", "relation": "mother"}},
)
async def register_patient(body: RegisterPatient) -> DeskPatient:
    """Register a patient without an account, for example a newborn. No e-mail address is needed.

    The record can be booked at once; `invite_patient` gives the person an account for it later.
    """


@api.put(
    "/api/reception/patients/{patient_id}",
    roles=DESK,
    refuses=(NotFound, AccountInactive),
    versioned=True,
    example={"phone": "+49 30 5550 4321", "contact": {"name": "Samira Haddad", "phone": "+49 30 5550 77"}},
)
async def update_patient(patient_id: Id, body: UpdatePatient) -> DeskPatient:
    """Change the phone number of a patient, and the person to call. `correct_legal_details` changes name, birth date and sex."""


@api.post(
    "/api/reception/patients/{patient_id}/invitation",
    location="/api/reception/patients/{patient_id}",
    roles=DESK,
    refuses=(NotFound, EmailTaken, AddressInUse, HasAccount, AddressGiven, AccountInactive),
    example={"email": "mina@example.org"},
)
async def invite_patient(patient_id: Id, body: InvitePatient) -> PatientInvitation:
    """Send a patient without an account a mail with a one-time link to their record.

    Registration with it needs the date of birth of the record. Another invitation replaces the first; only administrators can
    send it to another address.
    """


@api.get("/api/reception/patients/{patient_id}/invitation", roles=DESK, refuses=(NotFound,))
async def show_patient_invitation(patient_id: Id) -> OpenInvitation:
    """Read whether a patient has an invitation that can be accepted."""


@api.delete("/api/reception/patients/{patient_id}/invitation", roles=DESK, refuses=(NotFound,))
async def withdraw_patient_invitation(patient_id: Id) -> None:
    """Withdraw the invitation of a patient: its link stops working at once. The record and its address stay."""
