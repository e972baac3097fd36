"""Counters of attempts on PostgreSQL, where transactions insert and lock the same rows at the same time."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest

from careplus_auth.crypto.vault import Vault
from careplus_auth.sign_in.attempts import AttemptCounter, sign_in_limits
from careplus_contracts.accounts import TooManyAttempts
from careplus_tables.engine import Database
from tests.concurrency.conftest import DEADLOCKS

PEOPLE = 20


@pytest.fixture
async def counters(database_url: str) -> AsyncIterator[list[AttemptCounter]]:
    """Yield the counters of two processes."""
    databases = [Database(database_url), Database(database_url)]
    yield [AttemptCounter(one, Vault(["k" * 40], "attempts")) for one in databases]
    for one in databases:
        await one.close()


async def record(counter: AttemptCounter, number: int) -> bool:
    """Count the sign-in of one of many people behind one address; return whether it may go on."""
    try:
        await counter.record(sign_in_limits(f"{number}@example.org", "192.0.2.1", device=None))
    except TooManyAttempts:
        return False
    return True


async def test_sign_ins_of_one_address_at_once_are_all_counted(counters: list[AttemptCounter], database_url: str) -> None:
    found = await asyncio.gather(*(record(counters[number % 2], number) for number in range(PEOPLE)))
    assert found == [True] * PEOPLE
    with psycopg.connect(database_url) as connection:
        tried = "SELECT tried FROM attempts ORDER BY tried DESC"
        rows = [row[0] for row in connection.execute(tried).fetchall()]
    assert rows == [PEOPLE] + [1] * 2 * PEOPLE, "the address, and each account with and without it"


async def test_counters_in_other_orders_do_not_deadlock(counters: list[AttemptCounter], database_url: str) -> None:
    limits = sign_in_limits("one@example.org", "192.0.2.1", device=None)
    other_order = dict(reversed([*limits.items()]))
    for _ in range(20):
        await asyncio.gather(
            *(counters[n % 2].record(limits if n % 2 else other_order) for n in range(2)), return_exceptions=True
        )
    with psycopg.connect(database_url) as connection:
        assert connection.execute(DEADLOCKS).fetchone() == (0,)
