"""Follow-ups that doctors book, visits that they move, and referrals that a visit answers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.hospital import Hospital, Person, free_times
from tests.world import made


@dataclass
class Practice:
    """A doctor with a patient in care, a colleague of another specialty, and a person unknown to the doctor."""

    hospital: Hospital
    doctor: Person
    colleague: Person
    patient: Person
    stranger: Person

    def visit(self) -> dict[str, Any]:
        """Return a visit of the patient to the doctor, tomorrow or later."""
        tomorrow = (datetime.now().astimezone() + timedelta(days=1)).date().isoformat()
        at = free_times(self.patient.http, self.doctor.id, tomorrow)[20].isoformat()
        return made(self.patient.http.post("/api/appointments", json={"doctor_id": self.doctor.id, "starts_at": at}))

    def times(self, interval: str, visit: int | None = None) -> dict[str, Any]:
        query: dict[str, Any] = {"interval": interval, **({"appointment_id": visit} if visit else {})}
        path = f"/api/doctor/patients/{self.patient.id}/follow-up-times"
        return made(self.doctor.http.get(path, params=query), 200)

    def book(self, starts_at: str, **more: Any) -> Any:
        path = f"/api/doctor/patients/{self.patient.id}/follow-ups"
        return self.doctor.http.post(path, json={"starts_at": starts_at, **more})

    def referral(self, sender: Person, **more: Any) -> dict[str, Any]:
        body = {"patient_id": self.patient.id, "reason": "Murmur, new since spring", **more}
        return made(sender.http.post("/api/doctor/referrals", json=body))

    def status_of(self, referral: dict[str, Any]) -> str:
        status: str = made(self.patient.http.get(f"/api/referrals/{referral['id']}"), 200)["status"]
        return status


@pytest.fixture(scope="module")
def practice(hospital: Hospital, admin: Person) -> Iterator[Practice]:
    doctor = hospital.add_doctor(admin, "doctor.again@example.org", "Dr Ada Again", "Follow-up medicine")
    colleague = hospital.add_doctor(admin, "colleague.again@example.org", "Dr Cora Again", "Other medicine")
    patient = hospital.register("patient.again@example.org", "Abe Again")
    stranger = hospital.register("stranger.again@example.org", "Sid Stranger")
    built = Practice(hospital, doctor, colleague, patient, stranger)
    built.visit()
    # away from the visits that tests book for tomorrow, at any hour
    later = (datetime.now().astimezone() + timedelta(days=3)).date().isoformat()
    at = free_times(patient.http, colleague.id, later)[0].isoformat()
    made(patient.http.post("/api/appointments", json={"doctor_id": colleague.id, "starts_at": at}))
    yield built
    for person in (doctor, colleague, patient, stranger):
        person.http.close()


def day_of(slot: dict[str, Any]) -> date:
    return date.fromisoformat(slot["day"])


def test_follow_up_times_surround_the_wanted_day(practice: Practice) -> None:
    visit = practice.visit()
    for interval, days in (("1_week", 7), ("2_weeks", 14), ("6_weeks", 42)):
        found = practice.times(interval, visit["id"])
        wanted = date.fromisoformat(found["wanted_on"])
        since = datetime.fromisoformat(visit["starts_at"]).astimezone().date()
        assert abs((wanted - since).days - days) <= 1
        assert [day_of(slot) for slot in found["items"]] == [wanted + timedelta(days=n) for n in (-1, 0, 1)]
    booked = made(practice.book(found["items"][1]["starts_at"]))
    again = practice.times("6_weeks", visit["id"])["items"]
    assert booked["starts_at"] not in [slot["starts_at"] for slot in again]
    assert day_of(again[1]) == wanted, "the next time of the same day is offered"


def test_follow_up_is_booked_once_and_seen_by_patient(practice: Practice) -> None:
    slot = practice.times("2_weeks")["items"][0]
    path = f"/api/doctor/patients/{practice.patient.id}/follow-ups"
    sent: dict[str, Any] = {
        "json": {"starts_at": slot["starts_at"], "reason": "Follow-up"},
        "headers": {"Idempotency-Key": "follow-up-once"},
    }
    first, second = (made(practice.doctor.http.post(path, **sent)) for _ in range(2))
    assert first == second
    shown = made(practice.patient.http.get(f"/api/appointments/{first['id']}"), 200)
    assert (shown["status"], shown["reason"], shown["doctor"]["id"]) == ("booked", "Follow-up", practice.doctor.id)
    taken = practice.book(slot["starts_at"])
    assert (taken.status_code, taken.json()["code"]) == (409, "patient_busy")
    assert taken.json()["other"]["id"] == first["id"]
    assert taken.json()["alternatives"]


def test_follow_up_of_another_patient_is_404(practice: Practice) -> None:
    visit, slot = practice.visit(), practice.times("1_week")["items"][0]
    for patient in (practice.stranger.id, 10**9):
        refused = practice.doctor.http.post(f"/api/doctor/patients/{patient}/follow-ups", json={"starts_at": slot["starts_at"]})
        assert refused.status_code == 404
    path = f"/api/doctor/patients/{practice.patient.id}/follow-up-times"
    query = {"interval": "1_week", "appointment_id": visit["id"]}
    assert practice.colleague.http.get(path, params=query).status_code == 404, "the visit is to another doctor"


def test_doctor_moves_an_own_visit(practice: Practice) -> None:
    visit = practice.visit()
    made(practice.doctor.http.put(f"/api/doctor/appointments/{visit['id']}", json={"status": "confirmed"}), 200)
    address, at = f"/api/doctor/appointments/{visit['id']}/move", practice.times("6_weeks")["items"][0]["starts_at"]
    stale = practice.doctor.http.put(address, json={"starts_at": at}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    moved = made(practice.doctor.http.put(address, json={"starts_at": at}, headers={"If-Match": '"2"'}), 200)
    assert (moved["starts_at"], moved["status"], moved["version"]) == (at, "booked", 3)
    assert made(practice.patient.http.get(f"/api/appointments/{visit['id']}"), 200)["starts_at"] == at
    assert made(practice.doctor.http.put(address, json={"starts_at": at}), 200)["version"] == 3
    assert practice.colleague.http.put(address, json={"starts_at": at}).status_code == 404
    other = practice.visit()
    taken = practice.doctor.http.put(address, json={"starts_at": other["starts_at"]})
    assert (taken.status_code, taken.json()["other"]["id"]) == (409, other["id"])
    practice.hospital.let_begin(visit["id"])
    made(practice.doctor.http.put(f"/api/doctor/appointments/{visit['id']}", json={"status": "in_progress"}), 200)
    assert practice.doctor.http.put(address, json={"starts_at": at}).json()["code"] == "illegal_transition"


@pytest.mark.parametrize("to", ["doctor", "specialty"])
def test_referral_follows_the_visit_that_answers_it(practice: Practice, to: str) -> None:
    target = {"to_doctor_id": practice.doctor.id} if to == "doctor" else {"to_specialty": "follow-up medicine"}
    referral = practice.referral(practice.colleague, **target)
    at = practice.times("6_weeks")["items"][2]["starts_at"]
    body = {"doctor_id": practice.doctor.id, "starts_at": at, "referral_id": referral["id"]}
    visit = made(practice.patient.http.post("/api/appointments", json=body))
    assert (visit["referral_id"], practice.status_of(referral)) == (referral["id"], "booked")
    sent = made(practice.colleague.http.get(f"/api/doctor/referrals/{referral['id']}"), 200)
    assert (sent["status"], sent["visit_at"]) == ("booked", visit["starts_at"])
    made(practice.patient.http.put(f"/api/appointments/{visit['id']}/cancel"), 200)
    assert practice.status_of(referral) == "sent", "a cancelled visit opens it again"
    again = made(practice.book(at, referral_id=referral["id"]))
    practice.hospital.let_begin(again["id"])
    for status, shown in (("in_progress", "booked"), ("completed", "closed")):
        made(practice.doctor.http.put(f"/api/doctor/appointments/{again['id']}", json={"status": status}), 200)
        assert practice.status_of(referral) == shown
    refused = practice.colleague.http.put(f"/api/doctor/referrals/{referral['id']}", json={"status": "cancelled"})
    assert (refused.status_code, refused.json()["current"]) == (409, "closed")
    made(practice.doctor.http.put(f"/api/doctor/appointments/{again['id']}/reopen"), 200)
    assert practice.status_of(referral) == "booked"


def test_referral_of_another_person_books_nothing(practice: Practice, hospital: Hospital) -> None:
    mine = practice.referral(practice.colleague, to_doctor_id=practice.doctor.id)
    others = practice.referral(practice.doctor, to_doctor_id=practice.colleague.id)
    slot = practice.times("2_weeks")["items"][2]["starts_at"]
    foreign = {"doctor_id": practice.doctor.id, "starts_at": slot, "referral_id": mine["id"]}
    assert practice.stranger.http.post("/api/appointments", json=foreign).status_code == 404
    assert practice.book(slot, referral_id=others["id"]).status_code == 404, "it is to another doctor"
    made(practice.book(slot, referral_id=mine["id"]))
    later = practice.times("6_weeks")["items"][0]["starts_at"]
    twice = practice.book(later, referral_id=mine["id"])
    assert (twice.status_code, twice.json()["code"]) == (409, "referral_not_open")


def test_overdue_referral_is_counted_and_listed(practice: Practice) -> None:
    yesterday = (datetime.now().astimezone() - timedelta(days=2)).date().isoformat()
    before = made(practice.colleague.http.get("/api/doctor/referrals/counts"), 200)
    received = made(practice.doctor.http.get("/api/doctor/referrals/counts"), 200)["overdue_received"]
    late = practice.referral(practice.colleague, to_doctor_id=practice.doctor.id, due_on=yesterday)
    assert late["overdue"] is True
    after = made(practice.colleague.http.get("/api/doctor/referrals/counts"), 200)
    assert after == {**before, "overdue_sent": before["overdue_sent"] + 1}
    assert made(practice.doctor.http.get("/api/doctor/referrals/counts"), 200)["overdue_received"] == received + 1

    def listed(**query: Any) -> list[int]:
        answer = practice.colleague.http.get("/api/doctor/referrals", params={"direction": "sent", "limit": 100, **query})
        return [one["id"] for one in made(answer, 200)["items"]]

    assert late["id"] in listed(overdue=True)
    assert late["id"] in listed(open=True)
    assert late["id"] not in listed(open=False)
    made(practice.colleague.http.put(f"/api/doctor/referrals/{late['id']}", json={"status": "cancelled"}), 200)
    assert late["id"] not in listed(overdue=True)
    assert late["id"] in listed(open=False)
    assert made(practice.colleague.http.get("/api/doctor/referrals/counts"), 200) == before
