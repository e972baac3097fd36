"""The day board: arrivals seen on another screen at once, calling in, walk-ins, and visits moved by keyboard and by dragging."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Clicks, Figure, RolePage
from tests.browser.people import People
from tests.hospital import free_times
from tests.world import made

pytestmark = [pytest.mark.clock, pytest.mark.usefixtures("one_clinic_day")]
WITHIN_MS = 2_500
"""Two seconds, and the request."""


def booked_now(people: People, doctor: str, patient: str) -> Any:
    """Return a visit at the doctor's next free time, which the desk books."""
    desk = people["reception"].http
    at = free_times(desk, people[doctor].id)[0]
    body = {"patient_id": people[patient].id, "doctor_id": people[doctor].id, "starts_at": at.isoformat()}
    return made(desk.post("/api/admin/appointments", json=body))


def card(page: Page, doctor: str, patient: str) -> Locator:
    return page.get_by_role("list", name=f"Dr {doctor}").get_by_role("listitem").filter(has_text=patient)


def drag_beside(page: Page, visit: Locator, header: Locator) -> None:
    """Drag a visit to the same height of the column under a header."""
    visit.scroll_into_view_if_needed()
    box, column = visit.bounding_box(), header.bounding_box()
    assert box is not None
    assert column is not None
    page.mouse.move(box["x"] + 8, box["y"] + 8)
    page.mouse.down()
    for x in (box["x"] + 20, column["x"] + 40, column["x"] + 45):
        page.mouse.move(x, box["y"] + 12)
    page.mouse.up()


def test_arrival_is_seen_on_another_board(people: People, role_page: RolePage) -> None:
    doctor, patient = people.new_doctor(), people.new_patient("Wanda Waiting")
    visit = booked_now(people, doctor, patient)
    day = f"/desk/board?day={visit['starts_at'][:10]}"
    desk, other = role_page("reception"), role_page("admin")
    for page in (desk, other):
        page.goto(day)
        expect(card(page, doctor, "Wanda Waiting")).to_be_visible()
    card(desk, doctor, "Wanda Waiting").get_by_role("button", name=re.compile("^Arrived: Wanda Waiting")).click()
    expect(card(other, doctor, "Wanda Waiting")).to_contain_text("since", timeout=WITHIN_MS)
    waiting = other.get_by_role("region", name="Waiting room").get_by_role("listitem").filter(has_text="Wanda Waiting")
    waiting.get_by_role("button", name=re.compile("^Call in: Wanda Waiting")).click()
    expect(waiting).to_have_count(0)
    expect(card(desk, doctor, "Wanda Waiting")).to_contain_text("In progress", timeout=WITHIN_MS)
    card(desk, doctor, "Wanda Waiting").get_by_role("button", name=re.compile("^Back to waiting")).click()
    expect(waiting).to_be_visible(timeout=WITHIN_MS)


def test_walk_in_is_booked_within_four_presses(people: People, role_page: RolePage, clicks: Clicks, figure: Figure) -> None:
    doctor, patient = people.new_doctor(), people.new_patient("Willi Walkin")
    page = role_page("reception")
    page.goto("/desk/board")
    before = clicks(page)
    page.get_by_role("link", name=re.compile(f"book with Dr {doctor}$")).click()
    page.get_by_label("Name, date of birth, phone or e-mail").fill("Willi Walkin")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Willi Walkin").click()
    page.get_by_role("button", name="Book visit").click()
    expect(page.get_by_text("The visit is booked.")).to_be_visible()
    presses = clicks(page) - before + 1
    figure("walk-in from the board", f"{presses} presses + 1 field")
    assert presses <= 4
    [found] = made(people["reception"].http.get("/api/admin/appointments", params={"patient_id": people[patient].id}), 200)[
        "items"
    ]
    assert found["doctor"]["id"] == people[doctor].id


def test_visit_moves_by_keyboard_and_by_dragging(people: People, role_page: RolePage) -> None:
    doctor, colleague, patient = people.new_doctor(), people.new_doctor(), people.new_patient("Mona Moved")
    visit = booked_now(people, doctor, patient)
    page = role_page("reception")
    page.set_viewport_size({"width": 2400, "height": 1200})
    page.goto(f"/desk/board?day={visit['starts_at'][:10]}")

    def now() -> Any:
        query = {"patient_id": people[patient].id, "day": visit["starts_at"][:10]}
        [found] = made(people["reception"].http.get("/api/admin/appointments", params=query), 200)["items"]
        return found

    card(page, doctor, "Mona Moved").get_by_role("button", name="More for Mona Moved").press("Enter")
    page.get_by_role("button", name=re.compile("^Move: Mona Moved")).press("Enter")
    dialog = page.get_by_role("dialog", name="Move a visit")
    dialog.get_by_label("Doctor").select_option(f"Dr {colleague}, Neurology")
    dialog.get_by_label("Free time").select_option(index=0)
    assert now()["version"] == visit["version"], "nothing moves before the confirmation"
    dialog.get_by_role("button", name="Move visit").press("Enter")
    expect(dialog).to_have_count(0)
    moved = card(page, colleague, "Mona Moved")
    expect(moved).to_be_visible()
    assert now()["doctor"]["id"] == people[colleague].id
    drag_beside(page, moved, page.get_by_role("link", name=re.compile(f"book with Dr {doctor}$")))
    dialog.get_by_role("button", name="Move visit").click()
    expect(card(page, doctor, "Mona Moved")).to_be_visible()
    assert now()["doctor"]["id"] == people[doctor].id
