"""Reception overbooks a doctor with a reason: at any minute, beside other visits, and never beside the patient's own."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.hospital import Hospital, Person, free_times
from tests.world import made

REASON = "Acute pain, Dr Over agreed"


@dataclass
class Desk:
    """A doctor, a colleague and two patients of this module, and the desk that books them."""

    hospital: Hospital
    reception: Person
    admin: Person
    doctor: Person
    colleague: Person
    patient: Person
    other: Person

    def arrange(self, patient: Person, at: datetime, doctor: Person | None = None, **more: Any) -> Any:
        body = {"patient_id": patient.id, "doctor_id": (doctor or self.doctor).id, "starts_at": at.isoformat(), **more}
        return self.reception.http.post("/api/admin/appointments", json=body)

    def move(self, visit: dict[str, Any], **change: Any) -> Any:
        return self.reception.http.put(f"/api/admin/appointments/{visit['id']}", json=change)

    def free(self) -> list[datetime]:
        return free_times(self.patient.http, self.doctor.id)


@pytest.fixture(scope="module")
def desk(hospital: Hospital, admin: Person) -> Iterator[Desk]:
    people = [
        hospital.invite(admin, "over@example.org", "Ruth Over", "reception"),
        hospital.add_doctor(admin, "dr-over@example.org", "Dr Over", "Rheumatology"),
        hospital.add_doctor(admin, "dr-beside@example.org", "Dr Beside", "Rheumatology"),
        hospital.register("over-one@example.org", "Ona Over"),
        hospital.register("over-two@example.org", "Tom Over"),
    ]
    reception, doctor, colleague, patient, other = people
    yield Desk(hospital, reception, admin, doctor, colleague, patient, other)
    for person in people:
        person.http.close()


def test_overbooked_visit_takes_any_minute_beside_others(desk: Desk) -> None:
    at = desk.free()[10]
    first = made(desk.arrange(desk.other, at))
    assert first["overbook_reason"] is None
    beside = at + timedelta(minutes=7)
    refused = desk.arrange(desk.patient, beside)
    assert (refused.status_code, refused.json()["code"]) == (409, "slot_taken")
    visit = made(desk.arrange(desk.patient, beside, overbook=REASON))
    assert (visit["overbook_reason"], datetime.fromisoformat(visit["starts_at"])) == (REASON, beside)

    [seen] = [one for one in desk.doctor.http.get("/api/doctor/appointments").json()["items"] if one["id"] == visit["id"]]
    assert seen["overbook_reason"] == REASON
    mine = desk.patient.http.get(f"/api/appointments/{visit['id']}")
    assert mine.status_code == 200
    assert REASON not in mine.text
    free = desk.free()
    assert at + timedelta(minutes=30) not in free, "an overbooked visit is busy until its end"
    third = desk.hospital.register("over-three@example.org", "Tia Over")
    body = {"doctor_id": desk.doctor.id, "starts_at": (at + timedelta(minutes=30)).isoformat()}
    assert third.http.post("/api/appointments", json=body).json()["code"] == "slot_taken"
    third.http.close()
    made(desk.move(first, status="confirmed"), 200)


def test_overbooking_beside_patients_own_visit_is_refused(desk: Desk) -> None:
    at = desk.free()[20]
    own = made(desk.arrange(desk.patient, at))
    for doctor in (desk.doctor, desk.colleague):
        refused = desk.arrange(desk.patient, at + timedelta(minutes=5), doctor, overbook=REASON)
        assert (refused.status_code, refused.json()["code"], refused.json()["other"]["id"]) == (409, "patient_busy", own["id"])


def test_overbooking_is_bound_to_the_times_of_staff(desk: Desk) -> None:
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    for at in (now - timedelta(minutes=17), now + timedelta(days=731)):
        refused = desk.arrange(desk.patient, at, overbook=REASON)
        assert (refused.status_code, refused.json()["code"]) == (409, "outside_staff_horizon")
        assert datetime.fromisoformat(refused.json()["earliest"]) < now < datetime.fromisoformat(refused.json()["latest"])
    within = desk.arrange(desk.patient, now.replace(second=1), overbook=REASON)
    assert (within.status_code, within.json()["code"]) == (422, "malformed")
    made(desk.arrange(desk.patient, now - timedelta(minutes=10), overbook=REASON))


def test_overbooking_needs_reason_and_no_status(desk: Desk) -> None:
    at = desk.free()[30]
    for reason in ("", " ", "x" * 201):
        assert desk.arrange(desk.patient, at, overbook=reason).status_code == 422
    visit = made(desk.arrange(desk.patient, at, overbook=REASON))
    refused = desk.move(visit, status="cancelled", overbook=REASON)
    assert "give overbook with" in refused.json()["detail"]


def test_move_to_free_time_ends_overbooking(desk: Desk) -> None:
    taken, free = desk.free()[40], desk.free()[44]
    made(desk.arrange(desk.other, taken))
    visit = made(desk.arrange(desk.patient, free))
    assert desk.move(visit, starts_at=taken.isoformat()).json()["code"] == "slot_taken"
    moved = made(desk.move(visit, starts_at=taken.isoformat(), overbook=REASON), 200)
    assert (moved["overbook_reason"], moved["version"]) == (REASON, 2)
    back = made(desk.move(visit, starts_at=free.isoformat()), 200)
    assert (back["overbook_reason"], back["status"]) == (None, "booked")


def test_audit_shows_overbooking_without_its_reason(desk: Desk) -> None:
    """The trail is never changed, so it has no words about a patient; the visit has them."""
    visit = made(desk.arrange(desk.patient, desk.free()[50], overbook=REASON))
    query: dict[str, str | int] = {"action": "arrange", "patient_id": desk.patient.id, "limit": 1}
    [event] = made(desk.admin.http.get("/api/admin/audit", params=query), 200)["items"]
    assert (event["object_id"], event["reason"], event["outcome"]) == (str(visit["id"]), None, "ok")
    assert "overbook" in event["members"]
    assert REASON not in desk.patient.http.get("/api/me/access-log").text
