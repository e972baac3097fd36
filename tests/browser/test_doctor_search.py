"""Searching a doctor by complaint: suggestions by keyboard, the emergency number before any doctor, and German words."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import measures
from tests.browser.booking import BOOKED
from tests.browser.conftest import RolePage
from tests.browser.people import People

pytestmark = pytest.mark.clock


@pytest.fixture
def german(people: People, role_page: RolePage) -> Page:
    """Return a page of a new patient who reads German."""
    page = role_page(people.new_patient("Grete Deutsch"))
    page.goto("/home")
    page.evaluate("() => localStorage.setItem('careplus.language', 'de')")
    return page


def test_german_patient_finds_and_books_by_complaint(german: Page) -> None:
    german.goto("/doctors")
    box = german.get_by_role("combobox", name="Name, Fachgebiet oder Beschwerden")
    box.press_sequentially("Hautausschl")
    option = german.get_by_role("option", name=re.compile("^Hautausschlag"))
    expect(option).to_contain_text("Dermatologie")
    box.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    assert measures.axe(german) == []
    box.press("Enter")
    expect(german).to_have_url(re.compile("q=Hautausschlag$"))
    expect(german.get_by_role("link", name="Dermatologie", exact=True)).to_be_visible()
    card = german.get_by_role("listitem").filter(has=german.get_by_role("heading", name="Dr Ben Berg"))
    expect(card).to_contain_text("Dermatologie")
    expect(german.get_by_role("heading", name="Dr Ama Abel")).to_have_count(0)
    card.get_by_role("link", name=re.compile("^Weitere Zeiten")).click()
    german.get_by_role("region", name=re.compile("Freie Zeiten")).get_by_role("listitem").get_by_role("link").first.click()
    german.get_by_role("button", name="Termin buchen").click()
    expect(german).to_have_url(BOOKED)
    expect(german.get_by_role("main")).to_contain_text("Dr Ben Berg")


def test_emergency_number_is_before_any_doctor(page: Page) -> None:
    page.goto("/")
    box = page.get_by_role("combobox", name="Find a doctor")
    box.fill("chest pain")
    box.press("Enter")
    alert = page.get_by_role("alert")
    expect(alert.get_by_role("heading", name="This can be an emergency")).to_be_visible()
    call = alert.get_by_role("link", name="Call 112")
    expect(call).to_have_attribute("href", "tel:112")
    doctor = page.get_by_role("heading", name="Dr Ama Abel")
    expect(doctor).to_be_visible()
    number, name = call.bounding_box(), doctor.bounding_box()
    assert number
    assert name
    assert number["y"] < name["y"]
    assert measures.axe(page) == []


def test_escape_closes_suggestions_and_keeps_the_text(page: Page) -> None:
    page.goto("/")
    box = page.get_by_role("combobox", name="Find a doctor")
    box.press_sequentially("derm")
    expect(page.get_by_role("option", name=re.compile("Dermatology"))).to_be_visible()
    box.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    expect(box).to_have_value("derm")
