"""One visit from the arrival to the refill: an alert with its reason, a referral, the follow-up, the note, and the patient."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import care
from tests.browser.conftest import Clicks, Figure, RolePage
from tests.browser.people import People
from tests.hospital import later_time
from tests.world import made

pytestmark = pytest.mark.clock
ONCE = {"dose": "1 tablet", "route": "oral", "frequency": "once a day", "duration_days": 30}
MEDICINE, REASON = "Ibuprofen 400 mg tablets", "Three days only, INR on Friday."


@pytest.fixture
def doctor(people: People) -> str:
    return people.new_doctor()


@pytest.fixture
def seen(people: People, doctor: str) -> tuple[str, int]:
    """Return a patient that takes warfarin, and the id of a visit that has begun."""
    name, colleague = people.new_patient("Vera Visit", date_of_birth="1958-05-06", sex="female"), people[people.new_doctor()]
    _, times = care.day_ahead(colleague, days=4)
    care.visit(people[name], colleague, times[0])
    warfarin = {"patient_id": people[name].id, "items": [{**ONCE, "medicine": "Warfarin 5 mg tablets"}]}
    made(colleague.http.post("/api/doctor/prescriptions", json=warfarin))
    visit = care.visit(people[name], people[doctor], later_time(people[doctor].http, people[doctor].id))
    people.hospital.let_begin(visit["id"])
    return name, visit["id"]


def test_visit_leads_from_arrival_to_a_refill(
    people: People,
    seen: tuple[str, int],
    doctor: str,
    role_page: RolePage,
    clicks: Clicks,
    figure: Figure,
    expected: list[str],
) -> None:
    # the refill asks for a reason again
    expected.append("409 .*/api/doctor/refills/")
    (patient, visit_id), page = seen, role_page(doctor)
    page.goto(f"/doctor/visits/{visit_id}")
    page.get_by_role("button", name=re.compile("^Arrived")).click()
    page.get_by_role("button", name=re.compile("^Start")).click()
    expect(page.get_by_role("button", name="Complete, sign later")).to_be_visible()
    prescribe(page)
    refer(page)
    page.goto(f"/doctor/visits/{visit_id}")
    follow_up(page)
    page.get_by_label("Notes of this visit").fill("Knee pain after a fall. INR on Friday.")
    page.get_by_role("button", name="Sign and complete").click()
    expect(page.locator("#signed-notes")).to_be_focused()
    reader = role_page(patient)
    ask_for_refill(reader)
    prescribe_again(page)
    reader.goto("/prescriptions")
    expect(reader.get_by_role("link", name=MEDICINE, exact=True)).to_have_count(2)
    reader.goto("/record")
    expect(reader.get_by_text("Knee pain after a fall. INR on Friday.")).to_be_visible()
    assert len([one for one in care.upcoming(people[patient]) if one["doctor"]["id"] == people[doctor].id]) == 1
    figure("35 a visit from arrival to refill", f"doctor {clicks(page)} presses, patient {clicks(reader)}")


def prescribe(page: Page) -> None:
    page.get_by_role("link", name="Prescribe", exact=True).click()
    page.get_by_label("Name, strength and form").fill(MEDICINE)
    page.get_by_label("Dose").fill("1 tablet")
    page.get_by_label("Route").select_option("oral")
    page.get_by_label("How often").select_option("once a day")
    page.get_by_label("Days").fill("3")
    page.get_by_label(f"Why do you prescribe {MEDICINE} all the same?").fill(REASON)
    page.get_by_role("button", name="Prescribe", exact=True).click()
    expect(page).to_have_url(re.compile(r"/doctor/visits/\d+$"))


def refer(page: Page) -> None:
    page.get_by_role("link", name="Refer", exact=True).click()
    page.get_by_label("Outside the hospital").check()
    page.get_by_label("Name and place").fill("Northside Radiology")
    page.get_by_label("Reason").fill("Please see the knee.")
    page.get_by_role("button", name="Send the referral").click()
    expect(page.get_by_text("The referral is sent.")).to_be_visible()


def follow_up(page: Page) -> None:
    card = page.get_by_role("region", name="Follow-up")
    card.get_by_role("button", name="2 weeks", exact=True).click()
    card.get_by_role("button", name=re.compile("^Book ")).first.click()
    expect(page.get_by_text("Booked:")).to_be_visible()


def ask_for_refill(page: Page) -> None:
    page.goto("/prescriptions")
    page.get_by_role("link", name=MEDICINE, exact=True).click()
    page.get_by_role("button", name="Ask for a refill").click()
    page.get_by_role("dialog").get_by_role("button", name="Ask for a refill").click()
    expect(page.get_by_text("Your request was sent.")).to_be_visible()


def prescribe_again(page: Page) -> None:
    page.goto("/doctor/refills")
    page.get_by_role("button", name="Prescribe again").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(re.compile("repeats", re.IGNORECASE)).fill("0")
    dialog.get_by_role("button", name="Prescribe again").click()
    dialog.get_by_label(f"Why do you prescribe {MEDICINE} all the same?").fill(REASON)
    dialog.get_by_role("button", name="Prescribe again").click()
    expect(page.get_by_text("The prescription for Vera Visit is written.")).to_be_visible()
