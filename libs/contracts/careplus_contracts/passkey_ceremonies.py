"""Values of the two ceremonies of WebAuthn (level 3): what a browser asks a passkey for, and what the passkey answers.

Binary values are base64url without padding, as `PublicKeyCredential.toJSON()` in a browser writes them.
"""

from typing import Annotated

from pydantic import Field, StringConstraints

from careplus_contracts.values import Answer, Body, Count

BASE64URL = r"^[A-Za-z0-9_-]+$"

Credential = Annotated[
    str,
    # the standard allows 1,023 bytes
    StringConstraints(min_length=1, max_length=1364, pattern=BASE64URL),
    Field(description="The credential id of the passkey, base64url.", examples=["AVJ3GbYx0rS4oXqk0cC6Uw"]),
]
Challenge = Annotated[
    str,
    Field(description="Random bytes for the passkey to sign, base64url. It serves once, within five minutes."),
]
ClientData = Annotated[
    str,
    StringConstraints(min_length=1, max_length=4000, pattern=BASE64URL),
    Field(description="`response.clientDataJSON`, base64url."),
]
Transport = Annotated[
    str,
    StringConstraints(min_length=1, max_length=32, pattern=r"^[a-z-]+$"),
    Field(description="How a browser reaches the passkey.", examples=["internal"]),
]


class KnownPasskey(Answer):
    """A registered passkey, as browsers look for it."""

    credential: Credential
    transports: list[Transport]


class PasskeyRequest(Answer):
    """The options of `navigator.credentials.get`; user verification is preferred."""

    challenge: Challenge
    relying_party: str = Field(description="`rpId`: the domain that the passkeys belong to.", examples=["care.example.org"])
    credentials: list[KnownPasskey] = Field(description="`allowCredentials`.")
    timeout_ms: Count = Field(description="Milliseconds that the browser may wait.")


class PasskeyAssertion(Body):
    """A passkey's answer to `navigator.credentials.get`."""

    credential: Credential
    client_data: ClientData
    authenticator_data: Annotated[
        str,
        StringConstraints(min_length=1, max_length=4000, pattern=BASE64URL),
        Field(description="`response.authenticatorData`, base64url."),
    ]
    signature: Annotated[
        str,
        StringConstraints(min_length=1, max_length=2000, pattern=BASE64URL),
        Field(description="`response.signature`, base64url."),
    ]
