"""Responses and log lines of a complete hospital, with all its processes, when a request or a service fails."""

import itertools
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest

from tests.gateway.journal import log_lines, reason_lines, request_lines
from tests.hospital import Hospital, Person, eventually, only_linux, paused_supervisor, processes
from tests.test_every_endpoint import check_problem
from tests.world import World

MIB = 2**20
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def person(world: World) -> Person:
    return world.people["patient"]


@contextmanager
def stopped(hospital: Hospital, service: str) -> Iterator[None]:
    """Stop the process of a service, and the supervisor, which would kill it."""
    pid = processes(hospital)[service]
    with paused_supervisor(hospital):
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)


def test_unknown_path_is_404_and_logged(hospital: Hospital, person: Person) -> None:
    answer = person.http.get("/api/nothing/here")
    check_problem(answer, 404)
    assert answer.json()["code"] == "not_found"
    assert request_lines(log_lines(hospital, answer)) == [("GET", "/api/nothing/here", 404, "info")]


def test_wrong_method_is_405_and_logged(hospital: Hospital, person: Person) -> None:
    answer = person.http.delete("/api/appointments")
    check_problem(answer, 405)
    assert (answer.json()["code"], answer.headers["allow"]) == ("method_not_allowed", "GET, POST")
    assert request_lines(log_lines(hospital, answer)) == [("DELETE", "/api/appointments", 405, "info")]


@pytest.mark.parametrize("body", [b"{", b"", b"\xff\xfe{}", b"null", b'{"doctor_id": NaN}', b"[" * 100_000])
def test_malformed_body_is_422_and_logged(hospital: Hospital, person: Person, body: bytes) -> None:
    answer = person.http.post("/api/appointments", content=body, headers=JSON)
    check_problem(answer, 422)
    assert answer.json()["code"] == "malformed"
    assert all(error["field"].startswith("body") for error in answer.json()["errors"])
    lines = log_lines(hospital, answer)
    assert request_lines(lines) == [("POST", "/api/appointments", 422, "info")]
    assert reason_lines(lines) == []


def test_body_above_1_mib_is_413_and_logged(hospital: Hospital, person: Person) -> None:
    answer = person.http.post("/api/appointments", content=b" " * 2 * MIB, headers=JSON)
    check_problem(answer, 413)
    assert answer.json()["code"] == "too_large"
    assert request_lines(log_lines(hospital, answer)) == [("POST", "/api/appointments", 413, "info")]


def test_hung_service_is_504_within_5s_and_others_answer(hospital: Hospital, person: Person) -> None:
    with stopped(hospital, "labs"):
        started = time.monotonic()
        answer = person.http.get("/api/labs/tests")
        assert time.monotonic() - started < 5
        check_problem(answer, 504)
        assert (answer.json()["code"], answer.headers["retry-after"]) == ("timed_out", "5")
        others = [person.http.get(path) for path in ("/api/appointments", "/api/me/summary", "/auth/me", "/health")]
        assert [other.status_code for other in others] == [200] * 4
        ready = person.http.get("/ready")
        check_problem(ready, 503)
        assert [part for part, is_ready in ready.json()["parts"].items() if not is_ready] == ["labs"]
    lines = log_lines(hospital, answer)
    assert request_lines(lines) == [("GET", "/api/labs/tests", 504, "warning")]
    [reason] = reason_lines(lines)
    assert (reason["service"], reason["event"], reason["failed"], reason["level"]) == (
        "gateway",
        "service_failed",
        "labs",
        "warning",
    )
    # the name depends on the Python version
    assert reason["reason"] in {"CancelledError", "TimeoutError"}, "the gateway cancelled the request"
    eventually(lambda: person.http.get("/api/labs/tests").status_code == 200, 2)


def test_signed_in_user_is_served_while_auth_hangs(hospital: Hospital, person: Person) -> None:
    person.signed_in.renew()
    with stopped(hospital, "auth"):
        assert person.http.get("/api/appointments").status_code == 200
        assert person.http.get("/api/labs/tests").status_code == 200


def test_requests_wait_for_a_killed_service(hospital: Hospital, person: Person) -> None:
    os.kill(processes(hospital)["doctors"], signal.SIGKILL)
    assert person.http.get("/api/prescriptions").status_code == 200
    assert person.http.get("/api/appointments").status_code == 200
    assert "ended (SIGKILL), starts again in" in hospital.log.read_text()
    hospital.wait_until_ready()


def test_idle_connection_outlives_client_keep_alive(hospital: Hospital) -> None:
    """The client httpx reuses a connection idle for up to 5 s and does not notice that the server is closing it."""
    request = b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n"
    with socket.create_connection(("127.0.0.1", hospital.port), timeout=5) as connection:
        connection.sendall(request)
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
        time.sleep(6)
        connection.sendall(request)
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")


@only_linux
def test_stopped_service_is_killed_and_restarted(hospital: Hospital, person: Person) -> None:
    pid, log_lines = processes(hospital)["labs"], len(hospital.log.read_text())
    os.kill(pid, signal.SIGSTOP)
    # sooner than the 3 s after which a silent process is killed
    eventually(lambda: not Path(f"/proc/{pid}").exists(), 2.5)
    assert "labs         | is stopped, is killed" in hospital.log.read_text()[log_lines:]
    # on a busy machine the next process takes longer than the gateway waits
    eventually(lambda: person.http.get("/api/labs/tests").status_code == 200)
    hospital.wait_until_ready()


HEAD = b"POST /api/appointments HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
REFUSED = {
    b"GARBAGE\r\n\r\n": 400,
    b"GET /api/doctors HTTP/1.1\r\n\r\n": 400,
    b"GET /api/doctors HTTP/1.1\r\nhost: x\r\n" + b"x: y\r\n" * 70 + b"\r\n": 431,
    b"GET /api/doctors?q=" + b"a" * 5000 + b" HTTP/1.1\r\nhost: x\r\n\r\n": 414,
    HEAD + b"content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n": 400,
    HEAD + b"transfer-encoding: chunked\r\n\r\nno number\r\n": 400,
}
DISCONNECTED = (
    b"GET /api/doctors HTTP/1.1\r\nhost: ",
    HEAD + b"content-length: 1000\r\n\r\n{",
    HEAD + b"transfer-encoding: chunked\r\n\r\n10\r\n{",
)


def status_of(ask: Callable[[], httpx.Response]) -> int:
    return ask().status_code


def send_bytes(hospital: Hospital, request: bytes) -> int:
    """Return the status of the response, or 0 for requests of DISCONNECTED: their connection is closed before it."""
    with socket.create_connection(("127.0.0.1", hospital.port), timeout=10) as connection:
        connection.sendall(request)
        return 0 if request in DISCONNECTED else int(connection.recv(4096).split()[1])


def test_valid_request_after_each_client_failure_succeeds(hospital: Hospital, world: World, person: Person) -> None:
    """After 100 failures of clients; `test_forwarding.py` has the failures of services."""
    http, garbage = person.http, {"Authorization": "Bearer x.y.z"}
    taken = {"doctor_id": world.ids["doctor_id"], "starts_at": "2020-01-01T10:00:00Z"}
    visit = f"/api/appointments/{world.ids['appointment_id']}"
    requests: list[tuple[int, Callable[[], httpx.Response]]] = [
        (404, lambda: http.get("/api/nothing/here")),
        (404, lambda: http.get("/api/appointments/999999999")),
        (405, lambda: http.delete("/api/appointments")),
        (401, lambda: http.get("/api/appointments", headers=garbage)),
        (403, lambda: http.get("/api/admin/audit")),
        (422, lambda: http.get("/api/appointments", params={"limit": -1})),
        (422, lambda: http.get("/api/appointments", params={"cursor": "no cursor"})),
        (409, lambda: http.post("/api/appointments", json=taken)),
        (412, lambda: http.put(visit, json={"starts_at": "2031-01-01T10:00:00Z"}, headers={"If-Match": '"999"'})),
        (413, lambda: http.post("/api/appointments", content=b" " * 2 * MIB, headers=JSON)),
        (422, lambda: http.post("/api/labs/bookings", json={"test_codes": ["NONE"], "starts_at": "2030-01-07T07:30:00Z"})),
        *((422, partial(http.post, "/api/appointments", content=body, headers=JSON)) for body in (b"{", b"\xff{}", b"[" * 9999)),
    ]
    sent = {**REFUSED, **dict.fromkeys(DISCONNECTED, 0)}
    failures: list[tuple[int, Callable[[], int]]] = [(status, partial(send_bytes, hospital, it)) for it, status in sent.items()]
    failures += [(status, partial(status_of, ask)) for status, ask in requests]
    valid_paths = itertools.cycle(["/auth/me", "/api/appointments", "/api/prescriptions", "/api/labs/bookings"])
    failed = 0
    while failed < 100:
        for status, fail in failures:
            assert fail() == status
            failed += 1
            assert http.get(next(valid_paths)).status_code == 200
