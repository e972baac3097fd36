"""On PostgreSQL a caller who is refused waits for no lock of the record's people, so such requests delay no one."""

from datetime import timedelta

import psycopg

from tests.concurrency.conftest import PostgresHospital
from tests.hospital import Person, free_times
from tests.world import made

LOCK = "SELECT id FROM accounts WHERE id = ANY(%s) FOR NO KEY UPDATE"


def test_stranger_waits_for_no_account_of_a_record(hospital: PostgresHospital, admin: Person) -> None:
    """While patient and doctor are locked, the requests of their own people would wait for five seconds and fail."""
    patient, stranger = (hospital.register(f"{name}@locks.example", f"Lou {name.title()}") for name in ("own", "other"))
    doctor, other = (
        hospital.add_doctor(admin, f"{name}@locks.example", f"Dr {name.title()}", "Cardiology") for name in ("treats", "away")
    )
    times = free_times(doctor.http, doctor.id, days=14)
    visit = made(patient.http.post("/api/appointments", json={"doctor_id": doctor.id, "starts_at": times[20].isoformat()}))
    ordered = {"patient_id": patient.id, "test_codes": ["CRP"]}
    order = made(doctor.http.post("/api/doctor/lab-orders", json=ordered))
    moved = {"starts_at": (times[20] + timedelta(days=1)).isoformat()}
    requests = (
        (stranger, f"/api/appointments/{visit['id']}", moved),
        (other, f"/api/doctor/appointments/{visit['id']}", {"status": "confirmed"}),
        (other, f"/api/doctor/appointments/{visit['id']}/move", moved),
        (other, f"/api/doctor/lab-orders/{order['id']}", {"test_codes": ["CRP"], "priority": "stat", "note": None}),
    )
    with psycopg.connect(hospital.url_of_database) as connection:
        connection.execute(LOCK, ([patient.id, doctor.id],))
        answers = {path: one.http.put(path, json=body).status_code for one, path, body in requests}
        assert answers == dict.fromkeys(answers, 404)
        # any id can stand in place of a doctor's
        booking = {"doctor_id": admin.id, "starts_at": times[30].isoformat()}
        connection.execute(LOCK, ([admin.id],))
        assert stranger.http.post("/api/appointments", json=booking).status_code == 404
    for person in (patient, stranger, doctor, other):
        person.http.close()
