"""Ahead means in the future and still booked or confirmed: a visit that is started or completed early is not."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.hospital import Hospital, Person, free_times
from tests.world import made


def test_started_and_completed_visits_are_not_ahead(hospital: Hospital, admin: Person) -> None:
    doctor = hospital.add_doctor(admin, "ahead@example.org", "Dr Ava Head", "Cardiology")
    patient = hospital.register("ahead.patient@example.org", "Hedy Ahead", date_of_birth="1970-03-04", sex="female")
    at = free_times(patient.http, doctor.id)[40]
    body = {"doctor_id": doctor.id, "starts_at": at.isoformat()}
    visit_id = int(made(patient.http.post("/api/appointments", json=body))["id"])
    soon = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=50)
    hospital.place_visit(visit_id, soon, soon + timedelta(minutes=30))

    def in_care() -> dict[str, Any]:
        [found] = made(doctor.http.get("/api/doctor/patients", params={"q": "Hedy"}), 200)["items"]
        return {name: found[name] for name in ("last_visit_at", "next_visit_at")}

    starts_at = made(doctor.http.get(f"/api/doctor/appointments/{visit_id}"), 200)["starts_at"]
    assert in_care() == {"last_visit_at": None, "next_visit_at": starts_at}
    made(doctor.http.put(f"/api/doctor/appointments/{visit_id}", json={"status": "in_progress"}), 200)
    assert in_care() == {"last_visit_at": starts_at, "next_visit_at": None}
    early = doctor.http.put(f"/api/doctor/appointments/{visit_id}/sign-and-complete", json={"text": "Done already"})
    assert (early.status_code, early.json()["code"]) == (409, "too_early")
    assert made(doctor.http.get(f"/api/doctor/appointments/{visit_id}/notes"), 200)["status"] == "draft"

    now = datetime.now(UTC).replace(microsecond=0)
    hospital.place_visit(visit_id, now - timedelta(minutes=5), now + timedelta(minutes=25))
    assert made(patient.http.get("/api/me/summary"), 200)["upcoming_appointments"] == 1, "it goes on"
    made(doctor.http.put(f"/api/doctor/appointments/{visit_id}", json={"status": "completed"}), 200)
    lists = {when: made(patient.http.get("/api/appointments", params={"when": when}), 200) for when in ("upcoming", "past")}
    assert {when: [one["id"] for one in found["items"]] for when, found in lists.items()} == {"upcoming": [], "past": [visit_id]}
    summary = made(patient.http.get("/api/me/summary"), 200)
    assert (summary["upcoming_appointments"], summary["next_appointment"]) == (0, None)
    for person in (doctor, patient):
        person.http.close()
