"""Attempt limits, counted in the database before each attempt, so that concurrent attempts and a restart are counted too."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from sqlalchemy.exc import IntegrityError

from careplus_auth import rules
from careplus_auth.crypto.vault import Vault
from careplus_auth.rules import Backoff
from careplus_contracts.accounts import TooManyAttempts
from careplus_contracts.refusals import Unavailable
from careplus_contracts.texts import normal_email
from careplus_runtime.process.clock import now
from careplus_tables.attempts import AttemptsRow
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
        with suppress(IntegrityError):
            async with self._database.writing() as db:
                rows = {name: await self._row(db, name, backoff) for name, backoff in limits.items()}
                _check_delay_over(list(rows.values()))
                for name, row in rows.items():
                    _increment(row, limits[name])
                    db.add(row)
                return
        # On PostgreSQL another process inserted the same first row.
        raise _too_many(1)

    @asynccontextmanager
    async def recorded(self, limits: Limits) -> AsyncIterator[None]:
        """Count one attempt like `record`; uncount it when the block raises Unavailable, but keep delays set meanwhile."""
        await self.record(limits)
        try:
            yield
        except Unavailable:
            async with self._database.writing() as db:
                for name, backoff in limits.items():
                    if row := await self._existing(db, name, backoff):
                        row.tried = max(0, row.tried - 1)
            raise

    async def reset(self, db: WriteSession, limits: Limits, *, clear: str | None = None) -> None:
        """Uncount one successful attempt, and every attempt of the counter named `clear`."""
        for name, backoff in limits.items():
            # Never insert here: two transactions that insert the same row would fail one of them.
            if (row := await self._existing(db, name, backoff)) is None:
                continue
            row.tried = 0 if name == clear else max(0, row.tried - 1)
            row.open_at, row.forgotten_at = now(), now() + row.tried * backoff.recovery_interval

    async def _row(self, db: WriteSession, name: str, backoff: Backoff) -> AttemptsRow:
        """Return the counter, a new one where none exists."""
        if row := await self._existing(db, name, backoff):
            return row
        at = now()
        return AttemptsRow(key=self._vault.keyed_hash(name), tried=0, counted_at=at, open_at=at, forgotten_at=at)

    async def _existing(self, db: WriteSession, name: str, backoff: Backoff) -> AttemptsRow | None:
        """Return the locked counter after recovery, or None."""
        row, at = await db.get(AttemptsRow, self._vault.keyed_hash(name), with_for_update=True), now()
        if row is None:
            return None
        recovered = row.tried - backoff.remaining(row.tried, at - row.counted_at)
        row.tried -= recovered
        row.counted_at = row.counted_at + recovered * backoff.recovery_interval if row.tried else at
        return row


def sign_in_limits(email: str, network: str, *, device: str | None) -> Limits:
    """Return the counters of a sign-in. A known device has counters of its own, so that strangers cannot lock its owner out."""
    account = normal_email(email)
    if device is not None:
        # One counter for all known devices: an attacker with the password once may have stored many device cookies.
        return {f"device {device}": rules.OWN, f"devices {account}": rules.ACCOUNT}
    return {f"pair {account} {network}": rules.OWN, f"account {account}": rules.ACCOUNT, f"network {network}": rules.NETWORK}


def reauthentication_limits(account_id: int) -> Limits:
    """Return the counter of password checks within a session."""
    return {f"owner {account_id}": rules.OWN}


def registration_limits(network: str) -> Limits:
    """Return the counter of registrations from a network."""
    return {f"register {network}": rules.REGISTER}


def forgot_password_limits(email: str, network: str) -> Limits:
    """Return the counters of requests for a reset link."""
    return {f"forgot {normal_email(email)}": rules.FORGOT, f"forgot network {network}": rules.NETWORK}


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
