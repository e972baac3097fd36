"""The waitlist in a running hospital: a time that becomes free is offered to one patient after the other."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from careplus_appointments.background import end_overdue_offers
from careplus_tables.engine import Database
from tests import databases
from tests.hospital import Hospital, Person, eventually, free_times
from tests.journeys.test_storms import overlaps
from tests.mailbox import confirm_email, mails, text_of
from tests.notices import notice_of
from tests.world import made

BERLIN = ZoneInfo("Europe/Berlin")
WAITLIST, DESK = "/api/waitlist", "/api/reception/waitlist"


@dataclass
class Clinic:
    hospital: Hospital
    admin: Person
    desk: Person
    number: int = 0
    people: list[Person] = field(default_factory=list)

    def doctor(self, specialty: str = "Cardiology") -> Person:
        self.number += 1
        return self._kept(
            self.hospital.add_doctor(self.admin, f"wait-doc-{self.number}@example.org", f"Dr Wait {self.number}", specialty)
        )

    def patient(self) -> Person:
        self.number += 1
        return self._kept(self.hospital.register(f"wait-{self.number}@example.org", f"Walt Waiting {self.number}"))

    def _kept(self, person: Person) -> Person:
        self.people.append(person)
        return person

    def expire(self, visit_id: int) -> None:
        """Let the time to answer end."""
        past = (datetime.now(UTC) - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        databases.execute(
            self.hospital.database, "UPDATE waitlist_offers SET offered_until = ? WHERE appointment_id = ?", past, visit_id
        )


@pytest.fixture(scope="module")
def clinic(hospital: Hospital, admin: Person) -> Iterator[Clinic]:
    built = Clinic(hospital, admin, hospital.invite(admin, "wait-desk@example.org", "Dana Desk", "reception"))
    yield built
    for person in (built.desk, *built.people):
        person.http.close()


def book(patient: Person, doctor: Person, at: datetime) -> dict[str, Any]:
    return made(patient.http.post("/api/appointments", json={"doctor_id": doctor.id, "starts_at": at.isoformat()}))


def join(patient: Person, **wanted: Any) -> dict[str, Any]:
    return made(patient.http.post(WAITLIST, json={**days(), **wanted}))


def days(first: int = 0, last: int = 60) -> dict[str, str]:
    today = datetime.now(UTC).date()
    return {"first_day": str(today + timedelta(days=first)), "last_day": str(today + timedelta(days=last))}


def offer_of(patient: Person) -> dict[str, Any] | None:
    entries = made(patient.http.get(WAITLIST), 200)["items"]
    return next((one["offer"] for one in entries if one["offer"] is not None), None)


def offered(patient: Person) -> dict[str, Any]:
    found = offer_of(patient)
    assert found is not None
    return found


def visits_to(doctor: Person) -> list[tuple[int, str]]:
    return [(one["id"], one["status"]) for one in made(doctor.http.get("/api/doctor/appointments"), 200)["items"]]


def cancel(patient: Person, visit: dict[str, Any]) -> None:
    made(patient.http.put(f"/api/appointments/{visit['id']}/cancel"), 200)


def answer(patient: Person, offer: dict[str, Any], word: str) -> httpx.Response:
    return patient.http.put(f"/api/appointments/{offer['appointment_id']}/{word}")


def test_cancelled_time_is_offered_to_one_after_the_other(clinic: Clinic) -> None:
    doctor, owner = clinic.doctor(), clinic.patient()
    at = free_times(owner.http, doctor.id, days=10)[60]
    visit = book(owner, doctor, at)
    first, second, third = (clinic.patient() for _ in range(3))
    for patient in (first, second, third):
        join(patient, doctor_id=doctor.id)
    assert [offer_of(one) for one in (first, second, third)] == [None, None, None]
    cancel(owner, visit)

    offer = offered(first)
    assert (datetime.fromisoformat(offer["starts_at"]), offer["doctor"]["id"]) == (at, doctor.id)
    assert (offer_of(second), offer_of(third)) == (None, None)
    assert at not in free_times(second.http, doctor.id, days=10), "the offer holds the time"
    assert visits_to(doctor) == [(visit["id"], "cancelled")]
    assert doctor.http.get(f"/api/doctor/appointments/{offer['appointment_id']}").status_code == 404
    assert made(doctor.http.get("/api/doctor/patients"), 200)["items"] == [], "an offer gives no care"
    assert made(first.http.get("/api/appointments"), 200)["items"] == []
    assert made(first.http.get("/api/me/summary"), 200)["upcoming_appointments"] == 0
    assert made(first.http.get(f"/api/appointments/{offer['appointment_id']}"), 200)["status"] == "offered"

    assert made(answer(first, offer, "decline"), 200)["status"] == "lapsed"
    assert made(answer(first, offer, "decline"), 200)["status"] == "lapsed", "declining again has the same answer"
    assert answer(first, offer, "accept").json()["code"] == "offer_over"
    expired = offered(second)
    clinic.expire(expired["appointment_id"])
    refused = answer(second, expired, "accept")
    assert (refused.status_code, refused.json()["code"]) == (409, "offer_over")
    eventually(lambda: offer_of(third) is not None)
    assert (offer_of(first), offer_of(second)) == (None, None), "no time is offered twice to one entry"
    last = offered(third)
    booked = made(answer(third, last, "accept"), 200)
    assert (booked["status"], booked["booked_by"], booked["version"]) == ("booked", "patient", 2)
    assert made(answer(third, last, "accept"), 200) == booked, "accepting again has the same answer"
    assert visits_to(doctor) == [(visit["id"], "cancelled"), (booked["id"], "booked")]
    assert made(third.http.get(WAITLIST), 200)["items"] == [], "the entry has ended"


async def test_replicas_end_an_offer_once(clinic: Clinic) -> None:
    doctor, owner = clinic.doctor(), clinic.patient()
    visit = book(owner, doctor, free_times(owner.http, doctor.id, days=10)[68])
    waiting = [clinic.patient() for _ in range(3)]
    for patient in waiting:
        join(patient, doctor_id=doctor.id)
    cancel(owner, visit)
    clinic.expire(offered(waiting[0])["appointment_id"])
    replicas = [Database(clinic.hospital.database) for _ in range(3)]
    await asyncio.gather(*(end_overdue_offers(one) for one in replicas))
    for one in replicas:
        await one.close()
    assert [offer_of(patient) is not None for patient in waiting] == [False, True, False]


def test_accepting_cancels_the_replaced_visit(clinic: Clinic) -> None:
    doctor, owner, waiting, next_one = clinic.doctor(), clinic.patient(), clinic.patient(), clinic.patient()
    times = free_times(owner.http, doctor.id, days=10)
    visit, own = book(owner, doctor, times[60]), book(waiting, doctor, times[70])
    later = book(owner, doctor, times[80])
    join(waiting, doctor_id=doctor.id, instead_of=own["id"])
    again = waiting.http.post(WAITLIST, json={**days(), "doctor_id": doctor.id, "instead_of": own["id"]})
    assert again.json()["code"] == "already_waiting"
    join(next_one, doctor_id=doctor.id)
    cancel(owner, later)
    assert offer_of(waiting) is None, "a later time is not offered instead of an earlier one"
    made(answer(next_one, offered(next_one), "decline"), 200)
    cancel(owner, visit)
    offer = offered(waiting)
    made(answer(waiting, offer, "accept"), 200)
    assert made(waiting.http.get(f"/api/appointments/{own['id']}"), 200)["status"] == "cancelled"
    assert datetime.fromisoformat(offered(next_one)["starts_at"]) == times[70], "its time is offered to the next patient"


def test_offer_hinders_no_booking_of_its_patient(clinic: Clinic) -> None:
    doctor, other, owner, waiting = clinic.doctor(), clinic.doctor(), clinic.patient(), clinic.patient()
    at = free_times(owner.http, doctor.id, days=10)[61]
    visit = book(owner, doctor, at)
    join(waiting, doctor_id=doctor.id)
    cancel(owner, visit)
    offer = offered(waiting)
    meanwhile = book(waiting, other, at)
    refused = answer(waiting, offer, "accept")
    assert (refused.status_code, refused.json()["code"]) == (409, "patient_busy")
    cancel(waiting, meanwhile)
    assert made(answer(waiting, offer, "accept"), 200)["status"] == "booked"


def test_offer_is_mailed_and_withdrawn_when_over(clinic: Clinic) -> None:
    doctor, owner, address = clinic.doctor("Urology"), clinic.patient(), "mailed@wait.example"
    waiting = clinic.hospital.register(address, "Mia Mailed")
    clinic.people.append(waiting)
    confirm_email(clinic.hospital, waiting, address)
    # within a day, so that no quiet hours delay the mail
    visit = book(owner, doctor, free_times(owner.http, doctor.id, days=3)[40])
    join(waiting, doctor_id=doctor.id)
    cancel(owner, visit)
    offer = offered(waiting)
    notice_of(clinic.desk.http, offer["appointment_id"], "offered", "sent")
    [mail] = [one for one in mails(clinic.hospital, address) if one["Subject"].startswith("A time is free")]
    text = text_of(mail)
    assert offer["doctor"]["full_name"] in text
    assert "held for you until" in text
    assert "/home" in text
    assert not {"Urology", "Mailed", "Waiting"} & set(text.split())
    made(answer(waiting, offer, "decline"), 200)
    again = "UPDATE notices SET state = 'waiting', due_at = created_at WHERE record_id = ? AND kind = 'visit_offered'"
    databases.execute(clinic.hospital.database, again, offer["appointment_id"])
    notice_of(clinic.desk.http, offer["appointment_id"], "offered", "withdrawn")
    assert len([one for one in mails(clinic.hospital, address) if one["Subject"].startswith("A time is free")]) == 1


def test_two_accepts_at_once_book_once(clinic: Clinic) -> None:
    doctor, owner, waiting = clinic.doctor(), clinic.patient(), clinic.patient()
    visit = book(owner, doctor, free_times(owner.http, doctor.id, days=10)[62])
    join(waiting, doctor_id=doctor.id)
    cancel(owner, visit)
    offer = offered(waiting)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: answer(waiting, offer, "accept"), range(8)))
    assert {one.status_code for one in answers} == {200}
    assert {one.json()["version"] for one in answers} == {2}
    events = databases.query(
        clinic.hospital.database,
        "SELECT count(*) FROM notices WHERE record_id = ? AND kind = 'visit_booked'",
        offer["appointment_id"],
    )
    assert events == [(1,)], "the patient is told once"


def test_moved_visit_and_new_hours_are_offered(clinic: Clinic) -> None:
    doctor, owner, waiting = clinic.doctor("Neurology"), clinic.patient(), clinic.patient()
    times = free_times(owner.http, doctor.id, days=10)
    visit = book(owner, doctor, times[63])
    join(waiting, specialty="Neurology")
    made(owner.http.put(f"/api/appointments/{visit['id']}", json={"starts_at": times[66].isoformat()}), 200)
    offer = offered(waiting)
    assert datetime.fromisoformat(offer["starts_at"]) == times[63]
    made(answer(waiting, offer, "decline"), 200)
    hours = made(doctor.http.get("/api/doctor/availability"), 200)
    made(doctor.http.put("/api/doctor/availability", json={"slot_minutes": hours["slot_minutes"], "rules": hours["rules"]}), 200)
    assert datetime.fromisoformat(offered(waiting)["starts_at"]) != times[63]


def test_time_off_ends_the_offers_in_it(clinic: Clinic) -> None:
    doctor, owner, waiting = clinic.doctor(), clinic.patient(), clinic.patient()
    at = free_times(owner.http, doctor.id, days=10)[67]
    visit = book(owner, doctor, at)
    join(waiting, doctor_id=doctor.id)
    cancel(owner, visit)
    offer = offered(waiting)
    away = {"starts_at": at.isoformat(), "ends_at": (at + timedelta(hours=1)).isoformat()}
    made(doctor.http.post("/api/doctor/time-off", json=away))
    assert offer_of(waiting) is None
    assert answer(waiting, offer, "accept").json()["code"] == "offer_over"


def test_storm_with_offers_leaves_no_overlap(clinic: Clinic) -> None:
    """Owners cancel while patients accept, decline and book the same times, and reception books them too."""
    doctor = clinic.doctor()
    owners, waiting, callers = ([clinic.patient() for _ in range(4)] for _ in range(3))
    times = free_times(owners[0].http, doctor.id, days=10)[60:64]
    visits = [book(owner, doctor, at) for owner, at in zip(owners, times, strict=True)]
    for patient in waiting:
        join(patient, doctor_id=doctor.id)
    wanted = [{"doctor_id": doctor.id, "starts_at": at.isoformat()} for at in times]

    def act(number: int) -> int:
        kind, who = number % 5, number // 5 % 4
        if kind == 0:
            return owners[who].http.put(f"/api/appointments/{visits[who]['id']}/cancel").status_code
        if kind in (1, 2):
            offer = offer_of(waiting[who])
            return 0 if offer is None else answer(waiting[who], offer, "accept" if who % 2 else "decline").status_code
        if kind == 3:
            return callers[who].http.post("/api/appointments", json=wanted[(number + who) % 4]).status_code
        body = {**wanted[number % 4], "patient_id": callers[who].id}
        return clinic.desk.http.post("/api/admin/appointments", json=body).status_code

    with ThreadPoolExecutor(10) as pool:
        statuses = set(pool.map(act, range(100)))
    assert statuses <= {0, 200, 201, 409, 412}, statuses
    assert overlaps(clinic.hospital) == 0
    taken = databases.query(clinic.hospital.database, TAKEN, doctor.id)
    assert len(taken) == len(set(taken)), "each time has one holder"


TAKEN = "SELECT starts_at FROM appointments WHERE doctor_id = ? AND status NOT IN ('cancelled', 'no_show', 'lapsed')"


def test_held_time_is_booked_by_phone_after_withdrawal(clinic: Clinic) -> None:
    doctor, owner, waiting, caller = clinic.doctor(), clinic.patient(), clinic.patient(), clinic.patient()
    at = free_times(owner.http, doctor.id, days=10)[64]
    visit = book(owner, doctor, at)
    entry = made(clinic.desk.http.post(DESK, json={**days(), "patient_id": waiting.id, "doctor_id": doctor.id}))
    assert entry["patient"]["id"] == waiting.id
    cancel(owner, visit)
    offer = offered(waiting)
    body = {"patient_id": caller.id, "doctor_id": doctor.id, "starts_at": at.isoformat()}
    refused = clinic.desk.http.post("/api/admin/appointments", json=body)
    assert refused.json()["code"] == "slot_taken"
    assert "is offered to a patient of the waitlist until" in refused.json()["detail"]
    board = made(
        clinic.desk.http.get("/api/reception/board", params={"day": str(at.astimezone(BERLIN).date()), "doctor_id": doctor.id}),
        200,
    )
    [held] = board["items"][0]["visits"]
    assert (held["status"], held["offered_until"]) == ("offered", offer["offered_until"])
    withdrawn = clinic.desk.http.put(f"/api/reception/appointments/{offer['appointment_id']}/withdraw")
    assert made(withdrawn, 200)["status"] == "lapsed"
    made(clinic.desk.http.post("/api/admin/appointments", json=body))
    assert answer(waiting, offer, "accept").json()["code"] == "offer_over"
    [found] = made(clinic.desk.http.get(DESK, params={"patient_id": waiting.id}), 200)["items"]
    assert (found["id"], found["offer"]) == (entry["id"], None)
    assert clinic.desk.http.delete(f"{DESK}/{entry['id']}").status_code == 204
    assert made(clinic.desk.http.get(DESK, params={"patient_id": waiting.id}), 200)["items"] == []


def test_removed_entry_gives_its_offer_to_the_next(clinic: Clinic) -> None:
    doctor, owner, first, second = clinic.doctor(), clinic.patient(), clinic.patient(), clinic.patient()
    visit = book(owner, doctor, free_times(owner.http, doctor.id, days=10)[65])
    entry = join(first, doctor_id=doctor.id)
    join(second, doctor_id=doctor.id)
    cancel(owner, visit)
    offer = offered(first)
    assert first.http.delete(f"{WAITLIST}/{entry['id']}").status_code == 204
    assert first.http.delete(f"{WAITLIST}/{entry['id']}").status_code == 404
    assert offered(second)["starts_at"] == offer["starts_at"]


def test_entries_are_bounded_and_checked(clinic: Clinic) -> None:
    doctor, patient = clinic.doctor(), clinic.patient()

    def refused(**wanted: Any) -> str:
        return str(patient.http.post(WAITLIST, json={**days(), **wanted}).json()["code"])

    assert refused(doctor_id=patient.id) == "not_found"
    assert refused(specialty="Alchemy") == "not_found"
    assert refused(doctor_id=doctor.id, **days(-20, -10)) == "no_day_ahead"
    assert refused(doctor_id=doctor.id, specialty="Cardiology") == "malformed"
    for _ in range(5):
        join(patient, doctor_id=doctor.id)
    assert refused(doctor_id=doctor.id) == "too_many_entries"
