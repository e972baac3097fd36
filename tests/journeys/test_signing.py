"""Signing: one step signs the notes and completes the visit; until then a visit is in the list of unsigned notes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.hospital import Hospital, Person, free_times
from tests.world import made


@dataclass
class Practice:
    """A doctor with patients of their own."""

    hospital: Hospital
    doctor: Person
    patient: Person

    def visit(self, *statuses: str) -> int:
        """Return the id of a new visit that began, brought through these statuses."""
        at = free_times(self.patient.http, self.doctor.id)[40]
        body = {"doctor_id": self.doctor.id, "starts_at": at.isoformat(), "reason": "Cough"}
        visit_id = int(made(self.patient.http.post("/api/appointments", json=body))["id"])
        self.hospital.let_begin(visit_id)
        for status in statuses:
            made(self.set_status(visit_id, status), 200)
        return visit_id

    def set_status(self, visit_id: int, status: str) -> httpx.Response:
        return self.doctor.http.put(f"/api/doctor/appointments/{visit_id}", json={"status": status})

    def show(self, visit_id: int, part: str = "") -> dict[str, Any]:
        return made(self.doctor.http.get(f"/api/doctor/appointments/{visit_id}{part}"), 200)

    def sign_and_complete(self, visit_id: int, text: str, version: int | None = None) -> httpx.Response:
        headers = {"If-Match": f'"{version}"'} if version else {}
        path = f"/api/doctor/appointments/{visit_id}/sign-and-complete"
        return self.doctor.http.put(path, json={"text": text}, headers=headers)

    def unsigned(self) -> dict[int, bool]:
        """Return the listed visits with whether they have a draft."""
        found = made(self.doctor.http.get("/api/doctor/unsigned-notes", params={"limit": 100}), 200)
        assert found["count"] == len(found["items"])
        return {one["id"]: one["drafted"] for one in found["items"]}


@pytest.fixture(scope="module")
def practice(hospital: Hospital, admin: Person) -> Iterator[Practice]:
    doctor = hospital.add_doctor(admin, "sina.signs@example.org", "Dr Sina Sign", "Cardiology")
    patient = hospital.register("signed@example.org", "Paul Signed", date_of_birth="1960-02-29", sex="male")
    yield Practice(hospital, doctor, patient)
    for person in (doctor, patient):
        person.http.close()


def test_one_step_signs_and_completes(practice: Practice) -> None:
    visit_id = practice.visit("in_progress")
    notes = made(practice.sign_and_complete(visit_id, "Bronchitis. Rest.", 1), 200)
    assert (notes["status"], notes["text"], notes["signed_by"]["id"]) == ("signed", "Bronchitis. Rest.", practice.doctor.id)
    assert practice.show(visit_id)["status"] == "completed"
    assert visit_id not in practice.unsigned()
    again = practice.sign_and_complete(visit_id, "Bronchitis. Rest.")
    assert (again.status_code, again.json()["version"]) == (200, notes["version"]), "the same text changes nothing"
    other = practice.sign_and_complete(visit_id, "Another text")
    assert (other.status_code, other.json()["code"]) == (409, "notes_signed")
    assert practice.show(visit_id, "/notes")["addenda"] == []


def test_refused_completion_signs_nothing(practice: Practice) -> None:
    visit_id = practice.visit("arrived")
    draft = made(practice.doctor.http.put(f"/api/doctor/appointments/{visit_id}/notes", json={"text": "Draft"}), 200)
    refused = practice.sign_and_complete(visit_id, "Signed too early")
    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_transition")
    assert practice.show(visit_id, "/notes") == draft
    made(practice.set_status(visit_id, "in_progress"), 200)
    stale = practice.sign_and_complete(visit_id, "Over another text", draft["version"] - 1)
    assert stale.status_code == 412
    assert practice.show(visit_id)["status"] == "in_progress", "a stale text completes nothing"


def test_completed_visit_is_listed_until_signed(practice: Practice) -> None:
    visit_id = practice.visit("arrived")
    assert visit_id not in practice.unsigned(), "a visit that has not begun has no notes to sign"
    made(practice.set_status(visit_id, "in_progress"), 200)
    assert practice.unsigned()[visit_id] is False
    made(practice.set_status(visit_id, "completed"), 200)
    assert practice.unsigned()[visit_id] is False, "a visit without any text waits too"
    notes = f"/api/doctor/appointments/{visit_id}/notes"
    made(practice.doctor.http.put(notes, json={"text": "Later"}), 200)
    assert practice.unsigned()[visit_id] is True
    made(practice.doctor.http.put(notes, json={"text": "Later", "sign": True}), 200)
    assert visit_id not in practice.unsigned()


def test_unsigned_notes_are_the_doctors_own(practice: Practice, hospital: Hospital, admin: Person) -> None:
    visit_id = practice.visit("in_progress")
    other = hospital.add_doctor(admin, "signing.other@example.org", "Dr Otto Other", "Cardiology")
    assert made(other.http.get("/api/doctor/unsigned-notes"), 200) == {"items": [], "next_cursor": None, "count": 0}
    assert visit_id in practice.unsigned()
    other.http.close()


def test_arrival_has_its_time_until_it_is_undone(practice: Practice) -> None:
    visit_id = practice.visit()
    assert practice.show(visit_id)["arrived_at"] is None
    arrived = made(practice.set_status(visit_id, "arrived"), 200)["arrived_at"]
    assert arrived is not None
    assert made(practice.set_status(visit_id, "in_progress"), 200)["arrived_at"] == arrived
    assert made(practice.set_status(visit_id, "arrived"), 200)["arrived_at"] == arrived, "not started yet: waiting as before"
    assert made(practice.set_status(visit_id, "confirmed"), 200)["arrived_at"] is None


def test_allergies_are_read_without_the_chart(practice: Practice) -> None:
    practice.visit()
    path = f"/api/doctor/patients/{practice.patient.id}/allergies"
    assert made(practice.doctor.http.get(path), 200)["allergy_status"] == "not_asked"
    body = {"allergies": [{"substance": "Latex", "severity": "mild"}]}
    made(practice.doctor.http.put(path, json=body), 200)
    found = made(practice.doctor.http.get(path), 200)
    assert [one["substance"] for one in found["allergies"]] == ["Latex"]


def write(practice: Practice, visit_id: int, text: str, *, sign: bool = True) -> httpx.Response:
    return practice.doctor.http.put(f"/api/doctor/appointments/{visit_id}/notes", json={"text": text, "sign": sign})


def check_refused(answer: httpx.Response, remedy: str) -> None:
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "no_visit"), answer.text
    assert remedy in problem["detail"]


@pytest.mark.parametrize(("status", "remedy"), [("cancelled", "that took place"), ("no_show", "set it to arrived")])
def test_missed_visit_signs_no_notes(practice: Practice, status: str, remedy: str) -> None:
    visit_id = practice.visit(status)
    made(write(practice, visit_id, "Draft", sign=False), 200)
    check_refused(write(practice, visit_id, "Draft"), remedy)
    check_refused(practice.sign_and_complete(visit_id, "Draft"), remedy)
    notes = practice.show(visit_id, "/notes")
    assert (notes["status"], notes["text"], notes["version"]) == ("draft", "Draft", 2), "a draft stays"
    assert practice.show(visit_id)["status"] == status


def test_notes_signed_before_cancelling_take_an_addendum(practice: Practice) -> None:
    visit_id = practice.visit()
    made(write(practice, visit_id, "Spoke by telephone."), 200)
    made(practice.set_status(visit_id, "cancelled"), 200)
    assert made(write(practice, visit_id, "Spoke by telephone."), 200)["addenda"] == [], "the signed text has no effect"
    added = made(write(practice, visit_id, "The patient cancelled."), 200)
    assert [one["text"] for one in added["addenda"]] == ["The patient cancelled."]


def test_late_patient_makes_notes_signable(practice: Practice) -> None:
    visit_id = practice.visit("no_show", "arrived")
    assert made(write(practice, visit_id, "Came late."), 200)["status"] == "signed"
