"""A doctor orders STAT tests by keyboard, reads that a test is repeated, changes the order, and follows it."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import RolePage
from tests.browser.people import People
from tests.hospital import free_times

pytestmark = pytest.mark.clock


@pytest.fixture
def patient(people: People) -> str:
    """Return the name of a new patient in the care of `dr_a`."""
    name = people.new_patient("Oda Repetto")
    doctor = people["dr_a"]
    times = free_times(people[name].http, doctor.id)
    start = next(time for time in times if time > times[0] + timedelta(days=1))
    body = {"doctor_id": doctor.id, "starts_at": start.isoformat()}
    people[name].http.post("/api/appointments", json=body).raise_for_status()
    return name


def test_stat_order_is_sent_by_keyboard(people: People, patient: str, role_page: RolePage) -> None:
    page = role_page("dr_a")
    page.goto(f"/doctor/orders/new?patient={people[patient].id}")
    page.get_by_label("Search tests").fill("HBA1C")
    expect(page.get_by_text("1 test found")).to_be_visible()
    page.keyboard.press("Enter")
    page.get_by_role("radio", name="Routine").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="STAT")).to_be_checked()
    expect(page.get_by_text("short time ago")).to_have_count(0)
    page.get_by_role("button", name="Order tests").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("The tests are ordered.")).to_be_visible()
    (ordered,) = people[patient].http.get("/api/labs/bookings").json()["items"]
    assert ordered["priority"] == "stat"

    orders = page.get_by_role("region", name="Laboratory orders")
    expect(orders.get_by_text("STAT", exact=True)).to_be_visible()
    expect(orders.get_by_text("Ordered", exact=True)).to_be_visible()
    # the same test again: the warning comes before the button, which still works
    page.goto(f"/doctor/orders/new?patient={people[patient].id}")
    page.get_by_label("Search tests").fill("HBA1C")
    expect(page.get_by_text("1 test found")).to_be_visible()
    page.keyboard.press("Enter")
    warning = page.get_by_text("This test was ordered or measured a short time ago")
    expect(warning).to_be_visible()
    expect(page.get_by_text(f"not collected yet ({ordered['reference']})")).to_be_visible()
    expect(page.get_by_role("button", name="Order tests")).to_be_enabled()


def test_order_changes_until_it_is_collected(people: People, patient: str, role_page: RolePage, expected: list[str]) -> None:
    expected.append("412 .*/api/doctor/lab-orders/")
    body = {"patient_id": people[patient].id, "test_codes": ["CREA"], "note": "Before contrast"}
    ordered = people["dr_a"].http.post("/api/doctor/lab-orders", json=body).json()
    page = role_page("dr_a")
    page.goto("/doctor/orders")
    page.get_by_role("link", name=f"Change {ordered['reference']}").click()
    page.get_by_label("Search tests").fill("CRP")
    page.get_by_role("button", name="Add C-reactive protein", exact=True).click()
    page.get_by_role("radio", name="STAT").check()
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("The order is changed.")).to_be_visible()
    seen = people[patient].http.get(f"/api/labs/bookings/{ordered['id']}").json()
    assert [one["code"] for one in seen["tests"]] == ["CREA", "CRP"]
    assert (seen["priority"], seen["note"]) == ("stat", "Before contrast")

    page.goto(f"/doctor/orders/{ordered['id']}")
    expect(page.get_by_role("button", name="Save changes")).to_be_visible()
    step = {"status": "collected"}
    people["lab"].http.put(f"/api/labs/bookings/{ordered['id']}/status", json=step).raise_for_status()
    page.get_by_label("Note for the laboratory").fill("Too late")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("This order can no longer change.")).to_be_visible()
    expect(page.get_by_text("Result expected by")).to_be_visible()


def test_rejected_order_is_found_from_today(people: People, patient: str, role_page: RolePage) -> None:
    body = {"patient_id": people[patient].id, "test_codes": ["CREA"]}
    ordered = people["dr_a"].http.post("/api/doctor/lab-orders", json=body).json()
    for step in ({"status": "collected"}, {"status": "rejected", "reason": "Clotted in the tube"}):
        people["lab"].http.put(f"/api/labs/bookings/{ordered['id']}/status", json=step).raise_for_status()
    page = role_page("dr_a")
    page.goto("/doctor")
    page.get_by_role("link", name="1 rejected").click()
    row = page.get_by_role("row").filter(has_text=str(ordered["reference"]))
    expect(row.get_by_text(re.compile(r"^Rejected .*: Clotted in the tube$"))).to_be_visible()
