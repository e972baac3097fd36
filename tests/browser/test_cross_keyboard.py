"""Keyboard navigation: the focus is visible at each step and never lost, also after Back and in dialogs."""

import pytest
from playwright.sync_api import expect

from tests.browser import care
from tests.browser.booking import BOOKED, submit, times
from tests.browser.conftest import Figure, RolePage
from tests.browser.measures import settled, tab_to, unfocused
from tests.browser.people import People
from tests.hospital import Person

pytestmark = pytest.mark.clock


def test_booking_works_by_keyboard(role_page: RolePage, patient: str, doctor: Person, figure: Figure) -> None:
    page = role_page(patient)
    page.goto(f"/doctors/{doctor.id}")
    settled(page)
    keys = tab_to(page, page.get_by_role("link", name="Later times")) + 1
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Free times")).to_be_focused()
    expect(times(page).first).to_be_visible()
    keys += tab_to(page, times(page).first) + 1
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    keys += tab_to(page, submit(page)) + 1
    page.keyboard.press("Enter")
    expect(page).to_have_url(BOOKED)
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    assert unfocused(page) is None
    figure("16 a time of next week by keyboard alone", f"{keys} keys, focus visible at each")


def test_back_and_forward_keep_the_focus(role_page: RolePage, patient: str, doctor: Person) -> None:
    page = role_page(patient)
    page.goto("/home")
    settled(page)
    tab_to(page, page.get_by_role("link", name="Find a doctor"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Find a doctor")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    for move, heading in ((page.go_back, "Hello"), (page.go_forward, "Find a doctor")):
        move()
        expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
        expect(page.get_by_role("heading", level=1)).to_be_focused()


def test_cancelling_works_by_keyboard(role_page: RolePage, people: People, patient: str, doctor: Person) -> None:
    care.visit(people[patient], doctor)
    page = role_page(patient)
    page.goto("/home")
    settled(page)
    cancel = page.get_by_role("button", name="Cancel appointment")
    tab_to(page, cancel)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Keep appointment")).to_be_focused()
    page.keyboard.press("Enter")
    expect(cancel).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Keep appointment")).to_be_focused()
    tab_to(page, page.get_by_role("dialog").get_by_role("button", name="Cancel appointment"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("is cancelled.")).to_be_focused()
    assert care.upcoming(people[patient]) == []
