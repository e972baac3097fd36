"""Certificates, from the doctor that writes one to the patient that prints it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from tests.hospital import Hospital, Person, free_times
from tests.world import made

TODAY = datetime.now(ZoneInfo("Europe/Berlin")).date()


@dataclass
class Practice:
    hospital: Hospital
    doctor: Person
    colleague: Person
    patient: Person

    def certify(self, **members: Any) -> httpx.Response:
        return self.doctor.http.post("/api/doctor/certificates", json={"patient_id": self.patient.id, **members})

    def sick_note(self, first: int = 0, days: int = 3, **more: Any) -> httpx.Response:
        """Write a sick note that begins so many days from today."""
        first_day = TODAY + timedelta(days=first)
        span = {"first_day": first_day.isoformat(), "last_day": (first_day + timedelta(days=days - 1)).isoformat()}
        return self.certify(kind="unable_to_work", **span, **more)

    def visit(self) -> dict[str, Any]:
        at = free_times(self.patient.http, self.doctor.id)[30].isoformat()
        return made(self.patient.http.post("/api/appointments", json={"doctor_id": self.doctor.id, "starts_at": at}))


@pytest.fixture(scope="module")
def practice(hospital: Hospital, admin: Person) -> Iterator[Practice]:
    doctor = hospital.add_doctor(admin, "doctor.sick@example.org", "Dr Nora Note", "General practice")
    colleague = hospital.add_doctor(admin, "colleague.sick@example.org", "Dr Carl Note", "Surgery")
    patient = hospital.register("patient.sick@example.org", "Ill Ilse")
    built = Practice(hospital, doctor, colleague, patient)
    built.visit()
    yield built
    for person in (doctor, colleague, patient):
        person.http.close()


def test_sick_note_is_read_by_patient_and_doctors_in_care(practice: Practice) -> None:
    note = made(practice.sick_note(diagnosis="Acute bronchitis"))
    assert (note["kind"], note["voided_at"], note["version"]) == ("unable_to_work", None, 1)
    assert note["reference"].startswith("MC-")
    assert made(practice.patient.http.get(f"/api/certificates/{note['id']}"), 200) == note
    assert note in made(practice.patient.http.get("/api/certificates"), 200)["items"]
    own = f"/api/doctor/certificates/{note['id']}"
    assert practice.colleague.http.get(own).status_code == 404
    later = free_times(practice.patient.http, practice.colleague.id)[90].isoformat()
    booking = {"doctor_id": practice.colleague.id, "starts_at": later}
    visit = made(practice.patient.http.post("/api/appointments", json=booking))
    assert made(practice.colleague.http.get(own), 200) == note
    query = {"patient_id": practice.patient.id}
    assert note in made(practice.colleague.http.get("/api/doctor/certificates", params=query), 200)["items"]
    assert note not in made(practice.colleague.http.get("/api/doctor/certificates"), 200)["items"]
    assert practice.colleague.http.put(f"{own}/void", json={"reason": "Not mine to void"}).status_code == 404
    made(practice.patient.http.put(f"/api/appointments/{visit['id']}/cancel"), 200)
    assert practice.colleague.http.get(own).status_code == 404


@pytest.mark.parametrize(
    ("first", "days", "allowed"), [(-3, 1, True), (-4, 1, False), (7, 31, True), (8, 1, False), (0, 32, False)]
)
def test_sick_note_has_days_near_today(practice: Practice, first: int, days: int, allowed: bool) -> None:
    answer = practice.sick_note(first, days)
    assert answer.status_code == (201 if allowed else 409)
    if not allowed:
        problem = answer.json()
        assert (problem["code"], problem["most_days"]) == ("days_not_certifiable", 31)
        assert problem["earliest"] == (TODAY - timedelta(days=3)).isoformat()


@pytest.mark.parametrize(
    "members",
    [
        {"kind": "unable_to_work", "first_day": "2030-01-08", "last_day": "2030-01-07"},
        {"kind": "unable_to_work", "first_day": "2030-01-08"},
        {"kind": "statement"},
        {"kind": "statement", "statement": "Fit", "first_day": "2030-01-08"},
        {"kind": "attendance", "present_from": "09:00", "present_until": "10:00"},
        {"kind": "attendance", "present_from": "10:00", "present_until": "09:00", "appointment_id": 1},
    ],
)
def test_incomplete_certificate_is_malformed(practice: Practice, members: dict[str, str]) -> None:
    assert practice.certify(**members).status_code == 422


def test_attendance_is_that_of_a_visit_that_took_place(practice: Practice) -> None:
    visit = practice.visit()
    times = {"kind": "attendance", "present_from": "09:10", "present_until": "10:00", "appointment_id": visit["id"]}
    early = practice.certify(**times)
    assert (early.status_code, early.json()["code"]) == (409, "not_attended")
    practice.hospital.let_begin(visit["id"])
    made(practice.doctor.http.put(f"/api/doctor/appointments/{visit['id']}", json={"status": "in_progress"}), 200)
    sheet = made(practice.certify(**times))
    begun = made(practice.doctor.http.get(f"/api/doctor/appointments/{visit['id']}"), 200)["starts_at"]
    day = datetime.fromisoformat(begun).astimezone(ZoneInfo("Europe/Berlin")).date().isoformat()
    assert (sheet["first_day"], sheet["last_day"], sheet["present_from"]) == (day, day, "09:10")
    other = practice.colleague.http.post("/api/doctor/certificates", json={"patient_id": practice.patient.id, **times})
    assert other.status_code == 404


def test_void_certificate_stays_readable_with_its_reason(practice: Practice) -> None:
    note = made(practice.sick_note())
    address = f"/api/doctor/certificates/{note['id']}/void"
    assert practice.doctor.http.put(address, json={"reason": "Days"}).status_code == 422, "a reason has five characters"
    reason = {"reason": "Written for the wrong days."}
    void = made(practice.doctor.http.put(address, json=reason, headers={"If-Match": '"1"'}), 200)
    assert (void["void_reason"], void["voided_by"]["id"], void["version"]) == (reason["reason"], practice.doctor.id, 2)
    again = made(practice.doctor.http.put(address, json={"reason": "Another reason"}), 200)
    assert again == void, "voiding again changes nothing"
    assert made(practice.patient.http.get(f"/api/certificates/{note['id']}"), 200) == void
    replacement = made(practice.sick_note(days=5))
    assert replacement["reference"] != note["reference"]


def test_double_press_writes_one_certificate(practice: Practice) -> None:
    body = {"patient_id": practice.patient.id, "kind": "statement", "statement": "Fit for sport, written once."}
    key = {"Idempotency-Key": "one-certificate"}
    first, second = (made(practice.doctor.http.post("/api/doctor/certificates", json=body, headers=key)) for _ in range(2))
    assert first["id"] == second["id"]
    items = made(practice.patient.http.get("/api/certificates"), 200)["items"]
    assert len([one for one in items if one["statement"] == body["statement"]]) == 1
