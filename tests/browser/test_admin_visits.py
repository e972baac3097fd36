"""Reception: a visit booked by phone, and an absent doctor's day reassigned to a substitute."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import care
from tests.browser.conftest import Clicks, Figure, RolePage
from tests.browser.effort import klm_seconds
from tests.browser.people import People

pytestmark = pytest.mark.clock


def test_reception_books_for_a_patient(people: People, role_page: RolePage, clicks: Clicks, figure: Figure) -> None:
    doctor, patient = people.new_doctor(), people.new_patient("Tara Telephone")
    page = role_page("admin")
    page.goto("/admin")
    page.get_by_role("link", name="Book for a patient").click()
    page.get_by_label("Name, date of birth, phone or e-mail").fill(patient)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="1 patient")).to_be_visible()
    page.get_by_role("link", name="Tara Telephone").click()
    page.get_by_label("Doctor").select_option(f"Dr {doctor}, Neurology")
    times = page.get_by_role("region", name=f"Free times of Dr {doctor}").get_by_role("listitem").get_by_role("link")
    chosen = times.nth(5).get_attribute("aria-label")
    times.nth(5).click()
    expect(page.get_by_role("heading", name=str(chosen))).to_be_focused()
    page.get_by_role("button", name="Book visit").click()
    expect(page.get_by_text("The visit is booked.")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Tara Telephone")).to_be_visible()
    # add the two presses of the select element, which Playwright sets without presses
    presses = clicks(page) + 2
    figure("phone booking from the overview", f"{presses} clicks + 1 field, KLM {klm_seconds(presses, ['telep']):.1f} s")
    (visit,) = care.upcoming(people[patient])
    assert visit["doctor"]["id"] == people[doctor].id


def test_reception_taken_time_offers_nearest_times(people: People, role_page: RolePage, expected: list[str]) -> None:
    expected.append("409 .*/api/admin/appointments")
    doctor, patient, other = people.new_doctor(), people.new_patient("Tom Taken"), people.new_patient()
    _, times = care.day_ahead(people[doctor])
    page = role_page("admin")
    start = f"{times[0]:%Y-%m-%dT%H:%M:%SZ}"
    page.goto(f"/desk/appointments/new?patient_id={people[patient].id}&doctor_id={people[doctor].id}&start={start}")
    expect(page.get_by_role("button", name="Book visit")).to_be_visible()
    care.visit(people[other], people[doctor], times[0])
    page.get_by_role("button", name="Book visit").click()
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("navigation", name="The nearest free times").get_by_role("link").first.click()
    page.get_by_role("button", name="Book visit").click()
    expect(page.get_by_text("The visit is booked.")).to_be_visible()
    assert len(care.upcoming(people[patient])) == 1


def test_reassigning_a_day_previews_then_moves_visits(
    people: People, role_page: RolePage, clicks: Clicks, figure: Figure
) -> None:
    ill, substitute = people.new_doctor(), people.new_doctor()
    anna, bert = people.new_patient("Anna Able"), people.new_patient("Bert Busy")
    day, times = care.day_ahead(people[ill])
    first = care.visit(people[anna], people[ill], times[10])
    second = care.visit(people[bert], people[ill], times[12])
    # the substitute already has a visit at that time
    care.visit(people[people.new_patient()], people[substitute], times[12])
    page = role_page("admin")
    page.goto(f"/desk/appointments/reassign?doctor_id={people[ill].id}&day={day}")
    expect(page.get_by_text("Choose a substitute to see possible new times.")).to_be_visible()
    page.get_by_label("Substitute").select_option(f"Dr {substitute}, Neurology")
    same = page.get_by_role("row").filter(has_text="Anna Able")
    other = page.get_by_role("row").filter(has_text="Bert Busy")
    expect(same).to_contain_text("Same time")
    expect(other).to_contain_text("Other time")
    for name, visit in ((anna, first), (bert, second)):
        assert care.upcoming(people[name]) == [visit]
    other.get_by_role("combobox", name="New time for Bert Busy").select_option(index=1)
    submit = page.get_by_role("button", name="Move 2 visits")
    before = clicks(page)
    submit.click()
    expect(page.get_by_text("2 of 2 visits are moved.")).to_be_focused()
    moved = page.get_by_role("region", name="Moved").get_by_role("listitem")
    expect(moved).to_contain_text([re.compile(f"Anna Able.*Dr {substitute}"), re.compile(f"Bert Busy.*Dr {substitute}")])
    figure("reassign a day of 2 visits", f"{clicks(page) - before} click after the preview")
    for name, visit in ((anna, first), (bert, second)):
        (now,) = care.upcoming(people[name])
        assert now["doctor"]["id"] == people[substitute].id
        assert (now["starts_at"] == visit["starts_at"]) == (name == anna)
    assert people[ill].http.get("/api/doctor/appointments", params={"day": day, "status": "booked"}).json()["items"] == []


def test_day_of_a_doctor_that_left_is_reassigned(people: People, role_page: RolePage) -> None:
    left, colleague, patient = people.new_doctor(), people.new_doctor(), people.new_patient("Lena Left")
    day, times = care.day_ahead(people[left])
    visit = care.visit(people[patient], people[left], times[10])
    closed = {"role": "doctor", "active": False, "colleague_id": people[colleague].id}
    people.admin.http.put(f"/api/admin/accounts/{people[left].id}", json=closed).raise_for_status()
    page = role_page("admin")
    page.goto(f"/admin/people/{people[left].id}")
    page.get_by_role("region", name="Open work").get_by_role("link", name="1 upcoming visit").click()
    row = page.get_by_role("row").filter(has_text="Lena Left")
    expect(row).to_be_visible()
    page.get_by_role("link", name="Reassign a day").click()
    expect(page.get_by_label("Doctor who is away")).to_have_value(str(people[left].id))
    expect(page.get_by_label("Day")).to_have_value(day)
    page.get_by_label("Substitute").select_option(f"Dr {colleague}, Neurology")
    expect(page.get_by_role("row").filter(has_text="Lena Left")).to_contain_text("Same time")
    page.get_by_role("button", name="Move 1 visit").click()
    expect(page.get_by_text("1 of 1 visits are moved.")).to_be_focused()
    (now,) = care.upcoming(people[patient])
    assert (now["doctor"]["id"], now["starts_at"]) == (people[colleague].id, visit["starts_at"])
    page.goto(f"/admin/people/{people[left].id}")
    expect(page.get_by_role("region", name="Open work")).to_have_count(0)
