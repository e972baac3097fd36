"""Empty, failed and dialog states of pages are accessible and name the next step."""

import re
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser import measures
from tests.browser.conftest import RolePage
from tests.browser.demo_pages import DemoPages
from tests.browser.measures import settled
from tests.browser.pages import COMING, View, first
from tests.browser.people import People
from tests.hospital import Hospital

NEEDED = ("/api/config", "/auth/refresh")
BROKEN = [
    View("/"),
    View("/doctors"),
    View("/home", "patient"),
    View("/appointments", "patient"),
    View("/appointments/{}", "patient", COMING),
    View("/results", "patient"),
    View("/labs", "patient"),
    View("/profile", "patient"),
    View("/access-log", "patient"),
    View("/security", "doctor"),
    View("/doctor", "doctor"),
    View("/doctor/week", "doctor"),
    View("/doctor/results", "doctor"),
    View("/doctor/availability", "doctor"),
    View("/lab", "lab"),
    View("/admin", "admin"),
    View("/desk/appointments", "admin"),
    View("/admin/people", "admin"),
    View("/admin/audit", "admin"),
]
EMPTY = [
    ("patient", "/home", "You have no upcoming appointments."),
    ("patient", "/appointments", "You have no upcoming appointments."),
    ("patient", "/prescriptions", "You have no current prescriptions."),
    ("patient", "/referrals", "You have no referrals."),
    ("patient", "/labs/bookings", "You have no laboratory appointments."),
    ("patient", "/results", "You have no results yet."),
    ("patient", "/access-log", "Nobody has looked at your record yet."),
    ("doctor", "/doctor", "No visits today."),
    ("doctor", "/doctor/week", "No visits"),
    ("doctor", "/doctor/patients", "You have no patients yet."),
    ("doctor", "/doctor/referrals", "No open referrals."),
    ("doctor", "/doctor/results", "All reviewed."),
]
ASKING = [
    (View("/appointments/{}", "patient", COMING), "Cancel appointment"),
    (View("/doctor/prescriptions/{}", "doctor", first("/api/doctor/prescriptions")), "Stop this prescription"),
    (View("/lab/{}", "lab", first("/api/labs/worklist?status=booked")), "Withdraw booking"),
    (View("/admin/people/{}", "admin", first("/api/admin/accounts?role=patient")), "Lock account"),
    (View("/admin/audit", "admin"), "Choose who did it"),
]


@pytest.fixture(scope="module")
def demo_pages(browser: Browser, demo: Hospital) -> Iterator[DemoPages]:
    with ExitStack() as closing:
        yield DemoPages(browser, demo, closing)


@pytest.fixture
def page(demo_pages: DemoPages, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Yield a new page in the browser profile of the view's role."""
    view: View = request.getfixturevalue("view")
    page = demo_pages.open_second_page(view)
    yield page
    page.close()


def faults(page: Page) -> list[str]:
    found = []
    for look in measures.in_looks(page, measures.OPPOSITE):
        problems = measures.axe(page) + measures.sideways(page) + measures.small_targets(page)
        found += [f"{look}: {problem}" for problem in problems]
    return found


def fail(route: Route) -> None:
    if route.request.url.endswith(NEEDED):
        route.continue_()
    else:
        route.fulfill(status=500, json={"code": "internal", "status": 500})


@pytest.mark.parametrize("view", BROKEN, ids=lambda view: view.name)
def test_failed_page_shows_error_and_retry(demo_pages: DemoPages, view: View, page: Page) -> None:
    address = demo_pages.address(view)
    page.route(re.compile(r"/(api|auth)/"), fail)
    page.goto(address)
    expect(settled(page).get_by_role("main").get_by_text("Something went wrong on our side").first).to_be_visible()
    expect(page.get_by_role("button", name="Try again").first).to_be_visible()
    assert faults(page) == []


@pytest.mark.parametrize(("role", "path", "sentence"), EMPTY)
def test_empty_page_says_so(people: People, patient: str, role_page: RolePage, role: str, path: str, sentence: str) -> None:
    page = role_page(patient if role == "patient" else people.new_doctor())
    page.goto(path)
    expect(settled(page).get_by_role("main").get_by_text(sentence).first).to_be_visible()
    assert faults(page) == []


@pytest.mark.parametrize(("view", "act"), ASKING, ids=lambda value: value.name if isinstance(value, View) else value)
def test_dialog_is_accessible_and_returns_focus(demo_pages: DemoPages, view: View, act: str, page: Page) -> None:
    demo_pages.show(view, page)
    button = page.get_by_role("main").get_by_role("button", name=act, exact=True)
    button.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert faults(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(button).to_be_focused()
