"""The day board: doctors side by side, waiting patients, late and unfinished visits, and the times of a visit."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from careplus_clinic.clinic_time import local_date
from tests import databases
from tests.hospital import Hospital, Person, free_times
from tests.test_every_endpoint import check_problem
from tests.world import made

BOARD, CHANGES, UNFINISHED = (f"/api/reception/board{part}" for part in ("", "/changes", "/unfinished"))
TIMES = ("arrived_at", "started_at", "completed_at")
numbers = count(1)
Record = dict[str, Any]


@dataclass
class Desk:
    hospital: Hospital
    reception: Person
    doctor: Person
    colleague: Person

    def patient(self) -> int:
        body = {"full_name": f"Bo Board-{next(numbers)}", "date_of_birth": "1980-02-29", "sex": "male", "phone": "+49 30 5550 77"}
        return int(made(self.reception.http.post("/api/reception/patients", json=body))["id"])

    def book(self, at: datetime | None = None, doctor: Person | None = None) -> Record:
        doctor_id = (doctor or self.doctor).id
        start = at or free_times(self.reception.http, doctor_id)[-next(numbers)]
        body = {"patient_id": self.patient(), "doctor_id": doctor_id, "starts_at": start.isoformat()}
        record: Record = made(self.reception.http.post("/api/admin/appointments", json=body))
        return record

    def begun(self) -> Record:
        """Return a visit whose time has come."""
        visit = self.book()
        self.hospital.let_begin(visit["id"])
        return visit

    def set(self, visit: Record, status: str) -> Record:
        record: Record = made(self.put(visit, status=status), 200)
        return record

    def put(self, visit: Record, **change: object) -> httpx.Response:
        return self.reception.http.put(f"/api/admin/appointments/{visit['id']}", json=change)

    def column(self, day: str | None = None, doctor: Person | None = None) -> Record:
        """Return the column of one doctor."""
        query: dict[str, str | int] = {"doctor_id": (doctor or self.doctor).id, **({"day": day} if day else {})}
        [column] = made(self.reception.http.get(BOARD, params=query), 200)["items"]
        return dict(column)

    def changes(self, day: str) -> dict[int, str]:
        answer = made(self.reception.http.get(CHANGES, params={"day": day}), 200)
        return {one["doctor_id"]: one["change"] for one in answer["doctors"]}


@pytest.fixture(scope="module")
def desk(hospital: Hospital, admin: Person) -> Iterator[Desk]:
    reception = hospital.invite(admin, "rita@board.example", "Rita Rezeption", "reception")
    doctor = hospital.add_doctor(admin, "doc@board.example", "Dr Bea Board", "Cardiology")
    colleague = hospital.add_doctor(admin, "colleague@board.example", "Dr Cleo Board", "Cardiology")
    yield Desk(hospital, reception, doctor, colleague)
    for person in (reception, doctor, colleague):
        person.http.close()


def day_of(at: datetime) -> str:
    return local_date(at, ZoneInfo("Europe/Berlin")).isoformat()


def times(visit: Record) -> list[bool]:
    return [visit[name] is not None for name in TIMES]


def test_reception_and_doctor_set_and_clear_the_times(desk: Desk) -> None:
    visit = desk.begun()
    assert times(visit) == [False, False, False]
    check_problem(desk.put(visit, status="in_progress"), 409)
    arrived = desk.set(visit, "arrived")
    assert times(arrived) == [True, False, False]
    started = desk.set(visit, "in_progress")
    assert times(started) == [True, True, False]
    waits = desk.set(visit, "arrived")
    assert (times(waits), waits["arrived_at"]) == ([True, False, False], arrived["arrived_at"])
    assert times(desk.set(visit, "confirmed")) == [False, False, False]
    desk.set(visit, "arrived")
    called = desk.set(visit, "in_progress")
    check_problem(desk.put(visit, status="completed"), 422)
    path = f"/api/doctor/appointments/{visit['id']}"
    completed = made(desk.doctor.http.put(path, json={"status": "completed"}), 200)
    assert [completed[name] for name in TIMES[:2]] == [called[name] for name in TIMES[:2]]
    assert times(completed) == [True, True, True]
    reopened = made(desk.doctor.http.put(f"{path}/reopen"), 200)
    assert (times(reopened), reopened["started_at"]) == ([True, True, False], called["started_at"])


def test_moved_visit_has_no_times(desk: Desk) -> None:
    visit = desk.begun()
    desk.set(visit, "arrived")
    later = free_times(desk.reception.http, desk.colleague.id)[20]
    assert times(made(desk.put(visit, starts_at=later.isoformat(), doctor_id=desk.colleague.id), 200)) == [False, False, False]


def test_statistics_show_the_median_wait(desk: Desk, admin: Person) -> None:
    visit = desk.begun()
    desk.set(visit, "arrived")
    desk.set(visit, "in_progress")
    assert made(admin.http.get("/api/admin/stats"), 200)["waiting_minutes"] is not None


def test_board_shows_each_doctor_with_late_and_next_free(desk: Desk) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    visit = desk.book(doctor=desk.colleague)  # the other doctor has visits at this time in other tests
    desk.hospital.place_visit(visit["id"], now - timedelta(minutes=3), now + timedelta(minutes=2))
    day = day_of(now - timedelta(minutes=3))
    column = desk.column(day, desk.colleague)
    [shown] = [one for one in column["visits"] if one["id"] == visit["id"]]
    assert (shown["late"], shown["status"], shown["patient"]["date_of_birth"]) == (True, "booked", "1980-02-29")
    assert not {"reason", "note", "phone"} & {*shown, *shown["patient"]}
    assert [one["starts_at"] for one in column["visits"]] == sorted(one["starts_at"] for one in column["visits"])
    assert column["hours"]
    desk.set(visit, "arrived")
    assert [one["late"] for one in desk.column(day, desk.colleague)["visits"] if one["id"] == visit["id"]] == [False]
    desk.set(visit, "cancelled")
    assert visit["id"] not in [one["id"] for one in desk.column(day, desk.colleague)["visits"]]
    names = [one["doctor"]["full_name"] for one in made(desk.reception.http.get(BOARD, params={"limit": 100}), 200)["items"]]
    assert [name for name in names if name.endswith(" Board")] == ["Dr Bea Board", "Dr Cleo Board"]


def test_next_free_time_can_be_booked(desk: Desk) -> None:
    slots = made(desk.reception.http.get(f"/api/doctors/{desk.colleague.id}/slots", params={"days": 1}), 200)["items"]
    free = desk.column(doctor=desk.colleague)["next_free"]
    assert free == (slots[0]["starts_at"] if slots else None)
    ahead = day_of(datetime.now(UTC) + timedelta(days=2))
    column = desk.column(ahead, desk.colleague)
    body = {"patient_id": desk.patient(), "doctor_id": desk.colleague.id, "starts_at": column["next_free"]}
    made(desk.reception.http.post("/api/admin/appointments", json=body))
    assert desk.column(ahead, desk.colleague)["next_free"] > column["next_free"]


def test_changes_name_the_doctor_whose_visits_changed(desk: Desk) -> None:
    visit = desk.book()
    day = day_of(datetime.fromisoformat(visit["starts_at"]))
    before, column = desk.changes(day), desk.column(day)
    assert before[desk.doctor.id] == column["change"]
    answer = desk.reception.http.get(CHANGES, params={"day": day})
    unchanged = desk.reception.http.get(CHANGES, params={"day": day}, headers={"If-None-Match": answer.headers["etag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    desk.set(visit, "confirmed")
    confirmed = desk.changes(day)
    assert {id_ for id_ in confirmed if confirmed[id_] != before.get(id_)} == {desk.doctor.id}
    later = free_times(desk.reception.http, desk.colleague.id, start=day, days=1)[0]
    made(desk.put(visit, starts_at=later.isoformat(), doctor_id=desk.colleague.id), 200)
    moved = desk.changes(day)
    differing = {id_ for id_ in {*moved, *confirmed} if moved.get(id_) != confirmed.get(id_)}
    assert differing == {desk.doctor.id, desk.colleague.id}
    assert "full_name" not in answer.text


def test_visits_left_open_are_listed_as_unfinished(desk: Desk) -> None:
    today = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    left, ended, older = desk.book(), desk.book(), desk.book()
    for days, visit in ((2, left), (3, ended), (40, older)):
        desk.hospital.place_visit(visit["id"], today - timedelta(days=days), today - timedelta(days=days) + timedelta(minutes=5))
    desk.set(ended, "no_show")

    def listed() -> list[int]:
        return [one["id"] for one in made(desk.reception.http.get(UNFINISHED, params={"limit": 100}), 200)["items"]]

    assert left["id"] in listed()
    assert not {ended["id"], older["id"]} & {*listed()}
    assert desk.set(left, "no_show")["status"] == "no_show"
    assert left["id"] not in listed()


def test_board_read_is_in_the_trail_and_changes_are_not(desk: Desk) -> None:
    def events() -> list[Any]:
        query = "SELECT id, action FROM audit_events WHERE account_id = ? AND action LIKE 'show_board%' ORDER BY id"
        return databases.query(desk.hospital.database, query, desk.reception.id)

    visit = desk.book()
    day, before = day_of(datetime.fromisoformat(visit["starts_at"])), len(events())
    column = desk.column(day)
    made(desk.reception.http.get(CHANGES, params={"day": day}), 200)
    [(event_id, action)] = events()[before:]
    assert action == "show_board"
    query = "SELECT patient_id FROM audit_patients WHERE event_id = ?"
    named = {row[0] for row in databases.query(desk.hospital.database, query, event_id)}
    assert visit["patient"]["id"] in named
    assert named == {one["patient"]["id"] for one in column["visits"]}
