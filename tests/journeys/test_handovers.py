"""A doctor's account is closed or gets another role: a colleague takes over the open work, and no work is without an owner."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from careplus_clinic.clinic_time import local_date
from tests import databases
from tests.hospital import ADMIN, Hospital, Person, free_times
from tests.world import made

ITEM = {"dose": "1 tablet", "route": "oral", "frequency": "daily", "duration_days": 30}
KINDS = {
    "upcoming_visits": 1,
    "unsigned_notes": 1,
    "results_to_release": 0,
    "lab_orders": 1,
    "referrals_received": 1,
    "referrals_sent": 1,
    "active_prescriptions": 1,
    "refills": 1,
}


@dataclass
class Ward:
    """A doctor with one open record of each kind, two colleagues of the specialty, a doctor of another, and a patient."""

    hospital: Hospital
    admin: Person
    lab: Person
    patient: Person
    doctor: Person
    colleague: Person
    third: Person
    other: Person
    ids: dict[str, int]
    email: str
    doctor_name: str

    def close(self, person: Person, *, role: str = "doctor", active: bool = False, **more: Any) -> Any:
        return self.admin.http.put(f"/api/admin/accounts/{person.id}", json={"role": role, "active": active, **more})

    def verify_critical(self) -> int:
        """Enter and verify a critical hemoglobin for the doctor's order."""
        order = f"/api/labs/bookings/{self.ids['order']}"
        for status in ("collected", "received", "in_progress"):
            made(self.lab.http.put(f"{order}/status", json={"status": status}), 200)
        entered = {"test_code": "CBC", "observations": [{"analyte": "hemoglobin", "value": 3.1, "unit": "g/dL"}]}
        result = made(self.lab.http.post(f"{order}/results", json=entered))
        assert made(self.lab.http.put(f"/api/labs/results/{result['id']}/verify"), 200)["critical"]
        return int(result["id"])


def results(person: Person) -> list[int]:
    return [one["id"] for one in made(person.http.get("/api/doctor/lab-results?released=false&limit=100"), 200)["items"]]


def handovers(person: Person) -> dict[int, Any]:
    """Return the work that a doctor does for others, by doctor."""
    return {one["doctor"]["id"]: one for one in made(person.http.get("/api/doctor/handovers?limit=100"), 200)["items"]}


def without_owner(admin: Person) -> dict[int, Any]:
    found = made(admin.http.get("/api/admin/handovers?without_owner=true&limit=100"), 200)
    return {one["doctor"]["id"]: one for one in found["items"]}


def close_in_database(hospital: Hospital, person: Person) -> None:
    """Close an account on another write path than the API, which names no colleague."""
    databases.execute(hospital.database, "UPDATE accounts SET active = false WHERE id = ?", person.id)


@pytest.fixture(scope="module")
def people(hospital: Hospital, admin: Person) -> Iterator[tuple[Person, Person]]:
    lab = hospital.invite(admin, "hand.lab@example.org", "Hanna Labor", "lab")
    patient = hospital.register("hand.pat@example.org", "Hal Over", date_of_birth="1970-03-01", sex="male")
    yield lab, patient
    lab.http.close()
    patient.http.close()


@pytest.fixture
def ward(hospital: Hospital, admin: Person, people: tuple[Person, Person], request: pytest.FixtureRequest) -> Iterator[Ward]:
    lab, patient = people
    name = request.node.name.removeprefix("test_").replace("_", "-")
    email, doctor_name = f"ada.{name}@example.org", f"Dr Ada {name}"
    staff = [
        hospital.add_doctor(admin, email.replace("ada", part.lower()), doctor_name.replace("Ada", part), specialty)
        for part, specialty in (("Ada", name), ("Ben", name), ("Cyd", name), ("Dan", "Elsewhere"))
    ]
    doctor, colleague, third, other = staff
    at = free_times(patient.http, doctor.id, days=10)[60]
    for past in made(patient.http.get("/api/appointments?when=upcoming"), 200)["items"]:
        patient.http.put(f"/api/appointments/{past['id']}/cancel")
    visit = made(patient.http.post("/api/appointments", json={"doctor_id": doctor.id, "starts_at": at.isoformat()}))["id"]
    ids = {"visit": visit}
    made(doctor.http.put(f"/api/doctor/appointments/{visit}/notes", json={"text": "Pale.", "sign": False}), 200)
    body = {"patient_id": patient.id}
    # one medicine for each test: a second one of the same would be a duplicate
    item = {**ITEM, "medicine": f"Tonic of {name}"}
    ids["prescription"] = made(doctor.http.post("/api/doctor/prescriptions", json={**body, "items": [item]}))["id"]
    ids["refill"] = made(patient.http.post(f"/api/prescriptions/{ids['prescription']}/refill", json={}))["id"]
    ids["order"] = made(doctor.http.post("/api/doctor/lab-orders", json={**body, "test_codes": ["CBC"]}))["id"]
    sent = {**body, "to_external": "City radiology", "reason": "Chest film"}
    ids["sent"] = made(doctor.http.post("/api/doctor/referrals", json=sent))["id"]
    # the sender treats the patient too
    more = free_times(patient.http, other.id, days=10)[80]
    made(patient.http.post("/api/appointments", json={"doctor_id": other.id, "starts_at": more.isoformat()}))
    received = {**body, "to_doctor_id": doctor.id, "reason": "Murmur"}
    ids["received"] = made(other.http.post("/api/doctor/referrals", json=received))["id"]
    yield Ward(hospital, admin, lab, patient, doctor, colleague, third, other, ids, email, doctor_name)
    for person in staff:
        person.http.close()


def test_closing_a_doctor_names_what_waits(ward: Ward) -> None:
    refused = ward.close(ward.doctor)
    assert (refused.status_code, refused.json()["code"]) == (409, "work_waits")
    assert refused.json()["work"] == {**KINDS, "total": 7}
    asked = made(ward.admin.http.get(f"/api/admin/accounts/{ward.doctor.id}/open-work"), 200)
    assert asked == {"work": {**KINDS, "total": 7}, "left_at": None, "colleague": None, "last_of_role": False}
    assert ward.doctor.http.get("/auth/me").status_code == 200, "the account stays open"
    assert ward.close(ward.doctor, role="patient", active=True).json()["code"] == "work_waits", "the same for another role"
    for wrong in (ward.doctor.id, ward.patient.id, 2**62):
        assert ward.close(ward.doctor, colleague_id=wrong).status_code == 422
    assert ward.close(ward.doctor, active=True, colleague_id=ward.colleague.id).status_code == 422, "nothing to hand over"
    assert ward.close(ward.colleague).status_code == 200, "a doctor without work needs no colleague"


def test_colleague_gets_results_verified_after_closing(ward: Ward) -> None:
    made(ward.close(ward.doctor, colleague_id=ward.colleague.id), 200)
    result = ward.verify_critical()
    assert result in results(ward.colleague)
    assert result not in results(ward.third), "only the colleague that was named"
    [listed] = [one for one in made(ward.colleague.http.get("/api/doctor/lab-results"), 200)["items"] if one["id"] == result]
    assert listed["ordered_by"]["id"] == ward.doctor.id, "the order keeps its origin"
    critical = f"/api/doctor/critical-results/{result}"
    assert ward.third.http.put(critical, json={"action": "Called the patient in"}).status_code == 404
    [acting] = made(ward.colleague.http.get(critical), 200)["doctors"]
    assert (acting["id"], acting["responsible"]) == (ward.colleague.id, True)
    made(ward.colleague.http.put(critical, json={"action": "Called the patient in"}), 200)
    released = ward.colleague.http.put(f"/api/doctor/lab-results/{result}", json={"release": True})
    assert made(released, 200)["released_by"]["id"] == ward.colleague.id
    assert ward.third.http.put(f"/api/doctor/lab-results/{result}", json={"release": True}).status_code == 404


def test_colleague_acts_on_every_kind_of_work(ward: Ward) -> None:
    made(ward.close(ward.doctor, role="patient", active=True, colleague_id=ward.colleague.id), 200)
    act, ids = ward.colleague.http, ward.ids
    one = handovers(ward.colleague)[ward.doctor.id]
    assert (one["work"], one["colleague"]["id"]) == ({**KINDS, "total": 7}, ward.colleague.id)
    assert ward.doctor.id not in handovers(ward.third)
    assert made(act.get(f"/api/doctor/patients/{ward.patient.id}"), 200)["patient"]["id"] == ward.patient.id
    visits = {"doctor_id": ward.doctor.id, "unsigned": True}
    assert [one["id"] for one in made(act.get("/api/doctor/appointments", params=visits), 200)["items"]] == [ids["visit"]]
    assert ward.third.http.get("/api/doctor/appointments", params=visits).status_code == 404
    notes = f"/api/doctor/appointments/{ids['visit']}/notes"
    assert made(act.get(notes), 200)["text"] == "Pale.", "the draft is not lost"
    signed = made(act.put(notes, json={"text": "Pale.", "sign": True}), 200)
    assert (signed["author"]["id"], signed["signed_by"]["id"]) == (ward.doctor.id, ward.colleague.id)
    orders: dict[str, Any] = {"patient_id": ward.patient.id, "status": "booked"}
    assert ids["order"] in [one["id"] for one in made(act.get("/api/doctor/lab-orders", params=orders), 200)["items"]]
    withdraw, reason = f"/api/doctor/lab-orders/{ids['order']}/cancel", {"reason": "The doctor has left"}
    assert ward.third.http.put(withdraw, json=reason).status_code == 404
    assert made(act.put(withdraw, json=reason), 200)["cancelled_by_person"]["id"] == ward.colleague.id
    refill, answer = f"/api/doctor/refills/{ids['refill']}", {"answer": "declined", "text": "Come in first."}
    assert ward.third.http.put(refill, json=answer).status_code == 404
    assert made(act.put(refill, json=answer), 200)["answered_by"]["id"] == ward.colleague.id
    left = made(ward.admin.http.get(f"/api/admin/accounts/{ward.doctor.id}/open-work"), 200)["work"]
    assert left["refills"] == 0, "an answered request is no open work"
    assert made(act.put(f"/api/doctor/prescriptions/{ids['prescription']}/stop"), 200)["doctor"]["id"] == ward.doctor.id
    assert made(act.put(f"/api/doctor/referrals/{ids['sent']}", json={"status": "cancelled"}), 200)["status"] == "cancelled"
    waiting = made(ward.patient.http.get(f"/api/referrals/{ids['received']}"), 200)
    colleague = {"id": ward.colleague.id, "full_name": ward.doctor_name.replace("Ada", "Ben")}
    assert (waiting["to_doctor"]["id"], waiting["taken_over_by"]) == (ward.doctor.id, colleague)
    tasks = made(ward.patient.http.get("/api/me/summary"), 200)["to_do"]
    [task] = [one for one in tasks if (one["kind"], one["id"]) == ("referral_to_book", ids["received"])]
    assert task["about"] == colleague["full_name"], "the doctor to book with"
    accepted = made(act.put(f"/api/doctor/referrals/{ids['received']}", json={"status": "accepted"}), 200)
    assert accepted["taken_over_by"]["id"] == ward.colleague.id


def test_patients_log_names_the_handover(ward: Ward) -> None:
    made(ward.close(ward.doctor, colleague_id=ward.colleague.id), 200)
    log = made(ward.patient.http.get("/api/me/access-log"), 200)["items"]
    [entry] = [one for one in log if one["action"] == "update_account" and ward.doctor_name in (one["reason"] or "")]
    assert entry["by"]["id"] == ward.admin.id
    assert entry["reason"] == f"{ward.doctor_name} → {ward.doctor_name.replace('Ada', 'Ben')}"


def test_reception_arranges_visits_of_a_doctor_that_left(ward: Ward) -> None:
    made(ward.close(ward.doctor, role="lab", active=True, colleague_id=ward.colleague.id), 200)
    found = made(ward.admin.http.get("/api/admin/doctors", params={"q": ward.doctor_name}), 200)["items"]
    assert [(one["id"], one["account_active"]) for one in found] == [(ward.doctor.id, False)], "still in the filter"
    assert made(ward.admin.http.get(f"/api/admin/doctors/{ward.doctor.id}"), 200)["account_active"] is False
    visits = made(ward.admin.http.get("/api/admin/appointments", params={"doctor_id": ward.doctor.id}), 200)["items"]
    assert [one["id"] for one in visits] == [ward.ids["visit"]]
    moved = ward.admin.http.put(f"/api/admin/appointments/{ward.ids['visit']}", json={"doctor_id": ward.colleague.id})
    assert made(moved, 200)["doctor"]["id"] == ward.colleague.id


def test_last_laboratory_account_is_named(folder: Path) -> None:
    # a hospital of its own: closing the other laboratory accounts would end the sessions of later tests
    with Hospital(folder).running_with_admin() as alone, ExitStack() as closing:

        def is_last() -> bool:
            return bool(made(admin.http.get(f"/api/admin/accounts/{lab.id}/open-work"), 200)["last_of_role"])

        admin = alone.sign_in(ADMIN)
        lab, second = (alone.invite(admin, f"{name}@example.org", "Hanna Labor", "lab") for name in ("hanna", "sina"))
        patient = alone.register("hal@example.org", "Hal Over")
        for person in (admin, lab, second, patient):
            closing.callback(person.http.close)
        assert not is_last()
        made(admin.http.put(f"/api/admin/accounts/{second.id}", json={"role": "lab", "active": False}), 200)
        assert is_last()
        made(admin.http.get(f"/api/admin/accounts/{patient.id}/open-work"), 200)
        alone.invite(admin, "third@example.org", "Sina Zweit", "lab").http.close()
        assert not is_last()


def test_day_of_a_doctor_that_left_is_reassigned(ward: Ward) -> None:
    made(ward.close(ward.doctor, colleague_id=ward.colleague.id), 200)
    [visit] = made(ward.admin.http.get("/api/admin/appointments", params={"doctor_id": ward.doctor.id}), 200)["items"]
    day = local_date(datetime.fromisoformat(visit["starts_at"]), ZoneInfo("Europe/Berlin")).isoformat()
    body = {"doctor_id": ward.third.id, "starts_at": visit["starts_at"]}
    listed = made(ward.admin.http.get("/api/admin/appointments", params={"doctor_id": ward.doctor.id, "day": day}), 200)["items"]
    assert [(one["id"], one["doctor"]["bookable"]) for one in listed] == [(visit["id"], False)]
    path = f"/api/admin/appointments/{visit['id']}"
    back = ward.admin.http.put(
        path, json={"starts_at": free_times(ward.patient.http, ward.colleague.id, days=10)[61].isoformat()}
    )
    assert back.json()["code"] == "doctor_not_bookable", "not another time of the doctor that left"
    moved = made(ward.admin.http.put(path, json=body), 200)
    assert (moved["doctor"]["id"], moved["starts_at"]) == (ward.third.id, visit["starts_at"])
    assert ward.admin.http.put(path, json={"doctor_id": ward.doctor.id}).json()["code"] == "doctor_not_bookable"
    work = made(ward.admin.http.get(f"/api/admin/accounts/{ward.doctor.id}/open-work"), 200)["work"]
    assert work["upcoming_visits"] == 0


def test_reopened_account_has_its_work_again(ward: Ward) -> None:
    made(ward.close(ward.doctor, role="patient", active=True, colleague_id=ward.colleague.id), 200)
    result = ward.verify_critical()
    made(ward.close(ward.doctor, active=True), 200)
    assert result not in results(ward.colleague)
    again = ward.hospital.sign_in(ward.email)
    assert result in results(again)
    again.http.close()


def test_second_handover_includes_the_first(ward: Ward) -> None:
    made(ward.close(ward.doctor, colleague_id=ward.colleague.id), 200)
    assert ward.close(ward.colleague).json()["code"] == "work_waits", "taken over work waits too"
    made(ward.close(ward.colleague, colleague_id=ward.third.id), 200)
    assert ward.verify_critical() in results(ward.third)


def test_work_without_owner_is_in_every_list_of_the_specialty(ward: Ward) -> None:
    close_in_database(ward.hospital, ward.doctor)
    result = ward.verify_critical()
    assert result in results(ward.colleague)
    assert result in results(ward.third)
    assert ward.doctor.id not in handovers(ward.other), "another specialty"
    without = without_owner(ward.admin)
    assert without[ward.doctor.id]["work"]["results_to_release"] == 1
    assert ward.third.http.put(f"/api/doctor/lab-results/{result}", json={"seen": True}).status_code == 200
    made(ward.close(ward.doctor, colleague_id=ward.colleague.id), 200)
    assert result not in results(ward.third), "now it has an owner"
    assert ward.doctor.id not in without_owner(ward.admin)


def test_work_of_a_specialty_without_doctors_is_in_every_list(ward: Ward) -> None:
    # a doctor that treats the patient reads the result without a handover
    for visit in made(ward.patient.http.get("/api/appointments?when=upcoming"), 200)["items"]:
        if visit["doctor"]["id"] == ward.other.id:
            made(ward.patient.http.put(f"/api/appointments/{visit['id']}/cancel"), 200)
    for colleague in (ward.colleague, ward.third):
        made(ward.close(colleague), 200)
    close_in_database(ward.hospital, ward.doctor)
    result = ward.verify_critical()
    assert result in results(ward.other)
    assert ward.doctor.id in handovers(ward.other)
    made(ward.close(ward.third, active=True), 200)
    assert ward.doctor.id not in handovers(ward.other), "the specialty has a doctor again"
    assert result not in results(ward.other)


def test_referral_to_a_closed_doctor_is_refused(ward: Ward) -> None:
    made(ward.close(ward.doctor, colleague_id=ward.colleague.id), 200)
    body = {"patient_id": ward.patient.id, "to_doctor_id": ward.doctor.id, "reason": "Murmur"}
    assert ward.other.http.post("/api/doctor/referrals", json=body).status_code == 404
