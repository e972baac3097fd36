"""Outages and slow services during a booking: a notice is shown, typed text is kept, one visit results."""

import time

from playwright.sync_api import Route, expect

from tests.browser import care
from tests.browser.booking import BOOKED, book_page, reason, submit
from tests.browser.conftest import Figure, RolePage
from tests.browser.people import People
from tests.browser.stack import Stack
from tests.hospital import Person

TRIES = 3
"""After so many retries the delay before the next one has its maximum."""
AWAY = "The system does not answer right now."


def test_booking_during_gateway_outage_ends_in_one_visit(
    people: People, patient: str, doctor: Person, stack: Stack, role_page: RolePage, expected: list[str], figure: Figure
) -> None:
    # the band above the page may still ask whether the address is confirmed
    expected.append("502 .*/(api|auth/email)/")
    page = role_page(patient, at=stack.proxy_url)
    page.goto(book_page(doctor))
    reason(page).fill("Headache")
    with stack.down():
        submit(page).click()
        pressed = time.monotonic()
        expect(page.get_by_role("status").filter(has_text=AWAY)).to_be_visible()
        notice_s = time.monotonic() - pressed
        expect(page.get_by_role("button", name="Waiting for the hospital's system")).to_be_visible()
        expect(reason(page)).to_have_value("Headache")
        for _ in range(TRIES):
            with page.expect_response(lambda answer: answer.status == 502):
                pass
    back = time.monotonic()
    expect(page).to_have_url(BOOKED)
    done_s = time.monotonic() - back
    expect(page.get_by_text(AWAY)).to_have_count(0)
    records = care.upcoming(people[patient])
    assert [visit["reason"] for visit in records] == ["Headache"]
    assert notice_s < 1
    assert done_s <= 6
    measured = f"notice after {notice_s:.2f} s, done {done_s:.1f} s after it is back, {len(records)} booking"
    figure("17 gateway restart in mid-booking", measured)


def test_lost_booking_response_is_retried_idempotently(
    people: People, patient: str, doctor: Person, role_page: RolePage, expected: list[str]
) -> None:
    """The visit is stored but its response is lost: the retry must not book a second one."""
    expected.append("ERR_FAILED|ERR_CONNECTION")
    lost: list[int] = []

    def lose_first(route: Route) -> None:
        if lost or route.request.method != "POST":
            route.continue_()
        else:
            lost.append(route.fetch().status)
            route.abort()

    page = role_page(patient)
    page.goto(book_page(doctor))
    page.route("**/api/appointments", lose_first)
    submit(page).click()
    expect(page).to_have_url(BOOKED)
    assert lost == [201]
    assert len(care.upcoming(people[patient])) == 1


def test_double_click_books_once(people: People, patient: str, doctor: Person, role_page: RolePage, figure: Figure) -> None:
    page = role_page(patient)
    page.goto(book_page(doctor))
    submit(page).dblclick()
    expect(page).to_have_url(BOOKED)
    records = care.upcoming(people[patient])
    assert len(records) == 1
    figure("18 double click on submit", f"{len(records)} record")


def test_doctors_outage_affects_only_its_card(
    people: People, patient: str, doctor: Person, stack: Stack, role_page: RolePage, expected: list[str]
) -> None:
    expected.append("503 .*/api/me/summary")
    care.visit(people[patient], doctor)
    page = role_page(patient)
    with stack.down("doctors"):
        page.goto("/home")
        expect(page.get_by_role("region", name="To do").get_by_role("alert")).to_be_visible()
        expect(page.get_by_role("region", name="Your next appointment").get_by_role("link", name="Move")).to_be_visible()
        expect(page.get_by_role("region", name="Book an appointment").get_by_role("listitem").first).to_be_visible()
        expect(page.get_by_role("alert")).to_have_count(1)
    # without a press
    expect(page.get_by_text("You have nothing to do.")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_labs_outage_is_shown_on_results_only(patient: str, stack: Stack, role_page: RolePage, expected: list[str]) -> None:
    expected.append("503 .*/api/labs/")
    page = role_page(patient)
    with stack.down("labs"):
        page.goto("/home")
        expect(page.get_by_text("You have nothing to do.")).to_be_visible()
        expect(page.get_by_role("alert")).to_have_count(0)
        page.get_by_role("region", name="Your care").get_by_role("link", name="Results").click()
        expect(page.get_by_role("alert")).to_be_visible()
        expect(page.get_by_role("heading", level=1)).to_have_text("Results")
        with page.expect_response("**/api/labs/results*") as again:
            page.get_by_role("button", name="Try again").click()
        assert again.value.status == 503
    # the page recovers without a press
    expect(page.get_by_text("You have no results yet.")).to_be_visible()
