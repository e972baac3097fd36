"""A certificate from the doctor's form to the patient's printed sheet, and its voiding."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.browser import care
from tests.browser.conftest import RolePage
from tests.browser.measures import printed, settled
from tests.browser.people import People

DIAGNOSIS = "Acute bronchitis"
REASON = "Written for the wrong days."


@pytest.fixture
def doctor(people: People) -> str:
    return people.new_doctor()


@pytest.fixture
def patient(people: People, doctor: str) -> str:
    name = people.new_patient("Carla Certified", date_of_birth="1984-05-17", sex="female")
    care.visit(people[name], people[doctor])
    return name


def test_sick_note_is_printed_without_diagnosis_and_voided(
    people: People, doctor: str, patient: str, role_page: RolePage, expected: list[str]
) -> None:
    expected.append("409 .*/api/doctor/certificates")
    today = datetime.now(ZoneInfo("Europe/Berlin")).date()
    page = role_page(doctor)
    page.goto(f"/doctor/patients/{people[patient].id}")
    page.get_by_role("link", name="Certificates", exact=True).click()
    page.get_by_role("link", name="Write a certificate").click()
    page.get_by_role("button", name="Write the certificate").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter the last day")
    page.get_by_label("Last day").fill((today + timedelta(days=40)).isoformat())
    page.get_by_label("Diagnosis").fill(DIAGNOSIS)
    page.get_by_role("button", name="Write the certificate").click()
    expect(page.get_by_role("alert")).to_contain_text("certify at most 31 days")
    page.get_by_label("Last day").fill((today + timedelta(days=2)).isoformat())
    page.get_by_role("button", name="Write the certificate").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Certificate of Carla Certified")
    (written,) = people[patient].http.get("/api/certificates").json()["items"]
    assert written["diagnosis"] == DIAGNOSIS

    reader = role_page(patient)
    reader.goto("/prescriptions")
    reader.get_by_role("link", name="Certificates and sick notes").click()
    reader.get_by_role("link", name=re.compile("^Sick note")).click()
    expect(reader.get_by_role("heading", level=1)).to_have_text("Your certificate")
    paper = printed(settled(reader))
    assert paper.pages == 1
    for words in (written["reference"], "Carla Certified, born 17 May 1984", f"Signature, Dr {doctor}", "Page 1 of 1"):
        assert words in re.sub(r"\s+", " ", paper.text)
    assert DIAGNOSIS not in paper.text
    reader.get_by_role("link", name="Patient's copy with diagnosis").click()
    assert DIAGNOSIS in printed(settled(reader)).text

    page.get_by_role("button", name="Void it").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Void it").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Enter the reason")
    dialog.get_by_label("Reason").fill(REASON)
    dialog.get_by_role("button", name="Void it").click()
    expect(page.get_by_text("The certificate is void.")).to_be_focused()
    reader.goto(f"/certificates/{written['id']}")
    expect(reader.get_by_role("article")).to_contain_text("VOID since")
    paper = printed(settled(reader))
    assert "VOID since" in paper.text
    assert REASON in re.sub(r"\s+", " ", paper.text)
