"""Reception: books, moves and reassigns appointments by phone, and reads no clinical data."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from tests.hospital import Hospital, Person, free_times
from tests.world import made


@dataclass
class Desk:
    """Two doctors for this module, and a patient."""

    admin: Person
    doctor: Person
    substitute: Person
    patient: Person

    def times(self) -> list[datetime]:
        """Return times at which both doctors are free."""
        return sorted(set(free_times(self.patient.http, self.doctor.id)) & set(free_times(self.patient.http, self.substitute.id)))

    def book(self, doctor: Person, at: datetime) -> Any:
        body = {"patient_id": self.patient.id, "doctor_id": doctor.id, "starts_at": at.isoformat()}
        return self.admin.http.post("/api/admin/appointments", json=body)

    def update(self, id: int, version: int | None = None, **change: object) -> Any:
        headers = {"If-Match": f'"{version}"'} if version else {}
        return self.admin.http.put(f"/api/admin/appointments/{id}", json=change, headers=headers)

    def listed(self, **query: Any) -> list[int]:
        page = made(self.admin.http.get("/api/admin/appointments", params={"limit": 100, **query}), 200)
        return [one["id"] for one in page["items"]]


@pytest.fixture(scope="module")
def desk(hospital: Hospital, admin: Person) -> Iterator[Desk]:
    doctor = hospital.add_doctor(admin, "rue@example.org", "Dr Rue Ward", "Rheumatology")
    substitute = hospital.add_doctor(admin, "sid@example.org", "Dr Sid Ward", "Rheumatology", slot_minutes=15)
    patient = hospital.register("cal@example.org", "Cal Lehr", date_of_birth="1960-02-29", phone="+49 30 5550 1234")
    yield Desk(admin, doctor, substitute, patient)
    for person in (doctor, substitute, patient):
        person.http.close()


def test_reception_books_and_moves_visit_to_substitute(desk: Desk) -> None:
    at, later = desk.times()[10:12]
    booked = made(desk.book(desk.doctor, at))
    assert booked["patient"] == {
        "id": desk.patient.id,
        "full_name": "Cal Lehr",
        "date_of_birth": "1960-02-29",
        "phone": "+49 30 5550 1234",
    }
    assert (booked["status"], booked["place"], booked["doctor"]["id"]) == ("booked", "Room 12", desk.doctor.id)
    address = f"/api/appointments/{booked['id']}"
    assert datetime.fromisoformat(made(desk.patient.http.get(address), 200)["starts_at"]) == at

    moved = made(desk.update(booked["id"], 1, doctor_id=desk.substitute.id), 200)
    assert (moved["doctor"]["full_name"], moved["version"]) == ("Dr Sid Ward", 2)
    starts_at, ends_at = (datetime.fromisoformat(moved[name]) for name in ("starts_at", "ends_at"))
    assert (starts_at, (ends_at - starts_at).seconds) == (at, 15 * 60), "the length of a visit follows its doctor's slots"
    assert at in free_times(desk.patient.http, desk.doctor.id)
    assert desk.doctor.http.get(f"/api/doctor/appointments/{booked['id']}").status_code == 404
    assert made(desk.patient.http.get(address), 200)["doctor"]["full_name"] == "Dr Sid Ward"

    both = made(desk.update(booked["id"], 2, doctor_id=desk.doctor.id, starts_at=later.isoformat()), 200)
    assert (both["doctor"]["id"], datetime.fromisoformat(both["starts_at"])) == (desk.doctor.id, later)
    assert desk.update(booked["id"], 2, starts_at=at.isoformat()).json()["code"] == "stale"


def test_taken_time_is_refused_with_alternatives(desk: Desk, hospital: Hospital) -> None:
    at, later = desk.times()[20:22]
    other = hospital.register("eve@example.org", "Eve Early")
    taken = {"starts_at": at.isoformat()}
    made(other.http.post("/api/appointments", json={"doctor_id": desk.doctor.id, **taken}))
    refused = desk.book(desk.doctor, at)
    assert (refused.status_code, refused.json()["code"], len(refused.json()["alternatives"])) == (409, "slot_taken", 5)
    booked = made(desk.book(desk.substitute, at))
    for change in ({"doctor_id": desk.doctor.id}, {"starts_at": at.replace(second=1).isoformat()}):
        assert desk.update(booked["id"], **change).json()["code"] == "slot_taken"
    listed_visits = desk.admin.http.get("/api/admin/appointments", params={"patient_id": desk.patient.id, "limit": 100}).json()[
        "items"
    ]
    assert [one for one in listed_visits if one["id"] == booked["id"]] == [booked], "a refused move changes nothing"
    patients_own = desk.book(desk.doctor, at)
    assert patients_own.json()["code"] == "patient_busy", "the patient has another visit at that time"
    assert patients_own.json()["other"]["id"] == booked["id"]
    assert later not in [datetime.fromisoformat(one["starts_at"]) for one in listed_visits]
    other.http.close()


def test_phone_only_times_are_booked_by_reception_only(desk: Desk, hospital: Hospital) -> None:
    doctor = hospital.add_doctor(desk.admin, "tel@example.org", "Dr Tel Ward", "Phoniatrics")
    profile = {"full_name": "Dr Tel Ward", "specialty": "Phoniatrics"}
    assert made(doctor.http.get("/api/doctor/profile"), 200)["booking"] == "online"
    at, later = free_times(desk.patient.http, doctor.id)[30:32]
    body = {"doctor_id": doctor.id, "starts_at": at.isoformat()}
    mine = made(desk.patient.http.post("/api/appointments", json=body))
    made(doctor.http.put("/api/doctor/profile", json={**profile, "booking": "phone"}), 200)

    found = made(desk.patient.http.get(f"/api/doctors/{doctor.id}"), 200)
    assert (found["booking"], found["next_available"] is not None) == ("phone", True)
    assert later in free_times(desk.patient.http, doctor.id), "phone-only doctors show their free times"
    move = {"starts_at": later.isoformat()}
    for refused in (
        desk.patient.http.post("/api/appointments", json={**body, **move}),
        desk.patient.http.put(f"/api/appointments/{mine['id']}", json=move),
    ):
        assert (refused.status_code, refused.json()["code"]) == (409, "book_by_phone")
    assert made(desk.book(doctor, later))["doctor"]["full_name"] == "Dr Tel Ward"
    made(desk.patient.http.put(f"/api/appointments/{mine['id']}/cancel"), 200)
    made(desk.admin.http.put(f"/api/admin/doctors/{doctor.id}", json={**profile, "active": True, "booking": "online"}), 200)
    assert made(desk.patient.http.post("/api/appointments", json=body))["status"] == "booked"
    doctor.http.close()


def test_reception_changes_visit_until_doctor_starts(desk: Desk, hospital: Hospital) -> None:
    booked = made(desk.book(desk.doctor, desk.times()[40]))
    id = booked["id"]
    for body in ({}, {"status": "completed"}, {"status": "arrived", "doctor_id": desk.doctor.id}, {"status": None}):
        refused = desk.update(id, **body)
        assert (refused.status_code, refused.json()["code"]) == (422, "malformed")
    assert "give starts_at" in desk.update(id).json()["detail"]
    hospital.let_begin(id)
    arrived = made(desk.update(id, 1, status="arrived"), 200)
    assert (arrived["status"], arrived["version"]) == ("arrived", 2)
    assert made(desk.update(id, status="arrived"), 200) == arrived, "the current status changes nothing"
    later = desk.times()[40].isoformat()
    away = made(desk.update(id, doctor_id=desk.substitute.id, starts_at=later), 200)
    assert away["status"] == "booked", "a visit to another doctor starts as booked"
    hospital.let_begin(id)
    made(desk.substitute.http.put(f"/api/doctor/appointments/{id}", json={"status": "in_progress"}), 200)
    for change, legal in (({"status": "cancelled"}, ["arrived"]), ({"doctor_id": desk.doctor.id}, [])):
        refused = desk.update(id, **change)
        assert (refused.status_code, refused.json()["code"], refused.json()["legal"]) == (409, "illegal_transition", legal)
    other = made(desk.book(desk.doctor, desk.times()[42]))
    cancelled = made(desk.update(other["id"], status="cancelled"), 200)
    assert (cancelled["status"], cancelled["cancelled_by"]) == ("cancelled", "admin")
    assert made(desk.patient.http.get(f"/api/appointments/{other['id']}"), 200)["cancelled_by"] == "admin"


def test_reception_books_for_patient_accounts_only(desk: Desk, hospital: Hospital) -> None:
    at = desk.times()[50].isoformat()
    gone = hospital.register("off@example.org", "Ola Off")
    made(desk.admin.http.put(f"/api/admin/accounts/{gone.id}", json={"role": "patient", "active": False}), 200)
    for patient_id in (gone.id, desk.substitute.id, 2**62):
        body = {"patient_id": patient_id, "doctor_id": desk.doctor.id, "starts_at": at}
        assert desk.admin.http.post("/api/admin/appointments", json=body).status_code == 404
    gone.http.close()


def test_reception_list_filters_and_pages(desk: Desk, hospital: Hospital) -> None:
    caller = hospital.register("lis@example.org", "Lis Lang")
    times = desk.times()
    first, second, third = times[60], times[70], times[-1]
    ids = []
    for doctor, at in ((desk.doctor, first), (desk.substitute, second), (desk.doctor, third)):
        body = {"doctor_id": doctor.id, "starts_at": at.isoformat(), "reason": "something private"}
        ids.append(made(caller.http.post("/api/appointments", json=body))["id"])
    mine = {"patient_id": caller.id}
    assert desk.listed(**mine) == ids, "ordered by time"
    assert desk.listed(**mine, doctor_id=desk.doctor.id) == [ids[0], ids[2]]
    made(desk.update(ids[1], status="cancelled"), 200)
    assert desk.listed(**mine, status="cancelled") == [ids[1]]
    assert desk.listed(**mine, to="2020-01-01") == []
    page = made(desk.admin.http.get("/api/admin/appointments", params={**mine, "limit": 2}), 200)
    following = made(desk.admin.http.get("/api/admin/appointments", params={**mine, "cursor": page["next_cursor"]}), 200)
    assert [one["id"] for one in (*page["items"], *following["items"])] == ids
    text = desk.admin.http.get("/api/admin/appointments", params=mine).text
    assert "private" not in text
    day = made(desk.admin.http.get("/api/admin/appointments", params={**mine, "limit": 1}), 200)["items"][0]["starts_at"][:10]
    assert ids[2] not in desk.listed(**mine, day=day)
    caller.http.close()
