"""`careplus keys rotate`: all stored ciphertexts get the newest secret, audited, and an interrupted run goes on."""

import itertools
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import sqlalchemy as sa
from sqlmodel import col

from careplus_auth.crypto.rotation import BATCH, Rotated, rotate_mails, rotate_second_factors
from careplus_auth.crypto.vault import STORED, CannotDecrypt, Vault
from careplus_auth.mail.templates import Kind
from careplus_auth.store import mails
from careplus_runtime.process.clock import now
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import Database
from careplus_tables.mails import MailRow
from careplus_tables.second_factors import SecondFactorRow
from tests import databases
from tests.hospital import Hospital
from tests.templates import migrated_bytes, migrated_of

OLD, NEW, LOST = "o" * 40, "n" * 40, "l" * 40
ROWS = BATCH + 7
EVENTS = "SELECT reason FROM audit_events WHERE action = 'rotate_keys' ORDER BY id"


@pytest_asyncio.fixture(params=databases.KINDS)
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(migrated_of(request, tmp_path))
    yield opened
    await opened.close()


async def store(database: Database, secret: str, first: int, count: int) -> None:
    """Store second factors and mails under a secret."""
    vault = Vault([secret], STORED)
    about: dict[str, Any] = {"date_of_birth": None, "phone": None, "sex": "unknown", "created_at": now(), "password_hash": None}
    async with database.writing() as db:
        for number in range(first, first + count):
            db.add(AccountRow(id=number, email=f"a{number}@example.org", full_name="Ada", role="patient", **about))
            await db.flush()
            db.add(SecondFactorRow(account_id=number, secret_ciphertext=vault.encrypt("S"), confirmed_at=None, last_step=None))
            await mails.queue(db, vault, Kind.ALERT, "ada@example.org", "link")


async def unreadable(database: Database, secret: str) -> int:
    """Return how many stored values one secret does not decrypt."""
    vault, failed = Vault([secret], STORED), 0
    async with database.reading() as db:
        queries = (sa.select(col(SecondFactorRow.secret_ciphertext)), sa.select(col(MailRow.ciphertext)))
        stored = [list((await db.execute(query)).scalars()) for query in queries]
    for ciphertext in itertools.chain(*stored):
        try:
            vault.decrypt(str(ciphertext))
        except CannotDecrypt:
            failed += 1
    return failed


async def test_rotation_renews_each_value_once(database: Database) -> None:
    await store(database, OLD, 1, ROWS)
    await store(database, LOST, 1001, 2)
    both = Vault([NEW, OLD], STORED)
    assert await rotate_second_factors(database, both) == Rotated(ROWS, 2)
    # interrupted here: the second run leaves what is renewed
    await store(database, OLD, 2001, 1)
    assert await rotate_second_factors(database, both) == Rotated(1, 2)
    assert await rotate_mails(database, both) == Rotated(ROWS + 1, 2)
    assert await unreadable(database, NEW) == 4
    async with database.reading() as db:
        reasons = list((await db.execute(sa.text(EVENTS))).scalars())
    assert reasons == [f"{BATCH} second factors", "7 second factors", "1 second factors", f"{BATCH} mails", "8 mails"]


async def test_rotate_command_says_what_to_do_next(tmp_path: Path) -> None:
    hospital = Hospital(tmp_path, secret=f"{NEW},{OLD}", extra={"DATABASE_URL": f"sqlite:///{tmp_path}/careplus.db"})
    (tmp_path / "careplus.db").write_bytes(migrated_bytes())
    database = Database(hospital.database)
    await store(database, OLD, 1, 3)
    rotated = hospital.careplus("keys", "rotate")
    assert rotated.returncode == 0, rotated.stderr
    assert "Encrypted 3 second factors and 3 mails again" in rotated.stdout
    assert "Move the older secrets" in rotated.stdout
    assert await unreadable(database, NEW) == 0
    await database.close()
