"""Types of visits: the administrator adds them, doctors offer them, patients and the desk book them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.hospital import Hospital, Person, free_times
from tests.world import made

TYPES, OWN = "/api/admin/visit-types", "/api/doctor/visit-types"
TALK = {"name_en": "Talk", "name_de": "Gespräch", "minutes": 50, "buffer_minutes": 20, "price": "€ 80"}
TALK |= {"preparation_en": "Bring your medicines.", "preparation_de": "Bringen Sie Ihre Medikamente mit."}
CHECK = {"name_en": "Check", "name_de": "Kontrolle", "minutes": 10}
SURGERY = {"name_en": "Surgery", "name_de": "Eingriff", "minutes": 90, "staff_only": True}


@dataclass
class Practice:
    """A doctor with a step of 30 minutes, a patient, another one, the desk, and the ids of three types."""

    doctor: Person
    colleague: Person
    patient: Person
    other: Person
    desk: Person
    admin: Person
    talk: int
    check: int
    surgery: int

    def times(self, person: Person, **query: Any) -> list[datetime]:
        found = made(person.http.get(f"/api/doctors/{self.doctor.id}/slots", params=query), 200)["items"]
        return [datetime.fromisoformat(one["starts_at"]) for one in found]

    def book(self, person: Person, at: datetime, **more: Any) -> Any:
        body = {"doctor_id": self.doctor.id, "starts_at": at.isoformat(), **more}
        return person.http.post("/api/appointments", json=body)

    def arrange(self, at: datetime, **more: Any) -> Any:
        body = {"patient_id": self.other.id, "doctor_id": self.doctor.id, "starts_at": at.isoformat(), **more}
        return self.desk.http.post("/api/admin/appointments", json=body)


def offer(doctor: Person, *types: int, **more: Any) -> None:
    made(doctor.http.put(OWN, json={"types": [{"visit_type_id": one, **more} for one in types]}), 200)


def minutes_of(visit: dict[str, Any]) -> float:
    length = datetime.fromisoformat(visit["ends_at"]) - datetime.fromisoformat(visit["starts_at"])
    return length / timedelta(minutes=1)


@pytest.fixture(scope="module")
def practice(hospital: Hospital, admin: Person) -> Iterator[Practice]:
    doctor = hospital.add_doctor(admin, "types@example.org", "Dr Tilda Types", "Endocrinology")
    colleague = hospital.add_doctor(admin, "types-2@example.org", "Dr Theo Types", "Endocrinology")
    patient = hospital.register("types-pat@example.org", "Tina Types")
    other = hospital.register("types-other@example.org", "Toni Types")
    desk = hospital.invite(admin, "types-desk@example.org", "Tess Types", "reception")
    ids = [made(admin.http.post(TYPES, json=one))["id"] for one in (TALK, CHECK, SURGERY)]
    yield Practice(doctor, colleague, patient, other, desk, admin, *ids)
    for person in (doctor, colleague, patient, other, desk):
        person.http.close()


@pytest.fixture(autouse=True)
def _offers_nothing(practice: Practice) -> Iterator[None]:
    yield
    offer(practice.doctor)
    for person in (practice.patient, practice.other):
        for one in made(person.http.get("/api/appointments?when=upcoming&limit=100"), 200)["items"]:
            made(practice.desk.http.put(f"/api/admin/appointments/{one['id']}", json={"status": "cancelled"}), 200)


def test_doctor_without_types_is_booked_as_before(practice: Practice) -> None:
    page = made(practice.patient.http.get(f"/api/doctors/{practice.doctor.id}/slots"), 200)
    assert (page["visit_types"], page["visit_type_id"]) == ([], None)
    visit = made(practice.book(practice.patient, practice.times(practice.patient)[4]))
    assert (minutes_of(visit), visit["visit_type"]) == (30, None)


def test_only_type_is_booked_without_being_named(practice: Practice) -> None:
    offer(practice.doctor, practice.talk)
    page = made(practice.patient.http.get(f"/api/doctors/{practice.doctor.id}/slots"), 200)
    assert [one["id"] for one in page["visit_types"]] == [page["visit_type_id"]] == [practice.talk]
    visit = made(practice.book(practice.patient, practice.times(practice.patient)[4]))
    assert minutes_of(visit) == 50
    assert visit["visit_type"] == {
        "id": practice.talk,
        "names": {"en": "Talk", "de": "Gespräch"},
        "preparation": {"en": TALK["preparation_en"], "de": TALK["preparation_de"]},
        "price": "€ 80",
        "is_video": False,
    }
    read = made(practice.patient.http.get(f"/api/appointments/{visit['id']}"), 200)
    assert read["visit_type"] == visit["visit_type"]
    listed = made(practice.doctor.http.get("/api/doctor/appointments?limit=100"), 200)["items"]
    assert [one["visit_type"]["names"]["en"] for one in listed if one["id"] == visit["id"]] == ["Talk"]


def test_calendar_file_has_the_preparation(practice: Practice) -> None:
    offer(practice.doctor, practice.talk)
    visit = made(practice.book(practice.patient, practice.times(practice.patient)[0]))
    file = practice.patient.http.get(f"/api/appointments/{visit['id']}/calendar.ics").text
    assert f"DESCRIPTION:{TALK['preparation_en']}" in file
    assert "Talk" not in file


def test_minutes_after_a_visit_are_no_free_time(practice: Practice) -> None:
    offer(practice.doctor, practice.talk, practice.check)
    at = practice.times(practice.patient)[8]
    made(practice.book(practice.patient, at, visit_type_id=practice.talk))
    # the visit ends after 50 minutes, the minutes after it after 70: the next start is after 90
    taken = {at + timedelta(minutes=30 * step) for step in range(3)}
    assert not taken & set(practice.times(practice.other, visit_type_id=practice.check))
    assert at + timedelta(minutes=90) in practice.times(practice.other, visit_type_id=practice.check)
    after = at + timedelta(minutes=60)
    refused = practice.book(practice.other, after, visit_type_id=practice.check)
    assert (refused.status_code, refused.json()["code"]) == (409, "slot_taken")
    assert practice.arrange(after, visit_type_id=practice.check).status_code == 409
    # a visit with minutes after it does not end shortly before another one
    assert at - timedelta(minutes=60) not in practice.times(practice.other, visit_type_id=practice.talk)
    assert at - timedelta(minutes=30) in practice.times(practice.other, visit_type_id=practice.check)
    # staff use the minutes with a reason
    made(practice.arrange(after, visit_type_id=practice.check, overbook="Quick look at a wound"))


def test_staff_alone_book_a_type_of_the_staff(practice: Practice) -> None:
    offer(practice.doctor, practice.surgery, practice.check)
    page = made(practice.patient.http.get(f"/api/doctors/{practice.doctor.id}/slots"), 200)
    assert [one["id"] for one in page["visit_types"]] == [page["visit_type_id"]] == [practice.check]
    at = practice.times(practice.patient)[6]
    refused = practice.book(practice.patient, at, visit_type_id=practice.surgery)
    assert (refused.status_code, refused.json()["code"]) == (409, "staff_book_visit_type")
    query = {"visit_type_id": practice.surgery}
    shown = practice.patient.http.get(f"/api/doctors/{practice.doctor.id}/slots", params=query)
    assert shown.json()["code"] == "staff_book_visit_type"
    visit = made(practice.arrange(practice.times(practice.desk, **query)[6], **query))
    assert (minutes_of(visit), visit["visit_type"]["names"]["de"]) == (90, "Eingriff")


def test_moved_visit_keeps_its_type(practice: Practice) -> None:
    offer(practice.doctor, practice.check, practice.talk)
    at = practice.times(practice.patient)[6]
    visit = made(practice.book(practice.patient, at, visit_type_id=practice.talk))
    later = at + timedelta(days=1)
    moved = made(practice.patient.http.put(f"/api/appointments/{visit['id']}", json={"starts_at": later.isoformat()}), 200)
    assert (minutes_of(moved), moved["visit_type"]["id"]) == (50, practice.talk)
    # a colleague without the type sees the patient as long
    move = {"doctor_id": practice.colleague.id, "starts_at": later.isoformat()}
    reassigned = made(practice.desk.http.put(f"/api/admin/appointments/{visit['id']}", json=move), 200)
    assert (minutes_of(reassigned), reassigned["visit_type"]["id"]) == (50, practice.talk)


def test_doctor_takes_another_time_for_a_type(practice: Practice) -> None:
    offer(practice.doctor, practice.talk, minutes=25)
    own = made(practice.doctor.http.get(OWN), 200)
    assert [(one["type"]["id"], one["minutes"]) for one in own["types"] if one["offered"]] == [(practice.talk, 25)]
    visit = made(practice.book(practice.patient, practice.times(practice.patient)[4]))
    assert minutes_of(visit) == 25


def test_type_that_is_no_longer_active_is_not_booked(practice: Practice) -> None:
    spare = made(practice.admin.http.post(TYPES, json={**CHECK, "name_en": "Spare"}))
    offer(practice.doctor, spare["id"])
    at = practice.times(practice.patient)[4]
    visit = made(practice.book(practice.patient, at, visit_type_id=spare["id"]))
    made(practice.admin.http.put(f"{TYPES}/{spare['id']}", json={**CHECK, "name_en": "Old", "active": False}), 200)
    assert made(practice.patient.http.get(f"/api/appointments/{visit['id']}"), 200)["visit_type"]["names"]["en"] == "Old"
    refused = practice.book(practice.other, at + timedelta(hours=2), visit_type_id=spare["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "visit_type_not_offered")
    assert free_times(practice.other.http, practice.doctor.id)
    again = practice.doctor.http.put(OWN, json={"types": [{"visit_type_id": spare["id"]}]})
    assert (again.status_code, again.json()["code"]) == (409, "visit_type_not_offered")


@pytest.mark.parametrize(
    "template",
    [
        "http://meet.example/{code}",
        "https://meet.example/room",
        "https://{code}.meet.example/",
        "https://meet.example/{code}/{code}",
        "https://meet.example/{room}/{code}",
        "https://user:secret@meet.example/{code}",
        "https:///{code}",
        "javascript:alert({code})",
    ],
)
def test_video_address_is_https_and_names_the_code(practice: Practice, template: str) -> None:
    assert practice.admin.http.post(TYPES, json={**CHECK, "video_template": template}).status_code == 422
