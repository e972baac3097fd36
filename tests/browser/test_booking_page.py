"""Booking: the chosen time survives a sign-in, another week is found, and a conflict offers other times."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser import care
from tests.browser.booking import BOOKED, book_page, reason, submit, times
from tests.browser.conftest import Figure, RolePage
from tests.browser.people import People
from tests.hospital import PASSWORD, Person, free_times

pytestmark = pytest.mark.clock

NOTE = "Knee hurts on stairs"


def test_front_page_search_shows_free_times_signed_out(page: Page, doctor: Person) -> None:
    name = str(doctor.http.get("/api/doctor/profile").json()["full_name"])
    page.goto("/")
    page.get_by_role("combobox", name="Find a doctor").fill(name)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/doctors\?q=Dr"))
    page.get_by_role("link", name=f"More times of {name}").click()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    expect(times(page).first).to_be_visible()


def test_chosen_time_survives_sign_in(page: Page, people: People, doctor: Person) -> None:
    page.goto(book_page(doctor))
    chosen = page.url
    page.get_by_role("main").get_by_role("link", name="Create an account").click()
    page.get_by_role("banner").get_by_role("link", name="Sign in").click()
    page.get_by_label("E-mail address").fill(people.email(people.new_patient()))
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(submit(page)).to_be_visible()
    assert page.url == chosen


def test_empty_week_links_to_next_free_week(page: Page, doctor: Person) -> None:
    first = free_times(doctor.http, doctor.id)[0]
    away = {"starts_at": first.isoformat(), "ends_at": (first + timedelta(days=15)).isoformat()}
    assert doctor.http.post("/api/doctor/time-off", json=away).status_code == 201
    page.goto(f"/doctors/{doctor.id}")
    page.get_by_role("link", name=re.compile("^See the times of")).click()
    expect(page.get_by_role("heading", name="Free times")).to_be_focused()
    expect(times(page).first).to_be_visible()


def test_concurrent_booking_offers_loser_other_times(
    people: People, doctor: Person, role_page: RolePage, expected: list[str], figure: Figure
) -> None:
    expected.append("409 .*/api/appointments$")
    names = [people.new_patient("Ada One"), people.new_patient("Bea Two")]
    pages = [role_page(name) for name in names]
    wanted = book_page(doctor)
    for page in pages:
        page.goto(wanted)
        reason(page).fill(NOTE)
        expect(submit(page)).to_be_visible()
    for page in pages:
        # click later, without waiting for the result
        submit(page).evaluate("(button) => setTimeout(() => button.click(), 50)")
    late = next(page for page in pages if _lost(page))
    (first,) = [page for page in pages if page is not late]
    expect(first).to_have_url(BOOKED)
    alert = late.get_by_role("alert")
    expect(alert).to_be_focused()
    expect(alert).to_contain_text("Nothing was booked; what you wrote is kept.")
    offered = alert.get_by_role("listitem").count()
    assert offered > 0
    alert.get_by_role("listitem").first.get_by_role("link").click()
    expect(reason(late)).to_have_value(NOTE)
    submit(late).click()
    expect(late).to_have_url(BOOKED)
    starts = [care.upcoming(people[name])[0]["starts_at"] for name in names]
    assert len(set(starts)) == 2
    figure("19 time taken meanwhile", f"409 shown, note kept, {offered} other times offered")


def _lost(page: Page) -> bool:
    """Wait for the result and return whether another patient got the time."""
    taken = page.get_by_role("alert").filter(has_text="no longer free")
    expect(taken.or_(page.get_by_text("Your appointment is booked."))).to_be_visible()
    return taken.is_visible()
