"""The laboratory's hours of each weekday and its closed days: stored, used for bookings, and compared with standing ones."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from tests import databases
from tests.hospital import Hospital, Person
from tests.journeys.test_lab_collection import BERLIN, at, clock
from tests.world import World, made

PATH = "/api/admin/lab-hours"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALL_DAYS = [{"weekday": day, "starts": "06:00", "ends": "22:00"} for day in DAYS]
TODAY = datetime.now(BERLIN).date()
NUMBERS = count()


def next_day(name: str) -> date:
    return next(day for day in (TODAY + timedelta(days=n) for n in range(20, 27)) if DAYS[day.weekday()] == name)


@pytest.fixture
def patient(hospital: Hospital) -> Iterator[Person]:
    person = hospital.register(f"hours-{next(NUMBERS)}@example.org", "Hanno Hours", phone="+49 30 5550 1234")
    yield person
    person.http.close()


@pytest.fixture
def chief(world: World) -> Iterator[Any]:
    yield world.people["admin"].http
    made(world.people["admin"].http.put(PATH, json={"rules": ALL_DAYS, "accept_outside": True}), 200)


def book(patient: Person, starts_at: str) -> Any:
    return patient.http.post("/api/labs/bookings", json={"test_codes": ["CRP"], "starts_at": starts_at})


def test_default_hours_are_those_of_the_settings(hospital: Hospital, world: World) -> None:
    for table in ("lab_hours", "lab_closures", "lab_schedules"):
        databases.execute(hospital.database, f"DELETE FROM {table}")
    for reader in ("admin", "lab"):
        shown = made(world.people[reader].http.get(PATH), 200)
        assert (shown["rules"], shown["closures"]) == (ALL_DAYS, [])
    assert world.people["doctor"].http.get(PATH).status_code == 403
    assert world.people["lab"].http.put(PATH, json={"rules": []}).status_code == 403


def test_slots_follow_hours_of_the_weekday_and_closures(chief: Any, patient: Person) -> None:
    monday, tuesday = next_day("mon"), next_day("tue")
    rules = [{"weekday": "mon", "starts": "07:00", "ends": "08:00"}, {"weekday": "mon", "starts": "13:00", "ends": "13:30"}]
    closed = {"day": f"{monday + timedelta(days=7)}", "reason": "Stocktaking"}
    saved = made(chief.put(PATH, json={"rules": rules, "closures": [closed], "accept_outside": True}), 200)
    assert (saved["rules"], saved["closures"], saved["is_default"]) == (rules, [closed], False)

    def times(day: date) -> list[str]:
        slots = made(patient.http.get("/api/labs/slots", params={"day": f"{day}"}), 200)["items"]
        return [clock(one["starts_at"]) for one in slots]

    assert times(monday) == ["07:00", "07:15", "07:30", "07:45", "13:00", "13:15"]
    assert times(tuesday) == times(monday + timedelta(days=7)) == []
    refused = book(patient, at(monday + timedelta(days=7), "07:00")).json()
    assert (refused["code"], "Stocktaking" in refused["detail"], len(refused["alternatives"])) == ("lab_full", True, 5)
    noon = book(patient, at(monday, "12:00")).json()
    assert "from 07:00 to 08:00 and from 13:00 to 13:30" in noon["detail"]
    made(book(patient, at(monday, "13:20")))


def test_bookings_outside_new_hours_are_named_first(world: World, chief: Any, patient: Person) -> None:
    friday = next_day("fri")
    booking = made(book(patient, at(friday, "20:00")))
    before = made(chief.get(PATH), 200)
    short = {"rules": [{"weekday": day, "starts": "06:00", "ends": "18:00"} for day in DAYS]}
    refused = chief.put(PATH, json=short)
    assert (refused.status_code, refused.json()["code"]) == (409, "bookings_outside")
    assert refused.json()["count"] >= 1
    named = {one["id"]: one for one in refused.json()["bookings"]}[booking["id"]]
    assert (named["patient"]["full_name"], named["phone"]) == ("Hanno Hours", "+49 30 5550 1234")
    assert made(chief.get(PATH), 200) == before
    saved = made(chief.put(PATH, json={**short, "accept_outside": True}), 200)
    assert booking["id"] in [one["id"] for one in saved["outside"]]
    assert made(patient.http.get(f"/api/labs/bookings/{booking['id']}"), 200)["status"] == "booked"
    made(patient.http.put(f"/api/labs/bookings/{booking['id']}/cancel"), 200)
    assert booking["id"] not in [one["id"] for one in made(chief.get(PATH), 200)["outside"]]


@pytest.mark.parametrize(
    "body",
    [
        {"rules": [{"weekday": "mon", "starts": "07:05", "ends": "12:00"}]},
        {
            "rules": [
                {"weekday": "mon", "starts": "07:00", "ends": "12:00"},
                {"weekday": "mon", "starts": "11:00", "ends": "13:00"},
            ]
        },
        {"rules": [], "closures": [{"day": "2090-01-01", "reason": "New Year"}, {"day": "2090-01-01", "reason": "Again"}]},
        {"rules": [], "closures": [{"day": "2090-01-01", "reason": " "}]},
    ],
)
def test_malformed_hours_are_refused(world: World, body: dict[str, Any]) -> None:
    assert world.people["admin"].http.put(PATH, json=body).status_code == 422
