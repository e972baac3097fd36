"""The laboratory corrects a released result and verifies normal ones together; doctor and patient see the correction."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import care, measures
from tests.browser.conftest import RolePage
from tests.browser.people import People

pytestmark = pytest.mark.clock


@pytest.fixture
def patient(people: People) -> str:
    """Return the name of a new patient in the care of `dr_a`."""
    name = people.new_patient("Cora Corrected")
    care.visit(people[name], people["dr_a"])
    return name


def entered(people: People, patient: str, value: float) -> care.Record:
    """Return the booking of a blood count with one value that waits to be verified."""
    order = {"patient_id": people[patient].id, "test_codes": ["CBC"]}
    booking: care.Record = people["dr_a"].http.post("/api/doctor/lab-orders", json=order).json()
    lab = people["lab"].http
    for status in ("collected", "received"):
        lab.put(f"/api/labs/bookings/{booking['id']}/status", json={"status": status}).raise_for_status()
    body = {"test_code": "CBC", "observations": [{"analyte": "hemoglobin", "value": value, "unit": "g/dL"}]}
    lab.post(f"/api/labs/bookings/{booking['id']}/results", json=body).raise_for_status()
    return booking


def test_correction_is_seen_by_doctor_and_patient(people: People, patient: str, role_page: RolePage) -> None:
    result = care.result(people[patient], people["dr_a"], people["lab"], {"hemoglobin": 4.1}, "Please come in today.")
    lab = role_page("lab")
    lab.goto(f"/lab/{result['booking_id']}")
    lab.get_by_role("button", name="Correct this result").click()
    field = lab.get_by_label("Haemoglobin", exact=True)
    expect(field).to_have_value("4.1")
    assert measures.axe(lab) == []
    field.fill("14.1")
    expect(lab.locator(".values-form").get_by_text("Normal", exact=True)).to_be_visible()
    lab.get_by_role("button", name="Save correction").click()
    expect(lab.get_by_role("alert")).to_contain_text("Say why the result is corrected")
    lab.get_by_label("Reason for the correction").fill("Two digits were swapped.")
    lab.get_by_role("button", name="Save correction").click()
    expect(lab.get_by_text("is corrected.")).to_be_visible()
    expect(lab.get_by_text("The laboratory corrected this result: Two digits were swapped.")).to_be_visible()

    doctor = role_page("dr_a")
    doctor.goto(f"/doctor/results?patient_id={people[patient].id}")
    summary = doctor.locator("summary").filter(has_text="Complete blood count")
    expect(summary).to_contain_text("Corrected")
    summary.click()
    expect(doctor.get_by_text("Two digits were swapped.")).to_be_visible()

    page = role_page(patient)
    page.goto("/home")
    page.get_by_role("link", name=re.compile("^Corrected result: ")).click()
    expect(page.get_by_text("The laboratory corrected this result: Two digits were swapped.", exact=True)).to_be_visible()
    expect(page.get_by_text("Please come in today.")).to_have_count(0)
    page.locator("summary", has_text="Earlier values").click()
    earlier = page.locator(".corrected")
    expect(earlier).to_contain_text(re.compile(r"Haemoglobin 4\.1"))
    expect(earlier).to_contain_text("Critically low")
    expect(earlier).to_contain_text("Please come in today.")


def test_normal_results_are_verified_with_one_press(people: People, patient: str, role_page: RolePage) -> None:
    bookings = {value: entered(people, patient, value) for value in (14.0, 13.5, 4.0)}
    page = role_page("lab")
    page.goto("/lab?status=resulted")
    button = page.get_by_role("button", name=re.compile(r"^Verify all normal \(\d+\)$"))
    expect(button).to_be_visible()
    button.click()
    expect(page.get_by_text(re.compile(r"^\d+ results are verified\.$"))).to_be_visible()
    expect(page.get_by_role("link", name=str(bookings[14.0]["reference"]))).to_have_count(0)
    expect(page.get_by_role("link", name=str(bookings[4.0]["reference"]))).to_be_visible()
    found = {value: people["lab"].http.get(f"/api/labs/bookings/{one['id']}").json() for value, one in bookings.items()}
    assert {value: one["status"] for value, one in found.items()} == {14.0: "verified", 13.5: "verified", 4.0: "resulted"}


def test_patient_stays_in_view_while_values_are_typed(people: People, patient: str, role_page: RolePage) -> None:
    order = {"patient_id": people[patient].id, "test_codes": ["CBC", "CREA", "CRP"]}
    booking: care.Record = people["dr_a"].http.post("/api/doctor/lab-orders", json=order).json()
    for status in ("collected", "received"):
        people["lab"].http.put(f"/api/labs/bookings/{booking['id']}/status", json={"status": status}).raise_for_status()
    page = role_page("lab")
    page.goto(f"/lab/{booking['id']}")
    bar = page.locator(".patient-bar")
    fields = page.locator(".value-field")
    expect(fields.first).to_be_visible()
    for position in (0, fields.count() - 1):
        fields.nth(position).focus()
        fields.nth(position).scroll_into_view_if_needed()
        expect(bar).to_be_in_viewport()
        expect(fields.nth(position)).to_be_in_viewport()
    expect(bar).to_contain_text("Cora Corrected")
    expect(bar).to_contain_text("born ")
