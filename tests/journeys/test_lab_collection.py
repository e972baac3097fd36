"""Tests with a fast, a time of day, or by a doctor's order only."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.hospital import Hospital, Person
from tests.world import World, made

BERLIN = ZoneInfo("Europe/Berlin")
NUMBERS = count()
NEXT_WEEK = (datetime.now().astimezone() + timedelta(days=9)).date()


@pytest.fixture
def patient(world: World, hospital: Hospital) -> Iterator[Person]:
    person = hospital.register(f"collected-{next(NUMBERS)}@example.org", "Cora Collected")
    yield person
    person.http.close()


def at(day: date, clock: str) -> str:
    return datetime.combine(day, time.fromisoformat(clock), BERLIN).isoformat()


def clock(instant: str) -> str:
    return datetime.fromisoformat(instant).astimezone(BERLIN).strftime("%H:%M")


def book(patient: Person, starts_at: str, *codes: str) -> Any:
    return patient.http.post("/api/labs/bookings", json={"test_codes": list(codes), "starts_at": starts_at})


def test_arterial_test_is_booked_by_order_only(world: World, patient: Person) -> None:
    refused = book(patient, at(NEXT_WEEK, "08:00"), "CBC", "ABG")
    assert (refused.status_code, refused.json()["code"], refused.json()["codes"]) == (409, "by_order", ["ABG"])
    order = {"patient_id": world.people["patient"].id, "test_codes": ["ABG"]}
    assert made(world.people["doctor"].http.post("/api/doctor/lab-orders", json=order))["tests"][0]["code"] == "ABG"


def test_test_outside_its_time_of_day_is_refused(patient: Person) -> None:
    refused = book(patient, at(NEXT_WEEK, "12:00"), "CBC", "CORT")
    assert (refused.status_code, refused.json()["code"], refused.json()["codes"]) == (409, "outside_collection", ["CORT"])
    times = refused.json()["alternatives"]
    assert times
    assert all("07:00" <= clock(one) < "09:00" for one in times)
    assert book(patient, at(NEXT_WEEK, "09:00"), "CORT").status_code == 409
    assert made(book(patient, times[0], "CBC", "CORT"))["tests"][1]["collect_until"] == "09:00"


def test_order_outside_the_time_of_day_is_refused(world: World) -> None:
    doctor = world.people["doctor"].http
    order = {"patient_id": world.people["patient"].id, "test_codes": ["CORT"]}
    refused = doctor.post("/api/doctor/lab-orders", json={**order, "starts_at": at(NEXT_WEEK, "15:00")})
    assert (refused.status_code, refused.json()["code"]) == (409, "outside_collection")
    assert made(doctor.post("/api/doctor/lab-orders", json=order))["starts_at"] is None


def test_slots_of_tests_lie_in_their_common_time(patient: Person) -> None:
    read = {"day": f"{NEXT_WEEK}", "test_codes": "CBC,CORT,PTH"}
    slots = made(patient.http.get("/api/labs/slots", params=read), 200)["items"]
    expected = [f"{hour:02}:{minute:02}" for hour in (7, 8) for minute in (0, 15, 30, 45)]
    assert [clock(one["starts_at"]) for one in slots] == expected
    unknown = patient.http.get("/api/labs/slots", params={**read, "test_codes": "CBC,NONE"})
    assert (unknown.status_code, unknown.json()["codes"]) == (422, ["NONE"])


def test_tests_without_common_time_are_booked_apart(world: World, patient: Person) -> None:
    admin = world.people["admin"].http
    late = {"code": "LATE", "name": "Late cortisol", "category": "hormones", "specimen": "serum", "turnaround_hours": 4}
    more = {"collect_from": "16:00", "collect_until": "18:00", "fasting_hours": 3, "price_minor": 100}
    assert admin.post("/api/labs/tests", json={**late, "collect_from": "16:00", "price_minor": 1}).status_code == 422
    assert admin.post("/api/labs/tests", json={**late, **more, "collect_until": "15:00"}).status_code == 422
    assert made(admin.post("/api/labs/tests", json={**late, **more}))["by_order_only"] is False
    refused = book(patient, at(NEXT_WEEK, "16:30"), "CORT", "LATE").json()
    assert (refused["code"], refused["alternatives"]) == ("outside_collection", [])
    assert "separately" in refused["detail"]
    assert made(book(patient, at(NEXT_WEEK, "16:30"), "LATE"))["tests"][0]["fasting_hours"] == 3
