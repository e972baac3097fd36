"""A morning at the desk: two receptionists, four doctors, a newborn, a late patient, an ill doctor, two records, one screen."""

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import care
from tests.browser.conftest import OpenPage, RolePage
from tests.browser.people import People
from tests.browser.test_merge_pages import two_records
from tests.browser.test_waiting_screen import WALL, WITHIN_MS, booked_soon, new_screen
from tests.journeys.entrance import soon
from tests.world import made

pytestmark = [pytest.mark.clock, pytest.mark.usefixtures("one_clinic_day")]


class Morning:
    """The doctors, and the pages that stay open: a board of each receptionist, and the screen of the waiting room."""

    def __init__(self, people: People, role_page: RolePage, open_page: OpenPage) -> None:
        self.people = people
        self.doctors = [people.new_doctor() for _ in range(4)]
        self.first, self.second = role_page("reception"), role_page(people.new_receptionist())
        self.wall = open_page(people.hospital.url, **WALL)
        self.wall.goto("/screen" + new_screen(self.first, "Morning hall"))
        expect(self.wall.get_by_role("heading", name="Morning hall")).to_be_visible()

    def open_boards(self) -> None:
        for page in (self.first, self.second):
            page.goto("/desk/board")
            expect(page.get_by_role("heading", name="Day board")).to_be_visible()

    def card(self, page: Page, doctor: str, patient: str) -> Locator:
        return page.get_by_role("list", name=f"Dr {doctor}").get_by_role("listitem").filter(has_text=patient)

    def waiting(self, page: Page, patient: str) -> Locator:
        return page.get_by_role("region", name="Waiting room").get_by_role("listitem").filter(has_text=patient)


@pytest.fixture
def morning(people: People, role_page: RolePage, open_page: OpenPage) -> Morning:
    return Morning(people, role_page, open_page)


def test_morning_at_the_desk(morning: Morning, people: People, role_page: RolePage) -> None:
    walk_in_newborn(morning)
    late_patient(morning)
    ill_doctor(morning)
    merged_and_separated(people, role_page)
    for name in ("Nele Newborn", "Lars Late"):
        assert name.split()[0] not in morning.wall.locator("body").inner_text()


def walk_in_newborn(morning: Morning) -> None:
    """Register a newborn without an e-mail address from the board, book the next free time, and call in from the other board."""
    morning.open_boards()
    page, doctor = morning.first, morning.doctors[0]
    page.get_by_role("link", name=re.compile(f"book with Dr {doctor}$")).click()
    page.get_by_label("Name, date of birth, phone or e-mail").fill("Nele Newborn")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="New patient").first.click()
    page.get_by_label("Full name").fill("Nele Newborn")
    born = soon().date() - timedelta(days=3)
    for part, value in (("Day", born.day), ("Month", born.month), ("Year", born.year)):
        page.get_by_label(part, exact=True).fill(str(value))
    page.get_by_label("Female").check()
    page.get_by_role("button", name="Register").click()
    page.get_by_role("button", name="Book visit").click()
    expect(page.get_by_text("The visit is booked.")).to_be_visible()
    morning.open_boards()
    if morning.waiting(page, "Nele Newborn").count() == 0:
        morning.card(page, doctor, "Nele Newborn").get_by_role("button", name=re.compile("^Arrived: ")).click()
    expect(morning.waiting(morning.second, "Nele Newborn")).to_be_visible(timeout=WITHIN_MS)
    entry = morning.wall.get_by_role("listitem").filter(has_text=f"Dr {doctor}")
    expect(entry).to_be_visible(timeout=WITHIN_MS)
    # the other receptionist calls in
    morning.waiting(morning.second, "Nele Newborn").get_by_role("button", name=re.compile("^Call in")).click()
    expect(morning.wall.get_by_role("heading", name="Please come in")).to_be_visible(timeout=WITHIN_MS)
    expect(morning.waiting(page, "Nele Newborn")).to_have_count(0, timeout=WITHIN_MS)


def late_patient(morning: Morning) -> None:
    """Note the arrival of a patient that the board shows as late."""
    people, doctor = morning.people, morning.doctors[1]
    patient = people.new_patient("Lars Late")
    visit_id = booked_soon(people, doctor, patient)
    began = soon() - timedelta(minutes=50)
    people.hospital.place_visit(visit_id, began, began + timedelta(minutes=20))
    morning.open_boards()
    card = morning.card(morning.second, doctor, "Lars Late")
    expect(card).to_contain_text("Late")
    card.get_by_role("button", name=re.compile("^Arrived: Lars Late")).click()
    expect(morning.waiting(morning.first, "Lars Late")).to_be_visible(timeout=WITHIN_MS)


def ill_doctor(morning: Morning) -> None:
    """Enter the time off of an ill doctor, and move the visits from the board, all at once."""
    people, doctor, page = morning.people, morning.doctors[2], morning.second
    day, times = care.day_ahead(people[doctor])
    for number, at in enumerate(times[:2]):
        care.visit(people[people.new_patient(f"Ilse Ill{number}")], people[doctor], at)
    page.goto(f"/desk/hours?doctor_id={people[doctor].id}")
    page.get_by_label("First day").fill(day)
    page.get_by_role("button", name="Enter time off").click()
    expect(page.get_by_role("heading", name="2 visits have to be moved")).to_be_visible()
    morning.first.goto("/desk/board")
    morning.first.get_by_role("link", name=re.compile(r"visits? ha(s|ve) to be moved")).click()
    rows = morning.first.get_by_role("row").filter(has_text="Ilse Ill")
    expect(rows).to_have_count(2)
    for row in morning.first.get_by_role("row").filter(has_not_text="Ilse Ill").all()[1:]:
        row.get_by_role("combobox").select_option("")
    morning.first.get_by_role("button", name=re.compile("^Move all 2 visits")).click()
    expect(morning.first.get_by_text("2 of 2 visits are moved.")).to_be_visible()
    left: dict[str, Any] = made(
        people["reception"].http.get("/api/reception/to-move", params={"doctor_id": people[doctor].id}), 200
    )
    assert left["in_all"] == 0


def merged_and_separated(people: People, role_page: RolePage) -> None:
    """Merge two records of one patient and undo it."""
    _, merged = two_records(people["admin"], "Zoe Zweimal")
    page = role_page("admin")
    page.goto("/desk/patients/duplicates")
    page.get_by_role("link", name="Compare Zoe Zweimal with Zoe Zweimal").first.click()
    page.get_by_label("How do you know that both are one person?").fill("Identity card shown")
    page.get_by_role("button", name="Merge the records").click()
    expect(page.get_by_text("The second record of Zoe Zweimal is merged and closed.")).to_be_visible()
    page.goto(f"/desk/patients/{merged}")
    page.get_by_role("link", name="Show the merge").click()
    page.get_by_role("button", name="Undo the merge").click()
    page.get_by_role("dialog").get_by_role("button", name="Undo the merge").click()
    expect(page.get_by_text("The merge of Zoe Zweimal was undone.")).to_be_visible()
