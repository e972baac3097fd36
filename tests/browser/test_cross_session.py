"""Expired sessions, and pages of another role's portal."""

import re
import time

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import care
from tests.browser.booking import BOOKED, book_page, reason, submit
from tests.browser.conftest import RolePage
from tests.browser.measures import unfocused
from tests.browser.people import People
from tests.hospital import PASSWORD, Person

pytestmark = pytest.mark.clock

NOTE = "Dizzy in the morning"


def end_session(page: Page) -> None:
    """End the page's session and make the gateway refuse the token that the page holds in memory."""
    origin = page.evaluate("() => location.origin")
    left = page.context.request.post("/auth/logout", headers={"X-CarePlus": "1", "Origin": origin})
    assert left.ok, left.text()
    stale: set[str] = set()

    def spoil(route: Route) -> None:
        token = route.request.headers.get("authorization", "")
        stale.update([] if stale else [token])
        route.continue_(headers={**route.request.headers, "authorization": f"{token}x"} if token in stale else None)

    page.route("**/api/**", spoil)


def test_expired_session_dialog_resumes_the_booking(
    people: People, patient: str, doctor: Person, role_page: RolePage, expected: list[str]
) -> None:
    expected.append("401 ")
    page = role_page(patient)
    page.goto(book_page(doctor))
    reason(page).fill(NOTE)
    end_session(page)
    submit(page).click()
    dialog = page.get_by_role("dialog", name="Your session has ended")
    expect(dialog).to_be_visible()
    assert unfocused(page) is None
    page.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    expect(reason(page)).to_have_count(0)
    dialog.get_by_label("Password", exact=True).fill("not the password")
    dialog.get_by_role("button", name="Sign in and go on").click()
    expect(dialog.get_by_role("alert")).to_be_focused()
    dialog.get_by_label("Password", exact=True).fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in and go on").click()
    expect(page).to_have_url(BOOKED)
    (visit,) = care.upcoming(people[patient])
    assert visit["reason"] == NOTE


def test_expired_session_sign_out_erases_typed_text(
    people: People, patient: str, doctor: Person, role_page: RolePage, expected: list[str]
) -> None:
    expected.append("401 ")
    page = role_page(patient)
    page.goto(book_page(doctor))
    reason(page).fill(NOTE)
    end_session(page)
    submit(page).click()
    page.get_by_role("button", name="Leave without signing in").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    expect(page.get_by_role("banner")).to_contain_text("Sign in")
    assert NOTE not in page.evaluate("() => JSON.stringify({ ...sessionStorage, ...localStorage })")
    assert care.upcoming(people[patient]) == []


def test_idle_staff_page_is_gone_and_signed_out(people: People, role_page: RolePage, expected: list[str]) -> None:
    expected.append("401 ")
    doctor = people.new_doctor()
    page = role_page(doctor)
    page.clock.install()
    held: set[str] = set()
    page.on("request", lambda request: held.update({request.headers.get("authorization", "")} - {""}))
    # the idle monitor is loaded when the browser is idle
    with page.expect_response("**/idle-*.js"):
        page.goto("/doctor")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.wait_for_function("() => localStorage.getItem('careplus.touched') !== null")
    page.clock.fast_forward("31:00")
    dialog = page.get_by_role("dialog", name="Your session has ended")
    expect(dialog).to_be_visible()
    assert page.evaluate("() => document.body.innerText").startswith("Your session has ended"), "nothing else can be printed"
    assert page.locator("main, header, nav").count() == 0
    [token] = held
    deadline = time.monotonic() + 5
    while people[doctor].http.get("/api/doctor/profile", headers={"Authorization": token}).status_code != 401:
        assert time.monotonic() < deadline, "the refresh token is refused"
        time.sleep(0.1)
    dialog.get_by_label("Password", exact=True).fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in and go on").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.parametrize(
    ("role", "foreign", "own"),
    [
        ("patient", "/admin/people", "/home"),
        ("patient", "/doctor/patients", "/home"),
        ("doctor", "/results", "/doctor"),
        ("lab", "/admin", "/lab"),
        ("admin", "/lab", "/admin"),
        ("reception", "/admin/people", "/desk"),
    ],
)
def test_page_of_another_role_redirects_home(role_page: RolePage, role: str, foreign: str, own: str) -> None:
    page = role_page(role)
    page.goto(foreign)
    expect(page).to_have_url(re.compile(rf"{own}$"))
    expect(page.get_by_role("status").filter(has_text="That page belongs to another role.")).to_be_visible()
    page.go_back()
    expect(page).not_to_have_url(re.compile(rf"{foreign}$"))


def test_sign_in_returns_to_the_requested_page(page: Page, people: People, patient: str) -> None:
    page.goto("/appointments?when=past")
    expect(page).to_have_url(re.compile(r"/sign-in\?next="))
    page.get_by_label("E-mail address").fill(people.email(patient))
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(r"/appointments\?when=past$"))


def test_idle_reference_page_is_emptied_and_signed_out(people: People, role_page: RolePage, expected: list[str]) -> None:
    expected.extend(["escaping deep link whitespace", "401 "])
    doctor = people.new_doctor()
    page = role_page(doctor)
    page.clock.install()
    page.goto("/docs#me")
    expect(page.get_by_role("status")).to_contain_text("Signed in as")
    operation = page.locator("[id='operations-accounts-me']")
    with page.expect_response("**/auth/me"):
        operation.get_by_role("button", name="Execute", exact=True).click()
    expect(operation).to_contain_text(people.email(doctor))
    with page.expect_response("**/auth/refresh"):
        page.clock.fast_forward("10:00")
    with page.expect_response("**/auth/logout"):
        page.clock.fast_forward("31:00")
    expect(page.get_by_role("status")).to_have_text("Your session has ended. Sign in again, then reload this page.")
    assert people.email(doctor) not in page.content()
    assert page.context.request.post("/auth/refresh", headers=ours(page)).status == 401


def ours(page: Page) -> dict[str, str]:
    """Return the headers of a request of the hospital's own page."""
    return {"X-CarePlus": "1", "Origin": page.evaluate("() => location.origin")}
