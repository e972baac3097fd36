"""Access tokens: made by auth, checked by everybody. The only module that imports python-jose.

By itself python-jose takes tokens without `exp` or the `aud` asked for, ignores `kid` and `crit`, and fails with RecursionError
on a small deeply nested one; so the header is checked first, then the signature, then every claim.
ECDSA takes two signatures for the same words, (r, s) and (r, n - s). Both are taken here: they prove the same claims, and nothing
hangs on how a token is spelled, because what is revoked is its session.
"""

import base64
import hashlib
import json
import re
import secrets
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from jose import jws
from jose.backends.cryptography_backend import CryptographyECKey
from jose.exceptions import JOSEError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from careplus_contracts.endpoints import Role
from careplus_contracts.values import MAX_ID

LIFETIME_S = 600
LONGEST_TOKEN = 4096
ISSUER = AUDIENCE = "careplus"
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_RANDOM = r"^[A-Za-z0-9_-]{16,64}$"
_TOKEN = re.compile(r"([A-Za-z0-9_-]{1,512})\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{86})")


class InvalidToken(Exception):
    """The token proves nothing."""


class UnknownKey(InvalidToken):
    """The token names a key that is not among the known ones."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is asking: account, role and session of a verified access token."""

    id: int
    role: Role
    sid: str
    expires_at: int


class Claims(BaseModel):
    """The claims of an access token, all of them and no other."""

    model_config = ConfigDict(extra="forbid", strict=True)

    iss: Literal["careplus"]
    aud: Literal["careplus"]
    sub: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,18}$")]
    role: Role
    sid: Annotated[str, Field(pattern=_RANDOM)]
    jti: Annotated[str, Field(pattern=_RANDOM)]
    iat: Annotated[int, Field(ge=0, le=2**40)]
    exp: Annotated[int, Field(ge=0, le=2**40)]


@dataclass(frozen=True)
class SigningKey:
    """A P-256 key derived from a secret, so that there is no key file."""

    kid: str
    private: CryptographyECKey
    public_jwk: dict[str, str]

    @classmethod
    def from_secret(cls, secret: str) -> "SigningKey":
        stretched = HKDF(SHA256(), length=48, salt=None, info=b"careplus access token ES256").derive(secret.encode())
        private = ec.derive_private_key(int.from_bytes(stretched, "big") % (_P256_ORDER - 1) + 1, ec.SECP256R1())
        point = private.public_key().public_numbers()
        jwk = {"crv": "P-256", "kty": "EC", "x": _b64(point.x.to_bytes(32, "big")), "y": _b64(point.y.to_bytes(32, "big"))}
        # RFC 7638 thumbprint
        kid = _b64(hashlib.sha256(json.dumps(jwk, separators=(",", ":"), sort_keys=True).encode()).digest())[:16]
        return cls(kid, CryptographyECKey(private, "ES256"), {**jwk, "kid": kid, "alg": "ES256", "use": "sig"})

    def sign(self, identity_id: int, role: Role, sid: str, now_s: int) -> str:
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(identity_id),
            "role": role.value,
            "sid": sid,
            "jti": secrets.token_urlsafe(16),
            "iat": now_s,
            "exp": now_s + LIFETIME_S,
        }
        headers = {"kid": self.kid, "typ": "at+jwt"}
        return str(jws.sign(json.dumps(claims).encode(), self.private, headers=headers, algorithm="ES256"))


def public_keys(jwks: list[dict[str, Any]]) -> dict[str, CryptographyECKey]:
    """Verification keys by their id; those of other kinds are left out."""
    return {
        jwk["kid"]: CryptographyECKey(jwk, "ES256")
        for jwk in jwks
        if jwk.get("kty") == "EC" and jwk.get("crv") == "P-256" and isinstance(jwk.get("kid"), str)
    }


def verify(token: str, keys: dict[str, CryptographyECKey], now_s: float) -> Identity:
    """Who the token speaks for. Raises InvalidToken, and UnknownKey where its key is not known."""
    parts = _TOKEN.fullmatch(token) if len(token) <= LONGEST_TOKEN else None
    if parts is None or not all(_is_canonical(part) for part in parts.groups()):
        raise InvalidToken("not a compact JWT")
    try:
        header = json.loads(_unb64(parts[1]), object_pairs_hook=_each_once)
        if not isinstance(header, dict) or header.keys() != {"alg", "kid", "typ"}:
            raise InvalidToken("unexpected header")
        if header["alg"] != "ES256" or header["typ"] != "at+jwt" or not isinstance(header["kid"], str):
            raise InvalidToken("unexpected algorithm or type")
        if header["kid"] not in keys:
            raise UnknownKey(header["kid"])
        payload = jws.verify(token, keys[header["kid"]], ["ES256"])
        claims = Claims.model_validate_json(payload)
        json.loads(payload, object_pairs_hook=_each_once)
    except (JOSEError, ValidationError, ValueError, RecursionError) as error:
        raise InvalidToken(type(error).__name__) from None
    if not claims.iat - 60 <= now_s < claims.exp or claims.exp - claims.iat > LIFETIME_S:
        raise InvalidToken("expired or not yet valid")
    if int(claims.sub) > MAX_ID:
        raise InvalidToken("nobody has this number")
    return Identity(int(claims.sub), claims.role, claims.sid, claims.exp)


def _each_once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    # readers differ in which of two they take
    if len(dict(members)) != len(members):
        raise InvalidToken("a member stands twice")
    return dict(members)


def _is_canonical(segment: str) -> bool:
    # several spellings of the last character decode to the same bytes; only one is ours
    try:
        return _b64(_unb64(segment)) == segment
    except ValueError:
        return False


def _b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _unb64(value: str) -> bytes:
    return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
