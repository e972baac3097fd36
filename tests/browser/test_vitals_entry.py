"""Vital signs: typed on a visit, asked about if unusual, seen beside the notes, on the chart and in the patient's record."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Clicks, Figure, RolePage
from tests.browser.effort import klm_seconds
from tests.browser.measures import resize, settled, sideways
from tests.browser.people import People
from tests.browser.test_visit_page import started
from tests.world import made

pytestmark = pytest.mark.clock


def vitals_of(people: People, doctor: str, visit_id: int) -> list[dict[str, Any]]:
    patient = made(people[doctor].http.get(f"/api/doctor/appointments/{visit_id}"), 200)["patient"]["id"]
    found: list[dict[str, Any]] = made(people[doctor].http.get(f"/api/doctor/patients/{patient}/vitals"), 200)["items"]
    return found


def opened(role_page: RolePage, doctor: str, visit_id: int) -> Page:
    page = role_page(doctor)
    resize(page, 1280)
    page.goto(f"/doctor/visits/{visit_id}")
    page.get_by_role("button", name="Vital signs").click()
    expect(page.get_by_label("Blood pressure")).to_be_visible()
    return page


def test_vitals_of_a_visit_reach_summary_notes_and_patient(
    people: People, role_page: RolePage, clicks: Clicks, figure: Figure
) -> None:
    doctor = people.new_doctor()
    visit_id = started(people, doctor, "Vito Vital", "in_progress")
    block = {"kind": "block", "title": "Measured today", "text": "Measured: {last_vitals}."}
    made(people[doctor].http.post("/api/doctor/note-templates", json=block))
    page = role_page(doctor)
    resize(page, 1280)
    page.goto(f"/doctor/visits/{visit_id}")
    summary = page.get_by_role("region", name="Summary of the chart")
    expect(summary.get_by_text("Nothing was measured yet.")).to_be_visible()
    before = clicks(page)
    page.get_by_role("button", name="Vital signs").click()
    page.get_by_label("Blood pressure").click()
    keys = ("142/90", "Tab", "72", "Tab", "36,8", "Tab", "Tab", "Tab", "84.5")
    for key in keys:
        page.keyboard.press(key) if key == "Tab" else page.keyboard.type(key)
    page.keyboard.press("Enter")
    expect(page.get_by_text("The vital signs are saved.")).to_be_visible()
    typed = sum(1 if key == "Tab" else len(key) for key in keys) + 1
    figure("vital signs of a visit", f"{clicks(page) - before} clicks, KLM {klm_seconds(2) + 0.28 * typed:.1f} s")
    expect(summary.get_by_text("142/90 mmHg")).to_be_visible()
    [stored] = vitals_of(people, doctor, visit_id)
    assert (stored["temperature"], stored["weight"], stored["appointment_id"]) == (36.8, 84.5, visit_id)

    page.get_by_role("button", name="Insert template").click()
    page.get_by_role("button", name="Measured today").click()
    notes = page.get_by_label("Notes of this visit").input_value()
    assert notes.startswith("Measured: Blood pressure 142/90 mmHg, Heart rate 72/min, Temperature 36.8 °C, Weight 84.5 kg (")
    assert not sideways(page)

    patient = next(name for name, person in people.persons.items() if person.id == stored["patient_id"])
    own = role_page(patient)
    own.goto("/record")
    section = own.get_by_role("region", name="Vital signs")
    expect(section.get_by_text("Blood pressure 142/90 mmHg")).to_be_visible()


def test_unusual_vitals_are_asked_and_wrong_ones_crossed_out(people: People, role_page: RolePage, expected: list[str]) -> None:
    # the two refusals
    expected += ["422 .*/vitals", "409 .*/vitals"]
    doctor = people.new_doctor()
    visit_id = started(people, doctor, "Una Usual", "in_progress")
    page = opened(role_page, doctor, visit_id)
    page.get_by_label("Temperature").fill("98.6")
    page.get_by_label("Oxygen").fill("84")
    page.get_by_role("button", name="Save vital signs").click()
    expect(page.locator("#vitals-temperature-error")).to_contain_text("in °C, not °F")
    page.get_by_label("Temperature").fill("")
    # unsent values are there after a reload
    page.reload()
    expect(page.get_by_label("Oxygen")).to_have_value("84")
    page.get_by_role("button", name="Save vital signs").click()
    asked = page.get_by_role("dialog", name="Are these values right?")
    expect(asked.get_by_role("listitem")).to_have_text("Oxygen: 84 (usual: 92 to 100)")
    settled(page)
    asked.get_by_role("button", name="They are right, save").click()
    expect(page.get_by_text("The vital signs are saved.")).to_be_visible()
    page.get_by_role("button", name="Entered in error").click()
    page.get_by_label("What is wrong?").fill("The clip was not on the finger.")
    page.get_by_role("button", name="Mark as entered in error").click()
    expect(page.locator("s").get_by_text("Oxygen 84 %")).to_be_visible()
    expect(page.get_by_role("region", name="Summary of the chart").get_by_text("Nothing was measured yet.")).to_be_visible()
    [stored] = vitals_of(people, doctor, visit_id)
    assert stored["error_reason"] == "The clip was not on the finger."
    page.goto(f"/doctor/patients/{stored['patient_id']}")
    page.get_by_text("All measurements").click()
    expect(page.locator("s").get_by_text("Oxygen 84 %")).to_be_visible()
