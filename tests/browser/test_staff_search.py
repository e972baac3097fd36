"""The search box on every page of staff: `/` focuses it, one match opens at once, several are listed."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser import care
from tests.browser.conftest import RolePage
from tests.browser.measures import settled
from tests.browser.people import People


def test_slash_focuses_search_and_opens_the_chart(people: People, role_page: RolePage) -> None:
    doctor = people.new_doctor()
    visit = care.visit(people[people.new_patient("Ottilie Only")], people[doctor])
    care.visit(people[people.new_patient("Zora Twin")], people[doctor], _later(people, doctor, 30))
    care.visit(people[people.new_patient("Zara Twin")], people[doctor], _later(people, doctor, 60))
    page = role_page(doctor)
    page.goto("/doctor/week")
    settled(page)
    box = page.get_by_role("searchbox", name="Search your patients")
    expect(box).to_be_visible()
    page.keyboard.press("/")
    expect(box).to_be_focused()
    page.keyboard.type("Ottilie")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/doctor/patients/{visit['patient']['id']}$"))
    expect(page.get_by_role("heading", name="Ottilie Only", level=1)).to_be_focused()
    page.keyboard.press("/")
    page.keyboard.type("Twin")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/doctor/patients\?q=Twin$"))
    expect(page.get_by_role("row").filter(has_text="Twin")).to_have_count(2)


def test_slash_is_typed_in_a_field(people: People, role_page: RolePage) -> None:
    doctor = people.new_doctor()
    visit = care.visit(people[people.new_patient("Tess Typing")], people[doctor])
    page = role_page(doctor)
    page.goto(f"/doctor/visits/{visit['id']}")
    area = page.get_by_label("Notes of this visit")
    expect(page.get_by_role("searchbox", name="Search your patients")).to_be_visible()
    area.press_sequentially("130/80")
    expect(area).to_have_value("130/80")


@pytest.mark.parametrize(
    ("role", "name", "page_of_one"),
    [("lab", "Search patients, specimens, bookings", "/lab"), ("admin", "Search people", "/admin/people")],
)
def test_laboratory_and_administrators_have_their_search(
    people: People, role_page: RolePage, role: str, name: str, page_of_one: str
) -> None:
    patient = people.new_patient("Ulrike Unique")
    order = people[patient].http.post("/api/labs/bookings", json={"test_codes": ["CBC"], **_lab_time(people, patient)})
    assert order.status_code == 201, order.text
    wanted = {"lab": (order.json()["reference"], order.json()["id"]), "admin": (people.email(patient), people[patient].id)}
    words, record = wanted[role]
    page = role_page(role)
    page.goto(page_of_one)
    settled(page)
    box = page.get_by_role("searchbox", name=name)
    expect(box).to_be_visible()
    box.fill(words)
    box.press("Enter")
    expect(page).to_have_url(re.compile(rf"{page_of_one}/{record}$"))


def test_patients_have_no_staff_search(role_page: RolePage) -> None:
    page = role_page("patient")
    page.goto("/home")
    settled(page)
    expect(page.locator("#staff-search")).to_have_count(0)


def _later(people: People, doctor: str, minutes: int) -> datetime:
    # the first visit is two days after the next free time, by clinic days up to three from now
    _, times = care.day_ahead(people[doctor], 5)
    return times[0] + timedelta(minutes=minutes)


def _lab_time(people: People, patient: str) -> dict[str, str]:
    for ahead in range(4, 12):
        day, _ = care.day_ahead(people["doctor"], ahead)
        slots = people[patient].http.get("/api/labs/slots", params={"day": day, "test_codes": "CBC"}).json()["items"]
        if free := [slot["starts_at"] for slot in slots if slot["free"] > 0 and slot["other"] is None]:
            return {"starts_at": free[0]}
    raise AssertionError("the laboratory is closed for a week")
