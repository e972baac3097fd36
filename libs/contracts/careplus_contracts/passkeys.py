"""Passkeys (WebAuthn) of the own account: a second factor in addition to the password, beside or in place of an app's codes."""

from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints

from careplus_contracts.accounts import TooManyAttempts
from careplus_contracts.endpoints import SIGNED_IN, Contract
from careplus_contracts.passkey_ceremonies import BASE64URL, Challenge, ClientData, Credential, KnownPasskey, Transport
from careplus_contracts.passwords import CurrentPassword, WrongPassword
from careplus_contracts.refusals import NotFound, Refusal
from careplus_contracts.second_factors import FreshSignInRequired
from careplus_contracts.texts import visible_line
from careplus_contracts.values import LINE, Answer, Body, Count, Id, Instant

api = Contract(service="auth", tag="second factor")

MAX_PASSKEYS = 10
"""Passkeys of one account."""

PasskeyName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=60, pattern=LINE),
    BeforeValidator(visible_line),
    Field(description="A name by which its owner knows it."),
]


class PreparePasskey(Body):
    password: CurrentPassword


class PasskeyOptions(Answer):
    """The options of `navigator.credentials.create`: resident key and user verification preferred, attestation `none`."""

    challenge: Challenge
    relying_party: str = Field(description="`rp.id`: the domain that the passkey will belong to.", examples=["care.example.org"])
    relying_party_name: str = Field(description="`rp.name`.", examples=["CarePlus Hospital"])
    user_handle: str = Field(description="`user.id`, base64url: the same for all passkeys of the account, without meaning.")
    user_name: str = Field(description="`user.name`.", examples=["noor@example.org"])
    display_name: str = Field(description="`user.displayName`.", examples=["Noor Haddad"])
    algorithms: list[int] = Field(
        description="`pubKeyCredParams`: COSE algorithms, the preferred first.", examples=[[-7, -8, -257]]
    )
    registered: list[KnownPasskey] = Field(description="`excludeCredentials`.")
    timeout_ms: Count = Field(description="Milliseconds that the browser may wait.")


class RegisterPasskey(Body):
    """A passkey's answer to `navigator.credentials.create`, and its name."""

    name: PasskeyName
    credential: Credential
    client_data: ClientData
    attestation: Annotated[
        str,
        StringConstraints(min_length=1, max_length=4000, pattern=BASE64URL),
        Field(description="`response.attestationObject`, base64url."),
    ]
    transports: Annotated[list[Transport], Field(max_length=8, description="`response.getTransports()`.")]


class Passkey(Answer):
    id: Id
    name: str = Field(examples=["Phone"])
    created_at: Instant
    last_used_at: Instant | None = Field(description="The last sign-in with it; null before the first.")


class SecondFactor(Answer):
    app: bool = Field(description="Whether codes of an authenticator app are accepted.")
    passkeys: list[Passkey] = Field(description="At most ten, the oldest first.")


class RegisteredPasskey(Answer):
    passkey: Passkey
    codes: list[str] = Field(
        description="Recovery codes, shown only once; each works once, as `otp`. None where the second factor was on before."
    )


class WrongPasskey(Refusal):
    """This answer of the passkey is not valid.

    Begin again with new options: a challenge serves once, within five minutes, for the account that asked for it.
    """

    status = 403


class PasskeyRegistered(Refusal):
    """This passkey is registered already.

    Use it as it is, or register another one.
    """

    status = 409


class TooManyPasskeys(Refusal):
    """The account has ten passkeys already.

    Remove one that you do not use any more.
    """

    status = 409


@api.get("/auth/mfa", roles=SIGNED_IN, while_enrolling=True)
async def show_second_factor() -> SecondFactor:
    """Read which second factors your account has."""


@api.post(
    "/auth/passkeys/options",
    roles=SIGNED_IN,
    status=200,
    while_enrolling=True,
    refuses=(WrongPassword, FreshSignInRequired, TooManyPasskeys, TooManyAttempts),
    example={"password": "an-old-quiet-heron"},
)
async def prepare_passkey(body: PreparePasskey) -> PasskeyOptions:
    """Get the options for a new passkey, with a challenge that serves once, within five minutes.

    While a second factor is on it requires a fresh sign-in with it, as its removal does.
    """


@api.post(
    "/auth/passkeys",
    location="/auth/mfa",
    roles=SIGNED_IN,
    while_enrolling=True,
    refuses=(WrongPasskey, PasskeyRegistered, TooManyPasskeys, TooManyAttempts),
    example={
        "name": "Phone",
        "credential": "AVJ3GbYx0rS4oXqk0cC6Uw",
        "client_data": "eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIn0",
        "attestation": "o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVg",
        "transports": ["internal"],
    },
)
async def register_passkey(body: RegisterPasskey) -> RegisteredPasskey:
    """Register a passkey. You get a mail about it.

    The first second factor of an account ends its other sessions and gives ten recovery codes.
    """


@api.delete("/auth/passkeys/{passkey_id}", roles=SIGNED_IN, refuses=(NotFound, FreshSignInRequired))
async def remove_passkey(passkey_id: Id) -> None:
    """Remove one of your passkeys. You get a mail about it.

    It requires a fresh sign-in, as `remove_second_factor` does. Without an app, the last passkey switches the second factor off.
    """
