"""A patient's prescriptions on paper, referrals to book, laboratory bookings and results."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import RolePage
from tests.browser.measures import printed, settled
from tests.browser.people import People
from tests.hospital import Person, free_times

pytestmark = pytest.mark.clock

Clicks = Callable[[Page], int]
MEDICINE, INSTRUCTIONS = "Ramipril 5 mg tablets", "With a glass of water."
ITEM = {
    "medicine": MEDICINE,
    "dose": "1 tablet",
    "route": "oral",
    "frequency": "once a day",
    "duration_days": 30,
    "instructions": INSTRUCTIONS,
}
SODIUM = {"test_code": "NA", "observations": [{"analyte": "sodium", "value": 131.0, "unit": "mmol/L"}]}


@pytest.fixture
def patient(people: People) -> str:
    """Return the name of a new patient for one test."""
    return people.new_patient("Cara Kranz")


def send(person: Person, method: str, path: str, **body: Any) -> dict[str, Any]:
    answer = person.http.request(method, path, json=body)
    assert answer.is_success, answer.text
    answered: dict[str, Any] = answer.json()
    return answered


def bring_into_care(people: People, patient: str) -> int:
    """Bring the patient into the care of `dr_a` and return their id."""
    start = free_times(people[patient].http, people["dr_a"].id)[-1]
    send(people[patient], "POST", "/api/appointments", doctor_id=people["dr_a"].id, starts_at=start.isoformat())
    return people[patient].id


def measured(people: People, patient: str) -> tuple[int, int]:
    """Return the ids of a booking in progress and of its unverified result."""
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    times = people[patient].http.get("/api/labs/slots", params={"day": tomorrow}).json()["items"]
    start = next(time["starts_at"] for time in times if time["free"] > 0)
    booking = send(people[patient], "POST", "/api/labs/bookings", test_codes=["NA"], starts_at=start)
    for status in ("collected", "received", "in_progress"):
        send(people["lab"], "PUT", f"/api/labs/bookings/{booking['id']}/status", status=status)
    result = send(people["lab"], "POST", f"/api/labs/bookings/{booking['id']}/results", **SODIUM)
    return booking["id"], result["id"]


def test_prescription_prints_complete_on_one_page(people: People, patient: str, role_page: RolePage) -> None:
    body = {"patient_id": bring_into_care(people, patient), "items": [ITEM], "notes": "Measure your blood pressure."}
    prescription = send(people["dr_a"], "POST", "/api/doctor/prescriptions", **body)
    page = role_page(patient)
    page.goto("/prescriptions")
    page.get_by_role("link", name=MEDICINE, exact=True).click()
    expect(page.get_by_text(re.compile("^This prescription lasts until"))).to_be_visible()
    paper = printed(settled(page))
    assert paper.pages == 1
    for words in (MEDICINE, INSTRUCTIONS, prescription["reference"], "Cara Kranz", "Signature, Dr Ama Abel"):
        assert words in paper.text
    assert "Find a doctor" not in paper.text


def test_referral_links_to_free_times_of_its_doctor(people: People, patient: str, role_page: RolePage) -> None:
    body = {"patient_id": bring_into_care(people, patient), "to_doctor_id": people["dr_b"].id, "reason": "A mole that grows"}
    send(people["dr_a"], "POST", "/api/doctor/referrals", **body)
    page = role_page(patient)
    page.goto("/referrals")
    page.get_by_role("link", name="Book with this doctor").click()
    expect(page).to_have_url(re.compile(rf"/doctors/{people['dr_b'].id}\b"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Dr Ben Berg")


def test_lab_booking_takes_three_clicks_and_is_cancelled(
    people: People, patient: str, role_page: RolePage, clicks: Clicks
) -> None:
    page = role_page(patient)
    page.goto("/labs?q=glucose")
    page.get_by_role("link", name="Book", exact=False).and_(page.locator(".tests a")).first.click()
    expect(page.get_by_role("heading", name="How to prepare")).to_be_visible()
    page.locator(".times a").last.click()
    expect(page.get_by_role("heading", name="Check and book")).to_be_focused()
    expect(page.get_by_role("heading", name="How to prepare")).to_be_visible()
    page.get_by_role("button", name="Book this laboratory appointment").click()
    expect(page.get_by_text("Your laboratory appointment is booked.")).to_be_visible()
    assert clicks(page) == 3
    page.get_by_role("button", name="Cancel appointment").click()
    expect(page.get_by_role("button", name="Keep appointment")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Cancel appointment").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel appointment").click()
    expect(page.get_by_text("Your laboratory appointment is cancelled.")).to_be_focused()
    (booking,) = people[patient].http.get("/api/labs/bookings").json()["items"]
    assert booking["status"] == "cancelled"


def test_released_result_shows_summary_before_values(people: People, patient: str, role_page: RolePage) -> None:
    booking, result = measured(people, patient)
    page = role_page(patient)
    page.goto("/results")
    expect(page.get_by_text("You have no results yet.")).to_be_visible()
    page.goto(f"/labs/bookings/{booking}")
    expect(page.get_by_text(re.compile("^Not ready yet"))).to_be_visible()
    send(people["lab"], "PUT", f"/api/labs/results/{result}/verify")
    page.reload()
    page.get_by_role("link", name="See the result").click()
    expect(page.get_by_text("The value is outside the usual range.")).to_be_visible()
    expect(page.get_by_text("131 mmol/L").first).to_be_visible()
    assert printed(settled(page)).pages == 1
    page.get_by_role("link", name="See it over time").click()
    expect(page.get_by_role("table").get_by_text("Low")).to_be_visible()
    expect(page.locator("polyline")).to_have_count(0)
