"""The chart with its filters, and a referral from one doctor to another."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import care
from tests.browser.conftest import Figure, RolePage
from tests.browser.measures import printed, settled
from tests.browser.people import People

ITEM = {"medicine": "Ramipril 5 mg", "dose": "1 tablet", "route": "oral", "frequency": "once a day", "duration_days": 30}
REASON = "Numb fingers at night, both hands. Is it the carpal tunnel?"


@pytest.fixture
def doctor(people: People) -> str:
    """Return the name of a new doctor for one test."""
    return people.new_doctor()


@pytest.fixture
def patient_in_care(people: People, doctor: str) -> str:
    """Return the name of a new patient in the care of `doctor`."""
    patient = people.new_patient("Rita Record")
    care.visit(people[patient], people[doctor])
    return patient


def test_chart_shows_and_filters_its_record(
    people: People, doctor: str, patient_in_care: str, role_page: RolePage, figure: Figure
) -> None:
    patient = people[patient_in_care].id
    body = {"patient_id": patient, "items": [ITEM]}
    people[doctor].http.post("/api/doctor/prescriptions", json=body).raise_for_status()
    letter = {"patient_id": patient, "to_specialty": "Cardiology", "reason": REASON}
    people[doctor].http.post("/api/doctor/referrals", json=letter).raise_for_status()
    care.result(people[patient_in_care], people[doctor], people["lab"], {"hemoglobin": 9.1})
    page = role_page(doctor)
    page.goto("/doctor/patients?q=rita rec")
    page.get_by_role("link", name="Rita Record").and_(page.locator(f'[href="/doctor/patients/{patient}"]')).click()
    record = page.get_by_role("region", name="Record")
    for words in ("Ramipril 5 mg", REASON, "1 coming visit"):
        expect(record.get_by_text(words)).to_be_visible()
    kinds = page.get_by_role("navigation", name="Show")
    kinds.get_by_role("link", name="Referrals").click()
    expect(record.get_by_text("Ramipril 5 mg")).to_have_count(0)
    expect(record.get_by_text(REASON)).to_be_visible()
    page.reload()
    expect(kinds.get_by_role("link", name="Referrals")).to_have_attribute("aria-current", "page")
    kinds.get_by_role("link", name="Results").click()
    expect(record.get_by_text("Not released")).to_be_visible()
    expect(record.get_by_text(REASON)).to_have_count(0)
    page.go_back()
    expect(record.get_by_text(REASON)).to_be_visible()
    kinds.get_by_role("link", name="Everything").click()
    expect(record.get_by_text("Ramipril 5 mg")).to_be_visible()
    paper = printed(settled(page))
    assert "Ramipril 5 mg" in paper.text
    assert paper.pages <= 2
    figure("21 chart summary on paper", f"{paper.pages} page(s) of A4")


def test_allergy_is_added_and_removed_on_the_chart(
    people: People, doctor: str, patient_in_care: str, role_page: RolePage
) -> None:
    page = role_page(doctor)
    page.goto(f"/doctor/patients/{people[patient_in_care].id}")
    strip = page.get_by_role("region", name="Patient")
    expect(strip).to_contain_text("Allergies: not asked yet")
    page.get_by_role("button", name="Add allergy").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_be_focused()
    dialog.get_by_label("Substance").fill("Latex")
    dialog.get_by_label("severe", exact=True).check()
    dialog.get_by_role("button", name="Save").click()
    expect(strip).to_contain_text("Latex (severe)")
    expect(page.get_by_role("heading", name="Allergies")).to_be_focused()
    page.get_by_role("button", name="Change Latex").click()
    dialog.get_by_role("button", name="Remove").click()
    expect(strip).not_to_contain_text("Latex")
    page.get_by_role("button", name="No known allergies").click()
    expect(strip).to_contain_text("No known allergies")


def test_chart_of_untreated_patient_is_closed(
    people: People, patient_in_care: str, role_page: RolePage, expected: list[str]
) -> None:
    expected.append("404 .*/api/doctor/patients/")
    page = role_page(people.new_doctor())
    page.goto(f"/doctor/patients/{people[patient_in_care].id}")
    expect(page.get_by_role("heading", level=1)).to_have_text("You are not treating this patient")
    expect(page.get_by_text("Rita Record")).to_have_count(0)


def test_referral_is_sent_accepted_and_shown_to_patient(
    people: People, doctor: str, patient_in_care: str, role_page: RolePage, figure: Figure
) -> None:
    other = people.new_doctor()
    page = role_page(doctor)
    page.goto(f"/doctor/patients/{people[patient_in_care].id}")
    page.get_by_role("link", name="Refer", exact=True).click()
    page.get_by_label("Find a doctor").fill(other)
    page.get_by_label(f"Dr {other}").check()
    page.get_by_label("Urgent", exact=False).check()
    page.get_by_label("Reason").fill(REASON)
    page.get_by_role("button", name="Send the referral").click()
    expect(page.get_by_text("The referral is sent.")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Rita Record").get_by_text("Sent", exact=True)).to_be_visible()

    receiver = role_page(other)
    receiver.goto("/doctor/referrals")
    receiver.get_by_role("button", name="Accept the referral of Rita Record").click()
    receiver.get_by_label("Note").fill("Please bring the wrist splint.")
    receiver.get_by_role("dialog").get_by_role("button", name="Accept").click()
    expect(receiver.get_by_text("Rita Record: Accepted.")).to_be_focused()
    receiver.get_by_role("link", name="Rita Record").click()
    expect(receiver.get_by_role("link", name="Chart")).to_be_visible()

    reader = role_page(patient_in_care)
    reader.goto("/referrals")
    expect(reader.get_by_text("Accepted")).to_be_visible()
    (letter,) = people[patient_in_care].http.get("/api/referrals").json()["items"]
    reader.goto(f"/referrals/{letter['id']}")
    expect(reader.get_by_text("Please bring the wrist splint.")).to_be_visible()
    for shown in (reader, receiver):
        paper = printed(settled(shown))
        assert paper.pages == 1
        for words in (letter["reference"], REASON, "Rita Record", f"Dr {other}", f"Signature, Dr {doctor}"):
            assert words in re.sub(r"\s+", " ", paper.text)
    page.reload()
    expect(page.get_by_role("row").filter(has_text="Rita Record").get_by_text("Accepted")).to_be_visible()
    figure("21 referral letter on paper, doctor's and patient's", "1 page of A4 each")
