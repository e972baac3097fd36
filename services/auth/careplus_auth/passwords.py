"""Passwords: hashed with argon2id in threads of their own, so that no other request waits for one."""

import asyncio
import unicodedata
from concurrent.futures import ThreadPoolExecutor

from passlib.hash import argon2

from careplus_contracts.accounts import WeakPassword

_argon2 = argon2.using(type="ID", memory_cost=19456, rounds=2, parallelism=1)
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
# hashed like any other, so that an unknown e-mail takes as long as a wrong password
_NOBODYS = _argon2.hash("the password of an account that does not exist")

COMMON = frozenset(
    """
    password passw0rd password1 password123 12345678 123456789 1234567890 87654321 11111111 00000000 qwertyui qwertyuiop
    qwerty123 1q2w3e4r 1qaz2wsx iloveyou sunshine princess football baseball superman trustno1 letmein1 welcome1
    admin123 administrator changeme hospital hospital1 careplus careplus1 passwort geheim123
    """.split()  # noqa: SIM905 - a list of quoted words is harder to read
)


def check_strength(password: str, *about: str) -> None:
    """Raise WeakPassword for what everybody tries first: very common ones, one repeated sign, one's own name or e-mail."""
    plain = unicodedata.normalize("NFC", password).casefold()
    if plain in COMMON or len(set(plain)) < 3 or any(plain == word.casefold() for word in about):
        raise WeakPassword("Choose a password that others would not guess, for example three words that do not belong together.")


def hash_now(password: str) -> str:
    """An argon2id hash, made in this thread."""
    return str(_argon2.hash(unicodedata.normalize("NFC", password)))


async def hash_password(password: str) -> str:
    return await asyncio.get_running_loop().run_in_executor(_threads, hash_now, password)


async def verify_password(password: str, password_hash: str | None) -> bool:
    """Whether the password belongs to the hash; takes as long where there is none."""

    def verify() -> bool:
        matches = bool(_argon2.verify(unicodedata.normalize("NFC", password), password_hash or _NOBODYS))
        return matches and password_hash is not None

    return await asyncio.get_running_loop().run_in_executor(_threads, verify)


def needs_rehash(password_hash: str) -> bool:
    return bool(_argon2.needs_update(password_hash))
