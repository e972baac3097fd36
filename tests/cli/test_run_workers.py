"""`careplus run --workers 2`: two processes on one port, each the gateway and all services."""

import os
import re
import secrets
import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx
import pytest

from tests import databases
from tests.hospital import (
    ADMIN,
    LOCAL_HTTP,
    Hospital,
    Person,
    children,
    database_with_admin,
    eventually,
    free_times,
    is_alive,
    only_linux,
)
from tests.world import made

pytestmark = only_linux

METRICS_OFFSET = 5
BOOKINGS = 30


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    metrics = {"CAREPLUS_METRICS": "127.0.0.1", "CAREPLUS_METRICS_OFFSET": str(METRICS_OFFSET)}
    hospital = Hospital(tmp_path_factory.mktemp("workers"), extra=metrics)
    databases.copy(database_with_admin(), hospital.database)
    with hospital.running("--workers", "2"):
        yield hospital


@pytest.fixture(scope="module")
def admin(hospital: Hospital) -> Iterator[Person]:
    signed_in = hospital.sign_in(ADMIN)
    yield signed_in
    signed_in.http.close()


@pytest.fixture(scope="module")
def doctor(hospital: Hospital, admin: Person) -> Iterator[Person]:
    # doctors invites the account at auth, in the same process
    added = hospital.add_doctor(admin, "doctor@example.org", "Dr Both", "Cardiology", slot_minutes=15)
    yield added
    added.http.close()


def worker_of(hospital: Hospital, answer: httpx.Response) -> int:
    """Return the number of the worker that logged the request."""
    line = rf"worker-(\d) \| \{{\"service\": \"gateway\", .*{answer.headers['x-request-id']}"
    eventually(lambda: re.search(line, hospital.log.read_text()) is not None)
    found = re.search(line, hospital.log.read_text())
    assert found is not None
    return int(found[1])


def clients_of_both(hospital: Hospital, opened: ExitStack) -> dict[int, list[httpx.Client]]:
    """Return clients with an open connection, by their worker: at least two of each."""
    found: dict[int, list[httpx.Client]] = {1: [], 2: []}

    def has_both() -> bool:
        client = opened.enter_context(hospital.client())
        found[worker_of(hospital, client.get("/api/specialties"))].append(client)
        return all(len(clients) >= 2 for clients in found.values())

    eventually(has_both, 60)
    return found


def test_patient_books_and_doctor_confirms(hospital: Hospital, admin: Person, doctor: Person) -> None:
    patient = hospital.register("patient@example.org", "Pat One")
    body = {"doctor_id": doctor.id, "starts_at": free_times(patient.http, doctor.id)[9].isoformat()}
    visit = made(patient.http.post("/api/appointments", json=body))
    assert made(doctor.http.put(f"/api/doctor/appointments/{visit['id']}", json={"status": "confirmed"}), 200)
    assert [one["status"] for one in patient.http.get("/api/appointments").json()["items"]] == ["confirmed"]
    assert patient.http.get("/api/doctor/appointments").status_code == 403
    # appointments asks labs, in the same process
    done = made(admin.http.put(f"/api/admin/patients/{patient.id}/bookings/cancel", json={"reason": "Booked by a stranger"}), 200)
    assert (done["visits"], done["laboratory"]) == (1, 0)
    patient.http.close()


def test_log_lines_and_metrics_name_their_service(hospital: Hospital, doctor: Person) -> None:
    eventually(lambda: '{"service": "auth", "number"' in hospital.log.read_text(), 70)
    ports = [hospital.port + METRICS_OFFSET + worker for worker in (0, 1)]
    before = count_of(ports, "list_specialties")
    for _ in range(6):
        assert httpx.get(f"{hospital.url}/api/specialties", **LOCAL_HTTP).status_code == 200
    assert count_of(ports, "list_specialties") == before + 6, "gateway and service count a request once"


def count_of(ports: list[int], operation: str) -> float:
    pages = [httpx.get(f"http://127.0.0.1:{port}/metrics", **LOCAL_HTTP).text for port in ports]
    assert all("careplus_database_wait_seconds_count" in page and "careplus_sessions_open" in page for page in pages)
    counted = (re.findall(rf'careplus_requests_total{{.*operation="{operation}".*}} (\S+)', page) for page in pages)
    return sum(float(number) for page in counted for number in page)


def test_killed_worker_breaks_only_its_own_connections(hospital: Hospital, doctor: Person) -> None:
    with ExitStack() as opened:
        clients = clients_of_both(hospital, opened)
        killed, other = children(hospital)
        os.kill(killed, signal.SIGKILL)
        eventually(lambda: not is_alive(killed))
        assert {client.get("/api/specialties").status_code for client in clients[2]} == {200}
        assert {httpx.get(f"{hospital.url}/api/specialties", **LOCAL_HTTP).status_code for _ in range(8)} == {200}
        eventually(lambda: len(children(hospital)) == 2 and killed not in children(hospital), 60)
        assert other in children(hospital)
        clients_of_both(hospital, opened)


def test_worker_killed_while_it_books_loses_nothing(hospital: Hospital, doctor: Person) -> None:
    patients = [hospital.register(f"booker-{number}@example.org", f"Booker {number}") for number in range(4)]
    times = free_times(doctor.http, doctor.id, days=14)[100:]

    def book(number: int) -> list[int]:
        booked = []
        for at in times[number :: len(patients)][:BOOKINGS]:
            body, key = {"doctor_id": doctor.id, "starts_at": at.isoformat()}, secrets.token_hex(8)
            booked.append(int(made(repeated(patients[number].http, body, key))["id"]))
        return booked

    with ThreadPoolExecutor(len(patients)) as pool:
        books = [pool.submit(book, number) for number in range(len(patients))]
        for worker in (0, 1):
            time.sleep(0.5)
            os.kill(children(hospital)[worker], signal.SIGKILL)
            eventually(lambda: len(children(hospital)) == 2, 60)
            hospital.wait_until_ready()
        answered = Counter(visit for one in books for visit in one.result())
    marks = ",".join(str(patient.id) for patient in patients)
    stored = databases.query(hospital.database, f"SELECT id FROM appointments WHERE patient_id IN ({marks})")
    assert answered == Counter(row[0] for row in stored) == dict.fromkeys(answered, 1)
    assert len(answered) == len(patients) * BOOKINGS
    sql = f"SELECT object_id FROM audit_events WHERE action = 'book' AND outcome = 'ok' AND account_id IN ({marks})"
    assert Counter(int(row[0]) for row in databases.query(hospital.database, sql)) == answered
    for patient in patients:
        patient.http.close()


def repeated(http: httpx.Client, body: dict[str, object], key: str) -> httpx.Response:
    """Book, and repeat the request with its key after a broken connection, as the portals do."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return http.post("/api/appointments", json=body, headers={"Idempotency-Key": key})
        except httpx.TransportError:
            assert time.monotonic() < deadline
            time.sleep(0.2)


def test_end_takes_seconds_and_leaves_a_valid_chain(hospital: Hospital) -> None:
    running, asked = children(hospital), time.monotonic()
    assert hospital.process is not None
    hospital.stop()
    assert (hospital.process.returncode, time.monotonic() - asked < 5) == (0, True)
    assert not any(map(is_alive, running))
    assert "Traceback" not in hospital.log.read_text()
    verified = hospital.careplus("audit", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
