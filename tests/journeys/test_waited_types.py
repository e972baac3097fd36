"""Entries of the waitlist for a type of visit: only times of doctors that offer it, and only times that are long enough."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests import databases
from tests.hospital import Hospital, Person, free_times
from tests.journeys.test_visit_types import CHECK, SURGERY, TALK, TYPES, minutes_of, offer
from tests.journeys.test_waitlist import DESK, WAITLIST, Clinic, answer, book, cancel, days, join, offer_of, offered
from tests.world import made

HALF_HOUR = timedelta(minutes=30)


@dataclass
class Typed:
    """A clinic with the ids of three types."""

    clinic: Clinic
    talk: int
    check: int
    surgery: int

    def freed(self, doctor: Person) -> tuple[Person, dict[str, Any], datetime]:
        """Return a patient with a short visit ten days ahead, the visit, and its start."""
        owner = self.clinic.patient()
        at = free_times(owner.http, doctor.id, days=10)[60]
        body = {"doctor_id": doctor.id, "starts_at": at.isoformat(), "visit_type_id": self.check}
        return owner, made(owner.http.post("/api/appointments", json=body)), at


@pytest.fixture(scope="module")
def typed(hospital: Hospital, admin: Person) -> Iterator[Typed]:
    built = Clinic(hospital, admin, hospital.invite(admin, "waited-desk@example.org", "Dora Desk", "reception"))
    built.number = 500
    yield Typed(built, *(made(admin.http.post(TYPES, json=one))["id"] for one in (TALK, CHECK, SURGERY)))
    for person in (built.desk, *built.people):
        person.http.close()


def test_offer_has_the_length_and_buffer_of_the_type(typed: Typed) -> None:
    doctor, waiting = typed.clinic.doctor(), typed.clinic.patient()
    offer(doctor, typed.check, typed.talk)
    owner, visit, at = typed.freed(doctor)
    entry = join(waiting, doctor_id=doctor.id, visit_type_id=typed.talk)
    assert entry["visit_type"] == {"id": typed.talk, "names": {"en": "Talk", "de": "Gespräch"}}
    cancel(owner, visit)
    found = offered(waiting)
    assert datetime.fromisoformat(found["starts_at"]) <= at < datetime.fromisoformat(found["ends_at"])
    assert minutes_of(found) == TALK["minutes"]
    booked = made(answer(waiting, found, "accept"), 200)
    assert booked["visit_type"]["id"] == typed.talk
    stored = databases.query(typed.clinic.hospital.database, "SELECT buffer_minutes FROM appointments WHERE id = ?", booked["id"])
    assert [tuple(row) for row in stored] == [(TALK["buffer_minutes"],)]


def test_too_short_time_goes_to_an_entry_that_it_fits(typed: Typed) -> None:
    doctor, longer, shorter = typed.clinic.doctor(), typed.clinic.patient(), typed.clinic.patient()
    offer(doctor, typed.check, typed.talk)
    owner, visit, at = typed.freed(doctor)
    for begins, ends in ((at - timedelta(hours=12), at), (at + HALF_HOUR, at + timedelta(hours=12))):
        away = {"starts_at": begins.isoformat(), "ends_at": ends.isoformat()}
        made(doctor.http.post("/api/doctor/time-off", json=away))
    join(longer, doctor_id=doctor.id, visit_type_id=typed.talk)
    join(shorter, doctor_id=doctor.id, visit_type_id=typed.check)
    cancel(owner, visit)
    assert offer_of(longer) is None
    assert datetime.fromisoformat(offered(shorter)["starts_at"]) == at


def test_specialty_waits_for_doctors_with_the_type(typed: Typed) -> None:
    without, having, waiting = typed.clinic.doctor("Urology"), typed.clinic.doctor("Urology"), typed.clinic.patient()
    offer(without, typed.check)
    offer(having, typed.check, typed.talk)
    owner, visit, _ = typed.freed(without)
    other, later, _ = typed.freed(having)
    join(waiting, specialty="Urology", visit_type_id=typed.talk)
    cancel(owner, visit)
    assert offer_of(waiting) is None
    cancel(other, later)
    assert offered(waiting)["doctor"]["id"] == having.id


def test_withdrawn_type_is_not_offered_any_more(typed: Typed) -> None:
    doctor, waiting = typed.clinic.doctor(), typed.clinic.patient()
    offer(doctor, typed.check, typed.talk)
    owner, visit, _ = typed.freed(doctor)
    join(waiting, doctor_id=doctor.id, visit_type_id=typed.talk)
    offer(doctor, typed.check)
    cancel(owner, visit)
    assert offer_of(waiting) is None


def test_entry_without_a_type_is_offered_the_first_one(typed: Typed) -> None:
    doctor, waiting, owner = typed.clinic.doctor(), typed.clinic.patient(), typed.clinic.patient()
    offer(doctor, typed.surgery, typed.talk)
    at = free_times(owner.http, doctor.id, days=10)[30]
    visit = book(owner, doctor, at)
    assert join(waiting, doctor_id=doctor.id)["visit_type"] is None
    cancel(owner, visit)
    assert minutes_of(offered(waiting)) == TALK["minutes"]


def test_joining_refuses_types_that_cannot_be_booked(typed: Typed) -> None:
    doctor, patient = typed.clinic.doctor("Nephrology"), typed.clinic.patient()
    offer(doctor, typed.check, typed.surgery)

    def refused(**wanted: Any) -> str:
        return str(patient.http.post(WAITLIST, json={**days(), **wanted}).json()["code"])

    assert refused(doctor_id=doctor.id, visit_type_id=typed.talk) == "visit_type_not_offered"
    assert refused(specialty="Nephrology", visit_type_id=typed.talk) == "visit_type_not_offered"
    assert refused(doctor_id=doctor.id, visit_type_id=typed.surgery) == "staff_book_visit_type"
    body = {**days(), "patient_id": patient.id, "doctor_id": doctor.id, "visit_type_id": typed.surgery}
    assert made(typed.clinic.desk.http.post(DESK, json=body))["visit_type"]["id"] == typed.surgery
