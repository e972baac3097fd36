"""The laboratory's morning with a scanner: labels, collection, reception, and a tube that is rejected."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import care
from tests.browser.barcodes import scanned
from tests.browser.conftest import RolePage
from tests.browser.measures import printed, settled
from tests.browser.people import People

Clicks = Callable[[Page], int]
Record = dict[str, Any]
NAME = "Tamara Tübinger"


@pytest.fixture
def patient(people: People) -> str:
    """Return the name of a new patient in the care of `dr_a`."""
    name = people.new_patient(NAME, date_of_birth="1961-04-03", sex="female")
    care.visit(people[name], people["dr_a"])
    return name


def order(people: People, patient: str, *codes: str) -> Record:
    body = {"patient_id": people[patient].id, "test_codes": codes}
    answer = people["dr_a"].http.post("/api/doctor/lab-orders", json=body)
    assert answer.status_code == 201, answer.text
    ordered: Record = answer.json()
    return ordered


def now(people: People, booking: Record) -> Record:
    found: Record = people["lab"].http.get(f"/api/labs/bookings/{booking['id']}").json()
    return found


def scan(page: Page, text: str) -> None:
    """Type as a scanner does: into the field that has the focus, with Enter at the end."""
    expect(page.get_by_label("Scan or search")).to_be_focused()
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def test_specimen_is_found_collected_scanned_and_received(
    people: People, patient: str, role_page: RolePage, clicks: Clicks
) -> None:
    booking = order(people, patient, "CREA", "CRP")
    [specimen] = booking["specimens"]
    page = role_page("lab")
    page.goto("/lab")
    scan(page, f"tuebinger 3/4/1961 {NAME.split(maxsplit=1)[0]}")
    row = page.get_by_role("row").filter(has_text=booking["reference"])
    expect(row).to_contain_text("born 3 April 1961")
    expect(row).to_contain_text("Dr Ama Abel")
    row.get_by_role("button", name="Collect").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(NAME)
    expect(dialog).to_contain_text(specimen["accession"])
    dialog.get_by_role("button", name="Yes, collected").click()
    expect(page.get_by_text(f"{NAME}, {booking['reference']}: collected.")).to_be_visible()
    expect(row).to_contain_text(re.compile(r"collected \d+ min"))
    expect(row.get_by_role("button", name="Collect")).to_have_count(0)

    page.get_by_label("Scan or search").select_text()
    scan(page, specimen["accession"].lower())
    expect(page).to_have_url(re.compile(rf"/lab/{booking['id']}$"))
    page.get_by_role("button", name="Receive in the laboratory").click()
    expect(page.locator(".value-field").first).to_be_focused()
    [received] = now(people, booking)["specimens"]
    assert (received["status"], received["collected_by"]["full_name"]) == ("received", "Lea Labor")
    assert clicks(page) == 3


def test_unknown_number_is_said_and_replaced_by_the_next_scan(people: People, patient: str, role_page: RolePage) -> None:
    booking = order(people, patient, "CRP")
    page = role_page("lab")
    page.goto("/lab?status=verified")
    scan(page, "22222222X")
    expect(page).to_have_url(re.compile("q=22222222X"))
    expect(page.get_by_text("There are no such bookings.")).to_be_visible()
    scan(page, booking["reference"])
    expect(page).to_have_url(re.compile(rf"/lab/{booking['id']}$"))


def test_two_people_collect_from_one_row(people: People, patient: str, role_page: RolePage, expected: list[str]) -> None:
    expected.append("412")
    booking = order(people, patient, "CRP")
    first, second = role_page("lab"), role_page("lab")
    for page in (first, second):
        page.goto(f"/lab?q={booking['reference']}")
        page.get_by_role("button", name="Collect").click()
    first.get_by_role("button", name="Yes, collected").click()
    expect(first.get_by_role("dialog")).to_have_count(0)
    second.get_by_role("button", name="Yes, collected").click()
    expect(second.get_by_role("dialog").get_by_role("alert")).to_be_visible()
    second.get_by_role("button", name="Not now").click()
    expect(second.get_by_role("row").filter(has_text=booking["reference"])).to_contain_text("collected")
    expect(second.get_by_role("button", name="Collect")).to_have_count(0)
    assert len(now(people, booking)["specimens"]) == 1


@pytest.mark.parametrize("language", ["en", "de"])
def test_printed_labels_are_read_by_a_scanner(people: People, patient: str, role_page: RolePage, language: str) -> None:
    booking = order(people, patient, "CBC", "CRP", "GLU")
    numbers = [one["accession"] for one in booking["specimens"]]
    page = role_page("lab", device_scale_factor=3)
    page.add_init_script(f"localStorage.setItem('careplus.language', '{language}')")
    page.goto(f"/lab/{booking['id']}/labels")
    labels = settled(page).locator(".label")
    expect(labels).to_have_count(3)
    paper = printed(page)
    assert paper.pages == 1
    for number in numbers:
        assert number in paper.text
    assert paper.text.count("Tamara") == 3
    born = {"en": "3 April 1961", "de": "3. April 1961"}[language]
    assert paper.text.count(born) == 3
    assert "CarePlus" not in paper.text
    page.emulate_media(media="print")
    assert [scanned(labels.nth(place)) for place in range(3)] == [[number] for number in numbers]
    overflow = "(label) => label.scrollHeight > label.clientHeight + 1 || label.querySelector('svg').clientHeight < 30"
    assert not any(label.evaluate(overflow) for label in labels.all())


def test_rejected_tube_keeps_other_values_and_its_reason(people: People, patient: str, role_page: RolePage) -> None:
    booking = order(people, patient, "CREA", "CBC")
    lab = people["lab"].http
    for status in ("collected", "received"):
        lab.put(f"/api/labs/bookings/{booking['id']}/status", json={"status": status}).raise_for_status()
    [lost] = [one["accession"] for one in booking["specimens"] if one["test_codes"] == ["CBC"]]
    page = role_page("lab")
    page.goto(f"/lab/{booking['id']}")
    creatinine = page.get_by_role("group", name="Creatinine").locator(".value-field").first
    creatinine.fill("0.8")
    page.get_by_role("button", name="Save values").click()
    expect(page.get_by_text("The values are saved.")).to_be_visible()
    page.get_by_role("button", name=f"Reject {lost}").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("The tube had clotted.")
    dialog.get_by_role("button", name="Reject", exact=True).click()
    expect(page.get_by_text(f"{lost}: Rejected.")).to_be_visible()
    expect(page.get_by_role("button", name="Verify Creatinine")).to_be_visible()
    page.get_by_role("button", name="All specimens collected").click()
    expect(page.get_by_text("Done. The status is now:")).to_be_visible()
    tubes = page.get_by_role("list", name="Specimens")
    expect(tubes).to_contain_text("Reason: The tube had clotted.")
    assert now(people, booking)["status_reason"] is None
    orders = role_page("dr_a")
    orders.goto("/doctor/orders")
    row = orders.get_by_role("row").filter(has_text=booking["reference"])
    expect(row).to_contain_text("The tube had clotted.")


def test_tabs_count_over_all_pages(people: People, patient: str, role_page: RolePage) -> None:
    order(people, patient, "CRP")
    counts = people["lab"].http.get("/api/labs/worklist/counts").json()
    page = role_page("lab")
    page.goto("/lab")
    tabs = page.get_by_role("navigation", name="Bookings by status")
    expect(tabs.get_by_role("link", name=f"To do {counts['all']}")).to_be_visible()
    expect(tabs.get_by_role("link", name=f"Booked {counts['booked']}")).to_be_visible()
