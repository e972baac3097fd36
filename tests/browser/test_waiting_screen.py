"""Check-in with a phone at the entrance, the day board and the waiting room's screen; a revoked and a disconnected screen."""

import re
from datetime import timedelta
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, RolePage
from tests.browser.people import People
from tests.browser.stack import Stack
from tests.hospital import free_times
from tests.journeys.entrance import soon
from tests.world import made

WITHIN_MS = 2_500
"""Two seconds, and the request."""
PHONE: dict[str, Any] = {"viewport": {"width": 375, "height": 667}}
WALL: dict[str, Any] = {"viewport": {"width": 1920, "height": 1080}}


def booked_soon(people: People, doctor: str, patient: str) -> int:
    """Return the id of a visit of the patient, booked online and due in half an hour."""
    http = people[patient].http
    body = {"doctor_id": people[doctor].id, "starts_at": free_times(http, people[doctor].id)[40].isoformat()}
    visit_id = int(made(http.post("/api/appointments", json=body))["id"])
    people.hospital.place_visit(visit_id, soon(), soon() + timedelta(minutes=20))
    return visit_id


def new_screen(page: Page, name: str) -> str:
    """Create a screen on the page of the desk and return its address, which is shown once."""
    page.goto("/desk/screens")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Create screen").click()
    address = page.get_by_label("Address of the screen")
    expect(address).to_have_value(re.compile("/screen#token="))
    return address.input_value().partition("/screen")[2]


def test_check_in_by_phone_reaches_board_and_screen(people: People, role_page: RolePage, open_page: OpenPage) -> None:
    doctor, patient = people.new_doctor(), people.new_patient("Carla Checkin")
    visit_id = booked_soon(people, doctor, patient)
    doctor_name = f"Dr {doctor}"
    profile = {"full_name": doctor_name, "specialty": "Neurology", "room": "Room 9"}
    made(people[doctor].http.put("/api/doctor/profile", json=profile), 200)
    desk, origin = role_page("reception"), people.hospital.url
    wall = open_page(origin, **WALL)
    wall.goto("/screen" + new_screen(desk, f"Hall of {doctor}"))
    expect(wall.get_by_role("heading", name=f"Hall of {doctor}")).to_be_visible()
    desk.goto("/desk/board")
    own = role_page(patient)
    own.goto(f"/appointments/{visit_id}")
    expect(own.get_by_role("img", name="QR code of the check-in")).to_be_visible()
    address = own.get_by_role("link", name="Open the check-in").get_attribute("href")

    phone = open_page(origin, **PHONE)
    phone.goto(str(address))
    expect(phone.get_by_text("Room 9")).to_be_visible()
    assert "Carla" not in phone.locator("body").inner_text()
    phone.get_by_role("button", name="I am here").dblclick()
    expect(phone.get_by_text("You are checked in")).to_be_visible()
    tail = phone.get_by_text(re.compile("^…[A-Z0-9]{3,}$")).inner_text()

    waiting = desk.get_by_role("region", name="Waiting room").get_by_role("listitem").filter(has_text="Carla Checkin")
    expect(waiting).to_be_visible(timeout=WITHIN_MS)
    entry = wall.get_by_role("listitem").filter(has_text=doctor_name)
    expect(entry).to_contain_text(tail, timeout=WITHIN_MS)
    expect(wall.get_by_text("Please come in")).to_have_count(0)
    waiting.get_by_role("button", name=re.compile("^Call in")).click()
    expect(wall.get_by_role("heading", name="Please come in")).to_be_visible(timeout=WITHIN_MS)
    expect(entry).to_contain_text("Room 9")
    assert "Carla" not in wall.locator("body").inner_text()
    phone.reload()
    expect(phone.get_by_text("Please come in.")).to_be_visible()
    assert made(people[doctor].http.get(f"/api/doctor/appointments/{visit_id}"), 200)["version"] == 3


def test_revoked_screen_shows_nothing(people: People, role_page: RolePage, open_page: OpenPage, expected: list[str]) -> None:
    expected.append("401 .*/api/screen")
    desk = role_page("admin")
    wall = open_page(people.hospital.url, **WALL)
    wall.goto("/screen" + new_screen(desk, "Old hall"))
    expect(wall.get_by_role("heading", name="Old hall")).to_be_visible()
    desk.get_by_role("button", name="Revoke Old hall").click()
    desk.get_by_role("dialog").get_by_role("button", name="Revoke", exact=True).click()
    expect(desk.get_by_text("Old hall is revoked.")).to_be_visible()
    expect(wall.get_by_role("heading", name="This screen is switched off")).to_be_visible(timeout=WITHIN_MS)
    expect(wall.get_by_text("Old hall")).to_have_count(0)


def test_screen_without_connection_says_since_when(
    people: People, stack: Stack, open_page: OpenPage, expected: list[str]
) -> None:
    expected.append("502 .*/api/screen")
    body = {"name": "Far hall", "language": "en"}
    token = made(people["reception"].http.post("/api/reception/screens", json=body))["token"]
    wall = open_page(stack.proxy_url, **WALL)
    wall.goto(f"/screen#token={token}")
    expect(wall.get_by_role("heading", name="Far hall")).to_be_visible()
    with stack.down():
        expect(wall.get_by_role("alert")).to_have_text(re.compile(r"^No connection since \d+:\d\d"), timeout=15_000)
    expect(wall.get_by_role("alert")).to_have_count(0, timeout=20_000)
