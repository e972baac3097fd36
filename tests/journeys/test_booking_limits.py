"""The limits of one patient's online bookings, and reception's act that cancels them all."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import httpx
import pytest

from careplus_runtime.process.settings import Settings
from tests.audit.audit_rows import of_request
from tests.hospital import ADMIN, LOCAL_HTTP, PASSWORD, Hospital, Person, free_times
from tests.postgresql import new_database, postgresql
from tests.world import made

NAMES = ("upcoming_per_doctor", "upcoming_laboratory", "upcoming_in_all", "booked_per_day")
DEFAULTS = {f"CAREPLUS_{name.upper()}": str(Settings.model_fields[name].default) for name in NAMES}
PER_DOCTOR, LABORATORY, IN_ALL, PER_DAY = map(int, DEFAULTS.values())
AT_ONCE = 50


@dataclass
class Clinic:
    """A hospital with the default limits."""

    hospital: Hospital
    admin: Person
    doctors: list[Person]
    people: list[Person]

    def patient(self, name: str) -> Person:
        person = self.hospital.register(f"{name}@example.org", "Max Many")
        self.people.append(person)
        return person

    def times(self, doctor: Person) -> list[str]:
        """Return free times from a week on."""
        start = (datetime.now().astimezone() + timedelta(days=7)).date().isoformat()
        return [at.isoformat() for at in free_times(self.admin.http, doctor.id, start)]

    def lab_times(self) -> list[str]:
        day = (datetime.now().astimezone() + timedelta(days=9)).date().isoformat()
        slots = made(self.admin.http.get("/api/labs/slots", params={"day": day}), 200)["items"]
        return [slot["starts_at"] for slot in slots if slot["free"] > 0]

    def book(self, patient: Person, doctor: Person, number: int = 0) -> httpx.Response:
        body = {"doctor_id": doctor.id, "starts_at": self.times(doctor)[number]}
        return patient.http.post("/api/appointments", json=body)

    def book_tests(self, patient: Person, number: int = 0) -> httpx.Response:
        return patient.http.post("/api/labs/bookings", json={"test_codes": ["CRP"], "starts_at": self.lab_times()[number]})

    def cancel_visit(self, patient: Person, visit: dict[str, Any]) -> None:
        made(patient.http.put(f"/api/appointments/{visit['id']}/cancel"), 200)


@contextmanager
def opened(folder: Path, **extra: str) -> Iterator[Clinic]:
    hospital = Hospital(folder, extra={**DEFAULTS, **extra})
    created = hospital.careplus("admin", "create", "--email", ADMIN, "--name", "Ada Admin", stdin=f"{PASSWORD}\n")
    assert created.returncode == 0, created.stderr
    with hospital.running():
        admin = hospital.sign_in(ADMIN)
        doctors = [hospital.add_doctor(admin, f"d{n}@example.org", f"Dr {n}", "Cardiology") for n in range(3)]
        clinic = Clinic(hospital, admin, doctors, [admin, *doctors])
        yield clinic
        for person in clinic.people:
            person.http.close()


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    with opened(tmp_path_factory.mktemp("limits")) as clinic:
        yield clinic


@pytest.fixture(params=["sqlite", "postgresql"])
def busy_clinic(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Clinic]:
    """Yield a clinic on this database, with a limit of a day that is not reached first."""
    if request.param == "sqlite":
        with opened(tmp_path, CAREPLUS_BOOKED_PER_DAY="1000") as clinic:
            yield clinic
        return
    with (
        postgresql() as server,
        opened(tmp_path, DATABASE_URL=new_database(server, "limits"), CAREPLUS_BOOKED_PER_DAY="1000") as clinic,
    ):
        yield clinic


def refused(answer: httpx.Response) -> dict[str, Any]:
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_visits"), answer.text
    problem: dict[str, Any] = answer.json()
    return problem


async def test_concurrent_bookings_keep_every_limit(busy_clinic: Clinic) -> None:
    clinic, patient = busy_clinic, busy_clinic.patient("crowd")
    visits = [
        ("/api/appointments", {"doctor_id": doctor.id, "starts_at": at})
        for number, doctor in enumerate(clinic.doctors)
        for at in islice(clinic.times(doctor), 20 * number, 20 * number + 13)
    ]
    tests = [("/api/labs/bookings", {"test_codes": ["CRP"], "starts_at": at}) for at in clinic.lab_times()[:11]]
    assert len(visits) + len(tests) == AT_ONCE
    bearer = {"Authorization": f"Bearer {patient.token}"}
    async with httpx.AsyncClient(base_url=clinic.hospital.url, headers=bearer, timeout=60, **LOCAL_HTTP) as http:
        answers = await asyncio.gather(*(http.post(path, json=body) for path, body in (*visits, *tests)))
    booked = [answer.json() for answer in answers if answer.status_code == 201]
    assert {answer.status_code for answer in answers} == {201, 409}, [answer.text for answer in answers]
    assert len(booked) == PER_DOCTOR * len(clinic.doctors) + LABORATORY == IN_ALL
    by_doctor = [one["doctor"]["id"] for one in booked if "doctor" in one]
    assert [by_doctor.count(doctor.id) for doctor in clinic.doctors] == [PER_DOCTOR] * len(clinic.doctors)
    refusals = [refused(answer) for answer in answers if answer.status_code == 409]
    assert {one["limit"] for one in refusals} <= {"doctor", "laboratory", "in_all"}


def test_too_many_visits_name_the_open_ones(clinic: Clinic) -> None:
    patient, doctor = clinic.patient("named"), clinic.doctors[0]
    first, second = made(clinic.book(patient, doctor)), made(clinic.book(patient, doctor, 5))
    problem = refused(clinic.book(patient, doctor, 9))
    assert (problem["limit"], problem["most"], problem["count"]) == ("doctor", PER_DOCTOR, PER_DOCTOR)
    assert "Cancel one of them, move one to another time, or call the hospital." in problem["detail"]
    shown = [(one["kind"], one["id"], one["starts_at"], one["doctor"]) for one in problem["open"]]
    assert shown == [("visit", one["id"], one["starts_at"], {"id": doctor.id, "full_name": "Dr 0"}) for one in (first, second)]
    moved = {"starts_at": clinic.times(doctor)[12]}
    made(patient.http.put(f"/api/appointments/{first['id']}", json=moved), 200)
    clinic.cancel_visit(patient, second)
    made(clinic.book(patient, doctor, 9))


def test_too_many_lab_bookings_are_refused(clinic: Clinic) -> None:
    patient = clinic.patient("tests")
    held = [made(clinic.book_tests(patient, number * 4)) for number in range(LABORATORY)]
    problem = refused(clinic.book_tests(patient, 20))
    assert (problem["limit"], [one["id"] for one in problem["open"]]) == ("laboratory", [one["id"] for one in held])
    made(clinic.book(patient, clinic.doctors[1]), 201)


def test_bookings_of_a_day_are_limited_also_cancelled_ones(clinic: Clinic) -> None:
    patient = clinic.patient("day")
    for number in range(PER_DAY):
        clinic.cancel_visit(patient, made(clinic.book(patient, clinic.doctors[number % 2])))
    for answer in (clinic.book(patient, clinic.doctors[2]), clinic.book_tests(patient)):
        problem = refused(answer)
        assert (problem["limit"], problem["most"], problem["open"]) == ("day", PER_DAY, [])
        assert "book again tomorrow" in problem["detail"]


def test_visits_that_staff_books_are_neither_limited_nor_counted(clinic: Clinic) -> None:
    patient, doctor = clinic.patient("called"), clinic.doctors[2]
    body = {"doctor_id": doctor.id, "patient_id": patient.id}
    for at in clinic.times(doctor)[20 : 20 + PER_DOCTOR + 1]:
        made(clinic.admin.http.post("/api/admin/appointments", json={**body, "starts_at": at}))
    own = made(clinic.book(patient, doctor))
    listed = made(patient.http.get("/api/appointments", params={"when": "upcoming"}), 200)["items"]
    assert [one["booked_by"] for one in listed] == ["patient", *["admin"] * (PER_DOCTOR + 1)]
    follow_up = {"starts_at": clinic.times(doctor)[60], "reason": "Check"}
    made(doctor.http.post(f"/api/doctor/patients/{patient.id}/follow-ups", json=follow_up))
    assert made(patient.http.get(f"/api/appointments/{own['id']}"), 200)["booked_by"] == "patient"


def test_reception_cancels_all_of_an_account(clinic: Clinic) -> None:
    patient, doctor = clinic.patient("undone"), clinic.doctors[0]
    address, admin = f"/api/admin/patients/{patient.id}/bookings", clinic.admin
    arranged = {"doctor_id": doctor.id, "patient_id": patient.id, "starts_at": clinic.times(doctor)[40]}
    kept = made(admin.http.post("/api/admin/appointments", json=arranged))
    visits = [made(clinic.book(patient, one, 10 + 4 * number)) for number, one in enumerate(clinic.doctors[1:])]
    tests = [made(clinic.book_tests(patient))]
    place = tests[0]["starts_at"]

    preview = made(admin.http.get(address), 200)
    assert (preview["patient"], preview["visits_in_all"]) == ({"id": patient.id, "full_name": "Max Many"}, len(visits))
    assert [one["id"] for one in preview["visits"]] == [one["id"] for one in visits]
    assert [one["id"] for one in preview["laboratory"]] == [one["id"] for one in tests]

    reason = "All free times were booked by a program"
    id_ = "undo-of-an-account"
    answer = admin.http.put(f"{address}/cancel", json={"reason": reason}, headers={"X-Request-Id": id_})
    done = made(answer, 200)
    assert (done["visits"], done["laboratory"], done["reason"]) == (len(visits), len(tests), reason)
    events = of_request(clinic.hospital, id_)
    assert {event["action"] for event in events} == {"cancel_bookings", "cancel_lab_bookings"}
    assert {(event["reason"], tuple(event["patients"])) for event in events} == {(reason, (patient.id,))}

    for visit in visits:
        now = made(patient.http.get(f"/api/appointments/{visit['id']}"), 200)
        assert (now["status"], now["cancelled_by"], now["cancel_reason"]) == ("cancelled", "admin", reason)
    booking = made(patient.http.get(f"/api/labs/bookings/{tests[0]['id']}"), 200)
    assert (booking["status"], booking["cancelled_by"], booking["status_reason"]) == ("cancelled", "admin", reason)
    assert place in clinic.lab_times(), "the place is free again"
    assert made(patient.http.get(f"/api/appointments/{kept['id']}"), 200)["status"] == "booked", "reception's own visit stays"
    again = made(admin.http.put(f"{address}/cancel", json={"reason": reason}), 200)
    assert (again["visits"], again["laboratory"]) == (0, 0)
    assert made(admin.http.get(address), 200)["visits"] == []


def test_undo_of_an_account_also_works_when_it_is_locked(clinic: Clinic) -> None:
    patient = clinic.patient("locked")
    doctor = clinic.doctors[1]
    before = clinic.times(doctor)
    made(clinic.book(patient, doctor, 30))
    made(clinic.admin.http.put(f"/api/admin/accounts/{patient.id}", json={"role": "patient", "active": False}), 200)
    path = f"/api/admin/patients/{patient.id}/bookings/cancel"
    assert made(clinic.admin.http.put(path, json={"reason": "Booked by a program"}), 200)["visits"] == 1
    assert clinic.times(doctor) == before, "the time is free again"


def test_undo_without_a_reason_or_a_patient_is_refused(clinic: Clinic) -> None:
    patient, doctor = clinic.patient("whole"), clinic.doctors[0]
    path = "/api/admin/patients/{}/bookings/cancel".format
    assert clinic.admin.http.put(path(patient.id), json={"reason": " "}).status_code == 422
    for not_a_patient in (doctor.id, clinic.admin.id, 2**40):
        assert clinic.admin.http.put(path(not_a_patient), json={"reason": "Booked by a program"}).status_code == 404
    assert doctor.http.put(path(patient.id), json={"reason": "Booked by a program"}).status_code == 403
