"""The letter of a referral keeps the parts of the chart that were enclosed, as they were when it was sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests import databases
from tests.hospital import Hospital, Person, free_times
from tests.world import made

ITEM = {"medicine": "Ramipril 5 mg", "dose": "1 tablet", "route": "oral", "frequency": "daily", "duration_days": 30}


@dataclass
class Practice:
    doctor: Person
    lab: Person
    patient: Person

    def result(self, hemoglobin: float, *, release: bool = True) -> dict[str, Any]:
        body = {"patient_id": self.patient.id, "test_codes": ["CBC"]}
        booking = made(self.doctor.http.post("/api/doctor/lab-orders", json=body))
        for status in ("collected", "received", "in_progress"):
            made(self.lab.http.put(f"/api/labs/bookings/{booking['id']}/status", json={"status": status}), 200)
        values = [{"analyte": "hemoglobin", "value": hemoglobin, "unit": "g/dL"}]
        entered = {"test_code": "CBC", "observations": values}
        result = made(self.lab.http.post(f"/api/labs/bookings/{booking['id']}/results", json=entered))
        made(self.lab.http.put(f"/api/labs/results/{result['id']}/verify"), 200)
        if release:
            made(self.doctor.http.put(f"/api/doctor/lab-results/{result['id']}", json={"release": True}), 200)
        return result

    def refer(self, **enclose: Any) -> Any:
        body = {"patient_id": self.patient.id, "to_external": "City hospital", "reason": "Please see", "enclose": enclose}
        return self.doctor.http.post("/api/doctor/referrals", json=body)

    def letter(self, referral: dict[str, Any]) -> dict[str, Any]:
        read = [
            made(self.doctor.http.get(f"/api/doctor/referrals/{referral['id']}"), 200),
            made(self.patient.http.get(f"/api/referrals/{referral['id']}"), 200),
        ]
        assert read[0] == read[1]
        enclosed: dict[str, Any] = read[0]["enclosed"]
        return enclosed


@pytest.fixture(scope="module")
def practice(hospital: Hospital, admin: Person) -> Iterator[Practice]:
    doctor = hospital.add_doctor(admin, "doctor.letter@example.org", "Dr Lena Letter", "Letters")
    lab = hospital.invite(admin, "lab.letter@example.org", "Lab Letter", "lab")
    patient = hospital.register("patient.letter@example.org", "Lou Letter", date_of_birth="1984-05-17", sex="female")
    at = free_times(patient.http, doctor.id)[30].isoformat()
    made(patient.http.post("/api/appointments", json={"doctor_id": doctor.id, "starts_at": at}))
    built = Practice(doctor, lab, patient)
    chart = f"/api/doctor/patients/{patient.id}"
    problems = [{"name": "Hypertension", "icd10": "I10", "status": "active"}, {"name": "Measles", "status": "resolved"}]
    made(doctor.http.put(f"{chart}/problems", json={"problems": problems}), 200)
    allergies = [{"substance": "Penicillin", "severity": "severe", "reaction": "Hives"}]
    made(doctor.http.put(f"{chart}/allergies", json={"allergies": allergies}), 200)
    made(doctor.http.post("/api/doctor/prescriptions", json={"patient_id": patient.id, "items": [ITEM]}))
    yield built
    for person in (doctor, lab, patient):
        person.http.close()


def test_letter_keeps_the_chart_as_it_was_sent(practice: Practice) -> None:
    result = practice.result(13.2)
    referral = made(practice.refer(problems=True, medicines=True, allergies=True, results=[{"result_id": result["id"]}]))
    sent = practice.letter(referral)
    assert [one["name"] for one in sent["problems"]] == ["Hypertension"], "resolved problems stay in the chart"
    assert [(one["medicine"], one["prescribed_by"]) for one in sent["medicines"]] == [("Ramipril 5 mg", "Dr Lena Letter")]
    assert (sent["allergy_status"], sent["allergies"][0]["substance"]) == ("noted", "Penicillin")
    assert [(one["test_name"], one["values"][0]["value"]) for one in sent["results"]] == [(result["test_name"], 13.2)]
    chart = f"/api/doctor/patients/{practice.patient.id}"
    before = made(practice.doctor.http.get(chart), 200)
    for part in ("problems", "allergies"):
        made(practice.doctor.http.put(f"{chart}/{part}", json={part: []}), 200)
    assert practice.letter(referral) == sent
    for part in ("problems", "allergies"):
        # `emergency` is set by the service alone
        written = [{name: value for name, value in one.items() if name != "emergency"} for one in before[part]]
        made(practice.doctor.http.put(f"{chart}/{part}", json={part: written}), 200)


def test_letter_names_medicines_that_are_taken(practice: Practice, hospital: Hospital) -> None:
    """One item of the oldest prescription has ended, and more newer ones were stopped than a chart shows."""
    items = [{**ITEM, "medicine": "Metformin 500 mg"}, {**ITEM, "medicine": "Amoxicillin 500 mg", "duration_days": 3}]
    body = {"patient_id": practice.patient.id, "items": items}
    refused = practice.doctor.http.post("/api/doctor/prescriptions", json=body).json()
    reasons = [{"key": one["key"], "reason": "Tolerated"} for one in refused["alerts"] if one["severity"] != "inform"]
    oldest = made(practice.doctor.http.post("/api/doctor/prescriptions", json={**body, "overrides": reasons}))["id"]
    # the longest item lasts 20 more days, the short one ended a week ago
    last_day = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()
    more = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 101)"
        " INSERT INTO prescriptions (reference, patient_id, doctor_id, status, last_day, created_at, version)"
        " SELECT 'RX-OLD-' || i, patient_id, doctor_id, 'stopped', last_day, created_at, 1 FROM prescriptions, n WHERE id = ?"
    )
    databases.execute(hospital.database, "UPDATE prescriptions SET last_day = ? WHERE id = ?", last_day, oldest)
    databases.execute(hospital.database, more, oldest)
    sent = practice.letter(made(practice.refer(medicines=True)))
    assert sorted(one["medicine"] for one in sent["medicines"]) == ["Metformin 500 mg", "Ramipril 5 mg"]
    made(practice.doctor.http.put(f"/api/doctor/prescriptions/{oldest}/stop"), 200)


def test_letter_encloses_only_what_was_chosen(practice: Practice) -> None:
    allergies = practice.letter(made(practice.refer(allergies=True)))
    assert (allergies["problems"], allergies["medicines"], allergies["results"]) == (None, None, [])
    assert practice.letter(made(practice.refer())) is None


def test_unreleased_and_foreign_results_are_not_enclosed(practice: Practice, hospital: Hospital, admin: Person) -> None:
    waiting = practice.refer(results=[{"result_id": practice.result(13.1, release=False)["id"]}])
    assert (waiting.status_code, waiting.json()["code"]) == (409, "not_released")
    other = hospital.register("other.letter@example.org", "Olga Other", date_of_birth="1984-05-17", sex="female")
    at = free_times(other.http, practice.doctor.id)[40].isoformat()
    made(other.http.post("/api/appointments", json={"doctor_id": practice.doctor.id, "starts_at": at}))
    foreign = Practice(practice.doctor, practice.lab, other).result(13.3)
    assert practice.refer(results=[{"result_id": foreign["id"]}]).status_code == 404
    other.http.close()
