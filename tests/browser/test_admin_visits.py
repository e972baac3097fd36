"""Reception: a visit booked by phone, and an absent doctor's day reassigned to a substitute."""

import re
from datetime import datetime

import pytest
from playwright.sync_api import expect

from tests.browser import care
from tests.browser.conftest import Clicks, Figure, RolePage
from tests.browser.effort import klm_seconds
from tests.browser.people import People

pytestmark = pytest.mark.clock
MOST_PRESSES = 4


def test_reception_books_for_a_patient(people: People, role_page: RolePage, clicks: Clicks, figure: Figure) -> None:
    people.new_doctor()
    patient = people.new_patient("Tara Telephone")
    page = role_page("admin")
    page.goto("/admin")
    page.get_by_role("link", name="Book for a patient").click()
    page.get_by_label("Name, date of birth, phone or e-mail").fill(patient)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="1 patient")).to_be_visible()
    page.get_by_role("link", name="Tara Telephone").click()
    offered = page.get_by_role("region", name="Next free times").get_by_role("link")
    chosen = str(offered.first.get_attribute("aria-label"))
    offered.first.click()
    expect(page.get_by_role("heading", name=chosen.rpartition(", ")[0])).to_be_focused()
    page.get_by_role("button", name="Book visit").click()
    expect(page.get_by_text("The visit is booked.")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Tara Telephone")).to_be_visible()
    presses = clicks(page)
    figure("phone booking from the overview", f"{presses} clicks + 1 field, KLM {klm_seconds(presses, ['telep']):.1f} s")
    assert presses <= MOST_PRESSES
    (visit,) = care.upcoming(people[patient])
    assert visit["doctor"]["full_name"] == chosen.rpartition(", ")[2]


def test_reception_books_a_walk_in_as_arrived(people: People, role_page: RolePage, clicks: Clicks, figure: Figure) -> None:
    people.new_doctor()
    patient = people.new_patient("Walter Walkin")
    page = role_page("reception")
    page.goto("/desk")
    page.get_by_role("link", name="Book for a patient").click()
    page.get_by_label("Name, date of birth, phone or e-mail").fill("Walkin")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Walter Walkin").click()
    page.get_by_role("region", name="Next free times").get_by_role("link").first.click()
    page.get_by_label("Why the patient comes").fill("Cut finger")
    page.get_by_role("button", name="Book, the patient is here").click()
    expect(page.get_by_role("row").filter(has_text="Walter Walkin")).to_contain_text("Arrived")
    figure("walk-in from the desk", f"{clicks(page)} clicks + 2 fields")
    assert clicks(page) <= MOST_PRESSES
    (visit,) = care.upcoming(people[patient])
    assert (visit["status"], visit["reason"]) == ("arrived", "Cut finger")


def test_reception_registers_a_patient_that_is_not_found(people: People, role_page: RolePage) -> None:
    page = role_page("reception")
    page.goto("/desk/appointments/new?q=Zacharias-Zimt")
    page.get_by_role("main").get_by_role("link", name="New patient").first.click()
    page.get_by_label("Full name").fill("Zoe Zimt")
    for part, value in (("Day", "4"), ("Month", "5"), ("Year", "2019")):
        page.get_by_label(part, exact=True).fill(value)
    page.get_by_label("Female").check()
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_role("heading", name="Zoe Zimt")).to_be_visible()
    expect(page.get_by_role("region", name="Next free times").get_by_role("link").first).to_be_visible()


def test_reception_overbooks_a_taken_time_with_a_reason(people: People, role_page: RolePage, expected: list[str]) -> None:
    expected.append("409 .*/api/admin/appointments")
    doctor, patient, other = people.new_doctor(), people.new_patient("Ottilie Over"), people.new_patient()
    day, times = care.day_ahead(people[doctor])
    page = role_page("reception")
    start = f"{times[0]:%Y-%m-%dT%H:%M:%SZ}"
    page.goto(f"/desk/appointments/new?patient_id={people[patient].id}&doctor_id={people[doctor].id}&start={start}")
    expect(page.get_by_role("button", name="Book visit")).to_be_visible()
    care.visit(people[other], people[doctor], times[0])
    page.get_by_role("button", name="Book visit").click()
    taken = page.get_by_role("region", name="Overbook")
    taken.get_by_role("button", name="Overbook").click()
    expect(taken.get_by_role("alert")).to_contain_text("Enter the reason")
    taken.get_by_label("Why the doctor is overbooked").fill("Severe pain")
    taken.get_by_role("button", name="Overbook").click()
    row = page.get_by_role("row").filter(has_text="Ottilie Over")
    expect(row).to_contain_text("Overbooked")
    expect(row).to_contain_text("Severe pain")
    (visit,) = care.upcoming(people[patient])
    assert datetime.fromisoformat(visit["starts_at"]) == times[0]
    seen = people[doctor].http.get("/api/doctor/appointments", params={"day": day}).json()["items"]
    assert [one["overbook_reason"] for one in seen] in (["Severe pain", None], [None, "Severe pain"])


def test_reception_overbooks_any_minute(people: People, role_page: RolePage) -> None:
    doctor, patient = people.new_doctor(), people.new_patient("Mona Minute")
    day, _ = care.day_ahead(people[doctor])
    page = role_page("reception")
    page.goto(f"/desk/appointments/new?patient_id={people[patient].id}&doctor_id={people[doctor].id}")
    page.get_by_text("Overbook another time").click()
    page.get_by_label("Day", exact=True).fill(day)
    page.get_by_label("Time", exact=True).fill("10:07")
    page.get_by_label("Why the doctor is overbooked").fill("Between two visits")
    page.get_by_role("button", name="Overbook", exact=True).click()
    expect(page.get_by_role("row").filter(has_text="Mona Minute")).to_contain_text("10:07")
    (visit,) = care.upcoming(people[patient])
    assert datetime.fromisoformat(visit["starts_at"]).minute == 7


def test_reason_of_cancellation_at_the_desk_reaches_patient(people: People, role_page: RolePage) -> None:
    doctor, patient = people.new_doctor(), people.new_patient("Cleo Cancel")
    visit = care.visit(people[patient], people[doctor])
    page = role_page("reception")
    page.goto(f"/desk/appointments?patient_id={people[patient].id}")
    page.get_by_role("row").filter(has_text="Cleo Cancel").get_by_role("button", name="Cancel visit").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("The doctor is ill")
    dialog.get_by_role("button", name="Cancel visit").click()
    expect(page.get_by_role("row").filter(has_text="Cleo Cancel")).to_contain_text("Cancelled")
    own = role_page(patient)
    own.goto(f"/appointments/{visit['id']}")
    expect(own.get_by_role("main")).to_contain_text("The doctor is ill")


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
