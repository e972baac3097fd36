"""Access tokens: forged, changed and expired tokens are refused."""

import base64
import json
import random
import re
import time
from typing import Any

import pytest
from jose import jws

from careplus_contracts.endpoints import Role
from careplus_runtime.identity.tokens import LIFETIME_S, InvalidToken, SigningKey, UnknownKey, public_keys, verify

OURS, OTHER = SigningKey.from_secret("a" * 40), SigningKey.from_secret("b" * 40)
KEYS = public_keys([OURS.public_jwk])
NOW = int(time.time())
CLAIMS = {
    "iss": "careplus",
    "aud": "careplus",
    "sub": "7",
    "role": "patient",
    "sid": "s" * 20,
    "jti": "j" * 20,
    "iat": NOW,
    "exp": NOW + LIFETIME_S,
}


def forged(claims: Any = None, headers: dict[str, Any] | None = None, key: SigningKey = OURS) -> str:
    payload = json.dumps(CLAIMS if claims is None else claims).encode()
    return str(jws.sign(payload, key.private, headers={"kid": OURS.kid, "typ": "at+jwt", **(headers or {})}, algorithm="ES256"))


def test_valid_token_gives_identity() -> None:
    identity = verify(OURS.sign(7, Role.DOCTOR, "s" * 20, NOW), KEYS, NOW)
    assert (identity.id, identity.role, identity.sid, identity.expires_at) == (7, Role.DOCTOR, "s" * 20, NOW + LIFETIME_S)
    assert verify(forged(), KEYS, NOW).id == 7


def test_key_is_derived_from_secret() -> None:
    assert SigningKey.from_secret("a" * 40).public_jwk == OURS.public_jwk
    assert OURS.kid != OTHER.kid
    assert OURS.public_jwk.keys() == {"crv", "kty", "x", "y", "kid", "alg", "use"}


@pytest.mark.parametrize(
    "claims",
    [
        *({name: value for name, value in CLAIMS.items() if name != missing} for missing in CLAIMS),
        {**CLAIMS, "admin": True},
        {**CLAIMS, "aud": ["careplus"]},
        {**CLAIMS, "aud": "other"},
        {**CLAIMS, "iss": "other"},
        {**CLAIMS, "sub": 7},
        {**CLAIMS, "sub": "0"},
        {**CLAIMS, "sub": "-1"},
        {**CLAIMS, "sub": "9" * 30},
        {**CLAIMS, "role": "root"},
        {**CLAIMS, "role": ["admin"]},
        {**CLAIMS, "sid": ""},
        {**CLAIMS, "exp": NOW - 1},
        {**CLAIMS, "exp": str(NOW + 60)},
        {**CLAIMS, "exp": True},
        {**CLAIMS, "exp": NOW + 10 * LIFETIME_S},
        {**CLAIMS, "iat": NOW + 3600, "exp": NOW + 3700},
        [],
        "text",
        7,
    ],
    # test workers start in different seconds, so name the times relative to now
    ids=lambda claims: re.sub(r"\b\d{10}\b", lambda at: f"now{int(at[0]) - NOW:+}", str(claims)),
)
def test_wrong_or_missing_claim_is_refused(claims: Any) -> None:
    with pytest.raises(InvalidToken):
        verify(forged(claims), KEYS, NOW)


@pytest.mark.parametrize(
    "headers", [{"typ": "JWT"}, {"crit": ["x"]}, {"jku": "https://evil.example"}, {"kid": 7}, {"jwk": OTHER.public_jwk}], ids=str
)
def test_other_header_members_are_refused(headers: dict[str, Any]) -> None:
    with pytest.raises(InvalidToken):
        verify(forged(headers=headers), KEYS, NOW)


def test_other_keys_and_algorithms_are_refused() -> None:
    with pytest.raises(InvalidToken):
        verify(forged(key=OTHER), KEYS, NOW)
    with pytest.raises(UnknownKey):
        verify(forged(headers={"kid": OTHER.kid}, key=OTHER), KEYS, NOW)
    header, payload, signature = forged().split(".")
    for algorithm in ("none", "HS256", "es256"):
        other = encoded({"alg": algorithm, "kid": OURS.kid, "typ": "at+jwt"})
        for ending in (signature, "", signature[:-1]):
            with pytest.raises(InvalidToken):
                verify(f"{other}.{payload}.{ending}", KEYS, NOW)
    with pytest.raises(InvalidToken):
        verify(f"{header}.{payload}.", KEYS, NOW)
    hmac_signed = jws.sign(json.dumps(CLAIMS).encode(), "secret", headers={"kid": OURS.kid, "typ": "at+jwt"}, algorithm="HS256")
    with pytest.raises(InvalidToken):
        verify(hmac_signed, KEYS, NOW)


@pytest.mark.parametrize(
    "token", ["", ".", "..", "a.b", "a.b.c.d", "é.b.c", "a" * 5000, "[" * 3000, "\x00", " " + forged(), forged() + "\n"]
)
def test_malformed_token_is_refused(token: str) -> None:
    with pytest.raises(InvalidToken):
        verify(token, KEYS, NOW)


def test_deeply_nested_header_is_refused() -> None:
    deep = base64.urlsafe_b64encode(b'{"alg":' + b"[" * 300).rstrip(b"=").decode()
    _, payload, signature = forged().split(".")
    with pytest.raises(InvalidToken):
        verify(f"{deep}.{payload}.{signature}", KEYS, NOW)


def test_token_with_changed_character_is_refused() -> None:
    rng, token = random.Random(7), forged()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
    # every position once, the last one often: decoders are lenient with its spare bits
    for position in [*range(len(token)), *([len(token) - 1] * 50)]:
        changed = token[:position] + rng.choice(alphabet.replace(token[position], "")) + token[position + 1 :]
        with pytest.raises(InvalidToken):
            verify(changed, KEYS, NOW)


def encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
