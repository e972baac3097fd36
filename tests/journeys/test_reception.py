"""Reception: books, moves and reassigns appointments by phone, and reads no clinical data."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from tests.hospital import Hospital, Person, free_times
from tests.world import made


@dataclass
class Ward:
    """Two doctors of their own and a patient."""

    admin: Person
    doctor: Person
    substitute: Person
    patient: Person

    def times(self) -> list[datetime]:
        """When both doctors are free."""
        return sorted(set(free_times(self.patient.http, self.doctor.id)) & set(free_times(self.patient.http, self.substitute.id)))

    def arrange(self, doctor: Person, at: datetime) -> Any:
        body = {"patient_id": self.patient.id, "doctor_id": doctor.id, "starts_at": at.isoformat()}
        return self.admin.http.post("/api/admin/appointments", json=body)

    def rearrange(self, id: int, version: int | None = None, **change: object) -> Any:
        headers = {"If-Match": f'"{version}"'} if version else {}
        return self.admin.http.put(f"/api/admin/appointments/{id}", json=change, headers=headers)

    def listed(self, **query: Any) -> list[int]:
        page = made(self.admin.http.get("/api/admin/appointments", params={"limit": 100, **query}), 200)
        return [one["id"] for one in page["items"]]


@pytest.fixture(scope="module")
def ward(hospital: Hospital, admin: Person) -> Iterator[Ward]:
    doctor = hospital.employ(admin, "rue@example.org", "Dr Rue Ward", "Rheumatology")
    substitute = hospital.employ(admin, "sid@example.org", "Dr Sid Ward", "Rheumatology", slot_minutes=15)
    patient = hospital.register("cal@example.org", "Cal Lehr", date_of_birth="1960-02-29", phone="+49 30 5550 1234")
    yield Ward(admin, doctor, substitute, patient)
    for person in (doctor, substitute, patient):
        person.http.close()


def test_reception_books_and_moves_visit_to_substitute(ward: Ward) -> None:
    at, later = ward.times()[10:12]
    booked = made(ward.arrange(ward.doctor, at))
    assert booked["patient"] == {
        "id": ward.patient.id,
        "full_name": "Cal Lehr",
        "date_of_birth": "1960-02-29",
        "phone": "+49 30 5550 1234",
    }
    assert (booked["status"], booked["place"], booked["doctor"]["id"]) == ("booked", "Room 12", ward.doctor.id)
    address = f"/api/appointments/{booked['id']}"
    assert datetime.fromisoformat(made(ward.patient.http.get(address), 200)["starts_at"]) == at

    moved = made(ward.rearrange(booked["id"], 1, doctor_id=ward.substitute.id), 200)
    assert (moved["doctor"]["full_name"], moved["version"]) == ("Dr Sid Ward", 2)
    starts_at, ends_at = (datetime.fromisoformat(moved[name]) for name in ("starts_at", "ends_at"))
    assert (starts_at, (ends_at - starts_at).seconds) == (at, 15 * 60), "a visit takes as long as its doctor's visits do"
    assert at in free_times(ward.patient.http, ward.doctor.id)
    assert ward.doctor.http.get(f"/api/doctor/appointments/{booked['id']}").status_code == 404
    assert made(ward.patient.http.get(address), 200)["doctor"]["full_name"] == "Dr Sid Ward"

    both = made(ward.rearrange(booked["id"], 2, doctor_id=ward.doctor.id, starts_at=later.isoformat()), 200)
    assert (both["doctor"]["id"], datetime.fromisoformat(both["starts_at"])) == (ward.doctor.id, later)
    assert ward.rearrange(booked["id"], 2, starts_at=at.isoformat()).json()["code"] == "stale"


def test_taken_time_is_refused_with_alternatives(ward: Ward, hospital: Hospital) -> None:
    at, later = ward.times()[20:22]
    other = hospital.register("eve@example.org", "Eve Early")
    taken = {"starts_at": at.isoformat()}
    made(other.http.post("/api/appointments", json={"doctor_id": ward.doctor.id, **taken}))
    refused = ward.arrange(ward.doctor, at)
    assert (refused.status_code, refused.json()["code"], len(refused.json()["alternatives"])) == (409, "slot_taken", 5)
    booked = made(ward.arrange(ward.substitute, at))
    for change in ({"doctor_id": ward.doctor.id}, {"starts_at": at.replace(second=1).isoformat()}):
        assert ward.rearrange(booked["id"], **change).json()["code"] == "slot_taken"
    kept = ward.admin.http.get("/api/admin/appointments", params={"patient_id": ward.patient.id, "limit": 100}).json()["items"]
    assert [one for one in kept if one["id"] == booked["id"]] == [booked], "where it was, in the version it had"
    patients_own = ward.arrange(ward.doctor, at)
    assert patients_own.json()["code"] == "slot_taken", "the patient cannot be in two rooms"
    assert later not in [datetime.fromisoformat(one["starts_at"]) for one in kept]
    other.http.close()


def test_phone_only_times_are_booked_by_reception_only(ward: Ward, hospital: Hospital) -> None:
    doctor = hospital.employ(ward.admin, "tel@example.org", "Dr Tel Ward", "Phoniatrics")
    profile = {"full_name": "Dr Tel Ward", "specialty": "Phoniatrics"}
    assert made(doctor.http.get("/api/doctor/profile"), 200)["booking"] == "online"
    at, later = free_times(ward.patient.http, doctor.id)[30:32]
    body = {"doctor_id": doctor.id, "starts_at": at.isoformat()}
    mine = made(ward.patient.http.post("/api/appointments", json=body))
    made(doctor.http.put("/api/doctor/profile", json={**profile, "booking": "phone"}), 200)

    found = made(ward.patient.http.get(f"/api/doctors/{doctor.id}"), 200)
    assert (found["booking"], found["next_available"] is not None) == ("phone", True)
    assert later in free_times(ward.patient.http, doctor.id), "times are shown"
    move = {"starts_at": later.isoformat()}
    for refused in (
        ward.patient.http.post("/api/appointments", json={**body, **move}),
        ward.patient.http.put(f"/api/appointments/{mine['id']}", json=move),
    ):
        assert (refused.status_code, refused.json()["code"]) == (409, "book_by_phone")
    assert made(ward.arrange(doctor, later))["doctor"]["full_name"] == "Dr Tel Ward"
    made(ward.patient.http.put(f"/api/appointments/{mine['id']}/cancel"), 200)
    made(ward.admin.http.put(f"/api/admin/doctors/{doctor.id}", json={**profile, "active": True, "booking": "online"}), 200)
    assert made(ward.patient.http.post("/api/appointments", json=body))["status"] == "booked"
    doctor.http.close()


def test_reception_changes_visit_until_doctor_starts(ward: Ward) -> None:
    booked = made(ward.arrange(ward.doctor, ward.times()[40]))
    id = booked["id"]
    for body in ({}, {"status": "completed"}, {"status": "arrived", "doctor_id": ward.doctor.id}, {"status": None}):
        refused = ward.rearrange(id, **body)
        assert (refused.status_code, refused.json()["code"]) == (422, "malformed")
    assert "give starts_at" in ward.rearrange(id).json()["detail"]
    arrived = made(ward.rearrange(id, 1, status="arrived"), 200)
    assert (arrived["status"], arrived["version"]) == ("arrived", 2)
    assert made(ward.rearrange(id, status="arrived"), 200) == arrived, "naming the status it has changes nothing"
    away = made(ward.rearrange(id, doctor_id=ward.substitute.id), 200)
    assert away["status"] == "booked", "the other doctor has not seen them yet"
    made(ward.substitute.http.put(f"/api/doctor/appointments/{id}", json={"status": "in_progress"}), 200)
    for change in ({"status": "cancelled"}, {"status": "arrived"}, {"doctor_id": ward.doctor.id}):
        refused = ward.rearrange(id, **change)
        assert (refused.status_code, refused.json()["code"], refused.json()["legal"]) == (409, "illegal_transition", [])
    other = made(ward.arrange(ward.doctor, ward.times()[41]))
    cancelled = made(ward.rearrange(other["id"], status="cancelled"), 200)
    assert (cancelled["status"], cancelled["cancelled_by"]) == ("cancelled", "admin")
    assert made(ward.patient.http.get(f"/api/appointments/{other['id']}"), 200)["cancelled_by"] == "admin"


def test_reception_books_for_patient_accounts_only(ward: Ward, hospital: Hospital) -> None:
    at = ward.times()[50].isoformat()
    gone = hospital.register("off@example.org", "Ola Off")
    made(ward.admin.http.put(f"/api/admin/accounts/{gone.id}", json={"role": "patient", "active": False}), 200)
    for patient_id in (gone.id, ward.substitute.id, 2**62):
        body = {"patient_id": patient_id, "doctor_id": ward.doctor.id, "starts_at": at}
        assert ward.admin.http.post("/api/admin/appointments", json=body).status_code == 404
    gone.http.close()


def test_reception_list_filters_and_pages(ward: Ward, hospital: Hospital) -> None:
    caller = hospital.register("lis@example.org", "Lis Lang")
    times = ward.times()
    first, second, third = times[60], times[70], times[-1]
    ids = []
    for doctor, at in ((ward.doctor, first), (ward.substitute, second), (ward.doctor, third)):
        body = {"doctor_id": doctor.id, "starts_at": at.isoformat(), "reason": "something private"}
        ids.append(made(caller.http.post("/api/appointments", json=body))["id"])
    mine = {"patient_id": caller.id}
    assert ward.listed(**mine) == ids, "in order of time"
    assert ward.listed(**mine, doctor_id=ward.doctor.id) == [ids[0], ids[2]]
    made(ward.rearrange(ids[1], status="cancelled"), 200)
    assert ward.listed(**mine, status="cancelled") == [ids[1]]
    assert ward.listed(**mine, to="2020-01-01") == []
    page = made(ward.admin.http.get("/api/admin/appointments", params={**mine, "limit": 2}), 200)
    following = made(ward.admin.http.get("/api/admin/appointments", params={**mine, "cursor": page["next_cursor"]}), 200)
    assert [one["id"] for one in (*page["items"], *following["items"])] == ids
    text = ward.admin.http.get("/api/admin/appointments", params=mine).text
    assert "private" not in text
    day = made(ward.admin.http.get("/api/admin/appointments", params={**mine, "limit": 1}), 200)["items"][0]["starts_at"][:10]
    assert ids[2] not in ward.listed(**mine, day=day)
    caller.http.close()
