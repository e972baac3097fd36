"""The domain and origins of passkeys follow from the address of the portals; expired challenges are purged."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select
from sqlmodel import col

from careplus_auth.store import passkey_challenges, purging
from careplus_auth.store.accounts import by_email
from careplus_runtime.process.clock import now
from careplus_runtime.process.settings import Settings
from careplus_tables.engine import Database
from careplus_tables.passkeys import PasskeyChallengeRow, Purpose
from tests.auth.accounts_client import registered


def settings(**values: Any) -> Settings:
    return Settings(_env_file=None, **values)


@pytest.mark.parametrize(
    ("values", "domain", "origins"),
    [
        ({"port": 5070}, "localhost", ("http://localhost:5070",)),
        ({"origins": "https://care.example.org/"}, "care.example.org", ("https://care.example.org",)),
        (
            {"origins": "https://care.example.org,https://evil-care.example.org,https://old.care.example.org"},
            "care.example.org",
            ("https://care.example.org", "https://old.care.example.org"),
        ),
        (
            {"origins": "https://care.example.org,https://www.example.org,https://example.com", "passkey_domain": "example.org"},
            "example.org",
            ("https://care.example.org", "https://www.example.org"),
        ),
    ],
    ids=["demo", "host", "other-host", "domain-above"],
)
def test_passkey_domain_is_host_of_portals(values: dict[str, Any], domain: str, origins: tuple[str, ...]) -> None:
    found = settings(**values)
    assert (found.passkey_relying_party, found.passkey_origins) == (domain, origins)


@pytest.mark.parametrize("domain", ["example.com", "org", "e.example.org", "are.example.org", ".example.org", "example.org."])
def test_passkey_domain_of_others_is_refused(domain: str) -> None:
    with pytest.raises(ValidationError, match=r"write care\.example\.org"):
        settings(origins="https://care.example.org", passkey_domain=domain)


async def test_expired_challenges_are_purged(auth: Any, database: Database) -> None:
    await registered(auth, "waits@example.org")
    async with database.writing() as db:
        account = await by_email(db, "waits@example.org", lock=True)
        assert account is not None
        old, young = [await passkey_challenges.create(db, account, Purpose.SIGN_IN) for _ in range(2)]
        row = await db.get(PasskeyChallengeRow, old)
        assert row is not None
        row.expires_at = now() - timedelta(seconds=1)
    async with database.writing() as db:
        assert await purging.purge(db) == 1
    async with database.reading() as db:
        assert (await db.execute(select(col(PasskeyChallengeRow.challenge)))).scalars().all() == [young]
