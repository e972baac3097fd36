"""What callers and whoever reads the log are told when something is wrong, by a whole hospital with all its processes."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.gateway.journal import pid_of, reasons, requested, said
from tests.hospital import Hospital, Person
from tests.test_every_endpoint import check_problem
from tests.world import World

MIB = 2**20
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def person(world: World) -> Person:
    return world.people["patient"]


@contextmanager
def stopped(hospital: Hospital, service: str) -> Iterator[None]:
    """The process is there and does nothing."""
    pid = pid_of(hospital, service)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def within(seconds: float, happens: Callable[[], bool]) -> None:
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.1)


def test_an_unknown_address(hospital: Hospital, person: Person) -> None:
    answer = person.http.get("/api/nothing/here")
    check_problem(answer, 404)
    assert answer.json()["code"] == "not_found"
    assert requested(said(hospital, answer)) == [("GET", "/api/nothing/here", 404, "info")]


def test_a_wrong_method(hospital: Hospital, person: Person) -> None:
    answer = person.http.delete("/api/appointments")
    check_problem(answer, 405)
    assert (answer.json()["code"], answer.headers["allow"]) == ("method_not_allowed", "GET, POST")
    assert requested(said(hospital, answer)) == [("DELETE", "/api/appointments", 405, "info")]


@pytest.mark.parametrize("body", [b"{", b"", b"\xff\xfe{}", b"null", b'{"doctor_id": NaN}', b"[" * 100_000])
def test_a_malformed_body(hospital: Hospital, person: Person, body: bytes) -> None:
    answer = person.http.post("/api/appointments", content=body, headers=JSON)
    check_problem(answer, 422)
    assert answer.json()["code"] == "malformed"
    assert all(error["field"].startswith("body") for error in answer.json()["errors"])
    lines = said(hospital, answer)
    assert requested(lines) == [("POST", "/api/appointments", 422, "info")]
    assert reasons(lines) == []


def test_a_huge_body(hospital: Hospital, person: Person) -> None:
    answer = person.http.post("/api/appointments", content=b" " * 2 * MIB, headers=JSON)
    check_problem(answer, 413)
    assert answer.json()["code"] == "too_large"
    assert requested(said(hospital, answer)) == [("POST", "/api/appointments", 413, "info")]


def test_a_service_that_hangs(hospital: Hospital, person: Person) -> None:
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
    lines = said(hospital, answer)
    assert requested(lines) == [("GET", "/api/labs/tests", 504, "warning")]
    [why] = reasons(lines)
    assert (why["by"], why["event"], why["failed"], why["level"]) == ("gateway", "service_failed", "labs", "warning")
    # by the name that this Python has for it
    assert why["reason"] in {"CancelledError", "TimeoutError"}, "the gateway gave it up"
    within(2, lambda: person.http.get("/api/labs/tests").status_code == 200)


def test_whoever_is_signed_in_goes_on_without_auth(hospital: Hospital, person: Person) -> None:
    person.signed_in.renew()
    with stopped(hospital, "auth"):
        assert person.http.get("/api/appointments").status_code == 200
        assert person.http.get("/api/labs/tests").status_code == 200


def test_a_service_that_was_killed_is_waited_for(hospital: Hospital, person: Person) -> None:
    os.kill(pid_of(hospital, "doctors"), signal.SIGKILL)
    # a restart takes a second or two, on a busy machine more than it is waited for
    within(20, lambda: person.http.get("/api/prescriptions").status_code == 200)
    assert person.http.get("/api/appointments").status_code == 200
    assert "ended (SIGKILL), starts again in" in hospital.log.read_text()
    hospital.wait_until_ready()
