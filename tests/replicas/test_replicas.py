"""Two replicas of each service and two gateways: people notice neither killed processes nor a rolling update."""

import re
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from careplus_auth.store.mails import LEASE
from tests.hospital import Hospital, Person, eventually
from tests.journeys import test_visit_journey as visit_journey
from tests.replicas.deployment import NEXT, OLDEST, ReplicatedHospital
from tests.replicas.people import Seen, people_at_work
from tests.world import World

SERVED = {"200", "201", "409 slot_taken"}
UNREPEATABLE = {"503 unavailable", "ReadError", "RemoteProtocolError"}
"""Outcomes of a sign-in whose process is killed: it takes no Idempotency-Key, so no gateway repeats it."""
AFTER_LEASE_S = LEASE.total_seconds() + 30
"""Seconds until a mail is sent that a killed process had taken."""


@pytest.fixture(scope="module")
def doctors(hospital: ReplicatedHospital, admin: Person) -> Iterator[list[Person]]:
    added = [hospital.add_doctor(admin, f"doctor-{number}@example.org", f"Dr {number}", "Cardiology") for number in range(3)]
    yield added
    for doctor in added:
        doctor.http.close()


def check(hospital: ReplicatedHospital, seen: Seen) -> None:
    """Fail unless each request was answered, each booked visit is there once, and no other visit is."""
    refused = {one: number for one, number in seen.answers.items() if one.split(" ", 1)[1] not in SERVED}
    refused = {one: number for one, number in refused.items() if not one.startswith("sign in")}
    assert refused == {}, (seen.answers, hospital.failures())
    patients = [patient for patient, _ in seen.visits.values()]
    kept = hospital.rows("SELECT id, patient_id, starts_at FROM appointments WHERE patient_id = ANY(%s)", patients)
    assert {id_: (patient, at) for id_, patient, at in kept} == seen.visits, "lost or doubled"
    assert seen.of("compete")["409 slot_taken"] > 0, "two wanted the same time"
    people = hospital.rows("SELECT email FROM accounts WHERE email LIKE '%%-new-%%' AND email = ANY(%s)", seen.emails)
    assert sorted(email for (email,) in people) == sorted(seen.emails)


def check_trail(hospital: ReplicatedHospital, seen: Seen) -> None:
    """Fail unless each booking has one event, the chain links all events, and each person got one mail."""
    booked = "SELECT object_id FROM audit_events WHERE action = 'book' AND outcome = 'ok'"
    events = Counter(int(visit) for (visit,) in hospital.rows(booked) if int(visit) in seen.visits)
    assert events == Counter(dict.fromkeys(seen.visits, 1))
    eventually(lambda: hospital.rows("SELECT count(*) FROM audit_unlinked") == [(0,)])
    verified = hospital.careplus("audit", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    eventually(lambda: hospital.rows("SELECT count(*) FROM mails WHERE ciphertext IS NOT NULL") == [(0,)], AFTER_LEASE_S)
    written = Counter(
        re.findall(r'"mail": "([\w-]+)"', "\n".join(one for one in hospital.lines("auth") if "mail_written" in one))
    )
    # a killed process may have written its mail without noting it
    assert sum(written.values()) - len(written) <= 1, written
    sent = Counter(str(file.read_bytes().partition(b"\nTo: ")[2].partition(b"\r\n")[0]) for file in mail_files(hospital))
    assert [sent[str(email.encode())] for email in seen.emails] == [1] * len(seen.emails)


def mail_files(hospital: ReplicatedHospital) -> list[Path]:
    return sorted((hospital.data / "mail").glob("*confirm*.eml"))


def test_patient_journey_through_two_gateways(hospital: Hospital, admin: Person, world: World) -> None:
    visit_journey.test_patient_registers_books_and_reads_lab_result(hospital, admin, world)


@pytest.mark.parametrize("rounds", [1, pytest.param(5, marks=pytest.mark.attack)])
def test_killed_processes_refuse_and_lose_nothing(hospital: ReplicatedHospital, doctors: list[Person], rounds: int) -> None:
    with people_at_work(hospital, doctors) as seen:
        for name in list(hospital.ports) * rounds:
            hospital.replace(name, signal.SIGKILL)
    check(hospital, seen)
    assert seen.of("sign in").keys() <= {"200"} | UNREPEATABLE, seen.answers
    check_trail(hospital, seen)


def test_rolling_update_refuses_and_loses_nothing(hospital: ReplicatedHospital, doctors: list[Person], tmp_path: Path) -> None:
    with people_at_work(hospital, doctors) as seen:
        hospital.migrate(tmp_path)
        for name in hospital.ports:
            # ready on the newer schema, and not replaced yet
            hospital.wait_for(name)
        for name in hospital.ports:
            hospital.replace(name, signal.SIGTERM)
    check(hospital, seen)
    assert seen.of("sign in").keys() == {"200"}, seen.answers
    check_trail(hospital, seen)
    assert hospital.rows("SELECT version_num, oldest_code FROM alembic_version") == [(NEXT, OLDEST)]
