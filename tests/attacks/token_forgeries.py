"""Forged access tokens. Each differs from a genuine one in one point, so that exactly one check can refuse it.

Many are signed with the hospital's own key, which no attacker has, because the signature must not be the only check.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from careplus_runtime.identity.tokens import SigningKey

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
FOREIGN_KEY = SigningKey.from_secret("the secret of another hospital, as long as it has to be")
RSA_KEY = rsa.generate_private_key(65537, 2048)
ED_KEY = ed25519.Ed25519PrivateKey.generate()

Json = dict[str, Any]


def b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def unb64(value: str) -> bytes:
    return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))


def to_json(value: Any) -> bytes:
    return json.dumps(value).encode()


@dataclass
class TokenForger:
    """A client with a genuine token and, for the test, the key that signed it."""

    key: SigningKey
    genuine: str
    """A token issued by auth."""

    @property
    def header(self) -> Json:
        return {"alg": "ES256", "kid": self.key.kid, "typ": "at+jwt"}

    @property
    def claims(self) -> Json:
        claims: Json = json.loads(unb64(self.genuine.split(".")[1]))
        return claims

    def signed(self, header: bytes, payload: bytes, key: SigningKey | None = None) -> str:
        """Return a token of these bytes, signed like auth's."""
        signing_input = f"{b64(header)}.{b64(payload)}"
        return f"{signing_input}.{b64((key or self.key).private.sign(signing_input.encode()))}"

    def with_header(self, **members: Any) -> str:
        """Return a signed token with these header members; None removes one."""
        header = {name: value for name, value in {**self.header, **members}.items() if value is not None}
        return self.signed(to_json(header), to_json(self.claims))

    def with_claims(self, **members: Any) -> str:
        """Return a signed token with these claims; None removes one."""
        claims = {name: value for name, value in {**self.claims, **members}.items() if value is not None}
        return self.signed(to_json(self.header), to_json(claims))

    def with_payload(self, payload: bytes) -> str:
        return self.signed(to_json(self.header), payload)

    def with_signature(self, signature: bytes = b"", **members: Any) -> str:
        """Return the genuine claims with these header members and this signature."""
        return f"{b64(to_json({**self.header, **members}))}.{b64(to_json(self.claims))}.{b64(signature)}"

    def hmac(self, secret: bytes, algorithm: str = "HS256") -> str:
        """Return a token with a MAC as its signature; a library that takes the public key as secret would accept it."""
        signing_input = f"{b64(to_json({**self.header, 'alg': algorithm}))}.{b64(to_json(self.claims))}"
        digest = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}[algorithm]
        return f"{signing_input}.{b64(hmac.digest(secret, signing_input.encode(), digest))}"

    def with_algorithm(self, algorithm: str, sign: Callable[[bytes], bytes]) -> str:
        signing_input = f"{b64(to_json({**self.header, 'alg': algorithm}))}.{b64(to_json(self.claims))}"
        return f"{signing_input}.{b64(sign(signing_input.encode()))}"

    def public(self, encoding: Encoding, form: PublicFormat = PublicFormat.SubjectPublicKeyInfo) -> bytes:
        published: bytes = self.key.private.public_key().prepared_key.public_bytes(encoding, form)
        return published

    @property
    def parts(self) -> tuple[str, str, str]:
        header, payload, signature = self.genuine.split(".")
        return header, payload, signature

    def with_changed_signature(self, change: Callable[[int, int], tuple[int, int]]) -> str:
        """Return the genuine token with changed signature numbers r and s."""
        header, payload, signature = self.parts
        raw = unb64(signature)
        r, s = change(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        return f"{header}.{payload}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"

    @property
    def twin(self) -> str:
        """Return the token with the second valid ECDSA signature, (r, order - s)."""
        return self.with_changed_signature(lambda r, s: (r, P256_ORDER - s))


MakeToken = Callable[[TokenForger], str]


def _algorithms() -> Iterator[tuple[str, MakeToken]]:
    for spelling in ("none", "None", "NONE", "nOnE", "", "null", " none", "none\0"):
        yield f"alg {spelling!r} without signature", partial(TokenForger.with_signature, alg=spelling)
        yield f"alg {spelling!r} with the genuine signature", partial(_with_genuine_signature, alg=spelling)
    yield "alg null", lambda f: f.with_signature(alg=None)
    yield "alg in a list", lambda f: f.with_header(alg=["ES256"])
    yield "alg in lower case", lambda f: f.with_header(alg="es256")
    yield "alg ES384", lambda f: f.with_header(alg="ES384")
    yield "alg ES256K", lambda f: f.with_header(alg="ES256K")
    yield "no alg", lambda f: f.with_header(alg=None)
    for algorithm in ("HS256", "HS384", "HS512"):
        yield f"{algorithm} with the public key in PEM", partial(_hmac_with_pem, algorithm=algorithm)
    yield "HS256 with the public key in DER", lambda f: f.hmac(f.public(Encoding.DER))
    point = PublicFormat.UncompressedPoint
    yield "HS256 with the public key as a point", lambda f: f.hmac(f.public(Encoding.X962, point))
    yield "HS256 with the public key as a JWK", lambda f: f.hmac(to_json(f.key.public_jwk))
    yield "HS256 with the key's id", lambda f: f.hmac(f.key.kid.encode())
    yield "HS256 with an empty secret", lambda f: f.hmac(b"")
    pss = padding.PSS(padding.MGF1(SHA256()), 32)
    yield (
        "RS256",
        lambda f: f.with_algorithm("RS256", lambda signing_input: RSA_KEY.sign(signing_input, padding.PKCS1v15(), SHA256())),
    )
    yield "PS256", lambda f: f.with_algorithm("PS256", lambda signing_input: RSA_KEY.sign(signing_input, pss, SHA256()))
    yield "EdDSA", lambda f: f.with_algorithm("EdDSA", ED_KEY.sign)


def _with_genuine_signature(f: TokenForger, alg: str) -> str:
    return f.with_signature(unb64(f.parts[2]), alg=alg)


def _with_header_members(f: TokenForger, members: Json) -> str:
    return f.with_header(**members)


def _hmac_with_pem(f: TokenForger, algorithm: str) -> str:
    return f.hmac(f.public(Encoding.PEM), algorithm)


def _headers() -> Iterator[tuple[str, MakeToken]]:
    for name, value in {
        "jku": "https://attacker.example/jwks.json",
        "x5u": "https://attacker.example/chain.pem",
        "jwk": FOREIGN_KEY.public_jwk,
        "x5c": [base64.b64encode(b"a certificate").decode()],
        "x5t": "c2hhMQ",
        "crit": ["exp"],
        "b64": False,
        "zip": "DEF",
        "cty": "JWT",
        "enc": "A128GCM",
        "ppt": "shaken",
        "iss": "careplus",
    }.items():
        yield f"{name} in the header", partial(_with_header_members, members={name: value})
    own = FOREIGN_KEY
    yield "jwk with the key that signed", lambda f: f.signed(to_json({**f.header, "jwk": own.public_jwk}), to_json(f.claims), own)
    yield "no kid", lambda f: f.with_header(kid=None)
    odd_kids: tuple[Any, ...] = (
        [],
        {},
        7,
        True,
        "",
        "/dev/null",
        "../../../../dev/null",
        "x' UNION SELECT 'k",
        "http://a.example",
        "\0",
    )
    for odd in odd_kids:
        yield f"kid {odd!r}", partial(TokenForger.with_header, kid=odd)
    yield "kid of ours in a list", lambda f: f.with_header(kid=[f.key.kid])
    yield "kid with a space", lambda f: f.with_header(kid=f"{f.key.kid} ")
    yield "kid of 300 letters", lambda f: f.with_header(kid="k" * 300)
    for typ in ("JWT", "jwt", "AT+JWT", "at+jwt ", "application/at+jwt", "dpop+jwt", "", 7, ["at+jwt"]):
        yield f"typ {typ!r}", partial(TokenForger.with_header, typ=typ)
    yield "no typ", lambda f: f.with_header(typ=None)
    duplicate_alg = '{"alg":"none","alg":"ES256","kid":"%s","typ":"at+jwt"}'
    yield "alg twice", lambda f: f.signed((duplicate_alg % f.key.kid).encode(), to_json(f.claims))
    yield "header in a list", lambda f: f.signed(to_json([f.header]), to_json(f.claims))
    yield "header null", lambda f: f.signed(b"null", to_json(f.claims))
    yield "header empty", lambda f: f.signed(b"{}", to_json(f.claims))
    yield "header with a BOM", lambda f: f.signed(b"\xef\xbb\xbf" + to_json(f.header), to_json(f.claims))
    yield "header in UTF-16", lambda f: f.signed(json.dumps(f.header).encode("utf-16"), to_json(f.claims))
    yield "header with NUL after it", lambda f: f.signed(to_json(f.header) + b"\0", to_json(f.claims))
    yield "header nested deeply", lambda f: f.signed(b'{"alg":' + b"[" * 370, to_json(f.claims))


def _claims() -> Iterator[tuple[str, MakeToken]]:
    for name in ("iss", "aud", "sub", "role", "sid", "jti", "iat", "exp"):
        yield f"no {name}", partial(_without_claim, name=name)
        yield f"{name} in a list", partial(_with_claim_in_a_list, name=name)
        yield f"{name} null", partial(_with_raw_claim, name=name, text="null")
        yield f"{name} twice", partial(_with_duplicate_claim, name=name)
    for extra in ({"admin": True}, {"nbf": 0}, {"scope": "admin"}, {"roles": ["admin"]}, {"__proto__": {"role": "admin"}}):
        yield f"extra {next(iter(extra))}", partial(TokenForger.with_claims, **extra)
    for audience in ("", "CarePlus", "careplus ", "*", ["careplus", "other"]):
        yield f"aud {audience!r}", partial(TokenForger.with_claims, aud=audience)
    for issuer in ("", "CarePlus", "https://attacker.example", "careplus\0"):
        yield f"iss {issuer!r}", partial(TokenForger.with_claims, iss=issuer)
    subjects = ("0", "-1", "+1", "01", " 1", "1 ", "1\n", "1.0", "1e3", "0x1", "\u0661", "\uff11", "1_0", "", "null", "9" * 40)
    for subject in (*subjects, str(2**63), "9999999999999999999", 1, True):
        yield f"sub {str(subject)[:20]!r}", partial(TokenForger.with_claims, sub=subject)
    for role in ("ADMIN", "Admin", "admin ", "root", "", "patient,admin", ["admin"], {"admin": True}, 0):
        yield f"role {role!r}", partial(TokenForger.with_claims, role=role)
    for sid in ("", "short", "s" * 65, "s" * 20 + "\0", "' OR ''='' -- and more", "../../../../etc/passwd"):
        yield f"sid {sid[:25]!r}", partial(TokenForger.with_claims, sid=sid)
    yield "jti of 65 letters", lambda f: f.with_claims(jti="j" * 65)


def _times() -> Iterator[tuple[str, MakeToken]]:
    def now() -> int:
        return int(time.time())

    yield "exp as text", lambda f: f.with_claims(exp=str(f.claims["exp"]))
    yield "exp with a fraction", lambda f: f.with_claims(exp=f.claims["exp"] + 0.5)
    yield "exp as a float", lambda f: f.with_claims(exp=float(f.claims["exp"]))
    yield "exp true", lambda f: f.with_claims(exp=True)
    yield "exp negative", lambda f: f.with_claims(exp=-f.claims["exp"])
    yield "exp 0", lambda f: f.with_claims(exp=0)
    for huge in (2**41, 2**53, 2**63, 10**400):
        yield f"exp of {len(str(huge))} digits", partial(TokenForger.with_claims, exp=huge)
    for word in ("Infinity", "NaN", "1e400", "-0"):
        yield f"exp {word}", partial(_with_raw_claim, name="exp", text=word)
    yield "expired a second ago", lambda f: f.with_claims(iat=now() - 301, exp=now() - 1)
    yield "expired long ago", lambda f: f.with_claims(iat=now() - 9000, exp=now() - 8400)
    yield "good for a second too long", lambda f: f.with_claims(exp=f.claims["iat"] + 601)
    yield "good for ten years", lambda f: f.with_claims(exp=f.claims["exp"] + 315_360_000)
    yield "good for ever since 1970", lambda f: f.with_claims(iat=0, exp=2**40)
    yield "issued in two minutes", lambda f: f.with_claims(iat=now() + 120, exp=now() + 600)
    yield "issued tomorrow", lambda f: f.with_claims(iat=now() + 86400, exp=now() + 87000)
    yield "iat negative", lambda f: f.with_claims(iat=-1)
    yield "iat as text", lambda f: f.with_claims(iat=str(f.claims["iat"]))
    yield "exp before iat", lambda f: f.with_claims(iat=now() + 30, exp=now() - 30)


def _with_raw_claim(f: TokenForger, name: str, text: str) -> str:
    """Return a token with this raw JSON as one claim."""
    return f.with_payload(to_json({**f.claims, name: "HERE"}).replace(b'"HERE"', text.encode()))


def _with_duplicate_claim(f: TokenForger, name: str) -> str:
    return f.with_payload(to_json(f.claims)[:-1] + b", " + to_json({name: f.claims[name]})[1:])


def _without_claim(f: TokenForger, name: str) -> str:
    return f.with_claims(**{name: None})


def _with_claim_in_a_list(f: TokenForger, name: str) -> str:
    return f.with_claims(**{name: [f.claims[name]]})


def _payloads() -> Iterator[tuple[str, MakeToken]]:
    yield "payload empty", lambda f: f.with_payload(b"{}")
    yield "payload null", lambda f: f.with_payload(b"null")
    yield "payload in a list", lambda f: f.with_payload(to_json([f.claims]))
    yield "payload in a string", lambda f: f.with_payload(to_json(json.dumps(f.claims)))
    yield "payload with a BOM", lambda f: f.with_payload(b"\xef\xbb\xbf" + to_json(f.claims))
    yield "payload in UTF-16", lambda f: f.with_payload(json.dumps(f.claims).encode("utf-16"))
    yield "payload with NUL after it", lambda f: f.with_payload(to_json(f.claims) + b"\0")
    yield "payload with another after it", lambda f: f.with_payload(to_json(f.claims) * 2)
    yield "payload cut short", lambda f: f.with_payload(to_json(f.claims)[:-1])
    yield "payload in single quotes", lambda f: f.with_payload(repr(f.claims).encode())
    yield "payload with a comment", lambda f: f.with_payload(b"/**/" + to_json(f.claims))
    yield "payload of no text", lambda f: f.with_payload(b"\xff\xfe\xfd" * 20)
    yield "payload nested deeply", lambda f: f.with_payload(b'{"sub":' + b"[" * 2400)
    yield "claim nested deeply", lambda f: _with_raw_claim(f, "sub", "[" * 900 + "]" * 900)
    yield "claim of 2,000 digits", lambda f: _with_raw_claim(f, "iat", "9" * 2000)
    yield "claim with half of a surrogate pair", lambda f: _with_raw_claim(f, "jti", '"\\ud800' + "j" * 20 + '"')
    yield "nested in itself", lambda f: f.signed(to_json({**f.header, "cty": "JWT"}), f.genuine.encode())


def _shapes() -> Iterator[tuple[str, MakeToken]]:
    yield "no signature", lambda f: ".".join(f.parts[:2])
    yield "empty signature", lambda f: f"{f.parts[0]}.{f.parts[1]}."
    yield "signature alone", lambda f: f"..{f.parts[2]}"
    yield "no header", lambda f: f".{f.parts[1]}.{f.parts[2]}"
    yield "dots", lambda _: ".."
    yield "4 parts", lambda f: f"{f.genuine}.{f.parts[2]}"
    yield "5 parts, as a JWE", lambda f: f"{f.genuine}.{f.parts[1]}.{f.parts[2]}"
    yield (
        "JWE, dir",
        lambda f: f"{b64(to_json({'alg': 'dir', 'enc': 'A128GCM'}))}..{b64(b'n' * 12)}.{f.parts[1]}.{b64(b't' * 16)}",
    )
    yield "JWS in JSON", lambda f: json.dumps(dict(zip(("protected", "payload", "signature"), f.parts, strict=True)))
    yield "in quotes", lambda f: f'"{f.genuine}"'
    yield "in brackets", lambda f: f"<{f.genuine}>"
    yield "space in the middle", lambda f: f.genuine.replace(".", " .", 1)
    yield "space before", lambda f: f" {f.genuine}"
    yield "tab before", lambda f: f"\t{f.genuine}"
    yield "comma after", lambda f: f"{f.genuine},"
    yield "two in one", lambda f: f"{f.genuine} {f.genuine}"
    yield "two with a comma", lambda f: f"{f.genuine}, {f.genuine}"
    yield "padded header", lambda f: f"{f.parts[0]}=.{f.parts[1]}.{f.parts[2]}"
    yield "padded payload", lambda f: f"{f.parts[0]}.{f.parts[1]}==.{f.parts[2]}"
    yield "padded signature", lambda f: f"{f.genuine}=="
    yield "base64 of the other kind", lambda f: f"{f.parts[0]}.{f.parts[1]}.{_with_slashes(f)}"
    yield "spare bits of the last letter", lambda f: f.genuine[:-1] + ALPHABET[ALPHABET.index(f.genuine[-1]) ^ 1]
    yield "last letter missing", lambda f: f.genuine[:-1]
    yield "one letter more", lambda f: f"{f.genuine}B"
    yield "one byte more in the signature", lambda f: f"{f.parts[0]}.{f.parts[1]}.{b64(unb64(f.parts[2]) + bytes(1))}"
    yield "letter of another script", lambda f: f.genuine.replace(f.genuine[0], "\xe9", 1)
    yield "URL-encoded", lambda f: f.genuine.replace(".", "%2E")
    yield "5 KiB", lambda f: f.with_claims(pad="p" * 3500)
    yield "5 KiB, with a payload that is right", lambda f: f.with_payload(to_json(f.claims) + b" " * 3500)
    yield "5 KiB of dots", lambda _: "." * 5120
    yield "5 KiB of letters", lambda _: "a" * 5120
    yield "header of 600 letters", lambda f: f.with_header(kid="k" * 400)
    yield "header of another", lambda f: f"{b64(to_json({**f.header, 'kid': FOREIGN_KEY.kid}))}.{f.parts[1]}.{f.parts[2]}"
    yield "the word null", lambda _: "null"


def _with_slashes(f: TokenForger) -> str:
    # a signature with `-` or `_`, encoded with `+` and `/` of standard base64
    signature = next(signature for _ in range(99) if {"-", "_"} & set(signature := f.with_claims().split(".")[2]))
    return signature.replace("-", "+").replace("_", "/")


def _signatures() -> Iterator[tuple[str, MakeToken]]:
    yield "signature of zeros", lambda f: f.with_signature(bytes(64))
    yield "signature of ones", lambda f: f.with_signature(b"\xff" * 64)
    yield "r is 0", lambda f: f.with_changed_signature(lambda _, s: (0, s))
    yield "s is 0", lambda f: f.with_changed_signature(lambda r, _: (r, 0))
    yield "r and s are the order", lambda f: f.with_signature(P256_ORDER.to_bytes(32, "big") * 2)
    yield "r and s are 1", lambda f: f.with_signature((1).to_bytes(32, "big") * 2)
    yield "r and s changed places", lambda f: f.with_changed_signature(lambda r, s: (s, r))
    yield "r negated", lambda f: f.with_changed_signature(lambda r, s: (P256_ORDER - r, s))
    yield "r and s in DER", lambda f: f"{f.parts[0]}.{f.parts[1]}.{b64(_der(f))}"
    yield "r and s in DER, cut to 64 bytes", lambda f: f"{f.parts[0]}.{f.parts[1]}.{b64(_der(f)[:64])}"
    yield "signature is a hash", lambda f: f.with_signature(hashlib.sha512(f.genuine.encode()).digest())
    yield "signature of other words", lambda f: f"{f.parts[0]}.{f.parts[1]}.{f.with_claims().split('.')[2]}"
    yield (
        "another hospital's key",
        lambda f: f.signed(to_json({**f.header, "kid": FOREIGN_KEY.kid}), to_json(f.claims), FOREIGN_KEY),
    )
    yield "another hospital's key by our name", lambda f: f.signed(to_json(f.header), to_json(f.claims), FOREIGN_KEY)
    yield "another person's number", lambda f: f"{f.parts[0]}.{b64(to_json({**f.claims, 'sub': '1'}))}.{f.parts[2]}"
    yield "another role", lambda f: f"{f.parts[0]}.{b64(to_json({**f.claims, 'role': 'admin'}))}.{f.parts[2]}"


def _der(f: TokenForger) -> bytes:
    raw = unb64(f.parts[2])
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    assert decode_dss_signature(der)
    return der


FORGED_TOKENS: dict[str, MakeToken] = dict(
    pair for kind in (_algorithms, _headers, _claims, _times, _payloads, _shapes, _signatures) for pair in kind()
)
"""A function that makes each forged token, by a description."""
