"""Care ends: some months after the last visit, and an emergency access makes no care that lasts."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from careplus_runtime.process.settings import Settings
from tests.hospital import Hospital, Person, free_times
from tests.world import World, made

MONTH = timedelta(days=31)
OPENING = {"full_name": "Ines Ends", "date_of_birth": "1961-02-03", "reason": "Found unconscious, medication unknown"}


@pytest.fixture
def patient(hospital: Hospital, request: pytest.FixtureRequest) -> Iterator[Person]:
    name = request.node.name.replace("_", "-")
    person = hospital.register(f"{name}@example.org", OPENING["full_name"], date_of_birth=OPENING["date_of_birth"])
    yield person
    person.http.close()


def open_chart(doctor: Person, patient: Person) -> dict[str, Any]:
    return made(doctor.http.post(f"/api/doctor/patients/{patient.id}/access", json=OPENING))


def test_care_ends_months_after_the_last_visit(hospital: Hospital, admin: Person, patient: Person) -> None:
    doctor = hospital.add_doctor(admin, "long.ago@example.org", "Dr Long Ago", "Cardiology")
    at = free_times(patient.http, doctor.id, days=10)[40].isoformat()
    visit = made(patient.http.post("/api/appointments", json={"doctor_id": doctor.id, "starts_at": at}))
    chart, months = f"/api/doctor/patients/{patient.id}", Settings.model_fields["care_months"].default
    for ago, status in ((months - 2, 200), (months + 1, 404)):
        ends_at = (datetime.now(UTC) - ago * MONTH).replace(microsecond=0)
        hospital.place_visit(visit["id"], ends_at - timedelta(minutes=30), ends_at)
        assert doctor.http.get(chart).status_code == status, ago
    doctor.http.close()


def test_emergency_access_books_no_follow_up(world: World, patient: Person) -> None:
    doctor = world.people["other_doctor"]
    open_chart(doctor, patient)
    at = free_times(patient.http, doctor.id, days=10)[60].isoformat()
    follow_up = {"starts_at": at, "reason": "Check"}
    path = f"/api/doctor/patients/{patient.id}/follow-ups"
    refused = made(doctor.http.post(path, json=follow_up), 409)
    assert (refused["code"], "Reception or the patient books" in refused["detail"]) == ("emergency_only", True)
    made(patient.http.post("/api/appointments", json={"doctor_id": doctor.id, "starts_at": at}))
    later = {**follow_up, "starts_at": free_times(patient.http, doctor.id, days=10)[70].isoformat()}
    made(doctor.http.post(path, json=later))


def test_emergency_sender_accepts_no_referral(hospital: Hospital, admin: Person, world: World, patient: Person) -> None:
    sender = world.people["other_doctor"]
    leaving = hospital.add_doctor(admin, "leaving.ends@example.org", "Dr Leaving", "Cardiology")
    leaving.http.close()
    open_chart(sender, patient)
    body = {"patient_id": patient.id, "to_doctor_id": leaving.id, "reason": "Please see her", "urgency": "routine"}
    sent = made(sender.http.post("/api/doctor/referrals", json=body))
    left = {"role": "doctor", "active": False, "colleague_id": sender.id}
    made(admin.http.put(f"/api/admin/accounts/{leaving.id}", json=left), 200)
    refused = made(sender.http.put(f"/api/doctor/referrals/{sent['id']}", json={"status": "accepted"}), 409)
    assert refused["code"] == "emergency_only"
