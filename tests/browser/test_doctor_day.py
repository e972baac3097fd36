"""A doctor's day: statuses in one press, and notes that survive a gateway outage and a concurrent change."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.browser import care
from tests.browser.conftest import Clicks, Figure, RolePage
from tests.browser.effort import klm_seconds
from tests.browser.people import People
from tests.browser.stack import Stack
from tests.hospital import later_time

pytestmark = [pytest.mark.clock, pytest.mark.usefixtures("one_clinic_day")]


@dataclass
class Seen:
    """Return a visit of a new patient to a new doctor."""

    doctor: str
    id: int
    day: str
    """Return today in the clinic's zone."""

    @property
    def path(self) -> str:
        return f"/doctor/visits/{self.id}"


@pytest.fixture
def seen(people: People) -> Seen:
    doctor, patient = people.new_doctor(), people.new_patient("Vera Visitor")
    start = later_time(people[doctor].http, people[doctor].id)
    visit = care.visit(people[patient], people[doctor], start)
    # every status is possible after the start
    people.hospital.let_begin(visit["id"])
    visit = people[doctor].http.get(f"/api/doctor/appointments/{visit['id']}").json()
    zone = ZoneInfo(people[doctor].http.get("/api/config").json()["zone"])
    day = datetime.fromisoformat(visit["starts_at"]).astimezone(zone).date()
    return Seen(doctor, visit["id"], day.isoformat())


def notes(people: People, seen: Seen) -> dict[str, object]:
    answer = people[seen.doctor].http.get(f"/api/doctor/appointments/{seen.id}/notes")
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


def test_visit_status_takes_one_click_and_undo_one(seen: Seen, role_page: RolePage, clicks: Clicks, figure: Figure) -> None:
    page = role_page(seen.doctor)
    page.goto(f"/doctor?day={seen.day}")
    row = page.get_by_role("row").filter(has_text="Vera Visitor")
    expect(row.get_by_role("cell", name="Booked", exact=True)).to_be_visible()
    row.get_by_role("button", name="Arrived: Vera Visitor").click()
    expect(row.get_by_role("cell", name="Arrived", exact=True)).to_be_visible()
    presses = clicks(page)
    assert presses == 1
    figure("6 status of a visit", f"{presses} click, KLM {klm_seconds(presses):.1f} s")
    row.get_by_role("button", name="Undo: Vera Visitor").click()
    expect(row.get_by_role("cell", name="Confirmed", exact=True)).to_be_visible()
    row.get_by_role("button", name="Arrived: Vera Visitor").click()
    row.get_by_role("button", name="Start: Vera Visitor").click()
    expect(page.get_by_role("heading", name="Vera Visitor", level=1)).to_be_focused()
    assert clicks(page) == 4
    page.goto(f"/doctor?day={seen.day}")
    row.get_by_role("button", name="Complete: Vera Visitor").click()
    expect(row.get_by_role("cell", name="Completed", exact=True)).to_be_visible()
    expect(row.get_by_role("button", name="Undo: Vera Visitor")).to_be_visible()
    row.get_by_role("button", name="Reopen: Vera Visitor").click()
    expect(row.get_by_role("cell", name="In progress", exact=True)).to_be_visible()


def test_visit_of_another_day_offers_what_is_possible(people: People, role_page: RolePage) -> None:
    doctor, patient = people.new_doctor(), people.new_patient("Tom Morrow")
    day, times = care.day_ahead(people[doctor], 3)
    care.visit(people[patient], people[doctor], times[30])
    page = role_page(doctor)
    page.goto(f"/doctor?day={day}")
    row = page.get_by_role("row").filter(has_text="Tom Morrow")
    expect(row.get_by_role("button", name="Confirm: Tom Morrow")).to_be_visible()
    expect(row.get_by_role("button", name="Arrived: Tom Morrow")).to_have_count(0)
    expect(row.get_by_role("button", name="More")).to_have_count(0)
    row.get_by_role("button", name="Cancel visit: Tom Morrow").click()
    page.get_by_role("dialog").get_by_role("button", name="Keep visit").click()
    expect(row.get_by_role("cell", name="Booked", exact=True)).to_be_visible()


def test_double_click_on_status_is_one_step(seen: Seen, role_page: RolePage) -> None:
    page = role_page(seen.doctor)
    page.goto(seen.path)
    page.get_by_role("button", name="Arrived: Vera Visitor").dblclick()
    expect(page.get_by_role("button", name="Start: Vera Visitor")).to_be_visible()


def test_notes_survive_gateway_outage_and_reload(
    seen: Seen, people: People, stack: Stack, role_page: RolePage, expected: list[str]
) -> None:
    expected.append(r"50\d")
    page = role_page(seen.doctor, at=stack.proxy_url)
    page.goto(seen.path)
    area = page.get_by_label("Notes of this visit")
    area.fill("Heart regular.")
    expect(page.locator("[data-state=saved]")).to_contain_text("Saved ")
    with stack.down():
        area.fill("Heart regular. ECG sinus rhythm.")
        expect(page.get_by_text("We keep trying")).to_be_visible()
    page.reload()
    expect(area).to_have_value("Heart regular. ECG sinus rhythm.")
    expect(page.locator("[data-state=saved]")).to_be_visible()
    saved = notes(people, seen)
    assert (saved["text"], saved["version"]) == ("Heart regular. ECG sinus rhythm.", 3)


def test_notes_conflict_shows_both_texts(seen: Seen, people: People, role_page: RolePage, expected: list[str]) -> None:
    expected.append("412")
    first, second = role_page(seen.doctor), role_page(seen.doctor)
    for page in (first, second):
        page.goto(seen.path)
        expect(page.get_by_label("Notes of this visit")).to_be_visible()
    first.get_by_label("Notes of this visit").fill("From the first.")
    expect(first.locator("[data-state=saved]")).to_contain_text("Saved ")
    second.get_by_label("Notes of this visit").fill("From the second.")
    alert = second.get_by_role("alert").filter(has_text="another window")
    expect(alert).to_contain_text("From the first.")
    expect(second.get_by_label("Your text")).to_have_value("From the second.")
    second.get_by_role("button", name="Keep your text").click()
    expect(second.locator("[data-state=saved]")).to_contain_text("Saved ")
    expect(second.get_by_label("Notes of this visit")).to_be_focused()
    assert notes(people, seen)["text"] == "From the second."
