"""Attempts that are slowed down are in the trail: a count for each address and account, however many there are."""

from datetime import UTC, datetime
from typing import Any

import httpx
from sqlalchemy import select
from sqlmodel import col

from careplus_contracts.audit import COUNT_ATTEMPTS, Kind
from careplus_runtime.audit.event import Event
from careplus_runtime.audit.group_commit import EVENT_COLUMNS, EventWriter
from careplus_runtime.audit.slowed_attempts import MOST_CALLERS
from careplus_tables.audit import AuditEventRow
from careplus_tables.engine import Database
from tests.auth.accounts_client import registered
from tests.hospital import PASSWORD

MINE, UNKNOWN = "mine@example.org", "unknown@example.org"


async def counts(database: Database) -> list[AuditEventRow]:
    async with database.reading() as db:
        counted = select(AuditEventRow).where(col(AuditEventRow.action) == COUNT_ATTEMPTS).order_by(col(AuditEventRow.id))
        return list((await db.execute(counted)).scalars())


def event_writer(auth: httpx.AsyncClient) -> EventWriter:
    transport: Any = auth._transport
    writer: EventWriter = transport.app.state.event_writer
    return writer


async def guessed(auth: httpx.AsyncClient, email: str) -> int:
    """Guess ten passwords, and return how many attempts were slowed down."""
    answers = [await auth.post("/auth/login", json={"email": email, "password": f"wrong-guess-{n}"}) for n in range(10)]
    return [answer.status_code for answer in answers].count(429)


async def test_slowed_attempts_are_one_event_of_the_account(auth: httpx.AsyncClient, database: Database) -> None:
    assert await registered(auth, MINE) == 201
    mine, unknown = await guessed(auth, MINE.upper()), await guessed(auth, UNKNOWN)
    assert (mine > 3, unknown > 3) == (True, True)
    assert await counts(database) == [], "written when the window ends"
    await event_writer(auth).flush()
    first, second = await counts(database)
    assert (first.account_id, first.role, first.address, first.outcome) == (1, "patient", "127.0.0.1", "too_many_attempts")
    assert (first.reason or "").startswith(f"{mine} attempts were slowed down from ")
    assert (second.account_id, second.role, second.address) == (None, None, "127.0.0.1")
    assert UNKNOWN not in str(second.model_dump())
    await event_writer(auth).flush()
    assert len(await counts(database)) == 2, "each attempt is counted once"


async def test_slowed_password_check_names_its_account(auth: httpx.AsyncClient, database: Database) -> None:
    assert await registered(auth, MINE) == 201
    opened = (await auth.post("/auth/login", json={"email": MINE, "password": PASSWORD})).json()
    own = {"Authorization": f"Bearer {opened['access_token']}"}
    body = {"current_password": "wrong-guess", "new_password": "nine-loud-kestrels"}
    answers = [(await auth.post("/auth/password", json=body, headers=own)).status_code for _ in range(8)]
    assert answers.count(429) > 0
    await event_writer(auth).flush()
    [event] = await counts(database)
    assert (event.account_id, event.role) == (opened["account"]["id"], "patient")


async def test_many_addresses_leave_a_bounded_number_of_events(database: Database) -> None:
    writer = EventWriter(database)
    known = {"at": datetime.now(UTC), "request_id": "slowed", "service": "auth", "action": "login", "kind": Kind.CHANGE.value}
    for number in range(MOST_CALLERS + 30):
        row = {**dict.fromkeys(EVENT_COLUMNS), **known, "outcome": "too_many_attempts", "address": f"192.0.2.{number}"}
        writer.slowed.count(Event(row), f"{number}@example.org")
    await writer.flush()
    *single, others = await counts(database)
    assert [event.address for event in single] == [f"192.0.2.{number}" for number in range(MOST_CALLERS)]
    assert (others.address, (others.reason or "").split()[0]) == (None, "30")
