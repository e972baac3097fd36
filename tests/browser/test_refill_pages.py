"""A refill: the patient asks on the prescription, the doctor prescribes in the list, the patient opens the new prescription."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import care
from tests.browser.conftest import RolePage
from tests.browser.measures import axe, resize, settled, sideways, small_targets, unfocused
from tests.browser.people import People
from tests.world import made

RAMIPRIL = {
    "medicine": "Ramipril 5 mg tablets",
    "dose": "1 tablet",
    "route": "oral",
    "frequency": "once a day",
    "duration_days": 90,
    "repeats": 2,
}


@pytest.fixture
def doctor(people: People) -> str:
    return people.new_doctor()


@pytest.fixture
def patient(people: People, doctor: str) -> str:
    name = people.new_patient("Rita Refill", date_of_birth="1961-02-03", phone="+49 30 5550 1111")
    care.visit(people[name], people[doctor])
    return name


def prescribe(people: People, patient: str, doctor: str, *items: dict[str, Any]) -> int:
    body = {"patient_id": people[patient].id, "items": list(items) or [RAMIPRIL]}
    return int(made(people[doctor].http.post("/api/doctor/prescriptions", json=body))["id"])


def ask(page: Page, prescription: int, note: str = "") -> None:
    page.goto(f"/prescriptions/{prescription}")
    page.get_by_role("button", name="Ask for a refill").click()
    page.get_by_role("dialog").get_by_label("Message to the doctor").fill(note)
    page.get_by_role("dialog").get_by_role("button", name="Ask for a refill").click()


def check_looks(page: Page) -> None:
    for width in (320, 1280):
        resize(page, width)
        settled(page)
        assert sideways(page) == []
        assert axe(page) == []
    assert small_targets(page) == []


def test_patient_asks_doctor_prescribes_patient_sees(people: People, patient: str, doctor: str, role_page: RolePage) -> None:
    old = prescribe(people, patient, doctor)
    page, desk = role_page(patient), role_page(doctor)
    ask(page, old, "One more week left")
    said = page.get_by_text("Your request was sent.")
    expect(said).to_be_focused()
    expect(page.get_by_text("has not answered yet")).to_be_visible()
    check_looks(page)

    desk.goto("/doctor")
    expect(desk.get_by_text("1 waits")).to_be_visible()
    desk.get_by_role("link", name="Refill requests").click()
    card = desk.get_by_role("listitem").filter(has=desk.get_by_role("heading", name="Rita Refill"))
    for fact in (
        "Born 3 February 1961",
        "2 repeats left",
        "One more week left",
        "Not asked yet",
        "No visit yet",
        "Last prescribed",
    ):
        expect(card).to_contain_text(fact)
    check_looks(desk)
    card.get_by_role("button", name="Prescribe again").click()
    dialog = desk.get_by_role("dialog")
    assert axe(desk) == []
    dialog.get_by_label("Text for the patient").fill("Measure your blood pressure, please.")
    dialog.get_by_role("button", name="Prescribe again").click()
    expect(desk.get_by_text("The prescription for Rita Refill is written.")).to_be_focused()
    expect(desk.get_by_text("No patient waits for a refill.")).to_be_visible()

    page.goto("/home")
    page.get_by_role("link", name="New prescription: Ramipril").click()
    expect(page.get_by_text("Repeats", exact=True).locator("xpath=following-sibling::dd")).to_have_text("1")
    page.goto(f"/prescriptions/{old}")
    expect(page.get_by_text("Measure your blood pressure, please.")).to_be_visible()
    expect(page.get_by_role("button", name="Ask for a refill")).to_have_count(0)
    page.get_by_role("link", name="Open the new prescription").click()
    expect(page.get_by_role("button", name="Ask for a refill")).to_be_visible()


def test_double_click_in_the_dialog_asks_once(people: People, patient: str, doctor: str, role_page: RolePage) -> None:
    old = prescribe(people, patient, doctor)
    page = role_page(patient)
    page.goto(f"/prescriptions/{old}")
    page.get_by_role("button", name="Ask for a refill").click()
    page.get_by_role("dialog").get_by_role("button", name="Ask for a refill").dblclick()
    expect(page.get_by_text("Your request was sent.")).to_be_visible()
    found = made(people[patient].http.get("/api/refills", params={"prescription_id": old}), 200)["items"]
    assert len(found) == 1
    page.get_by_role("button", name="Withdraw the request").click()
    page.get_by_role("dialog").get_by_role("button", name="Withdraw the request").click()
    expect(page.get_by_role("button", name="Ask for a refill")).to_be_visible()
    assert unfocused(page) is None


def test_last_repeat_and_refusal_need_words_of_the_doctor(people: People, patient: str, doctor: str, role_page: RolePage) -> None:
    old = prescribe(people, patient, doctor, {**RAMIPRIL, "repeats": 0})
    made(people[patient].http.post(f"/api/prescriptions/{old}/refill"))
    page = role_page(doctor)
    page.goto("/doctor/refills")
    expect(page.get_by_text("no repeats left")).to_be_visible()
    page.get_by_role("button", name="Prescribe again").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Prescribe again").click()
    expect(dialog.get_by_role("link", name="Enter a number from 0 to 99")).to_be_visible()
    dialog.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Decline").click()
    dialog.get_by_role("button", name="Decline").click()
    expect(dialog.get_by_role("link", name="Enter the reason")).to_be_visible()
    dialog.get_by_label("Reason, for the patient").fill("Your pressure is low now.")
    dialog.get_by_role("button", name="Decline").click()
    expect(page.get_by_text("The request of Rita Refill is declined.")).to_be_visible()
    patient_page = role_page(patient)
    patient_page.goto("/home")
    patient_page.get_by_role("link", name="Answer about your refill: Ramipril").click()
    expect(patient_page.get_by_text("Your pressure is low now.")).to_be_visible()


def test_desk_gives_a_request_to_a_doctor(people: People, patient: str, doctor: str, role_page: RolePage) -> None:
    other = people.new_doctor()
    old = prescribe(people, patient, doctor)
    made(people[patient].http.post(f"/api/prescriptions/{old}/refill"))
    page = role_page("admin")
    page.goto("/admin/refills?show=all")
    line = page.get_by_role("listitem").filter(has_text="Rita Refill").filter(has_text=f"Asks Dr {doctor}")
    expect(line).not_to_contain_text("Ramipril")
    check_looks(page)
    line.get_by_label("Doctor for Rita Refill").select_option(str(people[other].id))
    line.get_by_role("button", name="Give to this doctor").click()
    expect(page.get_by_text(f"Dr {other} has the request of Rita Refill now.")).to_be_focused()
    theirs = role_page(other)
    theirs.goto("/doctor/refills")
    expect(theirs.get_by_role("heading", name="Rita Refill")).to_be_visible()


def test_allergy_has_onset_certainty_and_a_note_of_no_check(
    people: People, patient: str, doctor: str, role_page: RolePage
) -> None:
    page = role_page(doctor)
    page.goto(f"/doctor/patients/{people[patient].id}")
    page.get_by_role("button", name="Add allergy").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Substance").fill("Brennnesseltee")
    dialog.get_by_label("confirmed").check()
    dialog.get_by_label("First reaction").fill("2011-06-20")
    dialog.get_by_role("button", name="Save").click()
    entry = page.get_by_role("listitem").filter(has_text="Brennnesseltee")
    for words in ("confirmed", "First reaction 20 June 2011", "Not checked"):
        expect(entry).to_contain_text(words)
