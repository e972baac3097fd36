"""Visits to move: time off entered at the desk, the warning that stays after a reload, and all visits moved at once."""

import re

import pytest
from playwright.sync_api import expect

from tests import databases
from tests.browser import care
from tests.browser.conftest import RolePage
from tests.browser.people import People
from tests.hospital import Hospital
from tests.world import made

pytestmark = pytest.mark.clock


def test_desk_moves_all_visits_of_a_day_at_once(people: People, role_page: RolePage, hospital: Hospital) -> None:
    doctor = people.new_doctor()
    patients = [people.new_patient(f"Mara Moves{number}") for number in ("a", "b", "c")]
    day, times = care.day_ahead(people[doctor])
    visits = [care.visit(people[patient], people[doctor], at) for patient, at in zip(patients, times, strict=False)]
    page = role_page("reception")
    page.goto(f"/desk/hours?doctor_id={people[doctor].id}")
    page.get_by_label("First day").fill(day)
    expect(page.get_by_text("3 visits are booked in this time")).to_be_visible()
    page.get_by_role("button", name="Enter time off").click()
    expect(page.get_by_text(re.compile("^Time off is saved: "))).to_be_visible()
    expect(page.get_by_role("heading", name="3 visits have to be moved")).to_be_visible()

    own = role_page(doctor)
    own.goto("/doctor")
    own.get_by_role("link", name="3 visits have to be moved").click()
    expect(own.get_by_role("region", name="3 visits have to be moved").get_by_role("listitem")).to_have_count(3)
    own.reload()
    expect(own.get_by_role("region", name="3 visits have to be moved").get_by_role("listitem")).to_have_count(3)

    page.goto("/desk/board")
    line = page.get_by_role("link", name=re.compile(r"visits? ha(s|ve) to be moved"))
    expect(line).to_be_visible()
    page.reload()
    line.click()
    rows = page.get_by_role("row").filter(has_text="Mara Moves")
    expect(rows).to_have_count(3)
    # visits of other tests stay
    for row in page.get_by_role("row").filter(has_not_text="Mara Moves").all()[1:]:
        row.get_by_role("combobox").select_option("")
    page.get_by_role("button", name="Move all 3 visits").click()
    expect(page.get_by_text("3 of 3 visits are moved.")).to_be_focused()
    expect(rows).to_have_count(0)
    expect(page.get_by_role("region", name="Moved").get_by_role("listitem")).to_have_count(3)

    assert (
        made(people["reception"].http.get("/api/reception/to-move", params={"doctor_id": people[doctor].id}), 200)["in_all"] == 0
    )
    own.reload()
    expect(own.get_by_role("heading", name="Your week")).to_be_visible()
    expect(own.get_by_text("to be moved")).to_have_count(0)
    ids = ", ".join(str(visit["id"]) for visit in visits)
    told = f"SELECT record_id FROM notices WHERE kind IN ('visit_moved', 'visit_reassigned') AND record_id IN ({ids})"
    assert len(databases.query(hospital.database, told)) == 3
    for patient in patients:
        [visit] = care.upcoming(people[patient])
        assert visit["starts_at"] > times[-1].isoformat()[:10]


def test_extra_hours_added_at_the_desk_are_bookable(people: People, role_page: RolePage) -> None:
    doctor = people.new_doctor()
    made(people[doctor].http.put("/api/doctor/availability", json={"slot_minutes": 30, "rules": []}), 200)
    page = role_page("admin")
    page.goto("/desk")
    page.get_by_role("link", name="Doctors' hours").click()
    page.get_by_label("Doctor", exact=True).select_option(str(people[doctor].id))
    day, none = care.day_ahead(people[doctor])
    assert none == []
    page.get_by_label("Day", exact=True).fill(day)
    form = page.locator("form").filter(has=page.get_by_role("button", name="Add extra hours"))
    form.get_by_label("From").fill("18:00")
    form.get_by_label("To").fill("19:00")
    form.get_by_role("button", name="Add extra hours").click()
    expect(page.get_by_text(re.compile("^Extra hours are saved: "))).to_be_visible()
    assert len(care.day_ahead(people[doctor])[1]) == 2
    page.get_by_role("button", name=re.compile("^Delete ")).click()
    expect(page.get_by_text("Visits booked then stay booked.")).to_be_visible()
    assert care.day_ahead(people[doctor])[1] == []
