"""`careplus run`: its output, and the start, restart and end of its processes."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from careplus_contracts.endpoints import Role
from careplus_contracts.registry import ENDPOINTS
from tests import databases
from tests.hospital import LOCAL_HTTP, PASSWORD, Hospital, Person, answers, eventually, is_alive, only_linux, processes

LOGINS = [f"{name}@demo.example" for name in ("pat", "sam", "osei", "lind", "lab", "desk", "admin")]
DEMO_PASSWORD = "demo-hospital-1"
EMPTY = {
    "list_approvals": "the demo has one administrator, so nothing waits for another",
    "list_critical_results": "one doctor has a critical result",
    "list_desk_refills": "each request for a refill has a present doctor",
    "list_duplicates": "no patient of the demo has two records",
    "list_emergency_access": "no chart was opened in an emergency",
    "list_feeds": "the address of a feed is shown once, when it is made",
    "list_handovers": "no doctor of the demo has left",
    "list_lab_slots": "late in the evening today has no free times",
    "list_own_legal_changes": "no legal details were corrected",
    "list_repeats": "repeats are of a patient and tests",
    "list_series_times": "times are of a patient and a doctor",
    "list_taken_over": "no doctor of the demo has left",
    "list_uncollected": "each order was collected in time",
    "list_unfinished": "the demo leaves no visit of yesterday open",
}
"""Lists without entries in the demo, or for some of its logins, with the reason."""
LISTS = [
    endpoint
    for endpoint in ENDPOINTS
    if endpoint.method == "GET"
    and "{" not in endpoint.path
    and "items" in getattr(endpoint.answer, "model_fields", ())
    and endpoint.name not in EMPTY
]
QUERIES: dict[str, tuple[dict[str, str], ...]] = {
    "list_appointments": ({"when": "upcoming"}, {"when": "past"}),
    "suggest_searches": ({"q": "haut"},),
    "search_patients": ({"full_name": "Pat Morgan", "date_of_birth": "1984-05-17"},),
    "search_medicines": ({"q": "ibu"},),
    "find_patients": ({"q": "be"},),
    "list_holidays": ({"country": "DE"},),
    "list_referred": ({"direction": "sent"}, {"direction": "received"}),
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    with Hospital(tmp_path_factory.mktemp("demo"), executed=True).running("--demo") as running:
        yield running


def test_run_demo_prints_address_and_logins(demo: Hospital) -> None:
    eventually(lambda: "Ready after" in demo.log.read_text())
    text = demo.log.read_text()
    assert f"CarePlus Hospital (demo) is open at http://localhost:{demo.port}" in text
    assert all(email in text for email in [*LOGINS, DEMO_PASSWORD])
    with demo.client() as http:
        assert http.get("/api/config").json()["demo"] is True


@pytest.fixture(params=LOGINS)
def person(demo: Hospital, request: pytest.FixtureRequest) -> Iterator[Person]:
    signed_in = demo.sign_in(request.param, DEMO_PASSWORD)
    yield signed_in
    signed_in.http.close()


def test_no_list_of_any_demo_login_is_empty(person: Person) -> None:
    role = Role(person.http.get("/auth/me").json()["role"])
    lists = [one for one in LISTS if one.admits(role)]
    assert len(lists) > 3
    for endpoint in lists:
        for query in QUERIES.get(endpoint.name, ({},)):
            assert person.http.get(endpoint.path, params=query).json()["items"], (endpoint.path, query)


@pytest.mark.parametrize("email", ["osei@demo.example", "lind@demo.example"])
def test_demo_doctors_have_results_to_review(demo: Hospital, email: str) -> None:
    doctor = demo.sign_in(email, DEMO_PASSWORD)
    query = {"seen": "false", "released": "false", "limit": "100"}
    unseen = doctor.http.get("/api/doctor/lab-results", params=query).json()["items"]
    doctor.http.close()
    assert {"Pat Morgan", "Sam Rivera"} & {result["patient"]["full_name"] for result in unseen}


def test_every_demo_doctor_has_free_times(demo: Hospital) -> None:
    with demo.client() as http:
        doctors = http.get("/api/doctors", params={"limit": 100}).json()["items"]
        assert len(doctors) == 12
        assert len(http.get("/api/specialties").json()["items"]) == 8
        for doctor in doctors:
            assert len(http.get(f"/api/doctors/{doctor['id']}/slots", params={"days": 14}).json()["items"]) > 10


@only_linux
def test_killed_service_starts_again(demo: Hospital) -> None:
    before = processes(demo)
    os.kill(before["doctors"], signal.SIGKILL)
    eventually(lambda: "doctors      | ended (SIGKILL), starts again in 0.2 s" in demo.log.read_text())
    demo.wait_until_ready()
    after = processes(demo)
    assert after.pop("doctors") != before.pop("doctors")
    assert after == before


@only_linux
def test_signal_ends_all_processes(demo: Hospital) -> None:
    assert demo.process is not None
    pids = processes(demo).values()
    assert len(pids) == 5
    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(30) == 0
    assert not any(map(is_alive, pids))
    assert "Traceback" not in demo.log.read_text()


@only_linux
def test_second_start_reuses_the_database(demo: Hospital) -> None:
    output = restart(demo)
    assert "Filling" not in output
    assert "Creating" not in output
    assert "weeks ago" not in output


@only_linux
def test_processes_end_with_a_killed_supervisor(demo: Hospital) -> None:
    pids = processes(demo).values()
    assert demo.process is not None
    demo.process.kill()
    demo.process.wait()
    eventually(lambda: not any(map(is_alive, pids)))


def test_start_of_an_old_demo_prints_a_hint(demo: Hospital) -> None:
    later = f"{datetime.now(UTC) + timedelta(days=6):%Y-%m-%dT%H:%M:%SZ}"
    databases.execute(demo.database, "DELETE FROM appointments WHERE starts_at > ?", later)
    assert "weeks ago" in restart(demo)


def restart(hospital: Hospital) -> str:
    """Restart and return the new output."""
    hospital.stop()
    output = len(hospital.log.read_text())
    hospital.start("--demo")
    eventually(lambda: "Ready after" in hospital.log.read_text()[output:])
    return hospital.log.read_text()[output:]


def test_first_start_prints_the_admin_link_once(tmp_path: Path) -> None:
    hospital = Hospital(tmp_path, executed=True, measured=True)
    hospital.start()
    eventually(lambda: "Ready after" in hospital.log.read_text())
    link = re.search(r"http://localhost:\d+/register#invitation=([\w-]+)", hospital.log.read_text())
    assert link
    person = {"email": "administrator@localhost", "password": PASSWORD, "full_name": "Ada", "invitation": link[1]}
    assert httpx.post(f"{hospital.url}/auth/register", json=person).json()["role"] == "admin"
    hospital.stop()
    output = len(hospital.log.read_text())
    hospital.measured = False
    hospital.start()
    eventually(lambda: "Ready after" in hospital.log.read_text()[output:])
    hospital.stop()
    assert "invitation=" not in hospital.log.read_text()[output:]
    assert hospital.process is not None
    assert hospital.process.returncode == 0


def test_starting_service_refuses_connections(tmp_path: Path) -> None:
    """An accepted connection without a response would make the gateway treat the service as hung."""
    hospital = Hospital(tmp_path)
    url = f"http://127.0.0.1:{hospital.port}/health"
    command = [sys.executable, "-m", "careplus_cli", "serve", "labs", "--port", str(hospital.port)]
    with subprocess.Popen(command, env=hospital.environment, cwd=hospital.data) as labs:
        try:
            # the service has loaded and waits for the schema
            time.sleep(5)
            with pytest.raises(httpx.ConnectError):
                httpx.get(url, timeout=2, **LOCAL_HTTP)
            hospital.careplus("migrate")
            eventually(lambda: answers(url))
        finally:
            labs.terminate()
