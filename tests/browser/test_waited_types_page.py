"""The waitlist in the portals with a doctor that offers several types of visits."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import RolePage
from tests.browser.people import People
from tests.hospital import Person
from tests.journeys.test_visit_types import CHECK, TALK, TYPES, offer
from tests.world import made

LONGER = str(TALK["name_en"])


@pytest.fixture(scope="module")
def types(admin: Person) -> list[int]:
    """Return the ids of a short type and of a longer one."""
    return [made(admin.http.post(TYPES, json=one))["id"] for one in (CHECK, TALK)]


@pytest.fixture
def typed(people: People, types: list[int]) -> Person:
    """Return a doctor that offers both types."""
    doctor = people[people.new_doctor()]
    offer(doctor, *types)
    return doctor


def choose_longer(page: Page) -> None:
    choice = page.get_by_label("Type of visit")
    choice.select_option(label=choice.locator("option", has_text=LONGER).inner_text())


def entry_type(people: People, patient: str) -> str:
    [entry] = people[patient].http.get("/api/waitlist").json()["items"]
    return str(entry["visit_type"]["names"]["en"])


def test_patient_waits_for_a_type(people: People, role_page: RolePage, typed: Person) -> None:
    patient = people.new_patient("Tara Typed")
    page = role_page(patient)
    page.goto(f"/waitlist/new?doctor_id={typed.id}")
    choose_longer(page)
    page.get_by_role("button", name="Tell me when a time is free").click()
    expect(page).to_have_url(re.compile("/waitlist$"))
    expect(page.get_by_text(LONGER)).to_be_visible()
    assert entry_type(people, patient) == LONGER


def test_reception_chooses_a_type_for_a_patient(people: People, role_page: RolePage, typed: Person) -> None:
    patient = people.new_patient("Tom Typed")
    page = role_page("reception")
    page.goto(f"/desk/waitlist/new?patient_id={people[patient].id}")
    page.get_by_label("Who does the patient want to see?").select_option(str(typed.id))
    expect(page.get_by_label("Type of visit")).to_have_value("")
    choose_longer(page)
    page.get_by_role("button", name="Add a patient").click()
    expect(page.get_by_text("The patient is on the waitlist.")).to_be_visible()
    assert entry_type(people, patient) == LONGER
