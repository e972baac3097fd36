"""The waitlist in the portals with a doctor that offers several types of visits."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import RolePage
from tests.browser.people import People
from tests.hospital import Person

FIRST_VISIT = "First visit"


@pytest.fixture(scope="module")
def typed(doctor: Person) -> dict[str, Any]:
    """Return the doctor of the demo that offers types."""
    for one in doctor.http.get("/api/doctors?limit=100").json()["items"]:
        types = doctor.http.get(f"/api/doctors/{one['id']}/slots").json()["visit_types"]
        if len(types) > 1:
            return dict(one)
    raise AssertionError("the demo has no doctor with types")


def entry_type(people: People, patient: str) -> str:
    [entry] = people[patient].http.get("/api/waitlist").json()["items"]
    return str(entry["visit_type"]["names"]["en"])


def test_patient_waits_for_a_type(people: People, role_page: RolePage, typed: dict[str, Any]) -> None:
    patient = people.new_patient("Tara Typed")
    page = role_page(patient)
    page.goto(f"/waitlist/new?doctor_id={typed['id']}")
    choice = page.get_by_label("Type of visit")
    choice.select_option(label=choice.locator("option", has_text=FIRST_VISIT).inner_text())
    page.get_by_role("button", name="Tell me when a time is free").click()
    expect(page).to_have_url(re.compile("/waitlist$"))
    expect(page.get_by_text(FIRST_VISIT)).to_be_visible()
    assert entry_type(people, patient) == FIRST_VISIT


def test_reception_chooses_a_type_for_a_patient(people: People, role_page: RolePage, typed: dict[str, Any]) -> None:
    patient = people.new_patient("Tom Typed")
    page = role_page("reception")
    page.goto(f"/desk/waitlist/new?patient_id={people[patient].id}")
    page.get_by_label("Who does the patient want to see?").select_option(str(typed["id"]))
    choice = page.get_by_label("Type of visit")
    expect(choice).to_have_value("")
    choice.select_option(label=choice.locator("option", has_text=FIRST_VISIT).inner_text())
    page.get_by_role("button", name="Add a patient").click()
    expect(page.get_by_text("The patient is on the waitlist.")).to_be_visible()
    assert entry_type(people, patient) == FIRST_VISIT
