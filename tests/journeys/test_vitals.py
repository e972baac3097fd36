"""Vital signs, from the doctor who measures them to the patient who reads them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.hospital import Hospital, Person, free_times
from tests.world import made


@dataclass
class Practice:
    doctor: Person
    colleague: Person
    patient: Person
    visit_id: int

    @property
    def path(self) -> str:
        return f"/api/doctor/patients/{self.patient.id}/vitals"

    def record(self, **values: Any) -> httpx.Response:
        return self.doctor.http.post(self.path, json=values)

    def own(self) -> list[dict[str, Any]]:
        vitals: list[dict[str, Any]] = made(self.patient.http.get("/api/me/record"), 200)["vitals"]
        return vitals


def book(patient: Person, doctor: Person) -> int:
    at = free_times(patient.http, doctor.id)[30].isoformat()
    return int(made(patient.http.post("/api/appointments", json={"doctor_id": doctor.id, "starts_at": at}))["id"])


@pytest.fixture(scope="module")
def practice(hospital: Hospital, admin: Person) -> Iterator[Practice]:
    doctor = hospital.add_doctor(admin, "doctor.vitals@example.org", "Dr Vera Vital", "General practice")
    colleague = hospital.add_doctor(admin, "colleague.vitals@example.org", "Dr Carl Vital", "Surgery")
    patient = hospital.register("patient.vitals@example.org", "Wanda Weight", date_of_birth="1971-04-05", sex="female")
    yield Practice(doctor, colleague, patient, book(patient, doctor))
    for person in (doctor, colleague, patient):
        person.http.close()


def test_vitals_of_a_visit_are_read_by_doctor_and_patient(practice: Practice) -> None:
    sent = {"systolic": 148, "diastolic": 92, "heart_rate": 76, "temperature": 36.7, "weight": 81.5, "height": 168}
    one = made(practice.record(**sent, appointment_id=practice.visit_id, note="Left arm"))
    assert {name: one[name] for name in sent} == sent
    assert (one["bmi"], one["pain"], one["note"]) == (28.9, None, "Left arm")
    assert (one["appointment_id"], one["patient_id"]) == (practice.visit_id, practice.patient.id)
    assert (one["recorded_by"]["full_name"], one["version"]) == ("Dr Vera Vital", 1)
    assert one in made(practice.doctor.http.get(practice.path), 200)["items"]
    assert one in practice.own()


def test_vitals_are_listed_by_time_of_measurement(practice: Practice) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    times = [now - timedelta(days=days) for days in (400, 410, 405)]
    ids = [made(practice.record(weight=80, measured_at=at.isoformat()))["id"] for at in times]
    shown = [one["id"] for one in made(practice.doctor.http.get(f"{practice.path}?limit=100"), 200)["items"]]
    assert shown[-3:] == [ids[0], ids[2], ids[1]]
    assert [one["id"] for one in practice.own()][-3:] == shown[-3:]


def test_vitals_are_hidden_from_doctors_without_care(practice: Practice) -> None:
    one = made(practice.record(weight=81))
    wrong = f"/api/doctor/vitals/{one['id']}/entered-in-error"
    for answer in (
        practice.colleague.http.get(practice.path),
        practice.colleague.http.post(practice.path, json={"weight": 80}),
        practice.colleague.http.put(wrong, json={"reason": "Wrong patient"}),
    ):
        assert answer.status_code == 404, answer.text


def test_vitals_of_another_doctors_visit_are_refused(practice: Practice, hospital: Hospital) -> None:
    other = hospital.register("other.vitals@example.org", "Olga Other")
    foreign = book(other, practice.doctor)
    assert practice.record(weight=80, appointment_id=foreign).status_code == 404
    other.http.close()


def test_fahrenheit_is_refused_with_the_unit(practice: Practice) -> None:
    refused = made(practice.record(temperature=98.6, pulse=None), 422)
    assert {one["field"] for one in refused["errors"]} == {"body.temperature", "body.pulse"}
    [error] = made(practice.record(temperature=98.6), 422)["errors"]
    assert error == {"field": "body.temperature", "message": "enter the value in °C, not °F, from 25 to 45"}


def test_unusual_vitals_are_stored_once_confirmed(practice: Practice) -> None:
    before = len(practice.own())
    refused = made(practice.record(systolic=212, diastolic=90, weight=8.15), 409)
    assert (refused["code"], [one["sign"] for one in refused["unusual"]]) == ("unusual_values", ["systolic", "weight"])
    assert refused["unusual"][0] == {"sign": "systolic", "value": 212, "low": 91, "high": 179}
    assert len(practice.own()) == before
    stored = made(practice.record(systolic=212, diastolic=90, weight=81.5, confirmed=["systolic"]))
    assert stored["systolic"] == 212
    assert len(practice.own()) == before + 1


def test_vitals_of_the_future_are_refused(practice: Practice) -> None:
    ahead = (datetime.now(UTC) + timedelta(minutes=10)).isoformat()
    [error] = made(practice.record(weight=80, measured_at=ahead), 422)["errors"]
    assert error["field"] == "body.measured_at"


def test_vitals_in_error_stay_for_doctors_alone(practice: Practice) -> None:
    one = made(practice.record(weight=118))
    wrong, body = f"/api/doctor/vitals/{one['id']}/entered-in-error", {"reason": "Scales with shoes and bag."}
    assert practice.doctor.http.put(wrong, json={"reason": ""}).status_code == 422
    marked = made(practice.doctor.http.put(wrong, json=body, headers={"If-Match": '"1"'}), 200)
    assert (marked["error_reason"], marked["in_error_by"]["full_name"]) == (body["reason"], "Dr Vera Vital")
    assert (marked["weight"], marked["version"]) == (118, 2)
    assert made(practice.doctor.http.put(wrong, json={"reason": "Once more"}), 200) == marked
    assert practice.doctor.http.put(wrong, json=body, headers={"If-Match": '"1"'}).status_code == 412
    assert marked in made(practice.doctor.http.get(practice.path), 200)["items"]
    assert one["id"] not in [shown["id"] for shown in practice.own()]


def test_treating_doctor_marks_vitals_of_a_colleague(practice: Practice, hospital: Hospital, admin: Person) -> None:
    one = made(practice.record(weight=82))
    second = hospital.add_doctor(admin, "second.vitals@example.org", "Dr Sam Second", "Cardiology")
    at = free_times(practice.patient.http, second.id)[90].isoformat()
    made(practice.patient.http.post("/api/appointments", json={"doctor_id": second.id, "starts_at": at}))
    wrong = f"/api/doctor/vitals/{one['id']}/entered-in-error"
    marked = made(second.http.put(wrong, json={"reason": "Not her weight."}), 200)
    assert (marked["recorded_by"]["full_name"], marked["in_error_by"]["full_name"]) == ("Dr Vera Vital", "Dr Sam Second")
    second.http.close()
