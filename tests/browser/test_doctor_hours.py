"""A doctor's hours: saved hours change bookable times, and visits outside them are listed before saving."""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from tests.browser import care
from tests.browser.conftest import RolePage
from tests.browser.people import People
from tests.hospital import free_times

pytestmark = pytest.mark.clock


def test_saved_hours_change_slots_and_keep_visits(people: People, role_page: RolePage) -> None:
    doctor, patient = people.new_doctor(), people.new_patient("Hanna Hours")
    day, times = care.day_ahead(people[doctor])
    care.visit(people[patient], people[doctor], times[0])
    weekday = f"{date.fromisoformat(day):%A}"
    page = role_page(doctor)
    page.goto("/doctor/availability")
    region = page.get_by_role("region", name=weekday)
    region.get_by_label("From").fill("09:00")
    region.get_by_label("To").fill("12:00")
    page.get_by_label("Minutes for one visit").fill("60")
    clash = page.get_by_role("status").filter(has_text="1 visit is outside these hours")
    expect(clash).to_contain_text("Hanna Hours")
    assert free_times(people[patient].http, people[doctor].id, start=day, days=1) == times[1:]
    page.get_by_role("button", name="Save week").click()
    expect(page.get_by_text("Your week is saved.")).to_be_visible()
    assert len(free_times(people[patient].http, people[doctor].id, start=day, days=1)) == 3
    assert [visit["starts_at"] for visit in care.upcoming(people[patient])] == [f"{times[0]:%Y-%m-%dT%H:%M:%SZ}"]
    reader = role_page(patient)
    reader.goto(f"/doctors/{people[doctor].id}?week={day}")
    links = reader.get_by_role("region", name="Free times").get_by_role("link", name=re.compile(f"^{weekday} .*, \\d"))
    expect(links.first).to_have_text("09:00")
    assert [link.inner_text() for link in links.all()][:3] == ["09:00", "10:00", "11:00"]


def test_conflicting_hours_are_reported_and_draft_is_kept(people: People, role_page: RolePage, expected: list[str]) -> None:
    expected.append("412 .*/api/doctor/availability")
    doctor = people.new_doctor()
    first, second = role_page(doctor), role_page(doctor)
    for page, place in ((first, "Room 7"), (second, "Room 8")):
        page.goto("/doctor/availability")
        page.get_by_label("Place").fill(place)
    first.get_by_role("button", name="Remove Sunday 00:00").click()
    first.get_by_role("button", name="Save week").click()
    expect(first.get_by_text("Your week is saved.")).to_be_visible()
    second.get_by_role("button", name="Save week").click()
    expect(second.get_by_role("alert")).to_contain_text("Your week was changed somewhere else in the meantime.")
    expect(second.get_by_label("Place")).to_have_value("Room 8")
    second.get_by_role("button", name="Save week").click()
    expect(second.get_by_text("Your week is saved.")).to_be_visible()
    assert people[doctor].http.get("/api/doctor/availability").json()["place"] == "Room 8"


def test_time_off_hides_slots_until_deleted(people: People, role_page: RolePage) -> None:
    doctor, patient = people.new_doctor(), people.new_patient("Otis Off")
    day, times = care.day_ahead(people[doctor])
    care.visit(people[patient], people[doctor], times[4])
    page = role_page(doctor)
    page.goto("/doctor/availability")
    page.get_by_label("First day").fill(day)
    expect(page.get_by_text("1 visit is booked in this time")).to_be_visible()
    page.get_by_role("button", name="Take time off").click()
    expect(page.get_by_text(re.compile("^Time off is saved: "))).to_be_visible()
    expect(page.get_by_role("heading", name="1 visit has to be moved")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="1 visit has to be moved")).to_be_visible()
    assert free_times(people[patient].http, people[doctor].id, start=day, days=1) == []
    page.get_by_role("button", name=re.compile("^Delete ")).click()
    expect(page.get_by_text("Patients can book these times again.")).to_be_visible()
    expect(page.get_by_role("heading", name="1 visit has to be moved")).to_have_count(0)
    assert len(free_times(people[patient].http, people[doctor].id, start=day, days=1)) == len(times) - 1
