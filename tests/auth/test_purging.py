"""Auth purges expired rows, also in an idle hospital."""

from datetime import timedelta

from sqlalchemy import select
from sqlmodel import col

from careplus_auth.store import purging
from careplus_runtime.process.clock import now
from careplus_tables.engine import Database
from careplus_tables.idempotency import NO_ACCOUNT, IdempotencyKeyRow


def kept(key: str, account_id: int, lasts: timedelta) -> IdempotencyKeyRow:
    expires_at = now() + lasts
    return IdempotencyKeyRow(account_id=account_id, key_hash=key, status=201, etag=None, ciphertext=b"?", expires_at=expires_at)


async def test_expired_stored_answers_are_purged(database: Database) -> None:
    old, young = timedelta(seconds=-1), timedelta(hours=1)
    async with database.writing() as db:
        # Keys are per account.
        db.add_all([kept("a", NO_ACCOUNT, old), kept("b", 1, old), kept("b", 2, young), kept("c", 1, young)])
    async with database.writing() as db:
        assert await purging.purge(db) == 2
    async with database.reading() as db:
        left = await db.execute(select(col(IdempotencyKeyRow.key_hash), col(IdempotencyKeyRow.account_id)))
        assert sorted(map(tuple, left)) == [("b", 2), ("c", 1)]
