"""Closed days of the whole hospital: holidays as they were stored, own days, free times, and the visits that stand on them."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from careplus_appointments.rules import holidays
from tests import databases
from tests.hospital import Hospital, Person, free_times
from tests.journeys.test_waitlist import offer_of
from tests.world import World, made

PATH, PUBLIC = "/api/admin/closed-days", "/api/closed-days"
BERLIN = ZoneInfo("Europe/Berlin")
TODAY = datetime.now(BERLIN).date()
NUMBERS = count()
NOTHING: dict[str, Any] = {"country": None, "subdivision": None, "own": [], "opened": [], "accept_outside": True}


@pytest.fixture
def chief(world: World) -> Iterator[Any]:
    yield world.people["admin"].http
    made(world.people["admin"].http.put(PATH, json=NOTHING), 200)


@pytest.fixture
def doctor(hospital: Hospital, world: World) -> Iterator[Person]:
    number = next(NUMBERS)
    person = hospital.add_doctor(world.people["admin"], f"closed-{number}@example.org", f"Dr Clo Sed{number}", "Hepatology")
    yield person
    person.http.close()


@pytest.fixture
def patient(hospital: Hospital) -> Iterator[Person]:
    person = hospital.register(f"closed-patient-{next(NUMBERS)}@example.org", "Petra Planned", phone="+49 30 5550 1234")
    yield person
    person.http.close()


def ahead(days: int) -> date:
    return TODAY + timedelta(days=days)


def close(chief: Any, *days: date, **more: Any) -> Any:
    own = [{"day": day.isoformat(), "name": f"Outing {day:%d}"} for day in days]
    return chief.put(PATH, json={"own": own, **more})


def on(times: list[datetime], day: date) -> list[datetime]:
    return [one for one in times if one.astimezone(BERLIN).date() == day]


def test_closed_day_has_no_free_times_for_anyone(chief: Any, doctor: Person, patient: Person, world: World) -> None:
    day = ahead(5)
    before = free_times(patient.http, doctor.id, days=10)
    taken = on(before, day)[0]
    # other tests on this hospital have visits on that day
    made(close(chief, day, accept_outside=True), 200)
    after = free_times(patient.http, doctor.id, days=10)
    assert set(before) - set(after) == set(on(before, day))
    body = {"doctor_id": doctor.id, "starts_at": taken.isoformat()}
    refused = patient.http.post("/api/appointments", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "slot_taken")
    assert f"The hospital is closed on that day: Outing {day:%d}." in refused.json()["detail"]
    assert on([datetime.fromisoformat(one) for one in refused.json()["alternatives"]], day) == []
    by_desk = chief.post("/api/admin/appointments", json={**body, "patient_id": patient.id})
    assert (by_desk.status_code, by_desk.json()["code"]) == (409, "slot_taken")
    assert by_desk.json()["detail"].endswith("or give the reason for this one in overbook.")
    assert "overbook" not in refused.json()["detail"], "patients cannot"
    lab = made(patient.http.get("/api/labs/slots", params={"day": day.isoformat()}), 200)
    assert lab["items"] == [], "the laboratory is closed with the hospital"
    public = made(world.people["patient"].http.get(PUBLIC, params={"from": day.isoformat(), "to": day.isoformat()}), 200)
    assert [(one["day"], one["names"]["de"]) for one in public["items"]] == [(day.isoformat(), f"Outing {day:%d}")]


def test_desk_books_closed_day_with_a_reason(chief: Any, doctor: Person, patient: Person, world: World) -> None:
    open_time, day = free_times(patient.http, doctor.id, days=3)[-1], ahead(40)
    at = datetime(day.year, day.month, day.day, 9, 7, tzinfo=BERLIN).isoformat()
    made(close(chief, day), 200)
    desk, body = world.people["reception"].http, {"patient_id": patient.id, "doctor_id": doctor.id}
    booked = made(desk.post("/api/admin/appointments", json={**body, "starts_at": at, "overbook": "Emergency opening"}))
    assert booked["overbook_reason"] == "Emergency opening"
    path = f"/api/admin/appointments/{booked['id']}"
    made(desk.put(path, json={"starts_at": open_time.isoformat()}), 200)
    refused = desk.put(path, json={"starts_at": at})
    assert (refused.status_code, refused.json()["code"]) == (409, "slot_taken")
    assert f"closed on that day: Outing {day:%d}" in refused.json()["detail"]
    assert made(desk.put(path, json={"starts_at": at, "overbook": "Emergency opening"}), 200)["overbook_reason"]
    assert patient.http.get(f"/api/doctors/{doctor.id}/slots", params={"start": day.isoformat(), "days": 1}).json()["items"] == []


def test_reopened_day_is_offered_to_the_waitlist(chief: Any, doctor: Person, patient: Person) -> None:
    day = ahead(6)
    made(close(chief, day, accept_outside=True), 200)
    entry = {"first_day": day.isoformat(), "last_day": day.isoformat()}
    made(patient.http.post("/api/waitlist", json={"doctor_id": doctor.id, **entry}))
    made(close(chief, day, ahead(7), accept_outside=True), 200)
    assert offer_of(patient) is None
    made(chief.put(PATH, json=NOTHING), 200)
    offer = offer_of(patient)
    assert offer is not None
    assert on([datetime.fromisoformat(offer["starts_at"])], day)


def test_next_free_time_skips_closed_days(chief: Any, doctor: Person, patient: Person) -> None:
    before = made(patient.http.get(f"/api/doctors/{doctor.id}"), 200)["next_available"]
    first = datetime.fromisoformat(before).astimezone(BERLIN).date()
    made(close(chief, first, first + timedelta(days=1), accept_outside=True), 200)
    after = made(patient.http.get(f"/api/doctors/{doctor.id}"), 200)["next_available"]
    assert datetime.fromisoformat(after).astimezone(BERLIN).date() == first + timedelta(days=2)


def test_visits_on_new_closed_day_are_named_before_saving(chief: Any, doctor: Person, patient: Person) -> None:
    day = ahead(6)
    at = on(free_times(patient.http, doctor.id, days=10), day)[0]
    visit = made(patient.http.post("/api/appointments", json={"doctor_id": doctor.id, "starts_at": at.isoformat()}))
    before = made(chief.get(PATH), 200)
    refused = close(chief, day)
    assert (refused.status_code, refused.json()["code"]) == (409, "visits_on_closed_days")
    # other tests may have booked visits of the day
    assert visit["id"] in [one["id"] for one in refused.json()["visits"]]
    assert made(chief.get(PATH), 200) == before, "a refused change saves nothing"
    saved = made(close(chief, day, accept_outside=True), 200)
    assert saved["to_move_in_all"] == refused.json()["count"]
    assert saved["to_move"] == refused.json()["visits"]
    assert made(patient.http.get(f"/api/appointments/{visit['id']}"), 200)["status"] == "booked"
    again = made(close(chief, day), 200)
    assert again["to_move_in_all"] == saved["to_move_in_all"], "an accepted visit is not asked about again"


def test_holidays_of_region_are_closed_until_opened(chief: Any, hospital: Hospital) -> None:
    choice = {"country": "DE", "subdivision": "BW", "accept_outside": True}
    saved = made(chief.put(PATH, json=choice), 200)
    epiphany = next(one for one in saved["days"] if one["day"][5:] == "01-06")
    assert epiphany["names"] == {"en": "Epiphany", "de": "Heilige Drei Könige"}
    assert (epiphany["is_holiday"], epiphany["is_open"]) == (True, False)
    assert saved["holidays_until"] == f"{TODAY.year + 2}-12-31"
    opened = made(chief.put(PATH, json={**choice, "opened": [epiphany["day"]]}), 200)
    assert next(one for one in opened["days"] if one["day"] == epiphany["day"])["is_open"]
    listed = made(chief.get(PUBLIC, params={"limit": 100}), 200)["items"]
    assert epiphany["day"] not in [one["day"] for one in listed]
    assert [one["day"] for one in listed] == sorted(one["day"] for one in opened["days"] if not one["is_open"])
    # stored days stay as they are, also where the rules of the package change
    databases.execute(hospital.database, "UPDATE closed_days SET name_en = 'As stored' WHERE is_holiday")
    again = made(chief.put(PATH, json=choice), 200)
    assert {one["names"]["en"] for one in again["days"]} == {"As stored"}
    elsewhere = made(chief.put(PATH, json={**choice, "subdivision": "BE"}), 200)
    assert "01-06" not in {one["day"][5:] for one in elsewhere["days"]}


def test_unknown_region_is_refused(chief: Any) -> None:
    for region in ({"country": "XX"}, {"country": "DE", "subdivision": "ZZ"}):
        assert chief.put(PATH, json=region).status_code == 404
        assert chief.get("/api/admin/holidays", params=region).status_code == 404
    assert chief.put(PATH, json={"subdivision": "BE"}).status_code == 422
    assert "DE" in made(chief.get("/api/admin/holiday-countries"), 200)["countries"]
    known = made(chief.get("/api/admin/holidays", params={"country": "DE"}), 200)
    assert {"code": "BW", "name": "Baden-Württemberg"} in known["subdivisions"]


def test_reception_reads_closed_days_and_changes_none(world: World) -> None:
    reception = world.people["reception"].http
    assert made(reception.get(PATH), 200)["days"] == []
    assert reception.put(PATH, json=NOTHING).status_code == 403
    assert world.people["doctor"].http.get(PATH).status_code == 403


def test_every_country_has_names_in_both_languages() -> None:
    first, last = date(2027, 1, 1), date(2027, 12, 31)
    for country in holidays.countries():
        for day, names in holidays.between(country, None, first, last):
            assert all((names.en, names.de, first <= day <= last)), country
