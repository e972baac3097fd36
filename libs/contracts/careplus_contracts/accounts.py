"""Accounts: register, sign in, renew tokens, sign out, and read your own account."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from careplus_contracts.consents import PRIVACY_NOTICE, ConsentRequired, GiveConsent
from careplus_contracts.endpoints import EVERYONE, SIGNED_IN, Contract, Role
from careplus_contracts.passkey_ceremonies import PasskeyAssertion, PasskeyRequest
from careplus_contracts.refusals import Malformed, Refusal, Unauthenticated
from careplus_contracts.values import (
    Answer,
    Body,
    Count,
    DateOfBirth,
    Email,
    Id,
    Instant,
    Line,
    Phone,
    PortalLanguage,
    Reference,
    Version,
)

api = Contract(service="auth", tag="accounts")

Password = Annotated[
    str,
    StringConstraints(min_length=8, max_length=128),
    Field(description="8 to 128 characters; very common ones are refused.", json_schema_extra={"format": "password"}),
]
Otp = Annotated[str, StringConstraints(max_length=32)]
InvitationCode = Annotated[str, StringConstraints(min_length=8, max_length=128, pattern=r"^[A-Za-z0-9_-]+$")]


class Sex(StrEnum):
    """FHIR administrative gender; laboratory reference ranges depend on it."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    UNKNOWN = "unknown"


class Side(StrEnum):
    """One of two linked accounts: the work account, or the person's own patient record."""

    WORK = "work"
    RECORD = "record"


class Register(Body):
    email: Email
    password: Password
    full_name: Line
    role: Role = Role.PATIENT
    date_of_birth: DateOfBirth | None = Field(default=None, description="Required for patients.")
    sex: Sex | None = Field(default=None, description="Required for patients; `unknown` is a value.")
    phone: Phone | None = None
    language: PortalLanguage | None = Field(
        default=None, description="The language of mails; by default the first known one of `Accept-Language`, or English."
    )
    consent: GiveConsent | None = Field(
        default=None, description="Required for patients: the agreement to the present privacy notice. Not kept for staff."
    )
    invitation: InvitationCode | None = None


class Login(Body):
    email: Email
    password: Annotated[str, StringConstraints(max_length=1024)]
    otp: Otp | None = Field(
        default=None, description="A code of the second factor or a recovery code; only for accounts with a second factor."
    )
    passkey: PasskeyAssertion | None = Field(
        default=None, description="In place of `otp`: a passkey's answer to the request of the last `otp_required`."
    )


class SetContactPerson(Body):
    name: Line
    phone: Phone
    relation: Line | None = Field(default=None, description="To the patient.", examples=["daughter"])


NewContactPerson = Annotated[
    SetContactPerson | None,
    Field(description="The person to call about the patient. Without it the present one stays; null removes it."),
]


class ContactPerson(Answer):
    """The person to call about a patient."""

    name: str
    phone: Phone
    relation: str | None


class UpdateMe(Body):
    phone: Phone | None = None
    contact: NewContactPerson = None


class ChooseLanguage(Body):
    language: PortalLanguage


class ListedAccount(Answer):
    """An account in lists and at the desk; a patient registered by reception has no e-mail address."""

    id: Id
    email: Email | None = Field(description="Null: reception registered a patient without one, who cannot sign in.")
    email_confirmed: bool = Field(
        description="Whether the owner has proved that the address is theirs. Before that few mails are sent to it."
    )
    full_name: Line
    role: Role
    date_of_birth: DateOfBirth | None
    sex: Sex
    phone: Phone | None
    reference: Reference | None = Field(description="Of a patient, for reading out; null for staff.", examples=["PT-7K3M-9Q2X4"])
    contact: ContactPerson | None
    language: PortalLanguage = Field(description="The language of mails to this person.")
    active: bool
    second_factor: bool = Field(description="Whether signing in needs `otp` or `passkey` too.")
    created_at: Instant
    version: Version


class Account(ListedAccount):
    """An account as its owner reads it."""

    email: Email


class Tokens(Answer):
    access_token: str = Field(description="A JWT; send it as `Authorization: Bearer …`.")
    token_type: Literal["bearer"]
    expires_in: int = Field(description="Seconds.")
    idle_seconds: Count = Field(
        description="The session ends when it is not renewed for so long; the portals end it after so long without input."
    )
    must_enrol: bool = Field(
        description="Whether this role needs a second factor that the account does not have: the token serves to switch it on."
    )
    account: Account
    other_side: Side | None = Field(
        description="The side that `switch_side` opens within this sign-in: the own record that is linked to this work account, "
        "or the work account that opened this session of the record. Null: none."
    )


class InvalidCredentials(Refusal):
    """That e-mail and password do not belong together.

    Check both. After several wrong attempts the next ones must wait.
    """

    status = 401


class OtpRequired(Refusal):
    """A second factor is needed.

    Send the password again with `otp`, the code that the authenticator app shows or a recovery code, or with `passkey`, the
    answer of a passkey to this request.
    """

    status = 401
    app: Annotated[bool, Field(description="Whether the account has an authenticator app.")]
    passkey: Annotated[PasskeyRequest | None, Field(description="The request to its passkeys; null: it has none.")]


class TooManyAttempts(Refusal):
    """Too many attempts in a short time.

    Wait for the seconds of `retry_after_s`, which Retry-After repeats.
    """

    status = 429
    retry_after_s: int

    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.extras.get("retry_after_s", 1))}


class AccountInactive(Refusal):
    """The hospital has closed this account.

    Call the hospital.
    """

    status = 403


class EmailTaken(Refusal):
    """There is an account with this e-mail already.

    Sign in with this e-mail, or use another one. The owner of the address can choose a new password by mail.
    """

    status = 409


class InvitationRequired(Refusal):
    """Staff accounts need an invitation.

    Ask an administrator for an invitation, and send its code as `invitation`.
    """

    status = 403


class PasswordWeakness(StrEnum):
    """Why a password is easy to guess: one of the common ones, made of known words, or with a pattern."""

    COMMON = "common"
    KNOWN_WORDS = "known_words"
    GUESSABLE = "guessable"


class WeakPassword(Refusal):
    """This password is too easy to guess.

    Choose a longer password, such as four words, without your name, your e-mail, the hospital's name, months and years; `cause`
    says what is wrong with it.
    """

    status = 422
    cause: PasswordWeakness


@api.post(
    "/auth/register",
    location="/auth/me",
    roles=EVERYONE,
    refuses=(EmailTaken, InvitationRequired, ConsentRequired, WeakPassword, Unauthenticated, TooManyAttempts, Malformed),
    example={
        "email": "noor@example.org",
        "password": "seven-quiet-herons",
        "full_name": "Noor Haddad",
        "date_of_birth": "1984-05-17",
        "sex": "female",
        "phone": "+49 30 5550 1234",
        "language": "en",
        "consent": {"kind": "privacy_notice", "text_version": PRIVACY_NOTICE.isoformat(), "language": "de"},
    },
)
async def register(body: Register) -> Account:
    """Create an account.

    Patients need only this body. Any other role needs an `invitation` code, or the access token of an administrator where there
    is no other one to approve it. Capitals, composed letters, Punycode and invisible characters make no other mailbox of an
    e-mail address.

    A patient without date of birth and sex is refused, because laboratory values are judged by them, and one without `consent` to
    the present privacy notice. Older accounts without them keep working.

    The address gets a mail with a link that confirms it. An accepted invitation proves the address, as does an administrator's
    registration of staff.
    """


@api.post(
    "/auth/login",
    essential=True,
    sets_cookie=True,
    roles=EVERYONE,
    status=200,
    refuses=(InvalidCredentials, OtpRequired, AccountInactive, TooManyAttempts),
    not_idempotent_because="signing in twice opens two sessions, and tokens are never stored",
    example={"email": "noor@example.org", "password": "seven-quiet-herons"},
)
async def login(body: Login) -> Tokens:
    """Exchange e-mail and password for an access token, and set the refresh cookie.

    For an account with a second factor, the right password is refused with `otp_required` until `otp` is an unused code or
    `passkey` the answer of one of its passkeys.
    After several wrong attempts the next ones must wait. Attempts from a device that this account has signed in from are
    counted separately for that device.

    Where the hospital demands a second factor of a role, an account without one gets `must_enrol` and a token for its own
    account only: password, sessions, language and second factor. Switch it on, then renew the token.
    """


@api.post(
    "/auth/refresh",
    essential=True,
    sets_cookie=True,
    needs_cookie=True,
    roles=EVERYONE,
    status=200,
    refuses=(Unauthenticated,),
    not_idempotent_because="tokens are never stored; for some seconds the same cookie gets the same successor",
    not_audited_because="discloses no record; the sign-in is audited, and so is a token that was used twice",
)
async def refresh() -> Tokens:
    """Exchange the refresh cookie for a new access token and a new cookie.

    Requires the portals' own `Origin` and the header `X-CarePlus: 1`, because browsers send the cookie from any site.
    """


@api.post(
    "/auth/logout",
    essential=True,
    sets_cookie=True,
    needs_cookie=True,
    roles=EVERYONE,
    status=204,
    refuses=(Unauthenticated,),
    not_idempotent_because="repeating it changes no state, and each answer has to remove the cookie",
)
async def logout() -> None:
    """End this session and remove the refresh cookie. Requires the same two headers as refresh."""


@api.get("/auth/me", roles=SIGNED_IN, while_enrolling=True)
async def me() -> Account:
    """Read your own account."""


@api.put(
    "/auth/me",
    roles=SIGNED_IN,
    versioned=True,
    example={"phone": "+49 30 5550 1234", "contact": {"name": "Ben Novak", "phone": "+49 30 5550 77", "relation": "husband"}},
)
async def update_me(body: UpdateMe) -> Account:
    """Change your own phone number, and as a patient the person to call about you.

    Ask the hospital's desk to correct your name, date of birth or sex: `correct_legal_details`.
    """


@api.put("/auth/me/language", roles=SIGNED_IN, versioned=True, while_enrolling=True, example={"language": "de"})
async def choose_language(body: ChooseLanguage) -> Account:
    """Choose the language of mails to you."""
