"""Attempt limits, counted in the database before each attempt, so that concurrent attempts and a restart are counted too."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from careplus_auth import rules
from careplus_auth.crypto.digest import sha256_hex
from careplus_auth.crypto.vault import Vault
from careplus_auth.rules import Backoff
from careplus_contracts.accounts import TooManyAttempts
from careplus_contracts.refusals import Unavailable
from careplus_contracts.texts import normal_email
from careplus_runtime.process.clock import now
from careplus_tables.attempts import AttemptsRow
from careplus_tables.columns import core
from careplus_tables.engine import Database, WriteSession

Limits = Mapping[str, Backoff]
"""The counters of one attempt by name, with the backoff of each."""


class AttemptCounter:
    """Attempt counters, changed in transactions of their own. Rows hold keyed hashes of the names, never e-mails or addresses."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def record(self, limits: Limits) -> None:
        """Count one attempt. Raise TooManyAttempts, and count none, while one of the counters demands a delay."""
        async with self._database.writing() as db:
            await self._insert_missing(db, limits)
            rows = await self._locked(db, limits)
            _check_delay_over([row for row, _ in rows])
            for row, backoff in rows:
                _increment(row, backoff)

    @asynccontextmanager
    async def recorded(self, limits: Limits) -> AsyncIterator[None]:
        """Count one attempt like `record`; uncount it when the block raises Unavailable, but keep delays set meanwhile."""
        await self.record(limits)
        try:
            yield
        except Unavailable:
            async with self._database.writing() as db:
                for row, _ in await self._locked(db, limits):
                    row.tried = max(0, row.tried - 1)
            raise

    async def reset(self, db: WriteSession, limits: Limits, *, clear: str | None = None) -> None:
        """Uncount one successful attempt, and every attempt of the counter named `clear`."""
        cleared = None if clear is None else self._vault.keyed_hash(clear)
        for row, backoff in await self._locked(db, limits):
            row.tried = 0 if row.key == cleared else max(0, row.tried - 1)
            row.open_at, row.forgotten_at = now(), now() + row.tried * backoff.recovery_interval

    async def _insert_missing(self, db: WriteSession, limits: Limits) -> None:
        """Insert the counters that do not exist, also where another transaction inserts them at the same time."""
        at = now()
        first = {"tried": 0, "counted_at": at, "open_at": at, "forgotten_at": at}
        insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
        rows = [{"key": key, **first} for key in sorted(map(self._vault.keyed_hash, limits))]
        await db.execute(insert(core(AttemptsRow)).values(rows).on_conflict_do_nothing())

    async def _locked(self, db: WriteSession, limits: Limits) -> list[tuple[AttemptsRow, Backoff]]:
        """Return the counters that exist after recovery, each with its backoff, locked in one order for all transactions."""
        backoffs, at = {self._vault.keyed_hash(name): backoff for name, backoff in limits.items()}, now()
        query = select(AttemptsRow).where(col(AttemptsRow.key).in_(backoffs)).order_by(col(AttemptsRow.key))
        rows = (await db.execute(query.with_for_update().execution_options(populate_existing=True))).scalars().all()
        for row in rows:
            recovered = row.tried - backoffs[row.key].remaining(row.tried, at - row.counted_at)
            row.tried -= recovered
            row.counted_at = row.counted_at + recovered * backoffs[row.key].recovery_interval if row.tried else at
        return [(row, backoffs[row.key]) for row in rows]


def sign_in_limits(email: str, network: str, *, device: str | None) -> Limits:
    """Return the counters of a sign-in. A known device has counters of its own, so that strangers cannot lock its owner out."""
    account = normal_email(email)
    if device is not None:
        # One counter for all known devices: an attacker with the password once may have stored many device cookies.
        return {f"device {device}": rules.OWN, f"devices {account}": rules.ACCOUNT}
    return {f"pair {account} {network}": rules.OWN, f"account {account}": rules.ACCOUNT, f"network {network}": rules.NETWORK}


def invitation_limits(code: str) -> Limits:
    """Return the counter of the uses of one invitation: its date of birth cannot be guessed."""
    return {f"invitation {sha256_hex(code)}": rules.OWN}


def reauthentication_limits(account_id: int) -> Limits:
    """Return the counter of password checks within a session."""
    return {f"owner {account_id}": rules.OWN}


def registration_limits(network: str) -> Limits:
    """Return the counter of registrations from a network."""
    return {f"register {network}": rules.REGISTER}


def forgot_password_limits(email: str, network: str) -> Limits:
    """Return the counters of requests for a reset link."""
    return {f"forgot {normal_email(email)}": rules.FORGOT, f"forgot network {network}": rules.NETWORK}


def confirmation_limits(account_id: int) -> Limits:
    """Return the counter of requests for a confirmation mail."""
    return {f"confirmation {account_id}": rules.FORGOT}


def confirmation_code_limits(network: str) -> Limits:
    """Return the counter of confirmation codes tried from a network."""
    return {f"confirmation code {network}": rules.NETWORK}


def sign_on_limits(network: str) -> Limits:
    """Return the counter of sign-ons that come back from the identity provider to a network."""
    return {f"sign-on {network}": rules.NETWORK}


def reset_code_limits(network: str) -> Limits:
    """Return the counter of reset codes tried from a network."""
    return {f"code {network}": rules.NETWORK}


def _check_delay_over(rows: list[AttemptsRow]) -> None:
    at = now()
    if waits := [row.open_at - at for row in rows if row.open_at > at]:
        raise _too_many(-(-max(waits) // timedelta(seconds=1)))


def _increment(row: AttemptsRow, backoff: Backoff) -> None:
    row.tried = backoff.incremented(row.tried)
    at, delay = now(), backoff.delay_after(row.tried)
    # The column holds whole seconds: round up, or a delay of one second may be none.
    row.open_at = at + delay + timedelta(seconds=1) if delay else at
    row.forgotten_at = max(row.open_at, row.counted_at + row.tried * backoff.recovery_interval)


def _too_many(seconds: int) -> TooManyAttempts:
    return TooManyAttempts(f"Wait {seconds} s before the next try.", retry_after_s=seconds)
