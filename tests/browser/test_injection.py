"""A patient whose name and reason are code: every portal shows them as text, and none of it runs."""

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.browser import care
from tests.browser.conftest import RolePage
from tests.browser.people import People
from tests.browser.tabs import Tab
from tests.hospital import Person, free_times

NAME = "<img src=x onerror=alert(1)><script>alert(2)</script>\"'><svg onload=alert(3)> {{7*7}} ${7*7}"
REASON = (
    "</textarea></title><script>alert(4)</script>\n<a href=javascript:alert(5)>knee</a> &lt;b&gt; <style>*{display:none}</style>"
)
UNMADE = "img[src=x], svg[onload], a[href^=javascript], [onerror]"
"""What would be in the page if the text had been taken for HTML."""


@pytest.fixture
def visit(people: People, doctor: Person) -> care.Record:
    patient = people[people.newcomer(NAME)]
    wish = {"doctor_id": doctor.id, "starts_at": free_times(patient.http, doctor.id)[-1].isoformat(), "reason": REASON}
    answer = patient.http.post("/api/appointments", json=wish)
    assert answer.status_code == 201, answer.text
    booked: care.Record = answer.json()
    return booked


def watched(page: Page) -> list[str]:
    """What dialogs said, if there were any."""
    said: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        said.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    return said


def check_shown(page: Page, address: str, *texts: str) -> None:
    page.goto(address)
    for text in texts:
        for line in text.split("\n"):
            expect(page.get_by_text(line).first).to_be_visible()
    assert page.locator(UNMADE).count() == 0
    assert page.locator("main script, main style, dialog script").count() == 0


def test_a_name_that_is_code_is_a_name(
    people: People, doctor: Person, visit: care.Record, role_page: RolePage, tabs: list[Tab]
) -> None:
    by_id = {person.id: name for name, person in people.persons.items()}
    patient_id = visit["patient"]["id"]

    patient = role_page(by_id[patient_id])
    said = watched(patient)
    check_shown(patient, f"/appointments/{visit['id']}", REASON)
    patient.goto("/profile")
    expect(patient.get_by_label("Full name")).to_have_value(NAME)
    assert patient.locator(UNMADE).count() == 0

    doctors = role_page(by_id[doctor.id])
    said += watched(doctors)
    check_shown(doctors, f"/doctor/visits/{visit['id']}", NAME, REASON)
    check_shown(doctors, f"/doctor/patients/{patient_id}", NAME)

    admins = role_page("admin")
    said += watched(admins)
    check_shown(admins, f"/admin/people?q={by_id[patient_id]}", NAME)
    check_shown(admins, f"/admin/people/{patient_id}", NAME)
    assert said == []
    assert len(tabs) == 3
