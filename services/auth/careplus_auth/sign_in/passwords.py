"""Passwords: hashed with argon2id in threads of their own, so that no other request waits for one."""

import re
import unicodedata

from passlib.hash import argon2
from zxcvbn import zxcvbn

from careplus_auth.sign_in.bounded_executor import Threads
from careplus_contracts.accounts import WeakPassword

_argon2 = argon2.using(type="ID", memory_cost=19456, rounds=2, parallelism=1)
# of each about five seconds of work
_hashing = Threads("argon2", 2, most=200)
# apart, so that nobody who registers with long odd passwords keeps those waiting who sign in
_judging = Threads("zxcvbn", 1, most=100)
# hashed like any other, so that an unknown e-mail takes as long as a wrong password
_NOBODYS = _argon2.hash("the password of an account that does not exist")

COMMON = frozenset(
    """
    password passw0rd password1 password123 12345678 123456789 1234567890 87654321 11111111 00000000 qwertyui qwertyuiop
    qwerty123 1q2w3e4r 1qaz2wsx iloveyou sunshine princess football baseball superman trustno1 letmein1 welcome1
    admin123 administrator changeme hospital hospital1 careplus careplus1 passwort geheim123
    """.split()  # noqa: SIM905 - a list of quoted words is harder to read
)
LOOKED_AT = 32
"""So many characters are searched for words: what follows makes guessing no easier, and 72 take up to a second."""
SHORTEST = 8
STRONG_ENOUGH = 2
"""zxcvbn's word for what withstands guessing over the network; attempts are slowed down besides."""


def check_strength(password: str, *about: str) -> None:
    """Raise WeakPassword for what everybody tries first: words, patterns, common passwords, one's own name or e-mail.

    Takes up to two fifths of a second.
    """
    plain = unicodedata.normalize("NFC", password)
    is_common = plain.casefold() in COMMON or any(plain.casefold() == word.casefold() for word in about)
    words = ["careplus", *about, *(word for text in about for word in re.split(r"\W+", text) if word)]
    # signs between words hide them from the search
    joined = re.sub(r"[\W_]+", "", plain)
    looked_at = {plain, joined} if len(joined) >= SHORTEST else {plain}
    if is_common or any(zxcvbn(text[:LOOKED_AT], user_inputs=words)["score"] < STRONG_ENOUGH for text in looked_at):
        raise WeakPassword("Choose a password that others would not guess, for example three words that do not belong together.")


def hash_now(password: str) -> str:
    """An argon2id hash, made in this thread."""
    return str(_argon2.hash(unicodedata.normalize("NFC", password)))


async def hash_new(password: str, *about: str) -> str:
    """The hash of a password that somebody chose. Raises WeakPassword."""
    await _judging.run(check_strength, password, *about)
    return await _hashing.run(hash_now, password)


async def hash_again(password: str, password_hash: str) -> str | None:
    """A hash of a password that was right with today's parameters; None: it has them."""
    if not _argon2.needs_update(password_hash):
        return None
    return await _hashing.run(hash_now, password)


async def verify_password(password: str, password_hash: str | None) -> bool:
    """Whether the password belongs to the hash; takes as long where there is none."""

    def verify() -> bool:
        matches = bool(_argon2.verify(unicodedata.normalize("NFC", password), password_hash or _NOBODYS))
        return matches and password_hash is not None

    return await _hashing.run(verify)
