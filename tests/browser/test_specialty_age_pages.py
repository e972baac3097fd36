"""Age limits of specialties: set by an administrator, named to patients and the desk; and a newborn with a parent to call."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser import care
from tests.browser.conftest import RolePage
from tests.browser.people import People
from tests.hospital import Hospital

pytestmark = pytest.mark.clock
PATH, DOCTOR = "/api/admin/specialty-ages", "Dr Kay Kindermann"


@pytest.fixture(scope="module")
def limited(people: People, hospital: Hospital) -> Iterator[None]:
    """Add a child psychiatrist, and limit the specialty to patients up to 17 years."""
    doctor = hospital.add_doctor(people["admin"], "kindermann@example.org", DOCTOR, "Child psychiatry")
    people["admin"].http.put(PATH, json={"limits": [{"code": "child_psychiatry", "max_age": 17}]}).raise_for_status()
    yield
    people["admin"].http.put(PATH, json={"limits": []}).raise_for_status()
    doctor.http.close()


def test_admin_sets_age_limits_of_a_specialty(limited: None, role_page: RolePage) -> None:
    page = role_page("admin")
    page.goto("/admin/doctors")
    page.get_by_role("link", name="Age limits").click()
    children, other = (page.get_by_role("group", name=name) for name in ("Child and adolescent psychiatry", "Dermatology"))
    expect(children.get_by_label("Up to age")).to_have_value("17")
    other.get_by_label("From age").fill("30")
    other.get_by_label("Up to age").fill("20")
    page.get_by_role("button", name="Save age limits").click()
    expect(page.get_by_role("alert").get_by_text("Enter an age that is not below the first one")).to_be_visible()
    other.get_by_label("From age").fill("0")
    other.get_by_label("Up to age").fill("120")
    page.get_by_role("button", name="Save age limits").click()
    expect(page.get_by_text("The age limits are saved.")).to_be_visible()
    page.reload()
    expect(other.get_by_label("Up to age")).to_have_value("120")
    other.get_by_label("From age").fill("")
    other.get_by_label("Up to age").fill("")
    page.get_by_role("button", name="Save age limits").click()
    expect(page.get_by_text("The age limits are saved.")).to_be_visible()


def test_adult_is_told_why_doctors_are_missing(limited: None, role_page: RolePage) -> None:
    page = role_page("patient")
    page.goto("/doctors?specialty=child_psychiatry")
    expect(page.get_by_text(re.compile("is not shown, because the specialty sees patients of another age"))).to_be_visible()
    expect(page.get_by_role("heading", level=2)).to_have_count(0)


def test_desk_reads_that_patient_is_of_another_age(limited: None, people: People, role_page: RolePage) -> None:
    patient = people.new_patient("Adele Adult")
    page = role_page("reception")
    page.goto(f"/desk/appointments/new?patient_id={people[patient].id}")
    warning = page.get_by_text("This patient is of another age on the day of the visit. You can book all the same.")
    choice = page.get_by_label("Doctor", exact=True)
    expect(choice).to_be_visible()
    expect(warning).to_have_count(0)
    choice.select_option(label=next(text for text in choice.locator("option").all_inner_texts() if DOCTOR in text))
    expect(warning).to_be_visible()
    page.locator(".free-week li a").last.click()
    page.get_by_role("button", name="Book visit", exact=True).click()
    expect(page.get_by_text("The visit is booked.")).to_be_visible()
    (visit,) = care.upcoming(people[patient])
    assert visit["doctor"]["full_name"] == DOCTOR


def test_desk_registers_newborn_with_parent_to_call(role_page: RolePage) -> None:
    born = datetime.now(UTC).date() - timedelta(days=2)
    page = role_page("reception")
    page.goto("/desk/patients/new")
    page.get_by_label("Full name").fill("Nele Newborn-Browser")
    for part, value in (("Day", born.day), ("Month", born.month), ("Year", born.year)):
        page.get_by_label(part, exact=True).fill(str(value))
    page.get_by_label("Female").check()
    call = page.get_by_role("group", name="Person to call")
    call.get_by_label("Name").fill("Paula Parent")
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_role("alert").get_by_text("Enter the phone of the person to call")).to_be_visible()
    call.get_by_label("Number to call").fill("+49 30 5550 1234")
    call.get_by_label(re.compile("Relation")).fill("mother")
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_role("heading", name="Nele Newborn-Browser")).to_be_visible()
    expect(call.get_by_label("Name")).to_have_value("Paula Parent")
