"""From the order of a test to the released result: the laboratory's worklist, the doctor's review, and the doctor's hours."""

import re
from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.browser import care
from tests.browser.conftest import OpenPage, RolePage
from tests.browser.people import People, signed_in_demo
from tests.hospital import Hospital, free_times

pytestmark = pytest.mark.clock

Clicks = Callable[[Page], int]
Record = dict[str, object]


@pytest.fixture
def patient(people: People) -> str:
    """Return the name of a new patient in the care of `dr_a`."""
    name = people.new_patient("Lara Labber")
    doctor = people["dr_a"]
    times = free_times(people[name].http, doctor.id)
    start = next(time for time in times if time > times[0] + timedelta(days=1))
    answer = people[name].http.post("/api/appointments", json={"doctor_id": doctor.id, "starts_at": start.isoformat()})
    assert answer.status_code == 201, answer.text
    return name


@pytest.fixture
def booking(people: People, patient: str) -> Record:
    """Order two tests for the patient as `dr_a`."""
    body = {"patient_id": people[patient].id, "test_codes": ["CREA", "CRP"]}
    answer = people["dr_a"].http.post("/api/doctor/lab-orders", json=body)
    assert answer.status_code == 201, answer.text
    ordered: Record = answer.json()
    return ordered


def now(people: People, booking: Record) -> Record:
    found: Record = people["lab"].http.get(f"/api/labs/bookings/{booking['id']}").json()
    return found


def test_lab_result_takes_three_clicks_and_the_values(
    people: People, role_page: RolePage, booking: Record, clicks: Clicks
) -> None:
    page = role_page("lab")
    page.goto("/lab?status=booked")
    page.get_by_role("link", name=str(booking["reference"]), exact=True).click()
    page.get_by_role("button", name="Specimen collected").click()
    page.get_by_role("button", name="Receive in the laboratory").click()
    fields = page.locator(".value-field")
    expect(fields.first).to_be_focused()
    for position in range(fields.count()):
        expect(fields.nth(position)).to_be_focused()
        page.keyboard.type("0,8")
        page.keyboard.press("Enter")
    expect(page.get_by_text("The values are saved.")).to_be_visible()
    assert clicks(page) == 3
    assert now(people, booking)["status"] == "resulted"
    page.get_by_role("button", name="Verify C-reactive protein").click()
    expect(page.get_by_role("heading", name="C-reactive protein")).to_be_focused()
    expect(page.get_by_text("Verified by Lea Labor")).to_be_visible()


def test_typed_lab_value_is_flagged_drafted_and_confirmed(people: People, role_page: RolePage, booking: Record) -> None:
    page = role_page("lab")
    for status in ("collected", "received"):
        people["lab"].http.put(f"/api/labs/bookings/{booking['id']}/status", json={"status": status}).raise_for_status()
    page.goto(f"/lab/{booking['id']}")
    crp = page.get_by_label("C-reactive protein (CRP)")
    crp.fill("480")
    expect(page.get_by_role("group", name="C-reactive protein").get_by_text("High", exact=True)).to_be_visible()
    page.reload()
    expect(crp).to_have_value("480")
    page.get_by_role("button", name="Save values").click()
    expect(page.get_by_role("dialog")).to_contain_text("Are these values right?")
    page.get_by_role("button", name="Check values").click()
    crp.fill("4.8")
    page.get_by_role("button", name="Save values").click()
    expect(page.get_by_text("The values are saved.")).to_be_visible()
    assert now(people, booking)["status"] == "in_progress"


def test_specimen_rejection_needs_a_reason(people: People, patient: str, role_page: RolePage, booking: Record) -> None:
    people["lab"].http.put(f"/api/labs/bookings/{booking['id']}/status", json={"status": "collected"}).raise_for_status()
    page = role_page("lab")
    page.goto(f"/lab/{booking['id']}")
    page.get_by_role("button", name="Reject specimen").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Reject specimen").click()
    expect(dialog.get_by_role("alert")).to_be_focused()
    dialog.get_by_label("Reason").fill("The blood had clotted.")
    dialog.get_by_role("button", name="Reject specimen").click()
    expect(page.get_by_role("button", name="New specimen collected")).to_be_visible()
    assert now(people, booking)["status_reason"] == "The blood had clotted."
    patient_page = role_page(patient)
    patient_page.goto(f"/labs/bookings/{booking['id']}")
    expect(patient_page.get_by_role("main")).to_contain_text("The blood had clotted.")


def test_worklist_filter_is_in_the_url(role_page: RolePage, booking: Record) -> None:
    page = role_page("lab")
    page.goto("/lab")
    page.get_by_role("navigation", name="Bookings by status").get_by_role("link", name="Booked").click()
    expect(page).to_have_url(re.compile(r"status=booked"))
    page.reload()
    expect(page.get_by_role("link", name=re.compile("^Booked"))).to_have_attribute("aria-current", "page")
    page.get_by_role("link", name=str(booking["reference"]), exact=True).click()
    page.get_by_role("main").get_by_role("link", name="Worklist").click()
    expect(page).to_have_url(re.compile(r"/lab\?status=booked$"))


def test_worklist_cursor_is_in_the_url(open_page: OpenPage, demo: Hospital) -> None:
    page = open_page(demo.url, signed_in_demo(demo, "lab"))
    page.goto("/lab?status=booked")
    first = page.locator(".reference").first.inner_text()
    page.get_by_role("link", name="Next page").click()
    expect(page).to_have_url(re.compile(r"status=booked&cursor="))
    references = page.locator(".reference")
    expect(references.first).not_to_have_text(first)
    shown = references.all_inner_texts()
    page.reload()
    expect(references).to_have_text(shown)
    page.get_by_role("link", name="First page").click()
    expect(references.first).to_have_text(first)


def test_lab_order_is_reviewed_and_released(people: People, patient: str, role_page: RolePage, clicks: Clicks) -> None:
    page = role_page("dr_a")
    page.goto(f"/doctor/orders/new?patient={people[patient].id}")
    page.get_by_label("Search tests").fill("crp")
    expect(page.get_by_text(re.compile(r"^\d tests? found$"))).to_be_visible()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Order tests").click()
    expect(page.get_by_text("The tests are ordered.")).to_be_visible()
    assert clicks(page) == 1
    lab = people["lab"].http
    (ordered,) = people[patient].http.get("/api/labs/bookings").json()["items"]
    for status in ("collected", "received"):
        lab.put(f"/api/labs/bookings/{ordered['id']}/status", json={"status": status}).raise_for_status()
    body = {"test_code": "CRP", "observations": [{"analyte": analyte_of(people, "CRP"), "value": 12.0, "unit": "mg/L"}]}
    result = lab.post(f"/api/labs/bookings/{ordered['id']}/results", json=body).json()
    lab.put(f"/api/labs/results/{result['id']}/verify").raise_for_status()

    page.goto(f"/doctor/results?patient_id={people[patient].id}")
    page.locator("summary").click()
    page.get_by_label("Comment for the patient").fill("A little high after your cold.")
    page.get_by_role("button", name="Release to patient").click()
    expect(page.get_by_text("All reviewed")).to_be_visible()
    (released,) = people[patient].http.get("/api/labs/results").json()["items"]
    assert released["comment"] == "A little high after your cold."


def test_order_leaves_out_times_of_the_patients_visit(people: People, patient: str, role_page: RolePage) -> None:
    doctor = people[people.new_doctor()]
    day, times = care.day_ahead(doctor, 3)
    # the stack's laboratory opens from 7 to 9
    start = next(at for at in times if f"{at.astimezone(ZoneInfo('Europe/Berlin')):%H:%M}" == "08:00")
    page = role_page("dr_a")
    page.goto(f"/doctor/orders/new?patient={people[patient].id}")
    page.get_by_label("Book a time").check()
    page.get_by_label("Day").fill(day)
    offered = page.get_by_label("Time", exact=True).get_by_role("option")
    expect(offered.filter(has_text="08:00")).to_have_count(1)
    care.visit(people[patient], doctor, start)
    page.reload()
    expect(page.get_by_text("Times at which the patient has another appointment are left out.")).to_be_visible()
    expect(offered.filter(has_text="07:30")).to_have_count(1)
    expect(offered.filter(has_text="08:00")).to_have_count(0)


def analyte_of(people: People, test_code: str) -> str:
    found = people["lab"].http.get(f"/api/labs/tests?q={test_code}").json()["items"]
    (test,) = [one for one in found if one["code"] == test_code]
    code: str = test["analytes"][0]["code"]
    return code


def test_unsaved_hours_list_visits_outside_them(people: People, patient: str, role_page: RolePage) -> None:
    page = role_page("dr_a")
    page.goto("/doctor/availability")
    remove = page.get_by_role("button", name=re.compile("^Remove .*day"))
    expect(remove.first).to_be_visible()
    before = people["dr_a"].http.get("/api/doctor/availability").json()
    while remove.count():
        remove.first.click()
    # the week grid above it names the patient too, in a closed <details>, when the visit is next week
    outside = page.get_by_role("status").filter(has_text=re.compile(r"visits? (is|are) outside these hours"))
    expect(outside.get_by_text("Lara Labber").first).to_be_visible()
    page.get_by_role("button", name="Undo all changes").click()
    expect(page.get_by_role("button", name="Save week")).to_be_focused()
    expect(page.get_by_text("Not saved yet.")).to_have_count(0)
    assert people["dr_a"].http.get("/api/doctor/availability").json() == before
