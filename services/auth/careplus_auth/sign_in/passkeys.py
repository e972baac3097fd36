"""The two ceremonies of WebAuthn: checks of what a passkey answers, by the library `webauthn`. Pure functions."""

import base64
import binascii
from dataclasses import dataclass

from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers import bytes_to_base64url, parse_attestation_object, parse_client_data_json
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.structs import (
    AttestationFormat,
    AuthenticationCredential,
    AuthenticatorAssertionResponse,
    AuthenticatorAttestationResponse,
    RegistrationCredential,
)

from careplus_auth.crypto.vault import Vault
from careplus_contracts.passkey_ceremonies import PasskeyAssertion
from careplus_contracts.passkeys import RegisterPasskey, WrongPasskey
from careplus_runtime.process.settings import Settings
from careplus_tables.accounts import AccountRow

ALGORITHMS = [
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
"""The preferred first; Windows Hello on older machines has RSA only."""
MAX_KEY_BYTES = 600
"""RSA keys up to 4,096 bits: a check with a longer one takes too long."""
WRONG = "Ask for new options, and answer with the passkey within five minutes."


@dataclass(frozen=True)
class NewPasskey:
    """What a registration proves. Binary values are base64url."""

    credential: str
    public_key: str
    sign_count: int


def challenge_of(client_data: str) -> str | None:
    """Return the challenge in the client data of an answer, base64url, or None, also for a page in a frame of another site."""
    try:
        data = parse_client_data_json(_bytes(client_data))
        return None if data.cross_origin else bytes_to_base64url(data.challenge)
    except Exception:  # the library raises errors of many kinds for malformed data
        return None


def user_handle(vault: Vault, account: AccountRow) -> str:
    """Return what names the account in an authenticator, base64url: a keyed hash, which tells nothing about the person."""
    return bytes_to_base64url(bytes.fromhex(vault.keyed_hash(f"passkeys of {account.id}")))


def check_registration(settings: Settings, body: RegisterPasskey, challenge: str | None) -> NewPasskey:
    """Return the new passkey; `challenge` is None where none is open.

    Raise WrongPasskey for another challenge, origin or relying party, and for an invalid answer.
    """
    if challenge is None:
        raise WrongPasskey(WRONG)
    try:
        attestation, client_data = _bytes(body.attestation), _bytes(body.client_data)
        # attestation is not asked for: no certificates of other formats are parsed
        statement = parse_attestation_object(attestation)
        if statement.fmt not in {AttestationFormat.NONE, AttestationFormat.PACKED} or statement.att_stmt.x5c:
            raise WrongPasskey(WRONG)
        response = AuthenticatorAttestationResponse(client_data_json=client_data, attestation_object=attestation)
        found = verify_registration_response(
            credential=RegistrationCredential(id=body.credential, raw_id=_bytes(body.credential), response=response),
            expected_challenge=_bytes(challenge),
            expected_rp_id=settings.passkey_relying_party,
            expected_origin=list(settings.passkey_origins),
            supported_pub_key_algs=ALGORITHMS,
        )
    except Exception:  # the library raises errors of many kinds for malformed data
        raise WrongPasskey(WRONG) from None
    if len(found.credential_public_key) > MAX_KEY_BYTES or bytes_to_base64url(found.credential_id) != body.credential:
        raise WrongPasskey(WRONG)
    return NewPasskey(body.credential, bytes_to_base64url(found.credential_public_key), found.sign_count)


def counter_of(settings: Settings, assertion: PasskeyAssertion, challenge: str, public_key: str, counter: int) -> int | None:
    """Return the authenticator's new counter after a valid signature, or None.

    None too for another challenge, origin or relying party, and for a counter that is not above `counter`: the passkey was
    copied. Authenticators without a counter send 0 each time.
    """
    response = AuthenticatorAssertionResponse
    try:
        return verify_authentication_response(
            credential=AuthenticationCredential(
                id=assertion.credential,
                raw_id=_bytes(assertion.credential),
                response=response(
                    client_data_json=_bytes(assertion.client_data),
                    authenticator_data=_bytes(assertion.authenticator_data),
                    signature=_bytes(assertion.signature),
                ),
            ),
            expected_challenge=_bytes(challenge),
            expected_rp_id=settings.passkey_relying_party,
            expected_origin=list(settings.passkey_origins),
            credential_public_key=_bytes(public_key),
            credential_current_sign_count=counter,
        ).new_sign_count
    except Exception:  # the library raises errors of many kinds for malformed data
        return None


def _bytes(text: str) -> bytes:
    """Return the bytes of base64url without padding. Raise ValueError for another spelling of the same bytes."""
    try:
        found = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64url") from error
    if bytes_to_base64url(found) != text:
        raise ValueError("not the canonical base64url")
    return found
