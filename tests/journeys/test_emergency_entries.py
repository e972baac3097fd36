"""Entries of the record that a doctor with emergency access alone writes are marked, for doctors and the patient."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.hospital import Hospital, Person, free_times
from tests.world import World, made

OPENING = {"full_name": "Ines Marked", "date_of_birth": "1961-02-03", "reason": "Found unconscious, medication unknown"}
LATEX = {"substance": "Latex", "reaction": None, "severity": "severe", "certainty": None, "onset": None, "noted_on": None}
NICKEL = {**LATEX, "substance": "Nickel"}
EPILEPSY = {"name": "Epilepsy", "icd10": None, "status": "active", "since": None}
ASTHMA = {**EPILEPSY, "name": "Asthma"}


@pytest.fixture
def patient(hospital: Hospital, request: pytest.FixtureRequest) -> Iterator[Person]:
    name = request.node.name.replace("_", "-")
    person = hospital.register(f"{name}@example.org", OPENING["full_name"], date_of_birth=OPENING["date_of_birth"])
    yield person
    person.http.close()


@pytest.fixture
def in_emergency(world: World, patient: Person) -> Person:
    """Return a doctor who opened the patient's chart and does not treat the patient."""
    doctor = world.people["other_doctor"]
    made(doctor.http.post(f"/api/doctor/patients/{patient.id}/access", json=OPENING))
    return doctor


@pytest.fixture
def treating(world: World, patient: Person) -> Person:
    """Return a doctor with a visit of the patient."""
    doctor = world.people["doctor"]
    at = free_times(patient.http, doctor.id, days=10)[50].isoformat()
    made(patient.http.post("/api/appointments", json={"doctor_id": doctor.id, "starts_at": at}))
    return doctor


def prescribe(doctor: Person, patient: Person, medicine: str) -> dict[str, Any]:
    item = {"medicine": medicine, "dose": "0.4 mg", "route": "iv", "frequency": "once", "duration_days": 1}
    return made(doctor.http.post("/api/doctor/prescriptions", json={"patient_id": patient.id, "items": [item]}))


def put(doctor: Person, patient: Person, part: str, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    answer = made(doctor.http.put(f"/api/doctor/patients/{patient.id}/{part}", json={part: entries}), 200)
    return list(answer[part])


def test_prescription_in_emergency_is_marked(in_emergency: Person, treating: Person, patient: Person) -> None:
    marked, plain = prescribe(in_emergency, patient, "Naloxone"), prescribe(treating, patient, "Paracetamol")
    assert (marked["emergency"], plain["emergency"]) == (True, False)
    shown = made(patient.http.get(f"/api/prescriptions/{marked['id']}"), 200)
    assert shown["emergency"] is True
    record = made(patient.http.get("/api/me/record"), 200)["prescriptions"]
    assert {one["id"]: one["emergency"] for one in record} == {marked["id"]: True, plain["id"]: False}


def test_mark_stays_when_doctor_treats_later(world: World, in_emergency: Person, patient: Person) -> None:
    before = prescribe(in_emergency, patient, "Naloxone")
    at = free_times(patient.http, in_emergency.id, days=10)[60].isoformat()
    made(patient.http.post("/api/appointments", json={"doctor_id": in_emergency.id, "starts_at": at}))
    after = prescribe(in_emergency, patient, "Paracetamol")
    chart = made(in_emergency.http.get(f"/api/doctor/patients/{patient.id}"), 200)["prescriptions"]
    assert {one["id"]: one["emergency"] for one in chart} == {before["id"]: True, after["id"]: False}


def test_allergies_are_marked_one_by_one(in_emergency: Person, treating: Person, patient: Person) -> None:
    assert put(treating, patient, "allergies", [NICKEL]) == [{**NICKEL, "emergency": False}]
    both = [{**NICKEL, "emergency": False}, {**LATEX, "emergency": True}]
    assert put(in_emergency, patient, "allergies", [NICKEL, LATEX]) == both
    assert made(patient.http.get("/api/me/record"), 200)["allergies"] == both
    kept = [{**LATEX, "emergency": True}, {**NICKEL, "emergency": False}]
    assert put(treating, patient, "allergies", [LATEX, NICKEL]) == kept, "another doctor's list keeps the mark"
    changed = {**LATEX, "reaction": "Hives"}
    assert put(treating, patient, "allergies", [changed]) == [{**changed, "emergency": False}], "the treating doctor wrote it"


def test_same_list_in_emergency_changes_nothing(in_emergency: Person, treating: Person, patient: Person) -> None:
    path = f"/api/doctor/patients/{patient.id}/allergies"
    first = made(treating.http.put(path, json={"allergies": [NICKEL]}), 200)
    assert made(in_emergency.http.put(path, json={"allergies": [NICKEL]}), 200) == first


def test_problems_are_marked_one_by_one(in_emergency: Person, treating: Person, patient: Person) -> None:
    assert put(treating, patient, "problems", [ASTHMA]) == [{**ASTHMA, "emergency": False}]
    both = [{**ASTHMA, "emergency": False}, {**EPILEPSY, "emergency": True}]
    assert put(in_emergency, patient, "problems", [ASTHMA, EPILEPSY]) == both
    assert made(patient.http.get("/api/me/record"), 200)["problems"] == both


def test_client_cannot_set_the_mark(in_emergency: Person, patient: Person) -> None:
    path = f"/api/doctor/patients/{patient.id}/allergies"
    assert in_emergency.http.put(path, json={"allergies": [{**LATEX, "emergency": False}]}).status_code == 422


def test_referral_in_emergency_is_marked(in_emergency: Person, treating: Person, patient: Person) -> None:
    body = {"patient_id": patient.id, "to_external": "City radiology", "reason": "Chest film"}
    marked, plain = (made(one.http.post("/api/doctor/referrals", json=body)) for one in (in_emergency, treating))
    assert (marked["emergency"], plain["emergency"]) == (True, False)
    assert made(patient.http.get(f"/api/referrals/{marked['id']}"), 200)["emergency"] is True
    chart = made(treating.http.get(f"/api/doctor/patients/{patient.id}"), 200)["referrals"]
    assert {one["id"]: one["emergency"] for one in chart} == {marked["id"]: True, plain["id"]: False}


def test_vital_signs_in_emergency_are_marked(in_emergency: Person, treating: Person, patient: Person) -> None:
    path = f"/api/doctor/patients/{patient.id}/vitals"
    marked, plain = (made(one.http.post(path, json={"heart_rate": 70})) for one in (in_emergency, treating))
    assert (marked["emergency"], plain["emergency"]) == (True, False)
    record = made(patient.http.get("/api/me/record"), 200)["vitals"]
    assert {one["id"]: one["emergency"] for one in record} == {marked["id"]: True, plain["id"]: False}
