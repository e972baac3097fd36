"""Emergency access to a chart, as shown to the doctor, the patient and the administrator."""

import csv
import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import measures
from tests.browser.conftest import RolePage
from tests.browser.measures import settled
from tests.browser.people import People
from tests.hospital import Person

pytestmark = pytest.mark.clock

REASON = "Brought in unconscious, medication unknown"
STRANGER = {"full_name": "Ines Strange", "date_of_birth": "1961-02-03"}
NOT_IN_CARE = "404 .*/api/doctor/patients/"


@pytest.fixture
def stranger(people: People) -> Person:
    """Return a patient without a treating doctor, with a date of birth for the search."""
    return people[people.new_patient("Ines Strange", date_of_birth="1961-02-03")]


def find(page: Page, name: str) -> None:
    page.goto("/doctor/patients")
    page.get_by_role("link", name="Find a patient in an emergency").click()
    page.get_by_label("Full name").fill(name)
    for part, value in (("Day", "3"), ("Month", "2"), ("Year", "1961")):
        page.get_by_label(part).fill(value)
    page.locator("#main").get_by_role("button", name="Search").click()


def open_chart(people: People, stranger: Person) -> None:
    """Open the chart through the API, like the browser test above."""
    opened = people["dr_a"].http.post(f"/api/doctor/patients/{stranger.id}/access", json={**STRANGER, "reason": REASON})
    assert opened.status_code == 201, opened.text


def test_emergency_access_needs_reason_and_is_audited(
    stranger: Person, people: People, role_page: RolePage, expected: list[str]
) -> None:
    expected.append(NOT_IN_CARE)
    page = role_page("doctor")
    find(page, "ines  STRANGE")
    page.get_by_role("link", name="Ines Strange").and_(page.locator(f"[href$='/{stranger.id}']")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are not treating this patient")
    page.get_by_role("button", name="Open chart for one hour").click()
    expect(page.get_by_role("alert")).to_contain_text("Write why you need this chart")
    page.get_by_label("Why do you need it?").fill(REASON)
    page.get_by_role("button", name="Open chart for one hour").click()
    banner = page.get_by_role("region", name=re.compile(r"^Emergency access until \d\d:\d\d( GMT\+\d)?$"))
    expect(banner).to_contain_text(REASON)
    expect(page.get_by_role("heading", level=1)).to_have_text("Ines Strange")
    found = people.admin.http.get(f"/api/admin/audit?patient_id={stranger.id}&action=open_chart").json()["items"]
    assert [(event["reason"], event["account"]["full_name"]) for event in found] == [(REASON, "Dr Ama Abel")]


def test_emergency_reason_and_banner_are_accessible(
    stranger: Person, people: People, role_page: RolePage, expected: list[str]
) -> None:
    expected.append(NOT_IN_CARE)
    page = role_page("doctor")
    page.goto(f"/doctor/patients/{stranger.id}")
    assert measures.axe(settled(page)) == []
    open_chart(people, stranger)
    page.reload()
    expect(page.get_by_role("region", name=re.compile("^Emergency access until"))).to_be_visible()
    assert measures.axe(settled(page)) == []


def test_audit_page_filters_by_patient_and_exports_csv(
    stranger: Person, people: People, role_page: RolePage, tmp_path: Path
) -> None:
    open_chart(people, stranger)
    page = role_page("admin")
    page.goto(f"/admin/people/{stranger.id}")
    page.get_by_role("link", name="Access to their record").click()
    row = page.get_by_role("row").filter(has_text="Opened the chart in an emergency")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Dr Ama Abel")
    expect(row).to_contain_text(REASON)
    expect(page.get_by_role("group", name="Whose record")).to_contain_text("Ines Strange")
    page.get_by_label("What", exact=True).select_option("open_chart")
    expect(page.get_by_role("row")).to_have_count(2)
    assert f"patient_id={stranger.id}" in page.url
    assert "action=open_chart" in page.url
    page.reload()
    expect(page.get_by_role("row")).to_have_count(2)
    with page.expect_download() as waited:
        page.get_by_role("button", name="Download as CSV").click()
    waited.value.save_as(tmp_path / "audit.csv")
    (line,) = csv.DictReader(io.StringIO((tmp_path / "audit.csv").read_text(encoding="utf-8-sig")))
    assert (line["action"], line["reason"], line["patient_ids"]) == ("open_chart", REASON, str(stranger.id))


def test_german_audit_page_exports_semicolons(stranger: Person, people: People, role_page: RolePage, tmp_path: Path) -> None:
    reason = "Brought in; no papers, medication unknown"
    opened = people["dr_a"].http.post(f"/api/doctor/patients/{stranger.id}/access", json={**STRANGER, "reason": reason})
    assert opened.status_code == 201, opened.text
    page = role_page("admin", locale="de-DE")
    page.goto(f"/admin/audit?patient_id={stranger.id}&action=open_chart")
    with page.expect_download() as waited:
        page.get_by_role("button", name="Als CSV herunterladen").click()
    waited.value.save_as(tmp_path / "audit.csv")
    text = (tmp_path / "audit.csv").read_bytes().decode()
    assert text.startswith("\ufeffid;at;")
    (line,) = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";")
    assert (line["action"], line["reason"], line["patient_ids"]) == ("open_chart", reason, str(stranger.id))


def test_access_log_shows_emergency_access_to_patient(stranger: Person, people: People, role_page: RolePage) -> None:
    open_chart(people, stranger)
    page = role_page(next(name for name, person in people.persons.items() if person is stranger))
    page.goto("/home")
    page.get_by_role("link", name="Who looked at my record").click()
    expect(page.get_by_role("heading", name="Opened once in an emergency")).to_be_visible()
    entries = page.get_by_role("listitem").filter(has_text="Opened the chart in an emergency")
    # on top, and on its day
    expect(entries).to_have_count(2)
    for entry in entries.all():
        expect(entry).to_contain_text("Dr Ama Abel")
        expect(entry).to_contain_text("Emergency access")
        expect(entry).to_contain_text(REASON)


def test_audit_page_filters_by_account_and_period(stranger: Person, role_page: RolePage) -> None:
    stranger.http.get("/api/appointments?when=upcoming")
    page = role_page("admin")
    page.goto("/admin/audit")
    page.get_by_role("button", name="Choose who did it").click()
    page.get_by_role("dialog").get_by_label("Name or e-mail").fill("strange")
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Ines Strange").first.click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"account_id=\d+"))
    expect(page.get_by_role("row").filter(has_text="Ines Strange").first).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Ada Admin")).to_have_count(0)
    page.get_by_label("From").fill("2020-01-01")
    page.get_by_label("To", exact=True).fill("2020-01-31")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_text("Nothing in this period.")).to_be_visible()
    page.get_by_role("link", name="Show everything").click()
    expect(page.get_by_role("row").nth(1)).to_be_visible()


def test_access_log_of_new_patient_is_empty(patient: str, role_page: RolePage) -> None:
    page = role_page(patient)
    page.goto("/access-log")
    expect(page.get_by_text("Nobody has looked at your record yet.")).to_be_visible()
    page.get_by_role("link", name="With my own").click()
    expect(settled(page).get_by_role("listitem").filter(has_text="You")).not_to_have_count(0)


def test_emergency_search_by_partial_name_finds_none(stranger: Person, role_page: RolePage) -> None:
    page = role_page("doctor")
    find(page, "Strange")
    expect(page.get_by_text("No patient has exactly this name and date of birth.")).to_be_visible()
