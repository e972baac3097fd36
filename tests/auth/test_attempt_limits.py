"""Attempt limits: guessing is slow, and no account is locked out for good."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from careplus_auth import rules
from careplus_auth.crypto.vault import Vault
from careplus_auth.sign_in.attempts import AttemptCounter, Limits, forgot_password_limits, reauthentication_limits, sign_in_limits
from careplus_auth.store import purging
from careplus_contracts.accounts import TooManyAttempts
from careplus_tables.engine import Database
from tests import databases

MINE = "me@example.org"
STRANGE = sign_in_limits(MINE, "192.0.2.1", device=None)
KNOWN = sign_in_limits(MINE, "192.0.2.1", device="laptop")


@pytest.fixture
def attempts(database: Database) -> AttemptCounter:
    return AttemptCounter(database, Vault(["k" * 40], "attempts"))


def pass_time(tmp_path: Path, seconds: float) -> None:
    """Move every time in the table into the past."""
    earlier = ", ".join(f"{name} = {databases.shifted(name, -seconds)}" for name in ("counted_at", "open_at", "forgotten_at"))
    databases.execute(databases.url(tmp_path), f"UPDATE attempts SET {earlier}")


async def tries(attempts: AttemptCounter, limits: Limits) -> int:
    """Return how many attempts pass before the first refusal."""
    for number in range(1000):
        try:
            await attempts.record(limits)
        except TooManyAttempts:
            return number
    raise AssertionError("no limit after 1,000 attempts")


async def wait_of(attempts: AttemptCounter, limits: Limits) -> int:
    """Return the Retry-After of the next attempt in seconds."""
    with pytest.raises(TooManyAttempts) as refused:
        await attempts.record(limits)
    assert refused.value.headers() == {"Retry-After": str(refused.value.extras["retry_after_s"])}
    return int(refused.value.extras["retry_after_s"])


async def test_sixth_attempt_waits_and_delays_double(attempts: AttemptCounter, tmp_path: Path) -> None:
    assert await tries(attempts, STRANGE) == 5
    waits = []
    for _ in range(11):
        waits.append(await wait_of(attempts, STRANGE))
        pass_time(tmp_path, waits[-1] + 1)
        await attempts.record(STRANGE)
    assert waits[:4] == sorted(waits[:4])
    assert waits[0] <= 2
    assert 200 < waits[-1] <= 301, "the delay is at most five minutes"


async def test_concurrent_attempts_are_all_counted(attempts: AttemptCounter) -> None:
    outcomes = await asyncio.gather(*(attempts.record(STRANGE) for _ in range(100)), return_exceptions=True)
    assert 5 <= outcomes.count(None) < 10, "five free attempts, and one after each delay that ends during the test"
    assert all(isinstance(one, TooManyAttempts) for one in outcomes if one is not None)


async def test_counters_survive_restart_and_hold_no_email(attempts: AttemptCounter, database: Database, tmp_path: Path) -> None:
    assert await tries(attempts, STRANGE) == 5
    assert await tries(AttemptCounter(database, Vault(["k" * 40], "attempts")), STRANGE) == 0
    rows = databases.query(databases.url(tmp_path), "SELECT * FROM attempts")
    assert len(rows) == 3
    assert not any(part in str(rows) for part in ("example", "192.0.2"))


async def test_attempts_of_strangers_do_not_block_known_device(attempts: AttemptCounter, tmp_path: Path) -> None:
    for number in range(300):
        try:
            await attempts.record(sign_in_limits(MINE, f"198.51.100.{number}", device=None))
        except TooManyAttempts:
            break
    assert 40 < number < 60, "attempts from many addresses share one counter"
    assert await wait_of(attempts, STRANGE) <= 60
    assert await tries(attempts, KNOWN) == 5, "a known device is not delayed"
    assert await tries(attempts, sign_in_limits(MINE, "192.0.2.1", device="phone")) == 5, "each known device has its own counter"
    assert await tries(attempts, sign_in_limits("other@example.org", "192.0.2.1", device=None)) == 5, (
        "no delay of another account"
    )
    pass_time(tmp_path, 62)
    await attempts.record(STRANGE)


async def test_known_devices_share_one_account_limit(attempts: AttemptCounter) -> None:
    for number in range(300):
        try:
            await attempts.record(sign_in_limits(MINE, "192.0.2.1", device=f"kept {number}"))
        except TooManyAttempts:
            break
    assert 40 < number < 60
    assert await tries(attempts, STRANGE) == 5, "a client without a device cookie is not delayed"


async def test_one_network_is_limited_over_all_accounts(attempts: AttemptCounter) -> None:
    for number in range(400):
        try:
            await attempts.record(sign_in_limits(f"{number}@example.org", "192.0.2.1", device=None))
        except TooManyAttempts:
            break
    assert number == rules.NETWORK.free_attempts
    await attempts.record(sign_in_limits("1@example.org", "192.0.2.2", device=None))


async def test_successful_attempt_resets_counter(attempts: AttemptCounter, database: Database) -> None:
    for _ in range(4):
        await attempts.record(STRANGE)
    async with database.writing() as db:
        await attempts.reset(db, STRANGE, clear=next(iter(STRANGE)))
    assert await tries(attempts, STRANGE) == 5
    async with database.writing() as db:
        await attempts.reset(db, STRANGE)
    assert await tries(attempts, STRANGE) == 1, "a sign-in without a code is not counted"


async def test_reset_inserts_no_row(attempts: AttemptCounter, database: Database, tmp_path: Path) -> None:
    async with database.writing() as db:
        await attempts.reset(db, STRANGE, clear=next(iter(STRANGE)))
    assert databases.query(databases.url(tmp_path), "SELECT count(*) FROM attempts") == [(0,)]


async def test_attempts_expire_one_by_one(attempts: AttemptCounter, tmp_path: Path) -> None:
    assert await tries(attempts, KNOWN) == 5
    pass_time(tmp_path, rules.OWN.recovery_interval.total_seconds() * 2 + 5)
    assert await tries(attempts, KNOWN) == 2


@pytest.mark.parametrize(
    ("limits", "free"),
    [(reauthentication_limits(7), 5), (forgot_password_limits(MINE, "192.0.2.1"), 3)],
)
async def test_each_kind_of_attempt_has_its_own_limit(attempts: AttemptCounter, limits: Limits, free: int) -> None:
    assert await tries(attempts, limits) == free


@pytest.mark.parametrize("limits", [forgot_password_limits, partial(sign_in_limits, device=None)])
def test_limits_of_two_spellings_are_equal(limits: Callable[[str, str], Limits]) -> None:
    assert limits("JÖ@müller.example", "192.0.2.1") == limits("jo\u0308@xn--mller-kva.example", "192.0.2.1")


async def test_expired_counters_are_purged(attempts: AttemptCounter, database: Database, tmp_path: Path) -> None:
    for number in range(20):
        await attempts.record(sign_in_limits(f"{number}@example.org", f"198.51.100.{number}", device=None))
    async with database.writing() as db:
        assert await purging.purge(db) == 0
    pass_time(tmp_path, timedelta(days=1).total_seconds())
    async with database.writing() as db:
        assert await purging.purge(db) == 60
    assert databases.query(databases.url(tmp_path), "SELECT count(*) FROM attempts") == [(0,)]
