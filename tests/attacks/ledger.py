"""Crowds that ask at once, and what the database file says afterwards."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from typing import Any

import httpx
import pysqlite3

from tests.hospital import NEARBY, Hospital


def query(hospital: Hospital, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with closing(pysqlite3.connect(f"file:{hospital.data}/careplus.db?mode=ro", uri=True)) as connection:
        rows: list[tuple[Any, ...]] = connection.execute(sql, values).fetchall()
        return rows


def write(hospital: Hospital, sql: str, *values: Any) -> None:
    with closing(pysqlite3.connect(hospital.data / "careplus.db", timeout=30)) as connection, connection:
        connection.execute(sql, values)


BY_ITSELF = {"mails": "id", "password_resets": "NULL", "attempts": "NULL"}
"""What auth changes beside requests: of mails what stays is that they are there, of codes and counts nothing."""


def tables(hospital: Hospital) -> list[str]:
    """All but those that note who asked, which grow with every request."""
    names = query(hospital, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return [name for (name,) in names if not name.startswith("audit")]


def contents(hospital: Hospital) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""

    def rows(name: str) -> list[tuple[Any, ...]]:
        found = query(hospital, f"SELECT {BY_ITSELF.get(name, '*')} FROM {name}")
        return sorted(found if BY_ITSELF.get(name) != "NULL" else [], key=repr)

    return {name: rows(name) for name in tables(hospital)}


@asynccontextmanager
async def held(hospital: Hospital, seconds: float) -> AsyncIterator[None]:
    """Nobody else can write to the database until so many seconds after the block."""
    with closing(pysqlite3.connect(hospital.data / "careplus.db", timeout=30, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        await asyncio.sleep(seconds)
        connection.execute("ROLLBACK")


@asynccontextmanager
async def crowd_of(hospital: Hospital, people: int) -> AsyncIterator[httpx.AsyncClient]:
    limits = httpx.Limits(max_connections=people, max_keepalive_connections=people, keepalive_expiry=2)
    async with httpx.AsyncClient(base_url=hospital.url, timeout=120, limits=limits, **NEARBY) as client:
        yield client


async def all_at_once(ask: Callable[[int], Awaitable[httpx.Response]], people: int) -> list[httpx.Response]:
    """What each is answered. Who is told to come again, because a busy machine cannot take them all, comes again."""

    async def patiently(number: int) -> httpx.Response:
        for _ in range(120):
            if (answer := await ask(number)).status_code != 503:
                break
            await asyncio.sleep(0.5)
        return answer

    return await asyncio.gather(*(patiently(number) for number in range(people)))
