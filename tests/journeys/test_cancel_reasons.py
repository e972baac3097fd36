"""The reason of a cancellation by staff reaches the patient: in the appointment, its list and the exported record."""

import pytest

from tests.hospital import Hospital, Person, free_times
from tests.world import made

REASON = "Dr Clara is ill. Please call for a new time."


@pytest.mark.parametrize("by", ["doctor", "reception", "admin"])
def test_reason_of_staff_cancellation_reaches_patient(hospital: Hospital, admin: Person, by: str) -> None:
    doctor = hospital.add_doctor(admin, f"clara-{by}@example.org", "Dr Clara", "Cardiology")
    patient = hospital.register(f"cancelled-{by}@example.org", "Cara Cancelled")
    staff = {"doctor": doctor, "admin": admin}.get(by) or hospital.invite(admin, "rea@example.org", "Rea Desk", "reception")
    at = free_times(patient.http, doctor.id)[5].isoformat()
    visit = made(patient.http.post("/api/appointments", json={"doctor_id": doctor.id, "starts_at": at}))
    path = f"/api/{'doctor' if by == 'doctor' else 'admin'}/appointments/{visit['id']}"
    refused = staff.http.put(path, json={"status": "confirmed", "reason": REASON})
    assert (refused.status_code, refused.json()["code"]) == (422, "malformed")
    made(staff.http.put(path, json={"status": "cancelled", "reason": REASON}), 200)

    shown = made(patient.http.get(f"/api/appointments/{visit['id']}"), 200)
    assert (shown["status"], shown["cancelled_by"], shown["cancel_reason"]) == ("cancelled", by, REASON)
    listed = made(patient.http.get("/api/appointments?when=past"), 200)["items"]
    assert [one["cancel_reason"] for one in listed] == [REASON]
    record = made(patient.http.get("/api/me/record/export"), 200)
    assert [one["cancel_reason"] for one in record["appointments"]] == [REASON]
    for person in (patient, doctor, *([staff] if by == "reception" else [])):
        person.http.close()
