"""A loop of refused requests of one account leaves a bounded number of events, and one that counts the rest."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio
import sqlalchemy as sa

from careplus_contracts.audit import COUNT_REFUSALS, Kind
from careplus_runtime.audit.event import Event
from careplus_runtime.audit.group_commit import EVENT_COLUMNS, EventWriter
from careplus_runtime.audit.refusal_counts import BOUND, MOST_NETWORKS, RefusalCounts
from careplus_tables.engine import Database
from tests.audit.audit_rows import rows
from tests.hospital import Hospital, Person
from tests.templates import migrated_of
from tests.world import World

NEVER_S = 3600.0


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    return migrated_of(request, tmp_path_factory.mktemp("refusals"))


@pytest_asyncio.fixture
async def database(url: str) -> AsyncIterator[Database]:
    opened = Database(url)
    yield opened
    await opened.close()


def refused(account_id: int, patient_id: int) -> Event:
    known = {"at": datetime.now(UTC), "request_id": "refused", "account_id": account_id, "role": "doctor", "service": "doctors"}
    what = {"action": "show_chart", "kind": Kind.READ.value, "outcome": "not_found", "object_id": str(patient_id)}
    return Event({**dict.fromkeys(EVENT_COLUMNS), **known, **what}, [patient_id])


async def events(database: Database, account_id: int) -> list[tuple[str, str | None, int]]:
    """Return action, reason and the number of patients of each event."""
    patients = "(SELECT count(*) FROM audit_patients WHERE event_id = id)"
    async with database.reading() as db:
        query = f"SELECT action, reason, {patients} FROM audit_events WHERE account_id = {account_id} ORDER BY id"
        return [tuple(row) for row in (await db.execute(sa.text(query))).all()]


async def test_refusals_beyond_the_bound_are_one_event(database: Database) -> None:
    writer = EventWriter(database)
    counts = RefusalCounts(writer.add, bound=3, window_s=NEVER_S)
    for number in range(500):
        if not counts.takes(refused(1, 1000 + number)):
            await writer.add(refused(1, 1000 + number))
    assert not counts.takes(refused(2, 7)), "another account has a bound of its own"
    await counts.flush()
    *single, (action, reason, patients) = await events(database, 1)
    assert [one[0] for one in single] == ["show_chart"] * 3
    assert (action, patients) == (COUNT_REFUSALS, 100)
    assert reason is not None
    assert reason.startswith("497 more requests were refused")
    assert not counts.takes(refused(1, 7)), "the next window begins with events again"


def anonymous(address: str) -> Event:
    known = {"at": datetime.now(UTC), "request_id": "refused", "address": address, "service": "appointments"}
    what = {"action": "check_in", "kind": Kind.CHANGE.value, "outcome": "invalid_check_in_code"}
    return Event({**dict.fromkeys(EVENT_COLUMNS), **known, **what})


async def test_anonymous_refusals_are_counted_by_network(database: Database) -> None:
    writer = EventWriter(database)
    counts = RefusalCounts(writer.add, bound=3, window_s=NEVER_S)
    # one network of IPv6 has more addresses than a disk has room
    looped = [counts.takes(anonymous(f"2001:db8::{number:x}")) for number in range(100)]
    assert looped.count(False) == 3
    many = [counts.takes(anonymous(f"198.51.{number // 250}.{number % 250}")) for number in range(1000)]
    assert many.count(False) == MOST_NETWORKS - 1, "of further networks no request has an event of its own"
    await counts.flush()
    async with database.reading() as db:
        query = "SELECT address, reason FROM audit_events WHERE account_id IS NULL ORDER BY id"
        found = [tuple(row) for row in (await db.execute(sa.text(query))).all()]
    assert [(address, reason.split()[0]) for address, reason in found] == [("2001:db8::63", "97"), (None, "951")]


async def test_count_is_written_when_the_window_ends(database: Database) -> None:
    written = asyncio.Event()
    writer = EventWriter(database)

    async def add(event: Event) -> None:
        await writer.add(event)
        written.set()

    counts = RefusalCounts(add, bound=1, window_s=0.05)
    assert [counts.takes(refused(3, 7)) for _ in range(3)] == [False, True, True]
    async with asyncio.timeout(30):
        await written.wait()
    [(action, reason, patients)] = await events(database, 3)
    assert (action, (reason or "").split()[0], patients) == (COUNT_REFUSALS, "2", 1)


def test_refused_looks_of_an_account_are_bounded(world: World, hospital: Hospital, admin: Person) -> None:
    stranger = hospital.add_doctor(admin, "curious@example.org", "Dr Cora Curious", "Surgery")
    patient_id = world.people["other_patient"].id
    for _ in range(BOUND + 15):
        assert stranger.http.get(f"/api/doctor/patients/{patient_id}").status_code == 404
    stranger.http.close()
    query = "SELECT count(*) AS n FROM audit_events WHERE account_id = ? AND outcome = 'not_found' AND action <> ?"
    assert rows(hospital, query, stranger.id, COUNT_REFUSALS) == [{"n": BOUND}]


def test_wrong_codes_of_a_stranger_are_bounded(hospital: Hospital) -> None:
    query = "SELECT count(*) AS n FROM audit_events WHERE account_id IS NULL AND action = ?"
    with hospital.client() as stranger:
        for number in range(BOUND + 15):
            wrong = stranger.post("/api/check-in", json={"check_in_code": f"never-issued-{number}"})
            assert wrong.status_code == 403
            assert stranger.post(f"/api/notices/reminders-off/{number}-{'0' * 64}").status_code == 403
    for action in ("check_in", "switch_reminders_off"):
        [counted] = rows(hospital, query, action)
        # other tests of this hospital send wrong codes too
        assert 0 < counted["n"] <= 2 * BOUND, action
