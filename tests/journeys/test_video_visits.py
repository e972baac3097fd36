"""Video visits: patient and doctor read one secret address from a quarter of an hour before the start to the end."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.hospital import Hospital, Person, free_times
from tests.world import made

MINUTE = timedelta(minutes=1)


@dataclass
class Practice:
    hospital: Hospital
    doctor: Person
    colleague: Person
    patient: Person
    other: Person
    admin: Person
    type: dict[str, Any]

    def visit(self) -> int:
        at = free_times(self.patient.http, self.doctor.id)[20]
        body = {"doctor_id": self.doctor.id, "starts_at": at.isoformat()}
        return int(made(self.patient.http.post("/api/appointments", json=body))["id"])

    def place(self, visit: int, starts_in: timedelta, length: timedelta = 20 * MINUTE) -> None:
        starts_at = datetime.now(UTC).replace(microsecond=0) + starts_in
        self.hospital.place_visit(visit, starts_at, starts_at + length)

    def put_away(self, visit: int) -> None:
        """Place a visit on a day of its own, years ago."""
        self.place(visit, timedelta(days=-900 - visit))

    def asked(self, visit: int) -> list[Any]:
        """Return the answers to patient and doctor."""
        paths = (f"/api/appointments/{visit}/video", f"/api/doctor/appointments/{visit}/video")
        return [person.http.get(path) for person, path in zip((self.patient, self.doctor), paths, strict=True)]


@pytest.fixture(scope="module")
def practice(hospital: Hospital, admin: Person) -> Iterator[Practice]:
    people = [
        hospital.add_doctor(admin, "video@example.org", "Dr Vera Video", "Endocrinology"),
        hospital.add_doctor(admin, "video-2@example.org", "Dr Vito Video", "Endocrinology"),
        hospital.register("video-pat@example.org", "Vic Video"),
        hospital.register("video-other@example.org", "Val Video"),
    ]
    names = {"name_en": "By video", "name_de": "Per Video", "minutes": 20}
    kind = made(admin.http.post("/api/admin/visit-types", json={**names, "video_template": "https://meet.example/care-{code}"}))
    for offering in people[:2]:
        made(offering.http.put("/api/doctor/visit-types", json={"types": [{"visit_type_id": kind["id"]}]}), 200)
    doctor, colleague, patient, other = people
    yield Practice(hospital, doctor, colleague, patient, other, admin, kind)
    for person in people:
        person.http.close()


@pytest.fixture
def visit(practice: Practice) -> Iterator[int]:
    booked = practice.visit()
    yield booked
    practice.put_away(booked)


def test_room_opens_a_quarter_of_an_hour_before(practice: Practice, visit: int) -> None:
    practice.place(visit, 16 * MINUTE)
    for answer in practice.asked(visit):
        room = made(answer, 200)
        assert room["url"] is None
        assert datetime.fromisoformat(room["opens_at"]) > datetime.now(UTC)
    practice.place(visit, 14 * MINUTE)
    of_patient, of_doctor = (made(answer, 200) for answer in practice.asked(visit))
    assert of_patient == of_doctor
    assert of_patient["url"].startswith("https://meet.example/care-")
    assert len(of_patient["url"]) == len("https://meet.example/care-") + 32


def test_room_closes_at_the_end_of_the_visit(practice: Practice, visit: int) -> None:
    practice.place(visit, -19 * MINUTE)
    assert all(answer.json()["url"] for answer in practice.asked(visit))
    practice.place(visit, -21 * MINUTE)
    assert [answer.json()["url"] for answer in practice.asked(visit)] == [None, None]


def test_room_of_others_is_not_found(practice: Practice, visit: int) -> None:
    practice.place(visit, 5 * MINUTE)
    assert practice.other.http.get(f"/api/appointments/{visit}/video").status_code == 404
    assert practice.colleague.http.get(f"/api/doctor/appointments/{visit}/video").status_code == 404
    assert practice.admin.http.get(f"/api/appointments/{visit}/video").status_code == 403


def test_cancelled_visit_and_each_visit_has_its_own_room(practice: Practice, visit: int) -> None:
    second = practice.visit()
    practice.place(visit, 5 * MINUTE)
    url = practice.asked(visit)[0].json()["url"]
    practice.put_away(visit)
    practice.place(second, 5 * MINUTE)
    assert made(practice.asked(second)[0], 200)["url"] != url
    made(practice.doctor.http.put(f"/api/doctor/appointments/{second}", json={"status": "cancelled"}), 200)
    assert [answer.json()["url"] for answer in practice.asked(second)] == [None, None]


def test_no_other_answer_has_the_address(practice: Practice, visit: int) -> None:
    practice.place(visit, 5 * MINUTE)
    code = practice.asked(visit)[0].json()["url"].removeprefix("https://meet.example/care-")
    reads = [
        (practice.patient, f"/api/appointments/{visit}"),
        (practice.patient, "/api/appointments"),
        (practice.patient, f"/api/appointments/{visit}/calendar.ics"),
        (practice.doctor, f"/api/doctor/appointments/{visit}"),
        (practice.doctor, "/api/doctor/appointments?limit=100"),
        (practice.admin, "/api/admin/appointments?limit=100"),
    ]
    for person, path in reads:
        answer = person.http.get(path)
        assert answer.status_code == 200, path
        assert code not in answer.text, path


def test_visit_without_a_video_has_no_room(practice: Practice, visit: int) -> None:
    practice.place(visit, 5 * MINUTE)
    kept = {name: practice.type[name] for name in ("name_en", "name_de", "minutes")}
    path = f"/api/admin/visit-types/{practice.type['id']}"
    made(practice.admin.http.put(path, json=kept), 200)
    assert [answer.json()["url"] for answer in practice.asked(visit)] == [None, None]
    made(practice.admin.http.put(path, json={**kept, "video_template": practice.type["video_template"]}), 200)
    assert all(answer.json()["url"] for answer in practice.asked(visit))
