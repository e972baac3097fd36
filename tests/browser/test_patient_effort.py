"""The effort of booking a visit: presses, fields, and seconds of the keystroke-level model."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.booking import BOOKED, submit, times
from tests.browser.conftest import Clicks, Figure, RolePage
from tests.browser.effort import klm_seconds, required_fields
from tests.browser.people import People
from tests.hospital import PASSWORD, Person

pytestmark = pytest.mark.clock

TIME = re.compile(r"^\w{3} \d")


def board(page: Page) -> Locator:
    """Return the links of the next free times on the front page."""
    return page.get_by_role("region", name="Next free times").get_by_role("listitem").get_by_role("link")


def test_booking_next_free_time_takes_three_clicks(
    role_page: RolePage, patient: str, doctor: Person, clicks: Clicks, figure: Figure
) -> None:
    page = role_page(patient)
    page.goto("/home")
    page.get_by_role("link", name="Find a doctor").click()
    page.get_by_role("main").get_by_role("link", name=TIME).first.click()
    expect(submit(page)).to_be_visible()
    fields = required_fields(page)
    submit(page).click()
    expect(page).to_have_url(BOOKED)
    presses = clicks(page)
    assert (presses, fields) == (3, 0)
    assert klm_seconds(presses) <= 10
    figure("1 book from home", f"{presses} clicks, {fields} required fields, KLM {klm_seconds(presses):.1f} s")


def test_booking_time_on_home_takes_two_clicks(
    role_page: RolePage, patient: str, doctor: Person, clicks: Clicks, figure: Figure
) -> None:
    page = role_page(patient)
    # the second free time: times that overlap the patient's other visits are not offered
    for visits in (1, 2):
        page.goto("/home")
        page.get_by_role("region", name="Book an appointment").get_by_role("link", name=TIME).first.click()
        submit(page).click()
        expect(page).to_have_url(BOOKED)
        assert clicks(page) == 2 * visits
    figure("1 book a time that home offers", f"2 clicks, KLM {klm_seconds(2):.1f} s")


def test_booking_another_time_takes_four_clicks(
    role_page: RolePage, patient: str, doctor: Person, clicks: Clicks, figure: Figure
) -> None:
    page = role_page(patient)
    page.goto("/home")
    page.get_by_role("link", name="Find a doctor").click()
    page.get_by_role("link", name=re.compile("^More times")).first.click()
    times(page).nth(9).click()
    submit(page).click()
    expect(page).to_have_url(BOOKED)
    presses = clicks(page)
    assert presses <= 4
    assert klm_seconds(presses) <= 12
    figure("2 book another time", f"{presses} clicks, KLM {klm_seconds(presses):.1f} s")


def test_front_page_booking_with_account_takes_five_clicks(
    page: Page, people: People, patient: str, doctor: Person, clicks: Clicks, figure: Figure
) -> None:
    page.goto("/")
    board(page).first.click()
    chosen = page.url
    page.get_by_role("main").get_by_role("link", name="Sign in").click()
    fields = {"E-mail address": people.email(patient), "Password": PASSWORD}
    for label, text in fields.items():
        page.get_by_label(label, exact=True).fill(text)
    assert required_fields(page) == len(fields)
    page.get_by_role("button", name="Sign in").click()
    expect(submit(page)).to_be_visible()
    assert page.url == chosen
    submit(page).click()
    expect(page).to_have_url(BOOKED)
    presses, seconds = clicks(page), klm_seconds(clicks(page), fields.values())
    assert presses <= 5
    assert seconds <= 30
    figure("3 book from the front page, has account", f"{presses} clicks + {len(fields)} fields, KLM {seconds:.1f} s")


def test_front_page_booking_without_account_six_clicks(
    page: Page, people: People, patient: str, doctor: Person, clicks: Clicks, figure: Figure
) -> None:
    page.goto("/")
    board(page).first.click()
    chosen = page.url
    page.get_by_role("main").get_by_role("link", name="Create an account").click()
    fields = {"Full name": "Fay First", "E-mail address": f"fay.{people.email(patient)}", "Password": PASSWORD}
    for label, text in fields.items():
        page.get_by_label(label, exact=True).fill(text)
    born = {"Day": "17", "Month": "5", "Year": "1984"}
    for label, text in born.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_label("Not stated").check()
    page.get_by_label("I have read the privacy notice").check()
    # the date of birth is one field of three boxes, the sex one press on one of four choices, the consent another press
    assert required_fields(page) == len(fields) + len(born) + 4 + 1
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check and book")
    assert page.url == chosen
    submit(page).click()
    expect(page).to_have_url(BOOKED)
    presses, seconds = clicks(page), klm_seconds(clicks(page), (*fields.values(), *born.values()))
    assert presses <= 6
    assert len(fields) + 1 <= 5
    assert seconds <= 50
    figure("4 first-time visitor", f"{presses} clicks + {len(fields) + 1} fields, KLM {seconds:.1f} s")
