"""The patient's own record: allergies, problems, medicines, and notes of visits once they are signed."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from tests.hospital import Hospital, Person, free_times
from tests.world import World, made

RECORD = "/api/me/record"
NUMBERS = count()


@pytest.fixture
def patient(hospital: Hospital) -> Iterator[Person]:
    registered = hospital.register(
        f"own-record-{next(NUMBERS)}@example.org", "Orla Record", date_of_birth="1971-04-05", sex="female"
    )
    yield registered
    registered.http.close()


def test_own_record_has_the_chart_and_signed_notes(hospital: Hospital, world: World, patient: Person) -> None:
    doctor, other = world.people["doctor"], world.people["other_patient"]
    empty = made(patient.http.get(RECORD), 200)
    assert empty == {
        "allergy_status": "not_asked",
        "allergies": [],
        "problems": [],
        "prescriptions": [],
        "vitals": [],
        "visits": [],
    }
    visits = [
        made(patient.http.post("/api/appointments", json={"doctor_id": doctor.id, "starts_at": at.isoformat()}))
        for at in free_times(patient.http, doctor.id, days=12)[-60:-58]
    ]
    assert made(patient.http.get(RECORD), 200)["visits"] == [], "they have not begun"
    made(patient.http.put(f"/api/appointments/{visits[1]['id']}/cancel"), 200)
    hospital.let_begin(visits[0]["id"])
    chart, notes = f"/api/doctor/patients/{patient.id}", f"/api/doctor/appointments/{visits[0]['id']}/notes"
    made(doctor.http.put(f"{chart}/allergies", json={"allergies": [{"substance": "Latex", "severity": "severe"}]}), 200)
    made(doctor.http.put(f"{chart}/problems", json={"problems": [{"name": "Asthma", "status": "active"}]}), 200)
    item = {"medicine": "Naloxone", "dose": "1 mg", "route": "oral", "frequency": "once a day", "duration_days": 7}
    made(doctor.http.post("/api/doctor/prescriptions", json={"patient_id": patient.id, "items": [item]}))
    made(doctor.http.put(notes, json={"text": "Better."}), 200)

    draft = made(patient.http.get(RECORD), 200)
    assert [(one["id"], one["notes"]) for one in draft["visits"]] == [(visits[0]["id"], None)]
    assert (draft["allergy_status"], draft["allergies"][0]["substance"]) == ("noted", "Latex")
    assert draft["problems"][0]["name"] == "Asthma"
    assert draft["prescriptions"][0]["items"][0]["medicine"] == "Naloxone"

    made(doctor.http.put(notes, json={"text": "Better.", "sign": True}), 200)
    [visit] = made(patient.http.get(RECORD), 200)["visits"]
    assert (visit["notes"]["text"], visit["notes"]["signed_by"]["id"]) == ("Better.", doctor.id)
    assert "Latex" not in other.http.get(RECORD).text
    assert doctor.http.get(RECORD).status_code == 403


def test_access_log_lists_emergency_openings_alone(world: World, patient: Person) -> None:
    doctor, path = world.people["other_doctor"], "/api/me/access-log?emergency=true"
    assert made(patient.http.get(path), 200)["items"] == []
    reason = {"reason": "Unconscious in the emergency department"}
    named = {"full_name": "Orla Record", "date_of_birth": "1971-04-05"}
    opened = made(doctor.http.post(f"/api/doctor/patients/{patient.id}/access", json={**named, **reason}))
    made(doctor.http.get(f"/api/doctor/patients/{patient.id}"), 200)
    [seen] = made(patient.http.get(path), 200)["items"]
    assert (seen["action"], seen["by"]["id"], seen["reason"]) == ("open_chart", doctor.id, reason["reason"])
    assert datetime.fromisoformat(seen["at"]) - datetime.fromisoformat(opened["opened_at"]) < timedelta(minutes=1)


def test_unchanged_list_is_no_further_access(world: World, patient: Person) -> None:
    doctor = world.people["doctor"]
    at = free_times(patient.http, doctor.id, days=12)[-70]
    made(patient.http.post("/api/appointments", json={"doctor_id": doctor.id, "starts_at": at.isoformat()}))
    day: dict[str, Any] = {"from": at.date().isoformat(), "to": at.date().isoformat(), "limit": 100}
    first = doctor.http.get("/api/doctor/appointments", params=day)
    again = doctor.http.get("/api/doctor/appointments", params=day, headers={"If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    log = made(patient.http.get("/api/me/access-log", params={"limit": 100}), 200)["items"]
    assert [one["action"] for one in log].count("list_visits") == 1
