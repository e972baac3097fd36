"""How much the ways to a visit ask of a patient: presses, fields, and seconds of the keystroke-level model."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser import care
from tests.browser.conftest import Clicks, Figure, RolePage
from tests.browser.effort import demanded, model_s
from tests.browser.people import People
from tests.hospital import PASSWORD, Person

VISIT = re.compile(r"/appointments/\d+\?new$")
TIME = re.compile(r"^\w{3} \d")


def submit(page: Page) -> Locator:
    return page.get_by_role("button", name="Book this visit")


def times(page: Page) -> Locator:
    """The free times of a week."""
    return page.get_by_role("region", name="Free times").get_by_role("listitem").get_by_role("link")


def board(page: Page) -> Locator:
    """The next free times on the front page."""
    return page.get_by_role("region", name="Next free times").get_by_role("listitem").get_by_role("link")


def test_the_next_free_time_from_home(role_page: RolePage, patient: str, doctor: Person, clicks: Clicks, figure: Figure) -> None:
    page = role_page(patient)
    page.goto("/home")
    page.get_by_role("link", name="Find a doctor").click()
    page.get_by_role("main").get_by_role("link", name=TIME).first.click()
    expect(submit(page)).to_be_visible()
    fields = demanded(page)
    submit(page).click()
    expect(page).to_have_url(VISIT)
    presses = clicks(page)
    assert (presses, fields) == (3, 0)
    assert model_s(presses) <= 10
    figure("1 book from home", f"{presses} clicks, {fields} required fields, KLM {model_s(presses):.1f} s")


def test_a_time_that_home_offers(role_page: RolePage, patient: str, doctor: Person, clicks: Clicks, figure: Figure) -> None:
    page = role_page(patient)
    page.goto("/home")
    page.get_by_role("region", name="Book a visit").get_by_role("link", name=TIME).first.click()
    submit(page).click()
    expect(page).to_have_url(VISIT)
    presses = clicks(page)
    assert presses == 2
    figure("1 book a time that home offers", f"{presses} clicks, KLM {model_s(presses):.1f} s")


def test_another_time_from_home(role_page: RolePage, patient: str, doctor: Person, clicks: Clicks, figure: Figure) -> None:
    page = role_page(patient)
    page.goto("/home")
    page.get_by_role("link", name="Find a doctor").click()
    page.get_by_role("link", name=re.compile("^More times")).first.click()
    times(page).nth(9).click()
    submit(page).click()
    expect(page).to_have_url(VISIT)
    presses = clicks(page)
    assert presses <= 4
    assert model_s(presses) <= 12
    figure("2 book another time", f"{presses} clicks, KLM {model_s(presses):.1f} s")


def test_from_the_front_page_with_an_account(
    page: Page, people: People, patient: str, doctor: Person, clicks: Clicks, figure: Figure
) -> None:
    page.goto("/")
    board(page).first.click()
    chosen = page.url
    page.get_by_role("main").get_by_role("link", name="Sign in").click()
    fields = {"E-mail address": people.email(patient), "Password": PASSWORD}
    for label, text in fields.items():
        page.get_by_label(label, exact=True).fill(text)
    assert demanded(page) == len(fields)
    page.get_by_role("button", name="Sign in").click()
    expect(submit(page)).to_be_visible()
    assert page.url == chosen
    submit(page).click()
    expect(page).to_have_url(VISIT)
    presses, seconds = clicks(page), model_s(clicks(page), fields.values())
    assert presses <= 5
    assert seconds <= 30
    figure("3 book from the front page, has account", f"{presses} clicks + {len(fields)} fields, KLM {seconds:.1f} s")


def test_from_the_front_page_for_the_first_time(
    page: Page, people: People, patient: str, doctor: Person, clicks: Clicks, figure: Figure
) -> None:
    page.goto("/")
    board(page).first.click()
    chosen = page.url
    page.get_by_role("main").get_by_role("link", name="Create an account").click()
    fields = {"Full name": "Fay First", "E-mail address": f"fay.{people.email(patient)}", "Password": PASSWORD}
    for label, text in fields.items():
        page.get_by_label(label, exact=True).fill(text)
    assert demanded(page) == len(fields)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check and book")
    assert page.url == chosen
    submit(page).click()
    expect(page).to_have_url(VISIT)
    presses, seconds = clicks(page), model_s(clicks(page), fields.values())
    assert presses <= 5
    assert len(fields) <= 5
    assert seconds <= 50
    figure("4 first-time visitor", f"{presses} clicks + {len(fields)} fields, KLM {seconds:.1f} s")


def test_moving_and_cancelling(
    role_page: RolePage, people: People, patient: str, doctor: Person, clicks: Clicks, figure: Figure
) -> None:
    care.visit(people[patient], doctor)
    page = role_page(patient)
    page.goto("/home")
    page.get_by_role("link", name="Move", exact=True).click()
    times(page).first.click()
    page.get_by_role("button", name="Move to this time").click()
    expect(page.get_by_text("Your appointment is moved.")).to_be_visible()
    moved = clicks(page)
    page.goto("/home")
    page.get_by_role("button", name="Cancel", exact=True).click()
    page.get_by_role("button", name="Cancel appointment").click()
    expect(page.get_by_text("is cancelled.")).to_be_visible()
    cancelled = clicks(page) - moved
    assert moved <= 3
    assert cancelled <= 3
    assert care.upcoming(people[patient]) == []
    figure("5 move / cancel", f"{moved} / {cancelled} clicks, KLM {model_s(moved):.1f} / {model_s(cancelled):.1f} s")
