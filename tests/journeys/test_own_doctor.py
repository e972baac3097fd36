"""Each way to book refuses a visit of a linked doctor and patient account, which belong to one person."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
import pytest

from tests.hospital import PASSWORD, Hospital, Person, free_times
from tests.world import made


@dataclass
class Linked:
    """A doctor, the own record with a visit to the doctor from before the link, a colleague and a receptionist."""

    doctor: Person
    record: Person
    colleague: Person
    desk: Person
    visit: dict[str, Any]
    times: list[str]
    """Free times of the doctor; the first is that of no visit."""

    def book(self, person: Person, doctor: Person, at: str, **more: Any) -> httpx.Response:
        body = {"doctor_id": doctor.id, "starts_at": at, **more}
        if person is self.record:
            return person.http.post("/api/appointments", json=body)
        return person.http.post("/api/admin/appointments", json={**body, "patient_id": self.record.id})


@pytest.fixture(scope="module")
def linked(hospital: Hospital, admin: Person) -> Iterator[Linked]:
    doctor = hospital.add_doctor(admin, "own.doctor@example.org", "Dr Olga Own", "Sleep medicine")
    colleague = hospital.add_doctor(admin, "own.colleague@example.org", "Dr Cleo Colleague", "Sleep medicine")
    record = hospital.register("own.record@example.org", "Olga Own")
    desk = hospital.invite(admin, "own.desk@example.org", "Desi Desk", "reception")
    times = [at.isoformat() for at in free_times(record.http, doctor.id, days=14)[60:]]
    visit = made(record.http.post("/api/appointments", json={"doctor_id": doctor.id, "starts_at": times.pop()}))
    made(doctor.http.post("/auth/me/record", json={"email": "own.record@example.org", "password": PASSWORD}))
    yield Linked(doctor, record, colleague, desk, visit, times)
    for person in (doctor, colleague, record, desk):
        person.http.close()


def is_refused(answer: httpx.Response) -> bool:
    return (answer.status_code, answer.json().get("code")) == (409, "doctor_is_patient")


def test_linked_doctor_is_refused_as_own_doctor(linked: Linked) -> None:
    at, record = linked.times[0], linked.record
    assert is_refused(linked.book(record, linked.doctor, at))
    assert is_refused(linked.book(linked.desk, linked.doctor, at))
    assert is_refused(linked.book(linked.desk, linked.doctor, at, overbook="stands at the desk"))
    day = {"first_day": at[:10], "last_day": at[:10]}
    assert is_refused(record.http.post("/api/waitlist", json={"doctor_id": linked.doctor.id, **day}))
    people: dict[str, str | int] = {"patient_id": record.id, "doctor_id": linked.doctor.id}
    rule: dict[str, str | int] = {"starts_at": at, "every": "week", "count": 2}
    assert is_refused(linked.desk.http.get("/api/reception/series-times", params=people | rule))
    assert is_refused(linked.desk.http.post("/api/reception/series", json={**people, "starts": linked.times[:2]}))
    own = f"/api/doctor/patients/{record.id}"
    assert is_refused(linked.doctor.http.get(f"{own}/follow-up-times", params={"interval": "1_week"}))
    assert is_refused(linked.doctor.http.post(f"{own}/follow-ups", json={"starts_at": at}))
    upcoming = made(record.http.get("/api/appointments?when=upcoming"), 200)["items"]
    assert [visit["id"] for visit in upcoming] == [linked.visit["id"]]


def test_linked_doctor_is_refused_as_doctor_to_move_to(linked: Linked) -> None:
    etag = {"If-Match": f'"{linked.visit["version"]}"'}
    path = f"/api/appointments/{linked.visit['id']}"
    assert is_refused(linked.record.http.put(path, json={"starts_at": linked.times[1]}, headers=etag))
    other = made(linked.book(linked.desk, linked.colleague, linked.times[2]))
    to_self = {"doctor_id": linked.doctor.id}
    moved = linked.desk.http.put(f"/api/admin/appointments/{other['id']}", json=to_self, headers={"If-Match": '"1"'})
    assert is_refused(moved)
    move = {"appointment_id": other["id"], "version": 1, "starts_at": linked.times[3], **to_self}
    [result] = made(linked.desk.http.post("/api/reception/moves", json={"moves": [move]}), 200)["results"]
    assert result["outcome"] == "not_bookable"


def test_linked_doctor_frees_time_and_record_is_not_offered_it(linked: Linked, hospital: Hospital) -> None:
    patient = hospital.register("own.other@example.org", "Otto Other")
    at = linked.times[4]
    visit = made(patient.http.post("/api/appointments", json={"doctor_id": linked.doctor.id, "starts_at": at}))
    wish = {"specialty": "Sleep medicine", "first_day": at[:10], "last_day": at[:10]}
    made(linked.record.http.post("/api/waitlist", json=wish))
    cancelled = patient.http.put(f"/api/appointments/{visit['id']}/cancel", headers={"If-Match": '"1"'})
    made(cancelled, 200)
    [entry] = made(linked.record.http.get("/api/waitlist"), 200)["items"]
    assert entry["offer"] is None
    assert datetime.fromisoformat(at) in free_times(patient.http, linked.doctor.id, days=14), "free for others"
    patient.http.close()


def test_linked_doctor_sees_other_patients_as_before(linked: Linked, hospital: Hospital) -> None:
    patient = hospital.register("own.third@example.org", "Tina Third")
    made(patient.http.post("/api/appointments", json={"doctor_id": linked.doctor.id, "starts_at": linked.times[6]}))
    made(linked.book(linked.record, linked.colleague, linked.times[8]))
    patient.http.close()
