"""`careplus run --replicas 2`: two processes of each service behind one gateway, on either database."""

import os
import secrets
import signal
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest

from careplus_auth.mail.delivery import check_replicas
from careplus_cli.services import SERVICES
from careplus_runtime.process.settings import Settings, SettingsError
from tests import databases
from tests.hospital import (
    ADMIN,
    Hospital,
    Person,
    database_with_admin,
    eventually,
    free_times,
    is_alive,
    only_linux,
    service_of,
)

pytestmark = only_linux


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    hospital = Hospital(tmp_path_factory.mktemp("replicated"))
    databases.copy(database_with_admin(), hospital.database)
    with hospital.running("--replicas", "2"):
        yield hospital


def pids(hospital: Hospital) -> list[tuple[str, int]]:
    assert hospital.process is not None
    children = Path(f"/proc/{hospital.process.pid}/task/{hospital.process.pid}/children").read_text().split()
    return sorted((service_of(pid), int(pid)) for pid in children)


def test_each_service_has_two_processes_on_all_cores(hospital: Hospital) -> None:
    running = pids(hospital)
    assert Counter(name for name, _ in running) == {**dict.fromkeys(SERVICES, 2), "gateway": 1}
    cores = {frozenset(os.sched_getaffinity(pid)) for _, pid in running}
    assert cores == {frozenset(os.sched_getaffinity(0))}, "replicas on one core would share it"


def test_people_who_want_the_same_time_book_it_once(hospital: Hospital) -> None:
    admin = hospital.sign_in(ADMIN)
    doctor = hospital.add_doctor(admin, "doctor@example.org", "Dr Twice", "Cardiology")
    patients = [hospital.register(f"patient-{number}@example.org", f"Patient {number}") for number in range(6)]
    times = free_times(doctor.http, doctor.id)[8:20]

    def book(patient: Person, at: datetime) -> str:
        body = {"doctor_id": doctor.id, "starts_at": at.isoformat()}
        answer = patient.http.post("/api/appointments", json=body, headers={"Idempotency-Key": secrets.token_hex(8)})
        return "201" if answer.status_code == 201 else str(answer.json()["code"])

    with ThreadPoolExecutor(len(patients)) as pool:
        for at in times:
            answers = Counter(pool.map(book, patients, [at] * len(patients)))
            assert answers == {"201": 1, "slot_taken": len(patients) - 1}
    for person in (admin, doctor, *patients):
        person.http.close()


def test_killed_replica_is_started_again(hospital: Hospital) -> None:
    before = pids(hospital)
    killed = next(pid for name, pid in before if name == "doctors")
    with hospital.client() as http:
        os.kill(killed, signal.SIGKILL)
        assert {http.get("/api/specialties").status_code for _ in range(5)} == {200}
    eventually(lambda: "ended (SIGKILL), starts again in" in hospital.log.read_text())
    eventually(lambda: len(pids(hospital)) == len(before), 60)
    hospital.wait_until_ready()


def test_end_leaves_no_process(hospital: Hospital) -> None:
    running = pids(hospital)
    hospital.stop()
    assert not any(is_alive(pid) for _, pid in running)


@pytest.mark.parametrize(
    ("url", "smtp", "replicas", "is_refused"),
    [
        ("http://auth:5000", None, 2, True),
        ("http://auth-a:5000,http://auth-b:5000", None, 1, True),
        ("http://auth:5000", "smtp://mail.example.org", 2, False),
        ("http://auth:5000", None, 1, False),
        ("http://127.0.0.1:5001,http://127.0.0.1:5005", None, 1, False),
    ],
)
def test_replicas_on_several_machines_write_no_mail_files(url: str, smtp: str | None, replicas: int, is_refused: bool) -> None:
    settings = Settings(_env_file=None, auth_url=url, smtp_url=smtp, replicas=replicas)
    if not is_refused:
        check_replicas(settings)
        return
    with pytest.raises(SettingsError, match="CAREPLUS_SMTP_URL: is missing"):
        check_replicas(settings)
