"""A service that is killed while it writes leaves no change without its event, and no event without its change."""

import os
import signal
import threading
import time
from itertools import count

import httpx
import pytest

from tests.audit.audit_rows import rows
from tests.hospital import Hospital, Person, free_times, only_linux, processes
from tests.world import World

pytestmark = only_linux


def book_on(hospital: Hospital, patient: Person, doctor_id: int, stop: threading.Event, starts: list[str]) -> None:
    """Book and cancel until `stop` is set; requests may fail."""
    with hospital.client(patient.token) as http:
        for number in count():
            if stop.is_set():
                return
            try:
                made = http.post("/api/appointments", json={"doctor_id": doctor_id, "starts_at": starts[number % len(starts)]})
                if made.status_code == 201:
                    http.put(f"/api/appointments/{made.json()['id']}/cancel")
            except httpx.HTTPError:
                pass


def kill_while_writing(hospital: Hospital, world: World, patients: list[Person], kills: int) -> None:
    stop, starts = (
        threading.Event(),
        [at.isoformat() for at in free_times(patients[0].http, world.ids["doctor_id"], days=14)[200:]],
    )
    share = len(starts) // len(patients)
    threads = [
        threading.Thread(
            target=book_on, args=(hospital, patient, world.ids["doctor_id"], stop, starts[n * share : (n + 1) * share])
        )
        for n, patient in enumerate(patients)
    ]
    for thread in threads:
        thread.start()
    try:
        for _ in range(kills):
            before = len(rows(hospital, "SELECT id FROM audit_events WHERE action = 'book'"))
            while len(rows(hospital, "SELECT id FROM audit_events WHERE action = 'book'")) < before + 3:
                time.sleep(0.05)
            os.kill(processes(hospital)["appointments"], signal.SIGKILL)
            hospital.wait_until_ready()
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def assert_events_match_changes(hospital: Hospital, patients: list[Person]) -> None:
    marks = ",".join(str(patient.id) for patient in patients)
    booked = {row["id"] for row in rows(hospital, f"SELECT id FROM appointments WHERE patient_id IN ({marks})")}
    cancelled = {
        row["id"] for row in rows(hospital, f"SELECT id FROM appointments WHERE patient_id IN ({marks}) AND status = 'cancelled'")
    }
    for action, changes in (("book", booked), ("cancel", cancelled)):
        events = rows(
            hospital,
            f"SELECT object_id FROM audit_events WHERE account_id IN ({marks}) AND action = ? AND outcome = 'ok'",
            action,
        )
        assert sorted(int(event["object_id"]) for event in events) == sorted(changes)
    assert booked
    assert cancelled


# the supervisor pauses five seconds before each repeated start
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kills", [2, pytest.param(10, marks=pytest.mark.attack)])
def test_killed_service_keeps_changes_and_events_equal(hospital: Hospital, world: World, kills: int) -> None:
    patients = [hospital.register(f"killed-{kills}-{number}@example.org", f"Kim {number}") for number in range(3)]
    kill_while_writing(hospital, world, patients, kills)
    assert_events_match_changes(hospital, patients)
    for patient in patients:
        patient.http.close()
