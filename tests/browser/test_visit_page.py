"""The visit page: notes from a template, signed and completed in one press; sign later; three columns on wide screens."""

from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import care
from tests.browser.conftest import Clicks, Figure, RolePage
from tests.browser.effort import klm_seconds
from tests.browser.measures import resize, settled, sideways
from tests.browser.people import People
from tests.hospital import later_time
from tests.journeys.test_lab_collection import BERLIN
from tests.world import made

pytestmark = pytest.mark.clock
TEMPLATES = "/api/doctor/note-templates"


def started(people: People, doctor: str, name: str, status: str = "arrived") -> int:
    """Return the id of a visit of a new patient, which began, with this status."""
    patient = people.new_patient(name)
    visit = care.visit(people[patient], people[doctor], later_time(people[doctor].http, people[doctor].id))
    people.hospital.let_begin(visit["id"])
    made(people[doctor].http.put(f"/api/doctor/appointments/{visit['id']}", json={"status": status}), 200)
    return int(visit["id"])


def show(people: People, doctor: str, visit_id: int, part: str = "") -> dict[str, Any]:
    return made(people[doctor].http.get(f"/api/doctor/appointments/{visit_id}{part}"), 200)


def width_of(page: Page, selector: str) -> float:
    box = page.locator(selector).bounding_box()
    assert box is not None
    return box["width"]


def test_template_is_inserted_signed_and_completed(people: People, role_page: RolePage, clicks: Clicks, figure: Figure) -> None:
    doctor = people.new_doctor()
    visit_id = started(people, doctor, "Tilda Template")
    text = "Takes {medicines}. {vitals}"
    made(people[doctor].http.post(TEMPLATES, json={"kind": "block", "title": "Medicines today", "text": text}))
    page = role_page(doctor)
    page.goto("/doctor")
    # the visit may have begun before midnight
    if not page.get_by_role("button", name="Start: Tilda Template").is_visible():
        page.goto(f"/doctor/visits/{visit_id}")
    page.get_by_role("button", name="Start: Tilda Template").click()
    expect(page.get_by_role("heading", name="Tilda Template", level=1)).to_be_visible()
    area = page.get_by_label("Notes of this visit")
    area.fill("Before. After.")
    area.evaluate("area => area.setSelectionRange(8, 8)")
    page.get_by_role("button", name="Insert template").click()
    page.get_by_role("button", name="Medicines today").click()
    filled = "Takes [no active medicines]. [unknown: vitals]"
    expect(area).to_have_value(f"Before. {filled}After.")
    expect(area).to_be_focused()
    assert area.evaluate("area => area.selectionStart") == 8 + len(filled)
    before = clicks(page)
    page.get_by_role("button", name="Sign and complete").click()
    expect(page.locator("#signed-notes")).to_be_focused()
    assert clicks(page) == before + 1
    expect(page.locator(".chip").get_by_text("Completed")).to_be_visible()
    assert show(people, doctor, visit_id)["status"] == "completed"
    notes = show(people, doctor, visit_id, "/notes")
    assert (notes["status"], notes["text"]) == ("signed", f"Before. {filled}After.")
    figure("29 sign and complete", f"1 click, KLM {klm_seconds(1):.1f} s; with the start and a template {clicks(page)} clicks")


def test_sign_later_stays_on_today_until_signed(people: People, role_page: RolePage) -> None:
    doctor = people.new_doctor()
    visit_id = started(people, doctor, "Lara Later", "in_progress")
    page = role_page(doctor)
    page.goto(f"/doctor/visits/{visit_id}")
    page.get_by_label("Notes of this visit").fill("To be finished")
    page.get_by_role("button", name="Complete, sign later").click()
    expect(page.get_by_role("button", name="Sign notes")).to_be_visible()
    expect(page.locator("[data-state=saved]")).to_contain_text("Saved ")
    page.goto("/doctor")
    card = page.get_by_role("region", name="Unsigned notes")
    expect(card).to_contain_text("1 visit")
    card.get_by_role("link", name="Lara Later").click()
    expect(page.get_by_label("Notes of this visit")).to_have_value("To be finished")
    page.get_by_role("button", name="Sign notes").click()
    page.get_by_role("dialog").get_by_role("button", name="Sign notes").click()
    expect(page.locator("#signed-notes")).to_be_visible()
    page.goto("/doctor")
    expect(card).to_contain_text("No notes wait to be signed.")


def test_refused_completion_keeps_the_text(people: People, role_page: RolePage, expected: list[str]) -> None:
    expected.append("4(09|12) .*sign-and-complete")
    doctor = people.new_doctor()
    visit_id = started(people, doctor, "Rita Refused", "in_progress")
    page = role_page(doctor)
    page.goto(f"/doctor/visits/{visit_id}")
    area = page.get_by_label("Notes of this visit")
    area.fill("Typed text")
    expect(page.locator("[data-state=saved]")).to_contain_text("Saved ")
    # another window says that the visit has not started
    made(people[doctor].http.put(f"/api/doctor/appointments/{visit_id}", json={"status": "arrived"}), 200)
    page.get_by_role("button", name="Sign and complete").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(area).to_have_value("Typed text")
    assert show(people, doctor, visit_id, "/notes")["status"] == "draft"


@pytest.mark.parametrize("width", [1280, 1920])
def test_wide_visit_has_a_sticky_summary(people: People, role_page: RolePage, width: int) -> None:
    doctor = people.new_doctor()
    visit_id = started(people, doctor, "Wilma Wide", "in_progress")
    patient_id = show(people, doctor, visit_id)["patient"]["id"]
    chart = f"/api/doctor/patients/{patient_id}"
    allergies = {"allergies": [{"substance": "Penicillin", "severity": "severe"}]}
    made(people[doctor].http.put(f"{chart}/allergies", json=allergies), 200)
    page = role_page(doctor)
    resize(page, width)
    page.goto(f"/doctor/visits/{visit_id}")
    settled(page)
    summary, notes = page.get_by_role("region", name="Summary of the chart"), page.get_by_label("Notes of this visit")
    expect(summary).to_contain_text("Penicillin (severe)")
    acts = page.get_by_role("region", name="Actions")
    boxes = [one.bounding_box() for one in (summary, notes, acts)]
    lefts = [box["x"] for box in boxes if box]
    assert lefts == sorted(lefts), "summary, notes, acts from left to right"
    page.locator(".beside").evaluate("one => { one.style.minBlockSize = '3000px' }")
    page.mouse.wheel(0, 1500)
    expect(summary).to_be_in_viewport()
    top = summary.bounding_box()
    assert top is not None
    assert 0 <= top["y"] <= 40, "it stays at the top while the page scrolls"
    assert sideways(page) == []
    assert width_of(page, ".page") >= 0.9 * width


def test_narrow_visit_stacks(people: People, role_page: RolePage) -> None:
    doctor = people.new_doctor()
    visit_id = started(people, doctor, "Nora Narrow", "in_progress")
    page = role_page(doctor)
    resize(page, 320)
    page.goto(f"/doctor/visits/{visit_id}")
    settled(page)
    expect(page.get_by_role("region", name="Summary of the chart")).to_have_count(0)
    expect(page.get_by_text("Allergies: not asked yet")).to_be_visible()
    assert sideways(page) == []


def test_next_carries_allergies_and_waiting_time(people: People, role_page: RolePage) -> None:
    doctor = people.new_doctor()
    visit_id = started(people, doctor, "Wanda Waiting")
    visit = show(people, doctor, visit_id)
    page = role_page(doctor)
    page.goto("/doctor")
    settled(page)
    section = page.locator("section").filter(has=page.get_by_role("heading", name="Next", exact=True))
    if datetime.fromisoformat(visit["starts_at"]).astimezone(BERLIN).date() < datetime.now(BERLIN).date():
        # the visit began before midnight and stands on the day before
        expect(section).to_have_count(0)
        return
    expect(section).to_contain_text("Wanda Waiting")
    expect(section).to_contain_text("17 May 1984")
    expect(section).to_contain_text("Allergies: not asked yet")
    expect(section).to_contain_text("Waiting since")
