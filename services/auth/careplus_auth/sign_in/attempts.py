"""Attempts to get in: counted before they are made, so that a hundred at once are a hundred; forgiven where they were right."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from careplus_auth import rules
from careplus_auth.crypto.vault import Vault
from careplus_auth.rules import Pace, normal_email
from careplus_contracts.accounts import TooManyAttempts
from careplus_contracts.refusals import Unavailable
from careplus_runtime.process.clock import now
from careplus_tables.attempts import AttemptsRow
from careplus_tables.engine import Database

Counts = Mapping[str, Pace]
"""What an attempt is counted under, with the pace of each."""


class Attempts:
    """Counts in transactions of its own, whatever becomes of the request. Only keyed hashes of who tried are kept."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def begin(self, counts: Counts) -> None:
        """Count an attempt. Raises TooManyAttempts, and then counts none, where one of the counts asks for a pause."""
        with suppress(IntegrityError):
            async with self._database.writing() as db:
                rows = {name: await self._row(db, name, pace) for name, pace in counts.items()}
                _check_open(list(rows.values()))
                for name, row in rows.items():
                    _count(row, counts[name])
                    db.add(row)
                return
        # another process was faster with the same first attempt (PostgreSQL)
        raise _too_many(1)

    @asynccontextmanager
    async def counted(self, counts: Counts) -> AsyncIterator[None]:
        """Count an attempt, as `begin`; one that nobody had the time to look at is taken back, but not a pause of others."""
        await self.begin(counts)
        try:
            yield
        except Unavailable:
            async with self._database.writing() as db:
                for name, pace in counts.items():
                    if row := await self._counted(db, name, pace):
                        row.tried = max(0, row.tried - 1)
            raise

    async def forgive(self, db: AsyncSession, counts: Counts, *, all_of: str | None = None) -> None:
        """Take an attempt that was right back; all of those counted under one name."""
        for name, pace in counts.items():
            # what is forgotten meanwhile needs no forgiving, and a row of two who add it at once would fail one of them
            if (row := await self._counted(db, name, pace)) is None:
                continue
            row.tried = 0 if name == all_of else max(0, row.tried - 1)
            row.open_at, row.forgotten_at = now(), now() + row.tried * pace.recovers

    async def _row(self, db: AsyncSession, name: str, pace: Pace) -> AttemptsRow:
        """What counts now under this name, also where nothing does."""
        if row := await self._counted(db, name, pace):
            return row
        at = now()
        return AttemptsRow(key=self._vault.hashed(name), tried=0, counted_at=at, open_at=at, forgotten_at=at)

    async def _counted(self, db: AsyncSession, name: str, pace: Pace) -> AttemptsRow | None:
        """What of the tries under this name still counts."""
        row, at = await db.get(AttemptsRow, self._vault.hashed(name), with_for_update=True), now()
        if row is None:
            return None
        recovered = row.tried - pace.left(row.tried, at - row.counted_at)
        row.tried -= recovered
        row.counted_at = row.counted_at + recovered * pace.recovers if row.tried else at
        return row


def of_account(email: str, peer: str, *, device: str | None) -> Counts:
    """Signing in: from a device that is known to the account only its own tries count, so that nobody locks it out."""
    account = normal_email(email)
    if device is not None:
        # whoever once had the password may have kept many devices
        return {f"device {device}": rules.OWN, f"devices {account}": rules.ACCOUNT}
    return {f"pair {account} {peer}": rules.OWN, f"account {account}": rules.ACCOUNT, f"peer {peer}": rules.PEER}


def of_owner(account_id: int) -> Counts:
    """Proving to be oneself while signed in."""
    return {f"owner {account_id}": rules.OWN}


def of_newcomer(peer: str) -> Counts:
    return {f"register {peer}": rules.REGISTER}


def of_forgetful(email: str, peer: str) -> Counts:
    return {f"forgot {normal_email(email)}": rules.FORGOT, f"forgot peer {peer}": rules.PEER}


def of_code(peer: str) -> Counts:
    return {f"code {peer}": rules.PEER}


def _check_open(rows: list[AttemptsRow]) -> None:
    at = now()
    if waits := [row.open_at - at for row in rows if row.open_at > at]:
        raise _too_many(-(-max(waits) // timedelta(seconds=1)))


def _count(row: AttemptsRow, pace: Pace) -> None:
    row.tried = pace.counted(row.tried)
    at, pause = now(), pace.pause(row.tried)
    # kept to the second, so rounded up: a pause of a second is one
    row.open_at = at + pause + timedelta(seconds=1) if pause else at
    row.forgotten_at = max(row.open_at, row.counted_at + row.tried * pace.recovers)


def _too_many(seconds: int) -> TooManyAttempts:
    return TooManyAttempts(f"Wait {seconds} s before the next try.", retry_after_s=seconds)
