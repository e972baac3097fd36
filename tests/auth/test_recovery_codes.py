"""Recovery codes are stored as salted hashes, and each works once."""

import httpx
import pyotp
from sqlalchemy import text

from careplus_auth.crypto.digest import sha256_hex
from careplus_auth.crypto.vault import Vault
from careplus_auth.store import second_factors
from careplus_auth.store.accounts import by_email
from careplus_tables.engine import Database
from tests.auth.accounts_client import registered

VAULT = Vault(["k" * 40], "what is kept encrypted")


async def switched_on(auth: httpx.AsyncClient, database: Database, email: str) -> tuple[int, list[str]]:
    """Return the id of a new account and its recovery codes."""
    await registered(auth, email)
    async with database.writing() as db:
        account = await by_email(db, email, lock=True)
        assert account is not None
        secret = await second_factors.prepare(db, VAULT, account)
        return account.id or 0, await second_factors.confirm(db, VAULT, account, pyotp.TOTP(secret).now())


async def accepted(database: Database, account_id: int, code: str) -> bool:
    async with database.writing() as db:
        return await second_factors.accepts(db, VAULT, account_id, code)


async def test_same_code_has_another_hash_in_each_row(auth: httpx.AsyncClient, database: Database) -> None:
    _, codes = await switched_on(auth, database, "salted@example.org")
    async with database.reading() as db:
        hashes = set((await db.execute(text("SELECT code_hash FROM recovery_codes"))).scalars())
    assert len(hashes) == len(codes)
    assert not hashes & {sha256_hex(code.replace("-", "")) for code in codes}
    assert len({one.partition("$")[0] for one in hashes}) == len(codes)


async def test_recovery_code_works_once(auth: httpx.AsyncClient, database: Database) -> None:
    account_id, [first, second, *_] = await switched_on(auth, database, "once@example.org")
    found = [await accepted(database, account_id, one) for one in (first, first, second.replace("-", " ").upper(), "2222")]
    assert found == [True, False, True, False]


async def test_unsalted_code_of_an_earlier_version_works(auth: httpx.AsyncClient, database: Database) -> None:
    account_id, _ = await switched_on(auth, database, "earlier@example.org")
    async with database.writing() as db:
        row = {"id": account_id, "hash": sha256_hex("abcdefgh23456789")}
        await db.execute(text("INSERT INTO recovery_codes VALUES (:id, :hash)"), row)
    found = [await accepted(database, account_id, "abcd-efgh-2345-6789") for _ in range(2)]
    assert found == [True, False]
