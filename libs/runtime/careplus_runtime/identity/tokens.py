"""Access tokens: signed by auth, verified by every process. The only module that imports python-jose.

python-jose accepts tokens without `exp` or without the required `aud`, ignores `kid` and `crit`, and fails with RecursionError
on a small deeply nested token. So this module checks the header first, then the signature, then every claim.
ECDSA has two valid signatures of one text, (r, s) and (r, n - s). Both are accepted: they prove the same claims, and revocation
is by session, not by token text.
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
    """The token is not valid."""


class UnknownKey(InvalidToken):
    """The token names an unknown key."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Account, role and session of a verified access token.

    `enrols`: the role needs a second factor that the account does not have yet.
    """

    id: int
    role: Role
    sid: str
    expires_at: int
    enrols: bool = False


class Claims(BaseModel):
    """The claims of an access token: all but `scope` are required, others are refused."""

    model_config = ConfigDict(extra="forbid", strict=True)

    iss: Literal["careplus"]
    aud: Literal["careplus"]
    sub: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,18}$")]
    role: Role
    sid: Annotated[str, Field(pattern=_RANDOM)]
    jti: Annotated[str, Field(pattern=_RANDOM)]
    iat: Annotated[int, Field(ge=0, le=2**40)]
    exp: Annotated[int, Field(ge=0, le=2**40)]
    scope: Literal["second_factor"] | None = None


@dataclass(frozen=True)
class SigningKey:
    """A P-256 key derived from a secret, which saves a key file."""

    kid: str
    private: CryptographyECKey
    public_jwk: dict[str, str]

    @classmethod
    def from_secret(cls, secret: str) -> "SigningKey":
        derived = HKDF(SHA256(), length=48, salt=None, info=b"careplus access token ES256").derive(secret.encode())
        private = ec.derive_private_key(int.from_bytes(derived, "big") % (_P256_ORDER - 1) + 1, ec.SECP256R1())
        point = private.public_key().public_numbers()
        jwk = {"crv": "P-256", "kty": "EC", "x": _b64(point.x.to_bytes(32, "big")), "y": _b64(point.y.to_bytes(32, "big"))}
        # RFC 7638 thumbprint
        kid = _b64(hashlib.sha256(json.dumps(jwk, separators=(",", ":"), sort_keys=True).encode()).digest())[:16]
        return cls(kid, CryptographyECKey(private, "ES256"), {**jwk, "kid": kid, "alg": "ES256", "use": "sig"})

    def sign(self, identity_id: int, role: Role, sid: str, now_s: int, *, enrols: bool = False) -> str:
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(identity_id),
            "role": role.value,
            "sid": sid,
            "jti": secrets.token_urlsafe(16),
            "iat": now_s,
            "exp": now_s + LIFETIME_S,
            **({"scope": "second_factor"} if enrols else {}),
        }
        headers = {"kid": self.kid, "typ": "at+jwt"}
        return str(jws.sign(json.dumps(claims).encode(), self.private, headers=headers, algorithm="ES256"))


def public_keys(jwks: list[dict[str, Any]]) -> dict[str, CryptographyECKey]:
    """Return the P-256 keys of a JWKS by their id, without keys of other kinds."""
    return {
        jwk["kid"]: CryptographyECKey(jwk, "ES256")
        for jwk in jwks
        if jwk.get("kty") == "EC" and jwk.get("crv") == "P-256" and isinstance(jwk.get("kid"), str)
    }


def verify(token: str, keys: dict[str, CryptographyECKey], now_s: float) -> Identity:
    """Return the identity that the token proves. Raise InvalidToken, and its subclass UnknownKey for an unknown key."""
    parts = _TOKEN.fullmatch(token) if len(token) <= LONGEST_TOKEN else None
    if parts is None or not all(_is_canonical(part) for part in parts.groups()):
        raise InvalidToken("not a compact JWT")
    try:
        header = json.loads(_unb64(parts[1]), object_pairs_hook=_unique)
        if not isinstance(header, dict) or header.keys() != {"alg", "kid", "typ"}:
            raise InvalidToken("unexpected header")
        if header["alg"] != "ES256" or header["typ"] != "at+jwt" or not isinstance(header["kid"], str):
            raise InvalidToken("unexpected algorithm or type")
        if header["kid"] not in keys:
            raise UnknownKey(header["kid"])
        payload = jws.verify(token, keys[header["kid"]], ["ES256"])
        claims = Claims.model_validate_json(payload)
        json.loads(payload, object_pairs_hook=_unique)
    except (JOSEError, ValidationError, ValueError, RecursionError) as error:
        raise InvalidToken(type(error).__name__) from None
    if not claims.iat - 60 <= now_s < claims.exp or claims.exp - claims.iat > LIFETIME_S:
        raise InvalidToken("expired or not yet valid")
    if int(claims.sub) > MAX_ID:
        raise InvalidToken("not an account id")
    return Identity(int(claims.sub), claims.role, claims.sid, claims.exp, claims.scope is not None)


def _unique(members: list[tuple[str, Any]]) -> dict[str, Any]:
    # parsers differ in the duplicate that they keep
    if len(dict(members)) != len(members):
        raise InvalidToken("duplicate member")
    return dict(members)


def _is_canonical(segment: str) -> bool:
    # several last characters decode to the same bytes; only the encoder's own one is canonical
    try:
        return _b64(_unb64(segment)) == segment
    except ValueError:
        return False


def _b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _unb64(value: str) -> bytes:
    return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
