"""A full disk: writes are refused with a reason, no record is lost, reads go on, and no restart is needed afterwards."""

import asyncio
import io
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from careplus_cli.supervisor import Supervisor
from careplus_contracts.registry import SERVICES
from tests.gateway.journal import log_lines, reason_lines, request_lines
from tests.gateway.small_disk import PATIENT, disk, doctor, filled, hospital_on, patient
from tests.hospital import PASSWORD, Hospital, Person, free_times, processes
from tests.test_every_endpoint import check_problem

__all__ = ["disk", "doctor", "patient"]


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory, disk: Path | None) -> Iterator[Hospital]:
    """Run a hospital for these tests only, with its data on the small disk if there is one, and its log elsewhere."""
    # these tests fill the disk to its end
    with hospital_on(disk, tmp_path_factory.mktemp("hospital"), 0) as running:
        yield running


@contextmanager
def full_disk(hospital: Hospital) -> Iterator[None]:
    """Fill the disk of the data to the last byte."""
    with filled(Path(hospital.extra["CAREPLUS_DATA"]), 0):
        yield


@contextmanager
def failing_writes(hospital: Hospital) -> Iterator[None]:
    """Set the services' file size limit to 0, so that each write fails although the disk is not full."""
    pids = [processes(hospital)[service] for service in SERVICES]
    before = [resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in pids]
    for pid, (_, most) in zip(pids, before, strict=True):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, most))
    try:
        yield
    finally:
        for pid, limits in zip(pids, before, strict=True):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)


def enforces_file_size_limit(folder: str) -> bool:
    """Return whether this file system enforces RLIMIT_FSIZE; some sandboxes do not."""
    write = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)); open(sys.argv[1], 'wb', 0).write(b'x')"
    return subprocess.run([sys.executable, "-c", write, f"{folder}/probe"], capture_output=True, check=False).returncode != 0


@pytest.mark.parametrize(("failure", "reason"), [(full_disk, "database or disk is full"), (failing_writes, "disk I/O error")])
def test_full_disk_refuses_writes_and_loses_no_record(
    hospital: Hospital,
    disk: Path | None,
    patient: Person,
    doctor: Person,
    failure: Callable[[Hospital], AbstractContextManager[None]],
    reason: str,
) -> None:
    if failure is full_disk and disk is None:
        pytest.skip("mounting a small disk needs root")
    if failure is failing_writes and not enforces_file_size_limit(hospital.extra["CAREPLUS_DATA"]):
        pytest.skip("this file system does not enforce RLIMIT_FSIZE")

    def book(at: datetime) -> httpx.Response:
        return patient.http.post("/api/appointments", json={"doctor_id": doctor.id, "starts_at": at.isoformat()})

    def mine() -> list[int]:
        return [one["id"] for one in patient.http.get("/api/appointments", params={"limit": 100}).json()["items"]]

    times = free_times(patient.http, doctor.id, days=20)
    acknowledged = [book(at).json()["id"] for at in times[:20]]
    before = mine()
    assert set(acknowledged) <= set(before)
    with failure(hospital):
        refused = [book(at) for at in times[20:25]]
        for answer in refused:
            check_problem(answer, 503)
            assert (answer.json()["code"], answer.headers["retry-after"]) == ("unavailable", "2")
            assert "Nothing was changed" in answer.json()["detail"]
        check_problem(patient.http.post("/auth/login", json={"email": PATIENT, "password": PASSWORD}), 503)
        # a read of a record is refused if it cannot be audited; a read without a record succeeds
        check_problem(patient.http.get("/api/appointments"), 503)
        assert free_times(patient.http, doctor.id, days=20) == times[20:]
    assert mine() == before
    assert free_times(patient.http, doctor.id, days=20) == times[20:], "no write was lost or half done"
    assert [book(at).status_code for at in times[20:25]] == [201] * 5
    for answer in refused:
        lines = log_lines(hospital, answer)
        assert request_lines(lines) == [("POST", "/api/appointments", 503, "warning")]
        [why] = reason_lines(lines)
        assert (why["service"], why["event"], why["level"]) == ("appointments", "database_refused", "error")
        assert why["reason"] == reason


@contextmanager
def stdout_to(place: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with open(place, "wb", buffering=0) as file:
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(file))
        yield


async def test_full_log_device_does_not_stop_the_supervisor(monkeypatch: pytest.MonkeyPatch) -> None:
    with stdout_to(os.open("/dev/full", os.O_WRONLY), monkeypatch):
        assert not await stops_by_itself(supervisor_of_missing_service())


async def test_closed_terminal_stops_the_supervisor(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with stdout_to(writing, monkeypatch):
        assert await stops_by_itself(supervisor_of_missing_service())


def supervisor_of_missing_service() -> Supervisor:
    return Supervisor({"missing": ("careplus_missing",)}, os.environ)


async def stops_by_itself(supervisor: Supervisor) -> bool:
    """Return whether the supervisor stops after one of its processes wrote a line and ended."""
    supervisor.start()
    try:
        await asyncio.wait_for(supervisor.stop.wait(), 4)
    except TimeoutError:
        return False
    else:
        return True
    finally:
        await supervisor.end()
