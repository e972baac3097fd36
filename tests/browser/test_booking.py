"""Booking a visit: how many presses it takes, and what happens when somebody or something comes between."""

import re
import secrets
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage, RolePage
from tests.browser.measures import settled, tab_to, unfocused
from tests.browser.people import People
from tests.browser.stack import Stack
from tests.hospital import PASSWORD, Hospital, Person, free_times

Clicks = Callable[[Page], int]
VISIT = re.compile(r"/appointments/\d+\?new$")


@pytest.fixture
def doctor(hospital: Hospital, admin: Person) -> Iterator[Person]:
    """A doctor that a test has for itself: nobody else takes their times."""
    name = f"dr-{secrets.token_hex(4)}"
    employed = hospital.employ(admin, f"{name}@example.org", f"Dr {name}", "Neurology")
    yield employed
    employed.http.close()


def book_page(doctor: Person, start: datetime) -> str:
    return f"/doctors/{doctor.id}/book?start={start:%Y-%m-%dT%H:%M:%SZ}"


def submit(page: Page) -> Locator:
    return page.get_by_role("button", name="Book this visit")


def booked(people: People, name: str) -> list[str]:
    answer = people[name].http.get("/api/appointments?when=upcoming")
    assert answer.status_code == 200, answer.text
    return [visit["starts_at"] for visit in answer.json()["items"]]


def test_a_first_time_visitor_needs_five_presses_and_five_fields(page: Page, people: People, clicks: Clicks) -> None:
    page.goto("/")
    page.get_by_role("region", name="Next free times").get_by_role("listitem").first.get_by_role("link").click()
    chosen = page.url
    page.get_by_role("link", name="Create an account").click()
    page.get_by_label("Full name").fill("Fay First")
    page.get_by_label("E-mail address").fill(f"{people.newcomer()}.first@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check and book")
    assert page.url == chosen
    submit(page).click()
    expect(page).to_have_url(VISIT)
    assert clicks(page) <= 5


def test_the_chosen_time_outlives_a_sign_in(page: Page, people: People, doctor: Person) -> None:
    page.goto(book_page(doctor, free_times(doctor.http, doctor.id)[0]))
    chosen = page.url
    page.get_by_role("main").get_by_role("link", name="Create an account").click()
    page.get_by_role("banner").get_by_role("link", name="Sign in").click()
    page.get_by_label("E-mail address").fill(people.email(people.newcomer()))
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(submit(page)).to_be_visible()
    assert page.url == chosen


def test_three_presses_from_home_and_four_for_another_time(people: People, role_page: RolePage, clicks: Clicks) -> None:
    page = role_page(people.newcomer())
    page.goto("/home")
    page.get_by_role("link", name="Find a doctor").first.click()
    page.get_by_role("listitem").get_by_role("link", name=re.compile(r"^\w{3} \d")).first.click()
    submit(page).click()
    expect(page).to_have_url(VISIT)
    assert clicks(page) <= 3
    page.goto("/home")
    page.get_by_role("link", name="Find a doctor").first.click()
    page.get_by_role("link", name=re.compile("^More times")).first.click()
    page.get_by_role("region", name="Free times").get_by_role("listitem").get_by_role("link").nth(9).click()
    submit(page).click()
    expect(page).to_have_url(VISIT)
    assert clicks(page) <= 3 + 4


def test_by_keyboard_alone(people: People, role_page: RolePage, doctor: Person) -> None:
    page = role_page(people.newcomer())
    page.goto(f"/doctors/{doctor.id}")
    settled(page)
    tab_to(page, page.get_by_role("link", name="Later times"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Free times")).to_be_focused()
    first = page.get_by_role("region", name="Free times").get_by_role("listitem").get_by_role("link").first
    expect(first).to_be_visible()
    tab_to(page, first)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    tab_to(page, submit(page))
    page.keyboard.press("Enter")
    expect(page).to_have_url(VISIT)
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    assert unfocused(page) is None


def test_pressed_twice_it_is_one_visit(people: People, role_page: RolePage, doctor: Person) -> None:
    name = people.newcomer()
    page = role_page(name)
    page.goto(book_page(doctor, free_times(doctor.http, doctor.id)[0]))
    submit(page).dblclick()
    expect(page).to_have_url(VISIT)
    assert len(booked(people, name)) == 1


def test_a_time_taken_meanwhile_leaves_the_reason_and_offers_others(
    people: People, role_page: RolePage, doctor: Person, expected: list[str]
) -> None:
    expected.append("409 .*/api/appointments$")
    name, other = people.newcomer(), people.newcomer("Otto Other")
    start = free_times(doctor.http, doctor.id)[0]
    page = role_page(name)
    page.goto(book_page(doctor, start))
    page.get_by_label("Reason for the visit").fill("Knee hurts on stairs")
    wish = {"doctor_id": doctor.id, "starts_at": start.isoformat()}
    assert people[other].http.post("/api/appointments", json=wish).status_code == 201
    submit(page).click()
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("alert").get_by_role("listitem").first.get_by_role("link").click()
    assert unfocused(page) is None
    expect(page.get_by_label("Reason for the visit")).to_have_value("Knee hurts on stairs")
    submit(page).click()
    expect(page).to_have_url(VISIT)
    expect(page.get_by_text("Knee hurts on stairs")).to_be_visible()


def test_gateway_killed_while_booking(
    people: People, role_page: RolePage, doctor: Person, stack: Stack, expected: list[str]
) -> None:
    expected.append("502 .*/api/")
    name = people.newcomer()
    page = role_page(name, at=stack.front)
    page.goto(book_page(doctor, free_times(doctor.http, doctor.id)[0]))
    page.get_by_label("Reason for the visit").fill("Headache")
    with stack.down("gateway"):
        submit(page).click()
        expect(page.get_by_role("button", name="Waiting for the hospital's system")).to_be_visible()
        expect(page.get_by_label("Reason for the visit")).to_have_value("Headache")
    expect(page).to_have_url(VISIT, timeout=10_000)
    assert len(booked(people, name)) == 1


def test_an_empty_week_leads_to_the_next_free_one(page: Page, doctor: Person) -> None:
    first = free_times(doctor.http, doctor.id)[0]
    away = {"starts_at": first.isoformat(), "ends_at": (first + timedelta(days=15)).isoformat()}
    assert doctor.http.post("/api/doctor/time-off", json=away).status_code == 201
    page.goto(f"/doctors/{doctor.id}")
    page.get_by_role("link", name=re.compile("^See the times of")).click()
    expect(page.get_by_role("heading", name="Free times")).to_be_focused()
    expect(page.get_by_role("region", name="Free times").get_by_role("listitem").first).to_be_visible()


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Honolulu", "Australia/Lord_Howe"])
def test_times_are_the_clinics_wherever_the_browser_is(
    open_page: OpenPage, hospital: Hospital, doctor: Person, zone: str
) -> None:
    tomorrow = free_times(doctor.http, doctor.id)[0] + timedelta(days=1)

    def shown(timezone_id: str) -> list[str | None]:
        page = open_page(hospital.url, timezone_id=timezone_id)
        page.goto(f"/doctors/{doctor.id}?week={tomorrow:%Y-%m-%d}")
        links = page.get_by_role("region", name="Free times").get_by_role("listitem").get_by_role("link")
        expect(links.first).to_be_visible()
        expect(page.get_by_text("Your own clock shows another time.")).to_have_count(int(timezone_id == zone))
        return [link.get_attribute("aria-label") for link in links.all()[:60]]

    with hospital.client() as http:
        clinic = http.get("/api/config").json()["zone"]
    assert shown(zone) == shown(clinic)
