"""A doctor's lists: the day in order with its counts, on paper and by keyboard, the week on a narrow screen."""

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import care
from tests.browser.conftest import Figure, RolePage
from tests.browser.measures import printed, resize, settled, sideways, tab_to, unfocused
from tests.browser.people import People
from tests.browser.server_clock import set_server_clock

pytestmark = pytest.mark.clock

EARLY, LATE, LAST = "Eda Early", "Lars Late", "Zoe Last"
MANY = 40
CLINIC, SHORT = ZoneInfo("Europe/Berlin"), timedelta(minutes=1)


@pytest.fixture
def doctor(people: People) -> str:
    """Return the name of a new doctor for one test."""
    return people.new_doctor()


def book_three_visits(people: People, doctor: str) -> tuple[str, list[datetime]]:
    """Book three visits, the last one first, and place them on today, begun already; return the day and the start times."""
    now = datetime.now(UTC).replace(microsecond=0)
    today = now.astimezone(CLINIC).date()
    midnight = datetime.combine(today, time(), CLINIC).astimezone(UTC)
    first = max(now - 4 * SHORT, midnight)
    starts = [first + number * SHORT for number in range(3)]
    for name, start in reversed([*zip((EARLY, LATE, LAST), starts, strict=True)]):
        booked = care.visit(people[people.new_patient(name)], people[doctor])
        people.hospital.place_visit(booked["id"], start, start + SHORT)
    return today.isoformat(), starts


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("row").filter(has_text=name)


def test_day_list_sorts_counts_and_shows_next_patient(people: People, doctor: str, role_page: RolePage) -> None:
    _, starts = book_three_visits(people, doctor)
    page = role_page(doctor)
    set_server_clock(page, starts[0])
    page.goto("/doctor")
    expect(page.get_by_role("heading", name="3 visits")).to_be_visible()
    patients = page.get_by_role("table", name="Visits in order of time").get_by_role("link")
    expect(patients).to_have_text([EARLY, LATE, LAST])
    expect(page.get_by_role("listitem").filter(has_text="Booked")).to_have_text(re.compile(r"^3\s*Booked$"))
    following = page.locator("section").filter(has=page.get_by_role("heading", name="Next", exact=True))
    expect(following).to_contain_text(EARLY)
    page.get_by_role("button", name=f"Arrived: {LAST}").click()
    expect(following).to_contain_text(LAST)
    expect(page.get_by_role("listitem").filter(has_text="Arrived")).to_have_text(re.compile(r"^1\s*Arrived$"))
    page.get_by_role("button", name=f"Start: {LAST}").click()
    page.get_by_role("link", name="Visits of the day").click()
    expect(following).to_contain_text(EARLY)
    current = page.locator("section").filter(has=page.get_by_role("heading", name="Now", exact=True))
    expect(current).to_contain_text(LAST)
    expect(patients).to_have_text([EARLY, LATE, LAST])


def test_day_list_statuses_work_by_keyboard(people: People, doctor: str, role_page: RolePage, figure: Figure) -> None:
    day, _ = book_three_visits(people, doctor)
    page = role_page(doctor)
    page.goto(f"/doctor?day={day}")
    settled(page)
    step = page.get_by_role("button", name=re.compile(f"^(Arrived|Start|Complete): {EARLY}$"))
    keys = tab_to(page, step) + 2
    page.keyboard.press("Enter")
    expect(step).to_have_accessible_name(f"Start: {EARLY}")
    expect(step).to_be_focused()
    keys += tab_to(page, page.get_by_role("button", name=f"Undo: {EARLY}")) + 1
    page.keyboard.press("Enter")
    expect(step).to_have_accessible_name(f"Arrived: {EARLY}")
    expect(step).to_be_focused()
    page.keyboard.press("Enter")
    expect(step).to_have_accessible_name(f"Start: {EARLY}")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=EARLY, level=1)).to_be_focused()
    page.go_back()
    settled(page)
    keys += tab_to(page, step) + 1
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=f"Reopen: {EARLY}")).to_be_focused()
    assert unfocused(page) is None
    expect(row(page, EARLY).get_by_role("cell", name="Completed", exact=True)).to_be_visible()
    figure("16 Arrived, Undo, Arrived, Start, Complete by keyboard alone", f"{keys + 2} keys, focus visible at each")


def test_day_list_conflicting_status_is_not_overwritten(
    people: People, doctor: str, role_page: RolePage, expected: list[str]
) -> None:
    expected.append("412 .*/api/doctor/appointments/")
    day, _ = book_three_visits(people, doctor)
    first, second = role_page(doctor), role_page(doctor)
    for page in (first, second):
        page.goto(f"/doctor?day={day}")
        expect(row(page, LATE)).to_be_visible()
    row(first, LATE).get_by_role("button", name=f"More for {LATE}").click()
    first.get_by_role("button", name=f"Missed: {LATE}").click()
    expect(row(first, LATE).get_by_role("cell", name="Missed", exact=True)).to_be_visible()
    second.get_by_role("button", name=f"Arrived: {LATE}").click()
    expect(second.get_by_text(f"This visit was changed meanwhile. {LATE} is now: Missed.")).to_be_visible()
    expect(row(second, LATE).get_by_role("cell", name="Missed", exact=True)).to_be_visible()


def test_week_view_at_320_px_equals_day_list(people: People, doctor: str, role_page: RolePage) -> None:
    day, _ = book_three_visits(people, doctor)
    page = role_page(doctor)
    page.goto(f"/doctor?day={day}")
    page.get_by_role("button", name=f"Arrived: {LATE}").click()
    expect(row(page, LATE).get_by_role("cell", name="Arrived", exact=True)).to_be_visible()
    rows = page.get_by_role("table").get_by_role("row").filter(has=page.get_by_role("link"))
    listed = [(one.get_by_role("cell").nth(0).inner_text(), one.get_by_role("link").inner_text()) for one in rows.all()]
    page.goto(f"/doctor/week?week={day}")
    visits = page.get_by_role("main").get_by_role("link", name=re.compile(f"({EARLY}|{LATE}|{LAST}), "))
    for width in (1280, 320):
        resize(page, width)
        expect(visits).to_have_count(3)
        assert [tuple(text.split("\n")[0:2]) for text in map(words, visits.all())] == listed
        for visit, status in zip(visits.all(), ("Booked", "Arrived", "Booked"), strict=True):
            expect(visit.get_by_text(status, exact=True)).to_be_visible()
            expect(visit).to_have_accessible_name(re.compile(f", {status}$"))
        assert sideways(page) == []
    visits.nth(1).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(LATE)


def words(visit: Locator) -> str:
    """Return the time, the patient and the status, one per line."""
    return "\n".join(visit.locator(":scope > *").all_inner_texts())


def test_full_day_prints_all_visits_on_two_pages(people: People, doctor: str, role_page: RolePage, figure: Figure) -> None:
    day, times = care.day_ahead(people[doctor])
    patient = people[people.new_patient("Mona Many")]
    for start in times[:MANY]:
        care.visit(patient, people[doctor], start)
    page = role_page(doctor)
    page.goto(f"/doctor?day={day}")
    expect(page.get_by_role("heading", name=f"{MANY} visits")).to_be_visible()
    paper = printed(settled(page))
    assert paper.text.count("Mona Many") == MANY
    assert paper.pages == 2
    for word in ("Arrived", "Day after", "Sign out", "Availability", "Print"):
        assert word not in paper.text
    figure("21 day list on paper", f"{MANY} visits on {paper.pages} pages of A4, all rows")
