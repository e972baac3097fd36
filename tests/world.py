"""One of everything, and everybody who might ask for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.hospital import Hospital, Person, free_times


@dataclass
class World:
    """`ids` are those of `patient` with `doctor`, by the name of the path parameter."""

    hospital: Hospital
    people: dict[str, Person]
    ids: dict[str, Any]

    def body(self, example: dict[str, Any]) -> dict[str, Any]:
        """An example with ids that exist here."""
        mine = {"patient_id": self.people["patient"].id, "doctor_id": self.people["doctor"].id}
        return {name: mine.get(name, value) for name, value in example.items()}


def made(answer: Any, status: int = 201) -> dict[str, Any]:
    assert answer.status_code == status, f"{answer.status_code} {answer.text}"
    body: dict[str, Any] = answer.json()
    return body


@contextmanager
def build(hospital: Hospital, admin: Person) -> Iterator[World]:
    """Until the block ends, when everybody hangs up."""
    people = {
        "admin": admin,
        "patient": hospital.register("pia@example.org", "Pia Novak", date_of_birth="1984-05-17", sex="female"),
        "other_patient": hospital.register("otto@example.org", "Otto Brandt", date_of_birth="1950-01-02", sex="male"),
        "doctor": hospital.employ(admin, "osei@example.org", "Dr Ama Osei", "Cardiology"),
        "other_doctor": hospital.employ(admin, "lind@example.org", "Dr Nils Lind", "Dermatology"),
        "lab": hospital.invite(admin, "lab@example.org", "Lea Labor", "lab"),
    }
    patient, doctor, lab = people["patient"].http, people["doctor"].http, people["lab"].http
    patient_id, doctor_id = people["patient"].id, people["doctor"].id
    first = free_times(patient, doctor_id, days=10)[40]
    appointment = made(patient.post("/api/appointments", json={"doctor_id": doctor_id, "starts_at": first.isoformat()}))
    chart = f"/api/doctor/patients/{patient_id}"
    made(doctor.put(f"{chart}/allergies", json={"allergies": [{"substance": "Penicillin", "severity": "severe"}]}), 200)
    made(doctor.put(f"{chart}/problems", json={"problems": [{"name": "Hypertension", "icd10": "I10", "status": "active"}]}), 200)
    notes = f"/api/doctor/appointments/{appointment['id']}/notes"
    for text in ("BP 132/84. Continue.", "Call in a week."):
        made(doctor.put(notes, json={"text": text, "sign": True}), 200)
    prescription = made(
        doctor.post(
            "/api/doctor/prescriptions",
            json={
                "patient_id": patient_id,
                "items": [
                    {"medicine": "Ramipril 5 mg", "dose": "1 tablet", "route": "oral", "frequency": "daily", "duration_days": 30}
                ],
            },
        )
    )
    referral = made(
        doctor.post(
            "/api/doctor/referrals",
            json={"patient_id": patient_id, "to_external": "City radiology", "reason": "Chest film", "urgency": "routine"},
        )
    )
    booking = made(doctor.post("/api/doctor/lab-orders", json={"patient_id": patient_id, "test_codes": ["CBC", "CRP"]}))
    for status in ("collected", "received", "in_progress"):
        made(lab.put(f"/api/labs/bookings/{booking['id']}/status", json={"status": status}), 200)
    entered = {"test_code": "CBC", "observations": [{"analyte": "hemoglobin", "value": 13.2}]}
    result = made(lab.post(f"/api/labs/bookings/{booking['id']}/results", json=entered))
    made(lab.put(f"/api/labs/results/{result['id']}/verify"), 200)
    made(doctor.put(f"/api/doctor/lab-results/{result['id']}", json={"release": True}), 200)
    week = {"starts_at": "2031-07-01T00:00:00Z", "ends_at": "2031-07-08T00:00:00Z"}
    # signed in on another device, which nobody uses
    hospital.sign_in("pia@example.org").http.close()
    sessions = made(patient.get("/auth/sessions"), 200)["items"]
    time_off = made(doctor.post("/api/doctor/time-off", json=week))
    ids = {
        "patient_id": patient_id,
        "appointment_id": appointment["id"],
        "prescription_id": prescription["id"],
        "referral_id": referral["id"],
        "booking_id": booking["id"],
        "result_id": result["id"],
        "time_off_id": time_off["id"],
        "doctor_id": doctor_id,
        "session_id": next(session["id"] for session in sessions if not session["current"]),
        "account_id": people["other_patient"].id,
        "code": "CBC",
        "analyte": "hemoglobin",
    }
    yield World(hospital, people, ids)
    for person in people.values():
        person.http.close()
