"""Audit events of reads are committed together, and none delays another."""

import asyncio
import threading
import time
from datetime import UTC, datetime

import httpx
import pysqlite3
import pytest

from careplus_contracts.audit import Kind
from careplus_runtime.committing import Committer
from careplus_tables.engine import READERS, Database
from careplus_tables.trail import MEMBERS, Event
from tests.audit.trail import ask, of_request, rows
from tests.hospital import Hospital
from tests.world import World

WAITS_S = 3.0
"""Less than a writer waits for another."""


@pytest.mark.parametrize("patient_id", ["none", "99999999999999999999", "-1"])
def test_invalid_patient_id_is_refused_and_audited(world: World, hospital: Hospital, patient_id: str) -> None:
    request_id = f"looks-at-{len(patient_id):04}"
    refused = ask(world.people["patient"], "GET", f"/api/doctor/patients/{patient_id}", request_id)
    assert refused.status_code == 403
    [event] = of_request(hospital, request_id)
    assert (event["outcome"], event["patients"]) == ("forbidden", [])


async def test_unwritable_event_does_not_fail_its_batch(hospital: Hospital) -> None:
    database = Database(f"sqlite:///{hospital.data / 'careplus.db'}")
    committer = Committer(database)
    said = {"at": datetime.now(UTC), "service": "labs", "action": "looks", "kind": Kind.READ.value, "outcome": "ok"}
    plain = dict.fromkeys(MEMBERS) | said
    events = [Event({**plain, "request_id": f"looks-beside-{n}"}, {2**70} if n == 1 else set()) for n in range(3)]
    done = await asyncio.gather(*(committer.add(event) for event in events), return_exceptions=True)
    await database.close()
    assert [type(one) for one in done] == [type(None), OverflowError, type(None)]
    found = rows(hospital, "SELECT request_id FROM audit_events WHERE action = 'looks' ORDER BY id")
    assert [one["request_id"] for one in found] == ["looks-beside-0", "looks-beside-2"]


def test_audited_read_waiting_for_commit_holds_no_reader(world: World, hospital: Hospital) -> None:
    """More audited reads than readers wait for a slow writer, and other reads continue."""
    patient = world.people["patient"]
    path = f"/api/labs/results/{world.ids['result_id']}"
    writer = pysqlite3.connect(hospital.data / "careplus.db", isolation_level=None)
    with hospital.client(patient.token) as http:
        seen: list[int] = []
        looks = [threading.Thread(target=lambda: seen.append(http.get(path).status_code)) for _ in range(READERS * 3)]
        writer.execute("BEGIN IMMEDIATE")
        try:
            for look in looks:
                look.start()
            time.sleep(0.5)
            began = time.monotonic()
            answer: httpx.Response = http.get("/api/labs/tests?limit=1")
            assert answer.status_code == 200
            assert time.monotonic() - began < WAITS_S
            assert seen == [], "the looks wait"
        finally:
            writer.execute("ROLLBACK")
            writer.close()
            for look in looks:
                look.join()
    assert seen == [200] * len(looks)
