"""Visits to move: hours edited at the desk, the list that stays until it is empty, and moving them all at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.databases import query
from tests.hospital import Hospital, Person, free_times
from tests.test_every_endpoint import check_problem
from tests.world import made

BERLIN = ZoneInfo("Europe/Berlin")
LIST, MOVES = "/api/reception/to-move", "/api/reception/moves"
NUMBERS = count()


@dataclass
class Clinic:
    hospital: Hospital
    desk: Person
    doctor: Person
    colleague: Person
    patients: list[Person]

    @property
    def path(self) -> str:
        return f"/api/reception/doctors/{self.doctor.id}"

    def day(self) -> date:
        return datetime.now(BERLIN).date() + timedelta(days=3)

    def book(self, patient: int, number: int = 0, day: date | None = None) -> dict[str, Any]:
        start = (day or self.day()).isoformat()
        times = free_times(self.desk.http, self.doctor.id, start, days=1)
        body = {"patient_id": self.patients[patient].id, "doctor_id": self.doctor.id, "starts_at": times[number].isoformat()}
        return made(self.desk.http.post("/api/admin/appointments", json=body))

    def away(self, day: date | None = None, days: int = 1) -> dict[str, Any]:
        first = datetime.combine(day or self.day(), datetime.min.time(), BERLIN)
        body = {"starts_at": first.isoformat(), "ends_at": (first + timedelta(days=days)).isoformat(), "reason": "Training"}
        return made(self.desk.http.post(f"{self.path}/time-off", json=body))

    def to_move(self, **more: Any) -> list[dict[str, Any]]:
        answer = self.desk.http.get(LIST, params={"doctor_id": self.doctor.id, "limit": 100, **more})
        items: list[dict[str, Any]] = made(answer, 200)["items"]
        return items


@pytest.fixture
def clinic(hospital: Hospital, admin: Person) -> Iterator[Clinic]:
    number = next(NUMBERS)
    desk = hospital.invite(admin, f"desk{number}@moving.example", "Dana Desk", "reception")
    specialty = f"Moving medicine {number}"
    doctor = hospital.add_doctor(admin, f"doc{number}@moving.example", "Dr Mona Moving", specialty)
    colleague = hospital.add_doctor(admin, f"col{number}@moving.example", "Dr Carl Colleague", specialty)
    patients = [hospital.register(f"pat{number}.{n}@moving.example", f"Paul Patient{n}") for n in range(3)]
    yield Clinic(hospital, desk, doctor, colleague, patients)
    for person in (desk, doctor, colleague, *patients):
        person.http.close()


def moves(*visits: dict[str, Any]) -> dict[str, Any]:
    """Return the request that accepts the first suggestion of each visit."""
    wanted = [(visit, visit["suggestions"][0]) for visit in visits]
    return {
        "moves": [
            {"appointment_id": v["id"], "version": v["version"], "starts_at": s["starts_at"], "doctor_id": s["doctor"]["id"]}
            for v, s in wanted
        ]
    }


def test_desk_edits_hours_and_the_doctor_sees_them(clinic: Clinic) -> None:
    desk, path = clinic.desk.http, f"{clinic.path}/availability"
    visit = clinic.book(0)
    hours = made(desk.get(path), 200)
    assert hours["to_move"] == []
    body = {"slot_minutes": 30, "place": "Room 7", "rules": []}
    saved = made(desk.put(path, json=body, headers={"If-Match": f'"{hours["version"]}"'}), 200)
    assert [one["id"] for one in saved["to_move"]] == [visit["id"]]
    assert "reason" not in saved["to_move"][0], "reception reads no reason of a visit"
    own = made(clinic.doctor.http.get("/api/doctor/availability"), 200)
    assert (own["place"], own["rules"], own["version"]) == ("Room 7", [], saved["version"])
    stale = desk.put(path, json=body, headers={"If-Match": f'"{hours["version"]}"'})
    check_problem(stale, 412)
    check_problem(desk.get(f"/api/reception/doctors/{clinic.patients[0].id}/availability"), 404)


def test_extra_hours_are_booked_and_leave_a_visit(clinic: Clinic) -> None:
    desk, day = clinic.desk.http, clinic.day()
    made(desk.put(f"{clinic.path}/availability", json={"slot_minutes": 30, "rules": []}), 200)
    assert free_times(desk, clinic.doctor.id, day.isoformat(), days=1) == []
    extra = made(desk.post(f"{clinic.path}/extra-hours", json={"day": day.isoformat(), "starts": "18:00", "ends": "19:00"}))
    assert made(clinic.doctor.http.get("/api/doctor/extra-hours"), 200)["items"] == [extra]
    assert len(free_times(desk, clinic.doctor.id, day.isoformat(), days=1)) == 2
    column = made(desk.get("/api/reception/board", params={"day": day.isoformat(), "doctor_id": clinic.doctor.id}), 200)
    assert len(column["items"][0]["hours"]) == 1
    visit = clinic.book(0)
    assert clinic.to_move() == []
    assert desk.delete(f"{clinic.path}/extra-hours/{extra['id']}").status_code == 204
    [left] = clinic.to_move()
    assert (left["id"], left["why"]) == (visit["id"], "outside_hours")
    own = made(
        clinic.doctor.http.post("/api/doctor/extra-hours", json={"day": day.isoformat(), "starts": "17:30", "ends": "19:00"})
    )
    assert clinic.to_move() == []
    assert clinic.doctor.http.delete(f"/api/doctor/extra-hours/{own['id']}").status_code == 204
    check_problem(clinic.doctor.http.delete(f"/api/doctor/extra-hours/{own['id']}"), 404)


def test_time_off_lists_visits_until_they_are_moved(clinic: Clinic) -> None:
    booked = [clinic.book(number) for number in range(3)]
    assert clinic.to_move() == []
    off = clinic.away()
    assert [one["id"] for one in off["to_move"]] == [visit["id"] for visit in booked]
    listed = clinic.to_move()
    assert [(one["id"], one["why"]) for one in listed] == [(visit["id"], "time_off") for visit in booked]
    own = made(clinic.doctor.http.get("/api/doctor/to-move"), 200)
    assert made(clinic.doctor.http.get("/api/doctor/to-move/count"), 200) == {"visits": 3}
    assert (own["in_all"], [one["id"] for one in own["items"]]) == (3, [visit["id"] for visit in booked])
    firsts = [one["suggestions"][0]["starts_at"] for one in listed]
    assert len(set(firsts)) == 3
    others = [one["suggestions"][-1]["doctor"]["id"] for one in listed]
    assert others == [clinic.colleague.id] * 3, "a colleague of the same specialty is offered"

    key = {"Idempotency-Key": f"moves-{clinic.doctor.id}"}
    results = made(clinic.desk.http.post(MOVES, json=moves(*listed), headers=key), 200)["results"]
    assert [one["outcome"] for one in results] == ["moved"] * 3
    assert [one["visit"]["starts_at"] for one in results] == firsts
    assert clinic.to_move() == []
    assert made(clinic.doctor.http.get("/api/doctor/to-move"), 200)["in_all"] == 0
    again = made(clinic.desk.http.post(MOVES, json=moves(*listed), headers=key), 200)["results"]
    assert again == results, "a repeated request gets the stored answer"
    ids = ", ".join(str(visit["id"]) for visit in booked)
    kinds = f"SELECT kind FROM notices WHERE kind = 'visit_moved' AND record_id IN ({ids})"
    assert len(query(clinic.hospital.database, kinds)) == 3, "each patient is told once"


def test_refused_move_leaves_the_others_moved(clinic: Clinic) -> None:
    booked = [clinic.book(number) for number in range(3)]
    clinic.away()
    first, second, third = clinic.to_move()
    body = moves(first, second, third)
    taken = body["moves"][0]["starts_at"]
    other = {"patient_id": clinic.patients[2].id, "doctor_id": clinic.doctor.id, "starts_at": taken}
    made(clinic.desk.http.post("/api/admin/appointments", json=other))
    body["moves"][1]["version"] = 9
    body["moves"].append({"appointment_id": 999_999, "version": 1, "starts_at": taken})
    results = made(clinic.desk.http.post(MOVES, json=body), 200)["results"]
    assert [one["outcome"] for one in results] == ["taken", "changed", "moved", "not_found"]
    assert results[0]["alternatives"], "other times are named"
    assert [one["id"] for one in clinic.to_move()] == [booked[0]["id"], booked[1]["id"]]
    versions = [
        made(clinic.desk.http.get(LIST, params={"doctor_id": clinic.doctor.id}), 200)["items"][n]["version"] for n in (0, 1)
    ]
    assert versions == [1, 1], "a refused move changes nothing"


def test_overbooked_visit_is_listed_in_time_off_only(clinic: Clinic) -> None:
    day = clinic.day()
    early = datetime.combine(day, datetime.min.time(), BERLIN) + timedelta(hours=5)
    body = {"patient_id": clinic.patients[0].id, "doctor_id": clinic.doctor.id, "starts_at": early.isoformat()}
    visit = made(clinic.desk.http.post("/api/admin/appointments", json={**body, "overbook": "Pain since yesterday"}))
    assert clinic.to_move() == []
    hours = made(clinic.desk.http.get(f"{clinic.path}/availability"), 200)
    assert hours["to_move"] == []
    clinic.away()
    assert [one["id"] for one in clinic.to_move()] == [visit["id"]]


def test_closed_day_and_pages_of_the_list(clinic: Clinic, admin: Person) -> None:
    booked = [clinic.book(0), clinic.book(1)]
    count_before = made(clinic.desk.http.get(f"{LIST}/count"), 200)["visits"]
    own = [{"day": clinic.day().isoformat(), "name": "Outing"}]
    made(admin.http.put("/api/admin/closed-days", json={"own": own, "accept_outside": True}), 200)
    try:
        page = made(clinic.desk.http.get(LIST, params={"doctor_id": clinic.doctor.id, "limit": 1}), 200)
        assert (page["in_all"], page["items"][0]["id"], page["items"][0]["why"]) == (2, booked[0]["id"], "closed_day")
        more = {"doctor_id": clinic.doctor.id, "limit": 1, "cursor": page["next_cursor"]}
        rest = made(clinic.desk.http.get(LIST, params=more), 200)
        assert ([one["id"] for one in rest["items"]], rest["next_cursor"]) == ([booked[1]["id"]], None)
        assert made(clinic.desk.http.get(f"{LIST}/count"), 200)["visits"] >= count_before + 2
    finally:
        made(admin.http.put("/api/admin/closed-days", json={"own": []}), 200)
    assert clinic.to_move() == []


def test_board_changes_name_doctors_with_changed_hours(clinic: Clinic, admin: Person) -> None:
    desk, day = clinic.desk.http, clinic.day().isoformat()

    def text() -> str:
        found = made(desk.get("/api/reception/board/changes", params={"day": day}), 200)["doctors"]
        texts = {one["doctor_id"]: one["change"] for one in found}
        board = made(desk.get("/api/reception/board", params={"day": day, "doctor_id": clinic.doctor.id}), 200)
        change: str = texts.get(clinic.doctor.id, "")
        assert board["items"][0]["change"] == change
        return change

    seen = [text()]
    week = made(desk.get(f"{clinic.path}/availability"), 200)
    made(desk.put(f"{clinic.path}/availability", json={"slot_minutes": 20, "rules": week["rules"]}), 200)
    seen.append(text())
    clinic.away()
    seen.append(text())
    made(desk.post(f"{clinic.path}/extra-hours", json={"day": day, "starts": "18:00", "ends": "19:00"}))
    seen.append(text())
    made(admin.http.put("/api/admin/closed-days", json={"own": [{"day": day, "name": "Outing"}], "accept_outside": True}), 200)
    seen.append(text())
    board = made(desk.get("/api/reception/board", params={"day": day, "doctor_id": clinic.doctor.id}), 200)
    assert board["items"][0]["hours"] == []
    made(admin.http.put("/api/admin/closed-days", json={"own": []}), 200)
    assert len(set(seen)) == len(seen)


def test_moves_name_each_visit_once_and_at_most_fifty(clinic: Clinic) -> None:
    one = {"appointment_id": 1, "version": 1, "starts_at": "2030-01-08T09:30:00Z"}
    check_problem(clinic.desk.http.post(MOVES, json={"moves": [one, one]}), 422)
    many = [{**one, "appointment_id": number} for number in range(1, 52)]
    check_problem(clinic.desk.http.post(MOVES, json={"moves": many}), 422)
    check_problem(clinic.desk.http.post(MOVES, json={"moves": []}), 422)
