"""A passkey in software: answers the two ceremonies of WebAuthn with real CBOR, COSE keys and signatures."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from tests.hospital import PASSWORD, Hospital, Person
from tests.world import made

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
"""Flags of authenticator data."""
PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unbase64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def new_key() -> PrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass
class Passkey:
    """One credential of an authenticator, at a page of `origin`. `counter` None: it has no counter, as synchronised passkeys."""

    origin: str
    relying_party: str = "localhost"
    key: PrivateKey = field(default_factory=new_key)
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    counter: int | None = 0
    flags: int = PRESENT | VERIFIED

    def create(self, options: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """Return the body of a registration without its name; `changes` replace members of the client data."""
        data = self._authenticator_data(ATTESTED)
        data += bytes(16) + len(self.credential).to_bytes(2, "big") + self.credential + cbor2.dumps(self.cose())
        return {
            "credential": base64url(self.credential),
            "client_data": self._client_data("webauthn.create", options["challenge"], changes),
            "attestation": base64url(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})),
            "transports": ["internal"],
        }

    def get(self, request: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """Return the answer to a request; `changes` replace members of the client data."""
        data, client_data = self._authenticator_data(), self._client_data("webauthn.get", request["challenge"], changes)
        signature = self._sign(data + hashlib.sha256(unbase64url(client_data)).digest())
        return {
            "credential": base64url(self.credential),
            "client_data": client_data,
            "authenticator_data": base64url(data),
            "signature": base64url(signature),
        }

    def cose(self) -> dict[int, Any]:
        """Return the public key as COSE has it."""
        public = self.key.public_key()
        if isinstance(public, ec.EllipticCurvePublicKey):
            point = public.public_numbers()
            return {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        if isinstance(public, rsa.RSAPublicKey):
            numbers = public.public_numbers()
            return {1: 3, 3: -257, -1: numbers.n.to_bytes(public.key_size // 8, "big"), -2: numbers.e.to_bytes(3, "big")}
        return {1: 1, 3: -8, -1: 6, -2: public.public_bytes_raw()}

    def _sign(self, data: bytes) -> bytes:
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return self.key.sign(data, ec.ECDSA(hashes.SHA256()))
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self.key.sign(data)

    def _authenticator_data(self, more: int = 0) -> bytes:
        if self.counter is not None:
            self.counter += 1
        relying_party = hashlib.sha256(self.relying_party.encode()).digest()
        return relying_party + bytes([self.flags | more]) + (self.counter or 0).to_bytes(4, "big")

    def _client_data(self, kind: str, challenge: str, changes: dict[str, Any]) -> str:
        data = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False, **changes}
        return base64url(json.dumps(data, separators=(",", ":")).encode())


def new_passkey(hospital: Hospital, **more: Any) -> Passkey:
    """Return a passkey at the portals of a hospital."""
    return Passkey(f"http://localhost:{hospital.port}", **more)


def options_of(person: Person) -> dict[str, Any]:
    """Return the options for a new passkey of a person, who has no second factor or has just signed in with it."""
    return made(person.http.post("/auth/passkeys/options", json={"password": PASSWORD}), 200)


def register(hospital: Hospital, person: Person, name: str = "Phone", **more: Any) -> tuple[Passkey, dict[str, Any]]:
    """Return a new passkey of a person, and the answer to its registration."""
    passkey = new_passkey(hospital, **more)
    return passkey, made(person.http.post("/auth/passkeys", json={"name": name, **passkey.create(options_of(person))}))


def request_of(hospital: Hospital, email: str) -> dict[str, Any]:
    """Return the request to the passkeys of an account after its right password."""
    with hospital.client() as browser:
        refused = browser.post("/auth/login", json={"email": email, "password": PASSWORD})
    assert (refused.status_code, refused.json()["code"]) == (401, "otp_required"), refused.text
    asked: dict[str, Any] = refused.json()["passkey"]
    return asked
