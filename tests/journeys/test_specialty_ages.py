"""Age limits of specialties: search and booking of patients and staff, and the settings of administrators."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.hospital import Hospital, Person, free_times
from tests.world import World, made

PATH = "/api/admin/specialty-ages"
BERLIN = ZoneInfo("Europe/Berlin")
TODAY = datetime.now(BERLIN).date()
NUMBERS = count()
CHILDREN = {"code": "child_psychiatry", "min_age": 0, "max_age": 17}
ADULTS = {"code": "pain_medicine", "min_age": 18}


@pytest.fixture
def chief(world: World) -> Iterator[Any]:
    http = world.people["admin"].http
    made(http.put(PATH, json={"limits": [CHILDREN, ADULTS]}), 200)
    yield http
    made(http.put(PATH, json={"limits": []}), 200)


@pytest.fixture(scope="module")
def doctors(hospital: Hospital, admin: Person) -> Iterator[dict[str, Person]]:
    """Return a doctor of each limited specialty."""
    people = {
        "children": hospital.add_doctor(admin, "children@ages.example", "Dr Kay Kindermann", "Child psychiatry"),
        "adults": hospital.add_doctor(admin, "adults@ages.example", "Dr Al Grownup", "Schmerzmedizin"),
    }
    yield people
    for person in people.values():
        person.http.close()


@pytest.fixture
def registered(hospital: Hospital) -> Iterator[Any]:
    people: list[Person] = []

    def register(born: date) -> Person:
        people.append(hospital.register(f"ages-{next(NUMBERS)}@example.org", "Ada Ages", date_of_birth=born.isoformat()))
        return people[-1]

    yield register
    for person in people:
        person.http.close()


def turns_18_on(day: date) -> date:
    return day.replace(year=day.year - 18) if (day.month, day.day) != (2, 29) else date(day.year - 18, 3, 1)


def found(person: Person, **query: Any) -> tuple[set[str], int]:
    page = made(person.http.get("/api/doctors", params={"limit": 100, **query}), 200)
    return {one["full_name"] for one in page["items"]}, page["outside_ages"]


def times_for(person: Person, doctor: Person) -> list[datetime]:
    """Return the free times of two weeks as this person sees them."""
    items = made(person.http.get(f"/api/doctors/{doctor.id}/slots?days=14"), 200)["items"]
    return [datetime.fromisoformat(one["starts_at"]) for one in items]


def book(person: Person, doctor: Person, at: datetime) -> Any:
    return person.http.post("/api/appointments", json={"doctor_id": doctor.id, "starts_at": at.isoformat()})


def test_search_leaves_out_doctors_of_another_age(chief: Any, doctors: dict[str, Person], registered: Any) -> None:
    adult, child = registered(date(TODAY.year - 40, 1, 1)), registered(date(TODAY.year - 8, 1, 1))
    names, outside = found(adult, specialty="child_psychiatry")
    assert (names, outside) == (set(), 1)
    assert found(child, specialty="child_psychiatry") == ({"Dr Kay Kindermann"}, 0)
    assert found(child, q="Grownup") == (set(), 1)
    assert found(adult, q="Grownup") == ({"Dr Al Grownup"}, 0)
    texts = [one["text"]["en"] for one in made(adult.http.get("/api/doctors/suggestions?q=kinderm"), 200)["items"]]
    assert "Dr Kay Kindermann" not in texts
    texts = [one["text"]["en"] for one in made(child.http.get("/api/doctors/suggestions?q=kinderm"), 200)["items"]]
    assert "Dr Kay Kindermann" in texts
    profile = made(adult.http.get(f"/api/doctors/{doctors['children'].id}"), 200)
    assert (profile["ages"], profile["next_available"]) == ({"min_age": 0, "max_age": 17}, None)


def test_adult_is_refused_and_told_the_ages(chief: Any, doctors: dict[str, Person], registered: Any) -> None:
    adult, child, doctor = registered(date(TODAY.year - 40, 1, 1)), registered(date(TODAY.year - 8, 1, 1)), doctors["children"]
    assert times_for(adult, doctor) == []
    at = times_for(child, doctor)[-1]
    refused = book(adult, doctor, at)
    assert (refused.status_code, refused.json()["code"]) == (409, "outside_age_limits")
    assert refused.json()["limits"] == {"min_age": 0, "max_age": 17}
    assert "aged 0 to 17 only. Choose a doctor of another specialty, or call the hospital." in refused.json()["detail"]
    made(book(child, doctor, at))


def test_age_counts_on_the_clinic_day_of_the_visit(chief: Any, doctors: dict[str, Person], registered: Any) -> None:
    birthday = TODAY + timedelta(days=6)
    person = registered(turns_18_on(birthday))
    as_child, as_adult = (times_for(person, doctors[key]) for key in ("children", "adults"))
    assert max(as_child).astimezone(BERLIN).date() == birthday - timedelta(days=1)
    assert min(as_adult).astimezone(BERLIN).date() == birthday
    assert [found(person, q=name)[1] for name in ("Kindermann", "Grownup")] == [0, 0], "both are offered"
    every_time = free_times(person.http, doctors["children"].id, days=14)
    on_day = [at for at in every_time if at.astimezone(BERLIN).date() == birthday]
    refused = book(person, doctors["children"], on_day[0])
    assert refused.json()["code"] == "outside_age_limits"
    before = times_for(person, doctors["children"])[-1]
    booked = made(book(person, doctors["children"], before))
    moved = person.http.put(f"/api/appointments/{booked['id']}", json={"starts_at": on_day[0].isoformat()})
    assert (moved.status_code, moved.json()["code"]) == (409, "outside_age_limits")
    made(book(person, doctors["adults"], times_for(person, doctors["adults"])[0]))


def test_staff_book_patients_of_any_age(chief: Any, doctors: dict[str, Person], registered: Any, world: World) -> None:
    adult, doctor = registered(date(TODAY.year - 40, 1, 1)), doctors["children"]
    desk = world.people["reception"].http
    at = free_times(desk, doctor.id, days=20)[-2].isoformat()
    made(desk.post("/api/admin/appointments", json={"patient_id": adult.id, "doctor_id": doctor.id, "starts_at": at}))
    listed = made(desk.get("/api/reception/doctors?limit=100"), 200)["items"]
    assert next(one["ages"] for one in listed if one["id"] == doctor.id) == {"min_age": 0, "max_age": 17}


def test_admin_sets_limits_of_known_specialties_once(chief: Any, world: World) -> None:
    saved = made(world.people["reception"].http.get(PATH), 200)
    limited = {one["code"]: one["limits"] for one in saved["specialties"] if one["limits"]}
    assert limited == {
        "child_psychiatry": {"min_age": 0, "max_age": 17},
        "pain_medicine": {"min_age": 18, "max_age": None},
    }
    for wrong, status in (
        ([{"code": "voodoo", "min_age": 1}], 404),
        ([{"code": "pain_medicine"}], 422),
        ([{"code": "pain_medicine", "min_age": 18, "max_age": 17}], 422),
        ([{"code": "pain_medicine", "min_age": 121}], 422),
        ([ADULTS, ADULTS], 422),
    ):
        assert chief.put(PATH, json={"limits": wrong}).status_code == status, wrong
    stale = chief.put(PATH, json={"limits": []}, headers={"If-Match": f'"{saved["version"] - 1}"'})
    assert stale.status_code == 412
    assert world.people["doctor"].http.get(PATH).status_code == 403


def test_waitlist_offers_no_time_outside_of_ages(chief: Any, doctors: dict[str, Person], registered: Any, world: World) -> None:
    adult, doctor = registered(TODAY - timedelta(days=40 * 365)), doctors["children"]
    child = registered(TODAY - timedelta(days=9 * 365))
    waits = {"doctor_id": doctor.id, "first_day": str(TODAY), "last_day": str(TODAY + timedelta(days=60))}
    at = free_times(world.people["admin"].http, doctor.id, days=10)[30].isoformat()
    visit = made(child.http.post("/api/appointments", json={"doctor_id": doctor.id, "starts_at": at}))
    second = registered(TODAY - timedelta(days=10 * 365))
    for person in (adult, second):
        made(person.http.post("/api/waitlist", json=waits))
    made(child.http.put(f"/api/appointments/{visit['id']}/cancel"), 200)
    offers = [made(person.http.get("/api/waitlist"), 200)["items"][0]["offer"] for person in (adult, second)]
    assert (offers[0], offers[1]["starts_at"]) == (None, visit["starts_at"])
