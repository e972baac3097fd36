"""Alerts while prescribing, the list of medicines, favourites, and the patient's present medicines."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import care
from tests.browser.conftest import Clicks, Figure, RolePage
from tests.browser.effort import klm_seconds
from tests.browser.people import People

ONCE = {"dose": "1 tablet", "route": "oral", "frequency": "once a day", "duration_days": 7}
WARFARIN, FAVOURITE = {**ONCE, "medicine": "Warfarin 5 mg tablets"}, {**ONCE, "medicine": "Ramipril 5 mg tablets"}
BACK = re.compile(r"/doctor/visits/\d+$")
NAME = "Name, strength and form"


@dataclass
class Seen:
    """A visit of a patient in a colleague's care too."""

    people: People
    doctor: str
    colleague: str
    patient: str
    path: str

    def prescribe(self, by: str, *items: dict[str, Any]) -> dict[str, Any]:
        body = {"patient_id": self.people[self.patient].id, "items": list(items)}
        answer = self.people[by].http.post("/api/doctor/prescriptions", json=body)
        assert answer.status_code == 201, answer.text
        written: dict[str, Any] = answer.json()
        return written

    def prescribed(self) -> list[dict[str, Any]]:
        """Return the patient's prescriptions, newest first."""
        items: list[dict[str, Any]] = self.people[self.patient].http.get("/api/prescriptions").raise_for_status().json()["items"]
        return items

    def allergic(self, *substances: str) -> None:
        path = f"/api/doctor/patients/{self.people[self.patient].id}/allergies"
        body = {"allergies": [{"substance": one, "severity": "severe"} for one in substances]}
        self.people[self.doctor].http.put(path, json=body).raise_for_status()


@pytest.fixture
def seen(people: People) -> Seen:
    doctor, colleague, patient = people.new_doctor(), people.new_doctor(), people.new_patient("Ida Taker")
    visit = care.visit(people[patient], people[doctor])
    _, later = care.day_ahead(people[colleague], days=4)
    care.visit(people[patient], people[colleague], later[0])
    return Seen(people, doctor, colleague, patient, f"/doctor/visits/{visit['id']}")


def open_form(page: Page, seen: Seen) -> None:
    page.goto(seen.path)
    page.get_by_role("link", name="Prescribe", exact=True).click()
    expect(page.get_by_label(NAME)).to_be_visible()


def fill(page: Page, medicine: str, dose: str = "1 tablet") -> None:
    """Fill the form and wait for the check of all its values."""
    page.get_by_label(NAME).fill(medicine)
    page.get_by_label("Dose").fill(dose)
    page.get_by_label("Route").select_option("oral")
    page.get_by_label("How often").select_option("once a day")
    with page.expect_request("**/api/doctor/prescriptions/check") as asked:
        page.get_by_label("Days").fill("5")
    asked.value.response()


def submit(page: Page) -> Locator:
    return page.get_by_role("button", name="Prescribe", exact=True)


def alerts(page: Page) -> Locator:
    return page.get_by_role("list", name="Alerts").get_by_role("listitem")


def test_interaction_is_overridden_with_a_reason(seen: Seen, role_page: RolePage) -> None:
    seen.prescribe(seen.colleague, WARFARIN)
    page = role_page(seen.doctor)
    open_form(page, seen)
    expect(page.get_by_role("region", name="Takes now")).to_contain_text("Warfarin 5 mg tablets")
    page.get_by_label(NAME).fill("Ibuprofen 400 mg tablets")
    [alert] = [alerts(page).filter(has_text="interaction")]
    expect(alert).to_contain_text("Stop: interaction")
    expect(alert).to_contain_text("Warfarin 5 mg tablets")
    expect(alert).to_contain_text("Source: ")
    reason = alert.get_by_label("Why do you prescribe Ibuprofen 400 mg tablets all the same?")
    fill(page, "Ibuprofen 400 mg tablets")
    expect(reason).to_be_visible()
    submit(page).click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("Give a reason for Ibuprofen 400 mg tablets")
    reason.fill("Three days only, INR on Friday.")
    page.reload()
    expect(reason).to_have_value("Three days only, INR on Friday.")
    # the reason of an alert that is away for a moment is kept
    page.get_by_label(NAME).fill("Ibuprofen 400 mg")
    with page.expect_request("**/api/doctor/prescriptions/check") as asked:
        page.get_by_label(NAME).fill("Ibuprofen 400 mg tablets")
    asked.value.response()
    expect(reason).to_have_value("Three days only, INR on Friday.")
    submit(page).click()
    expect(page).to_have_url(BACK)
    written = seen.prescribed()[0]
    reasons = [one["reason"] for one in written["check"]["alerts"] if one["kind"] == "interaction"]
    assert reasons == ["Three days only, INR on Friday."]
    page.goto(f"/doctor/prescriptions/{written['id']}")
    record = page.get_by_role("region", name="Check when it was prescribed")
    expect(record).to_contain_text("Reason: Three days only, INR on Friday.")


def test_alert_of_another_medicine_is_not_shown(seen: Seen, role_page: RolePage) -> None:
    seen.allergic("Penicillin", "siehe Akte")
    page = role_page(seen.doctor)
    open_form(page, seen)
    medicine = page.get_by_label(NAME)
    medicine.fill("Amoxicillin 500 mg")
    expect(alerts(page)).to_contain_text(["Stop: recorded allergy"])
    expect(page.get_by_text("Allergy “siehe Akte”: not in the list.")).to_be_visible()
    # at once, before the next answer
    medicine.fill("Amox")
    assert page.evaluate("document.querySelectorAll('.alert').length") == 0
    medicine.fill("Zauberwurzel")
    expect(page.get_by_text("Zauberwurzel: not in the list of medicines.")).to_be_visible()
    expect(alerts(page)).to_have_count(0)


def test_allergy_noted_meanwhile_is_shown_by_the_refusal(seen: Seen, role_page: RolePage, expected: list[str]) -> None:
    expected.append("409 .*/api/doctor/prescriptions")
    page = role_page(seen.doctor)
    open_form(page, seen)
    fill(page, "Amoxicillin 500 mg", "500 mg")
    seen.allergic("Penicillin")
    submit(page).click()
    expect(page.get_by_role("alert")).to_contain_text("The prescription was not written")
    expect(alerts(page)).to_contain_text(["Stop: recorded allergy"])
    alerts(page).get_by_label(re.compile("Why do you prescribe")).fill("Tolerated in May.")
    submit(page).click()
    expect(page).to_have_url(BACK)


def test_favourite_takes_two_clicks_and_a_choice(seen: Seen, role_page: RolePage, clicks: Clicks, figure: Figure) -> None:
    other = seen.people.new_patient("Other Patient")
    care.visit(seen.people[other], seen.people[seen.doctor])
    body = {"patient_id": seen.people[other].id, "items": [FAVOURITE]}
    seen.people[seen.doctor].http.post("/api/doctor/prescriptions", json=body).raise_for_status()
    page = role_page(seen.doctor)
    page.goto(seen.path)
    page.get_by_role("link", name="Prescribe", exact=True).click()
    page.get_by_role("region", name="Your most used medicines").get_by_role("button", name="Ramipril 5 mg").click()
    submit(page).click()
    expect(page).to_have_url(BACK)
    presses = clicks(page)
    assert presses == 3, "two clicks and one choice"
    figure("6 a favourite from a visit", f"2 clicks + 1 choice, KLM {klm_seconds(presses):.1f} s")
    (written,) = seen.prescribed()
    assert {name: written["items"][0][name] for name in FAVOURITE} == FAVOURITE


def test_medicine_is_chosen_from_the_list_by_keyboard(seen: Seen, role_page: RolePage) -> None:
    page = role_page(seen.doctor)
    open_form(page, seen)
    medicine = page.get_by_label(NAME)
    medicine.focus()
    page.keyboard.type("ibuprof")
    options = page.get_by_role("listbox").get_by_role("option")
    expect(options.first).to_contain_text("Ibuprofen")
    page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("listbox").get_by_role("option", selected=True)).to_contain_text("Ibuprofen")
    page.keyboard.press("Enter")
    expect(medicine).to_have_value("Ibuprofen")
    expect(medicine).to_be_focused()
    expect(page.get_by_label("Dose")).not_to_have_value("")
    expect(page.get_by_label("Route")).to_have_value("oral")
    expect(page.get_by_label("How often")).not_to_have_value("")


def test_current_medicine_is_continued_and_stopped(seen: Seen, role_page: RolePage) -> None:
    seen.prescribe(seen.colleague, FAVOURITE)
    page = role_page(seen.doctor)
    page.goto(seen.path)
    takes = page.get_by_role("region", name="Takes now")
    takes.get_by_role("link", name="Continue Ramipril 5 mg tablets").click()
    expect(page.get_by_label(NAME)).to_have_value("Ramipril 5 mg tablets")
    expect(page.get_by_label("Dose")).to_have_value("1 tablet")
    page.get_by_role("button", name="Continues the present treatment").click()
    submit(page).click()
    expect(page).to_have_url(BACK)
    expect(takes.get_by_role("button", name="Stop Ramipril 5 mg tablets")).to_have_count(2)
    takes.get_by_role("button", name="Stop Ramipril 5 mg tablets").last.click()
    page.get_by_label("Reason").fill("Replaced by the new one")
    page.get_by_role("button", name="Stop it", exact=True).click()
    expect(takes.get_by_text("The prescription is stopped.")).to_be_visible()
    expect(takes.get_by_role("button", name="Stop Ramipril 5 mg tablets")).to_have_count(1)
    oldest = seen.prescribed()[-1]
    assert (oldest["status"], oldest["stopped_by"]["id"]) == ("stopped", seen.people[seen.doctor].id)
