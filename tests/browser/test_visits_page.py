"""A patient's visits: move, cancel, print, calendar file; and the patient's profile."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from icalendar import Calendar
from playwright.sync_api import expect

from tests.browser import care
from tests.browser.conftest import Clicks, Figure, RolePage
from tests.browser.effort import klm_seconds
from tests.browser.measures import printed, settled, tab_to
from tests.browser.people import People
from tests.hospital import Person, free_times

pytestmark = pytest.mark.clock


@pytest.fixture
def patient(people: People) -> str:
    """Return the name of a new patient for one test."""
    return people.new_patient("Vera Visitor")


@pytest.fixture
def visit(people: People, patient: str, doctor: Person) -> care.Record:
    """Book a visit for the day after tomorrow."""
    return care.visit(people[patient], doctor)


def now(people: People, patient: str, visit: care.Record) -> care.Record:
    found: care.Record = people[patient].http.get(f"/api/appointments/{visit['id']}").json()
    return found


def test_moving_a_visit_takes_three_clicks_and_frees_old_time(
    people: People, patient: str, role_page: RolePage, visit: care.Record, doctor: Person, clicks: Clicks, figure: Figure
) -> None:
    page = role_page(patient)
    page.goto("/home")
    page.get_by_role("link", name="Move", exact=True).click()
    page.get_by_role("region", name="Free times").get_by_role("listitem").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name=re.compile("^Move to"))).to_be_focused()
    assert now(people, patient, visit)["starts_at"] == visit["starts_at"]
    page.get_by_role("button", name="Move to this time").click()
    expect(page).to_have_url(re.compile(rf"/appointments/{visit['id']}$"))
    expect(page.get_by_text("Your appointment is moved.")).to_be_visible()
    assert clicks(page) == 3
    figure("5 move a visit", f"3 clicks, KLM {klm_seconds(3):.1f} s")
    assert now(people, patient, visit)["starts_at"] != visit["starts_at"]
    free = [time.isoformat() for time in free_times(people[patient].http, doctor.id)]
    assert visit["starts_at"].replace("Z", "+00:00") in free


def test_moving_to_a_taken_time_keeps_the_old_time(
    people: People, patient: str, role_page: RolePage, visit: care.Record, doctor: Person, expected: list[str]
) -> None:
    expected.append("409 .*/api/appointments/")
    page = role_page(patient)
    page.goto(f"/appointments/{visit['id']}/move")
    page.get_by_role("region", name="Free times").get_by_role("listitem").get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(r"[?&]start="))
    [wanted] = parse_qs(urlsplit(page.url).query)["start"]
    body = {"doctor_id": doctor.id, "starts_at": wanted}
    assert people["newpat"].http.post("/api/appointments", json=body).status_code == 201
    page.get_by_role("button", name="Move to this time").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("Your old time is still yours")
    assert now(people, patient, visit)["starts_at"] == visit["starts_at"]
    page.get_by_role("alert").get_by_role("listitem").first.get_by_role("link").click()
    page.get_by_role("button", name="Move to this time").click()
    expect(page.get_by_text("Your appointment is moved.")).to_be_visible()


def test_moving_a_visit_works_by_keyboard(patient: str, role_page: RolePage, visit: care.Record) -> None:
    page = role_page(patient)
    page.goto(f"/appointments/{visit['id']}/move")
    settled(page)
    first = page.get_by_role("region", name="Free times").get_by_role("listitem").get_by_role("link").first
    tab_to(page, first)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=re.compile("^Move to"))).to_be_focused()
    tab_to(page, page.get_by_role("button", name="Move to this time"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    expect(page.get_by_text("Your appointment is moved.")).to_be_visible()


def test_cancel_dialog_focuses_keep_button(
    people: People, patient: str, role_page: RolePage, visit: care.Record, doctor: Person, clicks: Clicks, figure: Figure
) -> None:
    page = role_page(patient)
    page.goto("/home")
    cancel = page.get_by_role("button", name="Cancel appointment")
    cancel.click()
    expect(page.get_by_role("button", name="Keep appointment")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(cancel).to_be_focused()
    assert now(people, patient, visit)["status"] == "booked"
    before = clicks(page)
    cancel.click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel appointment").click()
    expect(page.get_by_text(f"Your appointment {visit['reference']} is cancelled.")).to_be_focused()
    expect(page.get_by_text("You have no upcoming appointments.")).to_be_visible()
    assert clicks(page) - before == 2
    figure("5 cancel a visit", f"2 clicks, KLM {klm_seconds(2):.1f} s")
    again = {"doctor_id": doctor.id, "starts_at": visit["starts_at"]}
    assert people["newpat"].http.post("/api/appointments", json=again).status_code == 201


def test_cancelling_a_started_visit_is_refused(
    people: People, patient: str, role_page: RolePage, visit: care.Record, doctor: Person, expected: list[str]
) -> None:
    expected.append("4(09|12) .*/cancel")
    page = role_page(patient)
    page.goto(f"/appointments/{visit['id']}")
    page.get_by_role("button", name="Cancel appointment").click()
    expect(page.get_by_role("button", name="Keep appointment")).to_be_focused()
    people.hospital.let_begin(visit["id"])
    arrived = doctor.http.put(f"/api/doctor/appointments/{visit['id']}", json={"status": "arrived"})
    assert arrived.status_code == 200, arrived.text
    page.get_by_role("dialog").get_by_role("button", name="Cancel appointment").click()
    expect(page.get_by_role("alert")).to_contain_text("changed meanwhile")
    page.get_by_role("dialog").get_by_role("button", name="Cancel appointment").click()
    expect(page.get_by_role("alert")).to_contain_text("no longer possible")
    page.get_by_role("button", name="Back to your appointments").click()
    expect(page.get_by_text("Arrived")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel appointment")).to_have_count(0)


def test_visit_prints_on_one_page_and_exports_ics(patient: str, role_page: RolePage, visit: care.Record, tmp_path: Path) -> None:
    page = role_page(patient)
    page.goto(f"/appointments/{visit['id']}?new")
    expect(page.get_by_role("status").filter(has_text="Your appointment is booked.")).to_contain_text(visit["reference"])
    paper = printed(settled(page))
    assert paper.pages == 1
    assert visit["reference"] in paper.text
    assert "Vera Visitor" in paper.text
    assert "Add to calendar" not in paper.text
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Add to calendar").click()
    assert waiting.value.suggested_filename == f"visit-{visit['reference']}.ics"
    waiting.value.save_as(tmp_path / "visit.ics")
    (event,) = Calendar.from_ical((tmp_path / "visit.ics").read_bytes()).walk("VEVENT")
    start = event.decoded("DTSTART")
    assert start.utcoffset() is not None
    assert start.isoformat() == visit["starts_at"].replace("Z", "+00:00")


def test_visit_of_another_patient_is_not_found(role_page: RolePage, visit: care.Record, expected: list[str]) -> None:
    expected.append("404 .*/api/appointments/")
    page = role_page("newpat")
    page.goto(f"/appointments/{visit['id']}")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no page at this address")


def test_profile_phone_draft_survives_reload(patient: str, role_page: RolePage) -> None:
    page = role_page(patient)
    page.goto("/profile")
    page.get_by_label("Phone").fill("+49 30 5550")
    page.reload()
    expect(page.get_by_label("Phone")).to_have_value("+49 30 5550")
    page.get_by_role("button", name="Save contact details").click()
    expect(page.get_by_text("Your contact details are saved.")).to_be_visible()
