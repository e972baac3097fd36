"""What callers and whoever reads the log are told when something is wrong, by a whole hospital with all its processes."""

import json
import os
import resource
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.hospital import ADMIN, PASSWORD, Hospital, Person, free_times
from tests.test_every_endpoint import check_problem

MIB = 2**20
DISK_MIB = 16


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path | None]:
    """A small disk of our own; None where we may not mount one."""
    point = tmp_path_factory.mktemp("disk")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m,mode=700", "careplus-tests", str(point)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        yield None
        return
    yield point
    subprocess.run(["umount", "--lazy", str(point)], check=True)


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory, disk: Path | None) -> Iterator[Hospital]:
    """A hospital of these tests alone, its data on the small disk where there is one."""
    running = Hospital(tmp_path_factory.mktemp("hospital"))
    running.extra["CAREPLUS_DATA"] = str(disk or running.data)
    assert running.careplus("migrate").returncode == 0
    created = running.careplus("admin", "create", "--email", ADMIN, "--name", "Ada Admin", stdin=f"{PASSWORD}\n")
    assert created.returncode == 0, created.stderr
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="module")
def people(hospital: Hospital) -> Iterator[tuple[Person, Person]]:
    """A patient, and a doctor to have visits with."""
    admin = hospital.sign_in(ADMIN)
    people = (
        hospital.register("pia@example.org", "Pia Novak"),
        hospital.employ(admin, "osei@example.org", "Dr Osei", "Cardiology"),
    )
    yield people
    for person in (admin, *people):
        person.http.close()


@pytest.fixture
def patient(people: tuple[Person, Person]) -> Person:
    return people[0]


@pytest.fixture
def doctor(people: tuple[Person, Person]) -> Person:
    return people[1]


def said(hospital: Hospital, answer: httpx.Response) -> list[dict[str, Any]]:
    """The log's lines about a request, each with the name of the process that wrote it; waits for the gateway's."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        written = (line.partition(" | ") for line in hospital.log.read_text(errors="replace").splitlines())
        lines = [{"by": name.strip(), **json.loads(text)} for name, _, text in written if text.startswith("{")]
        about = [line for line in lines if line.get("request_id") == answer.headers["x-request-id"]]
        if any(line["by"] == "gateway" and line["event"] == "request" for line in about):
            return about
        time.sleep(0.05)
    raise AssertionError(f"nothing about {answer.headers['x-request-id']}:\n{hospital.log.read_text(errors='replace')[-4000:]}")


def requested(lines: list[dict[str, Any]]) -> list[tuple[str, str, int, str]]:
    """What the gateway's lines say was asked and answered."""
    return [(line["method"], line["path"], line["status"], line["level"]) for line in lines if line["by"] == "gateway"]


def reasons(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line for line in lines if line["event"] != "request"]


def pid_of(hospital: Hospital, service: str) -> int:
    assert hospital.process is not None
    children = Path(f"/proc/{hospital.process.pid}/task/{hospital.process.pid}/children").read_text().split()
    return next(int(pid) for pid in children if f"\0serve\0{service}\0" in Path(f"/proc/{pid}/cmdline").read_text())


@contextmanager
def stopped(hospital: Hospital, service: str) -> Iterator[None]:
    """The process is there and does nothing."""
    pid = pid_of(hospital, service)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_an_unknown_address(hospital: Hospital, patient: Person) -> None:
    answer = patient.http.get("/api/nothing/here")
    check_problem(answer, 404)
    assert answer.json()["code"] == "not_found"
    assert requested(said(hospital, answer)) == [("GET", "/api/nothing/here", 404, "info")]


def test_a_wrong_method(hospital: Hospital, patient: Person) -> None:
    answer = patient.http.delete("/api/appointments")
    check_problem(answer, 405)
    assert (answer.json()["code"], answer.headers["allow"]) == ("method_not_allowed", "GET, POST")
    assert requested(said(hospital, answer)) == [("DELETE", "/api/appointments", 405, "info")]


@pytest.mark.parametrize("body", [b"{", b"", b"\xff\xfe{}", b"null", b'{"doctor_id": NaN}', b"[" * 100_000])
def test_a_malformed_body(hospital: Hospital, patient: Person, body: bytes) -> None:
    answer = patient.http.post("/api/appointments", content=body, headers={"Content-Type": "application/json"})
    check_problem(answer, 422)
    assert answer.json()["code"] == "malformed"
    assert [error["field"] for error in answer.json()["errors"]] == ["body"] or "doctor_id" in answer.text
    lines = said(hospital, answer)
    assert requested(lines) == [("POST", "/api/appointments", 422, "info")]
    assert reasons(lines) == []


def test_a_huge_body(hospital: Hospital, patient: Person) -> None:
    answer = patient.http.post("/api/appointments", content=b" " * 2 * MIB, headers={"Content-Type": "application/json"})
    check_problem(answer, 413)
    assert answer.json()["code"] == "too_large"
    assert requested(said(hospital, answer)) == [("POST", "/api/appointments", 413, "info")]


def test_a_service_that_hangs(hospital: Hospital, patient: Person) -> None:
    with stopped(hospital, "labs"):
        started = time.monotonic()
        answer = patient.http.get("/api/labs/tests")
        assert time.monotonic() - started < 12
        check_problem(answer, 504)
        assert (answer.json()["code"], answer.headers["retry-after"]) == ("timed_out", "5")
        others = [patient.http.get(path) for path in ("/api/appointments", "/api/me/summary", "/auth/me", "/health")]
        assert [other.status_code for other in others] == [200] * 4
        ready = patient.http.get("/ready")
        check_problem(ready, 503)
        assert [part for part, is_ready in ready.json()["parts"].items() if not is_ready] == ["labs"]
    lines = said(hospital, answer)
    assert requested([line for line in lines if line["event"] == "request"]) == [("GET", "/api/labs/tests", 504, "warning")]
    [why] = reasons(lines)
    assert (why["by"], why["event"], why["failed"], why["level"]) == ("gateway", "service_failed", "labs", "warning")
    assert "Timeout" in why["reason"]
    assert patient.http.get("/api/labs/tests").status_code == 200


def test_nobody_needs_auth_to_go_on(hospital: Hospital, patient: Person) -> None:
    with stopped(hospital, "auth"):
        assert patient.http.get("/api/appointments").status_code == 200
        assert patient.http.get("/api/labs/tests").status_code == 200


def test_a_service_that_was_killed(hospital: Hospital, patient: Person) -> None:
    os.kill(pid_of(hospital, "doctors"), signal.SIGKILL)
    answer = patient.http.get("/api/prescriptions")
    check_problem(answer, 503)
    assert (answer.json()["code"], answer.headers["retry-after"]) == ("unavailable", "2")
    assert patient.http.get("/api/appointments").status_code == 200
    [why] = reasons(said(hospital, answer))
    assert (why["event"], why["failed"]) == ("service_failed", "doctors")
    hospital.wait_until_ready()
    assert patient.http.get("/api/prescriptions").status_code == 200
    assert "ended (SIGKILL), starts again in" in hospital.log.read_text()


@contextmanager
def full(hospital: Hospital) -> Iterator[None]:
    """Not a byte is left on the disk of the data."""
    ballast = Path(hospital.extra["CAREPLUS_DATA"]) / "ballast"
    with ballast.open("wb", buffering=0) as file:
        # ever smaller pieces, so that no gap is left
        for size in (MIB, 4096, 1):
            try:
                while file.write(bytes(size)) == size:
                    pass
            except OSError:
                continue
    try:
        yield
    finally:
        ballast.unlink()


@contextmanager
def refusing(hospital: Hospital) -> Iterator[None]:
    """No file takes anything from the services, though no disk is full."""
    with unable_to_write(*(pid_of(hospital, service) for service in ("auth", "appointments", "doctors", "labs"))):
        yield


@contextmanager
def unable_to_write(*pids: int) -> Iterator[None]:
    """Processes whose writing to files fails."""
    before = [resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in pids]
    for pid, (_, most) in zip(pids, before, strict=True):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, most))
    try:
        yield
    finally:
        for pid, limits in zip(pids, before, strict=True):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)


@pytest.mark.parametrize("trouble", [full, refusing])
def test_a_disk_that_takes_no_more(hospital: Hospital, disk: Path | None, patient: Person, doctor: Person, trouble: Any) -> None:
    if trouble is full and disk is None:
        pytest.skip("a small disk of our own needs root")

    def book(at: Any) -> httpx.Response:
        return patient.http.post("/api/appointments", json={"doctor_id": doctor.id, "starts_at": at.isoformat()})

    def mine() -> list[int]:
        return [one["id"] for one in patient.http.get("/api/appointments", params={"limit": 100}).json()["items"]]

    times = free_times(patient.http, doctor.id, days=20)
    acknowledged = [book(at).json()["id"] for at in times[:20]]
    before = mine()
    assert set(acknowledged) <= set(before)
    with trouble(hospital):
        refused = [book(at) for at in times[20:25]]
        for answer in refused:
            check_problem(answer, 503)
            assert (answer.json()["code"], answer.headers["retry-after"]) == ("unavailable", "2")
            assert "Nothing was changed" in answer.json()["detail"]
        check_problem(patient.http.post("/auth/login", json={"email": "pia@example.org", "password": PASSWORD}), 503)
        assert mine() == before, "reading goes on"
    assert free_times(patient.http, doctor.id, days=20) == times[20:]
    assert [book(at).status_code for at in times[20:25]] == [201] * 5, "no restart is needed"
    for answer in refused:
        [why] = reasons(said(hospital, answer))
        assert (why["by"], why["event"], why["level"]) == ("appointments", "database_refused", "error")
        assert why["reason"] == ("database or disk is full" if trouble is full else "disk I/O error")


def test_a_log_that_takes_no_more_costs_lines_only(hospital: Hospital, patient: Person) -> None:
    assert hospital.process is not None
    with unable_to_write(hospital.process.pid):
        assert [patient.http.get("/api/appointments").status_code for _ in range(3)] == [200] * 3
    assert hospital.process.poll() is None
    answer = patient.http.get("/api/appointments")
    assert requested(said(hospital, answer)) == [("GET", "/api/appointments", 200, "info")]
