"""Side effects of a sign-in: rehash of the password, uncounted attempts, distinct mailboxes."""

from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher

from careplus_auth.sign_in import passwords
from careplus_contracts.refusals import Unavailable
from tests import databases
from tests.auth.accounts_client import registered, signed_in
from tests.hospital import PASSWORD

MINE = "mine@example.org"


def hash_of(folder: Path, email: str = MINE) -> str:
    [(found,)] = databases.query(databases.url(folder), "SELECT password_hash FROM accounts WHERE email = ?", email)
    return str(found)


async def test_outdated_hash_is_replaced_at_sign_in(auth: httpx.AsyncClient, tmp_path: Path) -> None:
    await registered(auth, MINE)
    outdated = PasswordHasher(1, 64, 1).hash(PASSWORD)
    databases.execute(databases.url(tmp_path), "UPDATE accounts SET password_hash = ?", outdated)
    assert "m=64,t=1" in hash_of(tmp_path)
    await signed_in(auth, MINE)
    assert "m=19456,t=2" in hash_of(tmp_path)
    await signed_in(auth, MINE)


async def test_attempt_refused_by_full_queue_is_not_counted(auth: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    await registered(auth, MINE)

    async def full(*_: object) -> bool:
        raise Unavailable("Many are signing in.")

    with monkeypatch.context() as crowded:
        crowded.setattr(passwords, "verify_password", full)
        for _ in range(8):
            answer = await auth.post("/auth/login", json={"email": MINE, "password": PASSWORD})
            assert answer.status_code == 503
    await signed_in(auth, MINE)


async def test_unicode_domains_are_distinct_accounts(auth: httpx.AsyncClient, tmp_path: Path) -> None:
    assert [await registered(auth, f"me@{settings}.example") for settings in ("straße", "strasse")] == [201, 201]
    assert await registered(auth, "ME@STRASSE.example") == 409
    assert hash_of(tmp_path, "me@straße.example") != hash_of(tmp_path, "me@strasse.example")
