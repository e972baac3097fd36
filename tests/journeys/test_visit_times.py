"""Times of visits: statuses before their time, other appointments of the patient, moves to the same time, and the limit."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from careplus_clinic.clinic_time import WEEKDAYS, local_date
from tests.hospital import Hospital, Person, free_times
from tests.world import made


@dataclass
class Clinic:
    """A doctor, a colleague of the same hours and a patient without appointments."""

    hospital: Hospital
    admin: Person
    doctor: Person
    colleague: Person
    patient: Person

    def time(self) -> datetime:
        """Return a time of the day after tomorrow or later that is free for all."""
        tomorrow = datetime.now().astimezone() + timedelta(days=2)
        times = free_times(self.patient.http, self.doctor.id, tomorrow.date().isoformat())
        taken = [datetime.fromisoformat(one["starts_at"]) for one in self.upcoming()]
        return next(at for at in times if all(abs(at - other) >= timedelta(hours=4) for other in taken))

    def upcoming(self) -> list[dict[str, Any]]:
        query: dict[str, Any] = {"when": "upcoming", "limit": 100}
        items: list[dict[str, Any]] = made(self.patient.http.get("/api/appointments", params=query), 200)["items"]
        return items

    def book(self, at: datetime, doctor: Person | None = None) -> httpx.Response:
        body = {"doctor_id": (doctor or self.doctor).id, "starts_at": at.isoformat()}
        return self.patient.http.post("/api/appointments", json=body)

    def arrange(self, at: datetime, doctor: Person) -> httpx.Response:
        body = {"doctor_id": doctor.id, "starts_at": at.isoformat(), "patient_id": self.patient.id}
        return self.admin.http.post("/api/admin/appointments", json=body)

    def set_status(self, visit: dict[str, Any], status: str) -> httpx.Response:
        return self.doctor.http.put(f"/api/doctor/appointments/{visit['id']}", json={"status": status})


@pytest.fixture(scope="module")
def clinic(hospital: Hospital, admin: Person) -> Iterator[Clinic]:
    doctor = hospital.add_doctor(admin, "doctor.times@example.org", "Dr Tia Times", "Cardiology")
    colleague = hospital.add_doctor(admin, "colleague.times@example.org", "Dr Tom Times", "Cardiology")
    patient = hospital.register("patient.times@example.org", "Tess Times", date_of_birth="1960-02-29", sex="female")
    yield Clinic(hospital, admin, doctor, colleague, patient)
    for person in (doctor, colleague, patient):
        person.http.close()


def test_status_days_ahead_is_refused(clinic: Clinic) -> None:
    at = clinic.time()
    visit = made(clinic.book(at))
    earliest = {"in_progress": at - timedelta(hours=2), "no_show": at}
    for status in ("arrived", "in_progress", "no_show"):
        refused = clinic.set_status(visit, status)
        assert (refused.status_code, refused.json()["code"]) == (409, "too_early")
        possible_from = datetime.fromisoformat(refused.json()["possible_from"])
        assert possible_from == earliest.get(status, possible_from)
        assert at - timedelta(days=1) < possible_from <= at
    for status in ("arrived", "no_show"):
        desk = clinic.admin.http.put(f"/api/admin/appointments/{visit['id']}", json={"status": status})
        assert (desk.status_code, desk.json()["code"]) == (409, "too_early")
    assert at not in free_times(clinic.patient.http, clinic.doctor.id), "the time stays the patient's"
    assert made(clinic.set_status(visit, "confirmed"), 200)["version"] == 2


def test_completed_visit_is_reopened_and_audited(clinic: Clinic) -> None:
    visit = made(clinic.book(clinic.time()))
    address = f"/api/doctor/appointments/{visit['id']}"
    early = clinic.doctor.http.put(f"{address}/reopen")
    assert (early.status_code, early.json()["code"]) == (409, "illegal_transition")
    clinic.hospital.let_begin(visit["id"])
    assert made(clinic.set_status(visit, "in_progress"), 200)["completed_at"] is None
    completed = made(clinic.set_status(visit, "completed"), 200)
    assert completed["completed_at"] is not None
    refused = clinic.set_status(visit, "in_progress")
    assert (refused.status_code, refused.json()["legal"]) == (409, []), "only the action of its own reopens"
    assert clinic.colleague.http.put(f"{address}/reopen").status_code == 404
    reopened = made(clinic.doctor.http.put(f"{address}/reopen", headers={"If-Match": f'"{completed["version"]}"'}), 200)
    assert (reopened["status"], reopened["completed_at"]) == ("in_progress", None)
    events = made(clinic.admin.http.get("/api/admin/audit", params={"action": "reopen_visit", "outcome": "ok"}), 200)["items"]
    assert [(one["object_id"], one["kind"]) for one in events[:1]] == [(str(visit["id"]), "change")]
    made(clinic.set_status(visit, "completed"), 200)


def test_visit_during_another_appointment_names_it(clinic: Clinic) -> None:
    at = clinic.time()
    visit = made(clinic.book(at))
    for answer in (clinic.book(at, clinic.colleague), clinic.arrange(at, clinic.colleague)):
        assert (answer.status_code, answer.json()["code"]) == (409, "patient_busy")
        assert answer.json()["other"] == {
            "kind": "visit",
            **{name: visit[name] for name in ("id", "starts_at", "ends_at")},
        }
        assert len(answer.json()["alternatives"]) == 5
    assert clinic.book(at, clinic.colleague).json()["detail"].startswith("You have another appointment at that time.")
    assert clinic.arrange(at, clinic.colleague).json()["detail"].startswith("The patient has another")
    later = made(clinic.book(at + timedelta(hours=2), clinic.colleague))
    moved = clinic.patient.http.put(f"/api/appointments/{later['id']}", json={"starts_at": at.isoformat()})
    assert (moved.status_code, moved.json()["other"]["id"]) == (409, visit["id"])


def test_visit_during_a_lab_booking_names_it(clinic: Clinic) -> None:
    at = clinic.time().replace(hour=10, minute=0)
    body = {"test_codes": ["CBC"], "starts_at": at.isoformat()}
    booking = made(clinic.patient.http.post("/api/labs/bookings", json=body))
    refused = clinic.book(at)
    assert (refused.status_code, refused.json()["code"]) == (409, "patient_busy")
    other = refused.json()["other"]
    assert (other["kind"], other["id"], other["starts_at"]) == ("laboratory", booking["id"], booking["starts_at"])
    assert datetime.fromisoformat(other["ends_at"]) == at + timedelta(minutes=15)
    assert at not in [datetime.fromisoformat(one) for one in refused.json()["alternatives"]]
    visit = made(clinic.book(at + timedelta(minutes=30)))
    moved = clinic.patient.http.put(f"/api/appointments/{visit['id']}", json={"starts_at": at.isoformat()})
    assert moved.json()["other"] == other
    made(clinic.patient.http.put(f"/api/labs/bookings/{booking['id']}/cancel"), 200)
    assert made(clinic.book(at))["status"] == "booked"


def test_no_show_returns_only_to_a_free_patient(clinic: Clinic) -> None:
    """A patient who missed a visit, has another one at its time, and arrives after all."""
    visit, other = made(clinic.book(clinic.time())), made(clinic.book(clinic.time() + timedelta(hours=3), clinic.colleague))
    clinic.hospital.let_begin(visit["id"])
    missed = made(clinic.set_status(visit, "no_show"), 200)
    clinic.hospital.let_begin(other["id"], datetime.fromisoformat(missed["ends_at"]))
    refused = clinic.set_status(visit, "arrived")
    assert (refused.status_code, refused.json()["other"]["id"]) == (409, other["id"])


def test_move_to_the_same_time_keeps_confirmed(clinic: Clinic) -> None:
    at = clinic.time()
    visit = made(clinic.book(at))
    confirmed = made(clinic.set_status(visit, "confirmed"), 200)
    same = made(clinic.patient.http.put(f"/api/appointments/{visit['id']}", json={"starts_at": at.isoformat()}), 200)
    assert (same["status"], same["version"]) == ("confirmed", confirmed["version"])
    for body in ({"starts_at": at.isoformat()}, {"doctor_id": clinic.doctor.id}):
        desk = made(clinic.admin.http.put(f"/api/admin/appointments/{visit['id']}", json=body), 200)
        assert (desk["status"], desk["version"]) == ("confirmed", confirmed["version"])
    later = (at + timedelta(minutes=30)).isoformat()
    moved = made(clinic.patient.http.put(f"/api/appointments/{visit['id']}", json={"starts_at": later}), 200)
    assert moved["status"] == "booked", "another time is confirmed again"


def test_new_hours_name_the_visits_outside(clinic: Clinic, hospital: Hospital) -> None:
    doctor = hospital.add_doctor(clinic.admin, "hours.times@example.org", "Dr Hal Hours", "Cardiology")
    every_day = made(doctor.http.get("/api/doctor/availability"), 200)["rules"]
    at = clinic.time()
    visit, later = made(clinic.book(at, doctor)), made(clinic.book(at + timedelta(days=1), doctor))
    cancelled = made(clinic.book(at + timedelta(days=2), doctor))
    made(clinic.patient.http.put(f"/api/appointments/{cancelled['id']}/cancel"), 200)

    def to_move(rules: list[dict[str, str]]) -> list[int]:
        answer = doctor.http.put("/api/doctor/availability", json={"slot_minutes": 30, "rules": rules})
        return [one["id"] for one in made(answer, 200)["to_move"]]

    weekday = WEEKDAYS[local_date(at, ZoneInfo("Europe/Berlin")).weekday()].value
    assert to_move(every_day) == []
    assert to_move([rule for rule in every_day if rule["weekday"] != weekday]) == [visit["id"]]
    assert to_move([]) == [visit["id"], later["id"]], "an empty week names every visit"
    assert made(clinic.patient.http.get(f"/api/appointments/{visit['id']}"), 200)["status"] == "booked"
    doctor.http.close()


@pytest.mark.parametrize("closed", ["profile", "account"])
def test_visit_of_a_doctor_who_left_says_why(clinic: Clinic, hospital: Hospital, closed: str) -> None:
    doctor = hospital.add_doctor(clinic.admin, f"left.{closed}.times@example.org", f"Dr Left {closed}", "Neurology")
    at = clinic.time()
    visit = made(clinic.book(at, doctor))
    assert visit["doctor"]["bookable"] is True
    address, later = f"/api/appointments/{visit['id']}", {"starts_at": (at + timedelta(hours=1)).isoformat()}
    if closed == "profile":
        profile = {"full_name": f"Dr Left {closed}", "specialty": "Neurology", "active": False}
        made(clinic.admin.http.put(f"/api/admin/doctors/{doctor.id}", json=profile), 200)
    else:
        closing = {"role": "doctor", "active": False, "colleague_id": clinic.colleague.id}
        made(clinic.admin.http.put(f"/api/admin/accounts/{doctor.id}", json=closing), 200)

    assert made(clinic.patient.http.get(address), 200)["doctor"]["bookable"] is False
    listed = clinic.admin.http.get("/api/admin/appointments", params={"patient_id": clinic.patient.id, "doctor_id": doctor.id})
    assert [one["doctor"]["bookable"] for one in made(listed, 200)["items"]] == [False]
    for refused in (
        clinic.patient.http.put(address, json=later),
        clinic.admin.http.put(f"/api/admin/appointments/{visit['id']}", json=later),
        clinic.book(at + timedelta(hours=2), doctor),
        clinic.arrange(at + timedelta(hours=2), doctor),
    ):
        assert (refused.status_code, refused.json()["code"]) == (409, "doctor_not_bookable")
        assert refused.json()["specialty"] == "Neurology"
        assert "Choose a colleague, cancel the appointment if it is booked already, or call" in refused.json()["detail"]
    change = {"doctor_id": clinic.colleague.id, **later}
    moved = made(clinic.admin.http.put(f"/api/admin/appointments/{visit['id']}", json=change), 200)
    assert (moved["doctor"]["id"], moved["doctor"]["bookable"]) == (clinic.colleague.id, True)
    doctor.http.close()
