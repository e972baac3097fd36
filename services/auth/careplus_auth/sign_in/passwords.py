"""Password hashing with argon2id and strength checks, each in a thread pool of its own."""

import re
import unicodedata

from passlib.hash import argon2
from zxcvbn import zxcvbn

from careplus_auth.sign_in.bounded_executor import BoundedExecutor
from careplus_auth.sign_in.known_words import is_made_of_known_words
from careplus_contracts.accounts import PasswordWeakness, WeakPassword

_argon2 = argon2.using(type="ID", memory_cost=19456, rounds=2, parallelism=1)
# Each queue holds about five seconds of work.
_hashing = BoundedExecutor("argon2", 2, max_pending=200)
# A pool of its own, so that slow strength checks of registrations never delay sign-ins.
_strength_checks = BoundedExecutor("zxcvbn", 1, max_pending=100)
# Verified for an unknown e-mail, so that it takes as long as a wrong password.
_DUMMY_HASH = _argon2.hash("the password of an account that does not exist")

COMMON = frozenset(
    """
    password passw0rd password1 password123 12345678 123456789 1234567890 87654321 11111111 00000000 qwertyui qwertyuiop
    qwerty123 1q2w3e4r 1qaz2wsx iloveyou sunshine princess football baseball superman trustno1 letmein1 welcome1
    admin123 administrator changeme hospital hospital1 careplus careplus1 passwort geheim123
    """.split()  # noqa: SIM905 - a list of quoted words is harder to read
)
CHECKED_CHARACTERS = 32
"""zxcvbn reads this many characters: more make guessing no easier, and 72 take up to a second."""
MIN_LENGTH = 8
MIN_SCORE = 2
"""The zxcvbn score that withstands throttled guessing over the network."""


def check_strength(password: str, *about: str) -> None:
    """Raise WeakPassword for common passwords, words, patterns, and texts `about` the person and the hospital.

    Takes up to 0.4 s of CPU.
    """
    plain = unicodedata.normalize("NFC", password)
    if plain.casefold() in COMMON:
        raise _weak(PasswordWeakness.COMMON)
    if any(plain.casefold() == text.casefold() for text in about) or is_made_of_known_words(plain, *about):
        raise _weak(PasswordWeakness.KNOWN_WORDS)
    words = ["careplus", *about, *(word for text in about for word in re.split(r"\W+", text) if word)]
    # zxcvbn does not find words with punctuation between their letters: check the joined letters too.
    joined = re.sub(r"[\W_]+", "", plain)
    looked_at = {plain, joined} if len(joined) >= MIN_LENGTH else {plain}
    if any(zxcvbn(text[:CHECKED_CHARACTERS], user_inputs=words)["score"] < MIN_SCORE for text in looked_at):
        raise _weak(PasswordWeakness.GUESSABLE)


def _weak(cause: PasswordWeakness) -> WeakPassword:
    wrong = {
        PasswordWeakness.COMMON: "This is one of the passwords that are tried first.",
        PasswordWeakness.KNOWN_WORDS: "It is made of words of a hospital, its name, months, years, or your own name or e-mail.",
        PasswordWeakness.GUESSABLE: "It has a word or a pattern that a program finds in a few tries.",
    }
    return WeakPassword(f"{wrong[cause]} Choose for example three words that do not belong together.", cause=cause)


def hash_now(password: str) -> str:
    """Return an argon2id hash, computed in this thread."""
    return str(_argon2.hash(unicodedata.normalize("NFC", password)))


async def hash_new(password: str, *about: str) -> str:
    """Return the hash of a new password. Raise WeakPassword, and Unavailable when the queue is full."""
    await _strength_checks.run(check_strength, password, *about)
    return await _hashing.run(hash_now, password)


async def rehash_if_needed(password: str, password_hash: str) -> str | None:
    """Return a new hash when the stored one has outdated parameters, or None."""
    if not _argon2.needs_update(password_hash):
        return None
    return await _hashing.run(hash_now, password)


async def verify_password(password: str, password_hash: str | None) -> bool:
    """Return whether the password matches the hash. Takes the same time when there is no hash."""

    def verify() -> bool:
        matches = bool(_argon2.verify(unicodedata.normalize("NFC", password), password_hash or _DUMMY_HASH))
        return matches and password_hash is not None

    return await _hashing.run(verify)
