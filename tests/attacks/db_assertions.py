"""Concurrent requests, processes killed before they answer, and assertions about the rows of the database."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tests import databases
from tests.hospital import LOCAL_HTTP, Hospital, processes
from tests.world import World

CHANGED_BETWEEN_REQUESTS = {
    "mails": "id",
    "notices": "id, key, kind, account_id, record_id, created_at, visit_at, before_at, own, called_at, called_by_id",
    "password_resets": "NULL",
    "attempts": "NULL",
}
"""The columns that are compared of tables that auth changes between requests: it sends mails and notices in the background.

NULL: no column is compared.
"""


def tables(hospital: Hospital, run: databases.Run) -> list[str]:
    """Return all tables except the audit trail, which grows with every request."""
    return [name for name in databases.tables(hospital.database, run) if not name.startswith("audit")]


def contents(hospital: Hospital) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table."""

    def rows(run: databases.Run, name: str) -> list[tuple[Any, ...]]:
        found = run(f"SELECT {CHANGED_BETWEEN_REQUESTS.get(name, '*')} FROM {name}")
        return sorted(found if CHANGED_BETWEEN_REQUESTS.get(name) != "NULL" else [], key=repr)

    with databases.connected(hospital.database) as run:
        return {name: rows(run, name) for name in tables(hospital, run)}


def is_unchanged(before: dict[str, list[tuple[Any, ...]]], after: dict[str, list[tuple[Any, ...]]]) -> bool:
    """Return whether all rows are the same, without deletions in the background: auth deletes mails that it may not send."""
    return all(
        rows == before[name] or (name in CHANGED_BETWEEN_REQUESTS and set(rows) <= set(before[name]))
        for name, rows in after.items()
    )


def tally(hospital: Hospital) -> dict[str, int]:
    """Return the number of rows of each table, and the sum of the versions of its records."""
    counted = {}
    with databases.connected(hospital.database) as run:
        for name in tables(hospital, run):
            columns = databases.columns(hospital.database, run, name)
            if CHANGED_BETWEEN_REQUESTS.get(name) != "NULL":
                [(counted[name],)] = run(f"SELECT count(*) FROM {name}")
            if "version" in columns:
                [(counted[f"versions of {name}"],)] = run(f"SELECT coalesce(sum(version), 0) FROM {name}")
    return counted


def growth(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    """Return by how much each number changed, without deletions in the background: auth deletes mails that have no account."""
    changed = {name: number - before[name] for name, number in after.items() if number != before[name]}
    return {name: by for name, by in changed.items() if by > 0 or name not in CHANGED_BETWEEN_REQUESTS}


@asynccontextmanager
async def write_lock(hospital: Hospital, seconds: float) -> AsyncIterator[None]:
    """Hold the write lock of the database during the block and for `seconds` after it."""
    with databases.write_lock(hospital.database):
        yield
        await asyncio.sleep(seconds)


@asynccontextmanager
async def client_for(hospital: Hospital, connections: int) -> AsyncIterator[httpx.AsyncClient]:
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections, keepalive_expiry=2)
    async with httpx.AsyncClient(base_url=hospital.url, timeout=120, limits=limits, **LOCAL_HTTP) as client:
        yield client


async def all_at_once(ask: Callable[[int], Awaitable[httpx.Response]], requests: int) -> list[httpx.Response]:
    """Return the answers to concurrent requests; repeat each that is 503, because a busy machine cannot take all at once."""

    async def until_served(number: int) -> httpx.Response:
        for _ in range(120):
            if (answer := await ask(number)).status_code != 503:
                break
            await asyncio.sleep(0.5)
        return answer

    return await asyncio.gather(*(until_served(number) for number in range(requests)))


def check_one_answer(answers: list[httpx.Response], status: int = 201) -> httpx.Response:
    """Check that one request acted and the others got its answer or `in_progress`. Return the answer of the one."""
    first = [answer for answer in answers if answer.status_code == status and "idempotency-replayed" not in answer.headers]
    assert len(first) == 1, [answer.text for answer in answers][:5]
    for answer in answers:
        if answer.status_code == 409:
            assert (answer.json()["code"], answer.headers["retry-after"]) == ("in_progress", "1")
        else:
            assert (answer.status_code, answer.content) == (status, first[0].content)
            assert answer.headers.get("etag") == first[0].headers.get("etag")
    return first[0]


def kill_and_repeat(
    world: World,
    service: str,
    call: str,
    person: httpx.Client,
    body: Any,
    headers: dict[str, str],
    meanwhile: Callable[[Hospital], Any] = contents,
    at: str = "answer",
) -> httpx.Response:
    """Kill the service of a request after its commit, repeat the request and return the answer.

    `at` is "answer" or "commit", the moment of the kill. `meanwhile` runs after the kill and before the restart; its result is in
    `answer.extensions["meanwhile"]`.
    """
    before = processes(world.hospital)[service]
    order = world.hospital.data / service
    order.write_text(at)
    found = None
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        with ThreadPoolExecutor(1) as apart:
            asking = apart.submit(person.request, *call.split(), json=body, headers=headers)
            while order.exists() and not asking.done():
                time.sleep(0.01)
            if found is None and not order.exists():
                found = meanwhile(world.hospital)
            answer = asking.result()
        in_progress = answer.status_code == 409 and answer.json()["code"] == "in_progress"
        if answer.status_code not in {502, 503, 504} and not in_progress:
            break
        time.sleep(0.2)
    assert not order.exists(), "no process was killed"
    assert processes(world.hospital)[service] != before
    answer.extensions["meanwhile"] = found
    return answer
