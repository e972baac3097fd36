"""Events of concurrent reads share transactions, and one that cannot be written fails alone."""

import asyncio
import threading
import time
from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy.exc import DataError

from careplus_contracts.audit import Kind
from careplus_runtime.audit.group_commit import EVENT_COLUMNS, Event, EventWriter
from careplus_tables.engine import READERS, Database
from tests import databases
from tests.audit.audit_rows import ask, of_request, rows
from tests.hospital import Hospital
from tests.world import World

MAX_WAIT_S = 3.0
"""Shorter than SQLite's busy_timeout."""


@pytest.mark.parametrize("patient_id", ["none", "99999999999999999999", "-1"])
def test_malformed_patient_id_is_refused_and_audited(world: World, hospital: Hospital, patient_id: str) -> None:
    request_id = f"malformed-id-{len(patient_id):04}"
    refused = ask(world.people["patient"], "GET", f"/api/doctor/patients/{patient_id}", request_id)
    assert refused.status_code == 403
    [event] = of_request(hospital, request_id)
    assert (event["outcome"], event["patients"]) == ("forbidden", [])


async def test_unwritable_event_does_not_fail_its_batch(hospital: Hospital) -> None:
    database = Database(hospital.database)
    writer = EventWriter(database)
    values = {"at": datetime.now(UTC), "service": "labs", "action": "batch-test", "kind": Kind.READ.value, "outcome": "ok"}
    plain = dict.fromkeys(EVENT_COLUMNS) | values
    events = [Event({**plain, "request_id": f"batch-{n}"}, {2**70} if n == 1 else set()) for n in range(3)]
    results = await asyncio.gather(*(writer.add(event) for event in events), return_exceptions=True)
    await database.close()
    assert [type(one) for one in results] == [type(None), OverflowError if databases.IS_SQLITE else DataError, type(None)]
    found = rows(hospital, "SELECT request_id FROM audit_events WHERE action = 'batch-test' ORDER BY id")
    assert [one["request_id"] for one in found] == ["batch-0", "batch-2"]


def test_read_waiting_for_its_event_holds_no_reader(world: World, hospital: Hospital) -> None:
    """More audited reads than READERS wait for a blocked writer, and an unaudited read succeeds."""
    patient = world.people["patient"]
    path = f"/api/labs/results/{world.ids['result_id']}"
    with hospital.client(patient.token) as http:
        statuses: list[int] = []
        reads = [threading.Thread(target=lambda: statuses.append(http.get(path).status_code)) for _ in range(READERS * 3)]
        with databases.write_lock(hospital.database):
            for read in reads:
                read.start()
            time.sleep(0.5)
            started = time.monotonic()
            answer: httpx.Response = http.get("/api/labs/tests?limit=1")
            waited = time.monotonic() - started
            before = [*statuses]
        for read in reads:
            read.join()
    assert answer.status_code == 200
    assert waited < MAX_WAIT_S
    assert before == [], "the reads wait"
    assert statuses == [200] * len(reads)
