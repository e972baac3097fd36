"""Verification of ID tokens: algorithm, signature, issuer, audience, times and nonce."""

import time
import warnings
from typing import Any, NamedTuple

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError, SecurityWarning
from joserfc.jwk import JWKRegistry, KeySet, RSAKey
from joserfc.jws import JWSRegistry
from pydantic import BaseModel, Field, StrictBool, StrictInt, StrictStr, ValidationError

ALGORITHMS = ("RS256", "PS256", "ES256")
"""Signatures with a public key alone: an algorithm with a shared secret would take the public key as that secret."""
MAX_KEYS = 50
MIN_RSA_BITS = 2048
LEEWAY_S = 60
OLDEST_S = 600
"""An ID token is issued in answer to the code, so an older one belongs to another sign-on."""


class InvalidIdToken(Exception):
    """The ID token is not accepted; the message is the reason, without values of the token."""


class UnknownKey(InvalidIdToken):
    """The provider has published no key with the token's `kid` yet."""


class Expected(NamedTuple):
    """The values that the token must have. `max_age_s`: the most seconds since the person signed in at the provider."""

    issuer: str
    client_id: str
    nonce: str
    max_age_s: int | None


class IdTokenClaims(BaseModel):
    """The claims that are read, by type; `all` has every claim."""

    iss: StrictStr
    sub: StrictStr = Field(min_length=1, max_length=255)
    iat: StrictInt
    email: StrictStr | None = Field(default=None, max_length=320)
    email_verified: StrictBool = False
    auth_time: StrictInt | None = None
    acr: StrictStr | None = None
    amr: list[StrictStr] = []
    all: dict[str, Any]

    def values_of(self, claim: str) -> frozenset[str]:
        """Return the texts of a claim that is one text or a list of texts."""
        value = self.all.get(claim)
        found = value if isinstance(value, list) else [value]
        return frozenset(one for one in found if isinstance(one, str))


def usable_keys(jwks: Any) -> KeySet:
    """Return the public keys of a JWKS that verify one of ALGORITHMS. Raise ValueError where it has none."""
    found = jwks.get("keys") if isinstance(jwks, dict) else None
    listed = found[:MAX_KEYS] if isinstance(found, list) else []
    keys = [key for one in listed if isinstance(one, dict) and (key := _imported(one)) is not None]
    if not keys:
        raise ValueError("no usable keys")
    return KeySet(keys)


def verify(token: str, keys: KeySet, expected: Expected) -> IdTokenClaims:
    """Return the claims of a valid ID token. Raise InvalidIdToken, and UnknownKey."""
    try:
        decoded = jwt.decode(token, keys, registry=JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False))
        options = {"iss": {"essential": True, "value": expected.issuer}, "aud": {"essential": True, "value": expected.client_id}}
        parameters = {"nonce": expected.nonce, "client_id": expected.client_id, "max_age": expected.max_age_s}
        CodeIDToken(decoded.claims, decoded.header, options, parameters).validate(leeway=LEEWAY_S)
        claims = IdTokenClaims.model_validate({**decoded.claims, "all": decoded.claims})
    except InvalidKeyIdError:
        raise UnknownKey("unknown key") from None
    except (JoseError, ValidationError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise InvalidIdToken(getattr(error, "error", "") or type(error).__name__) from None
    _check_age(claims, expected)
    return claims


def _check_age(claims: IdTokenClaims, expected: Expected) -> None:
    if claims.iat < time.time() - OLDEST_S:
        raise InvalidIdToken("issued too long ago")
    if expected.max_age_s is not None and (claims.auth_time or 0) < time.time() - expected.max_age_s - LEEWAY_S:
        raise InvalidIdToken("identity proved too long ago")


def _imported(jwk: dict[str, Any]) -> Any:
    """Return the public key, or None for one that is for another purpose, is weak or cannot be read."""
    if jwk.get("kty") not in {"RSA", "EC"} or jwk.get("use", "sig") != "sig":
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)
            key = JWKRegistry.import_key(jwk)
        is_weak = isinstance(key, RSAKey) and key.public_key.key_size < MIN_RSA_BITS
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return None if is_weak else key
