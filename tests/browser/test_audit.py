"""A chart opened in an emergency, and everybody who sees that it was: the doctor, the patient, the administrator."""

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

REASON = "Brought in unconscious, medication unknown"
NOT_IN_CARE = "404 .*/api/doctor/patients/"


@pytest.fixture
def stranger(people: People) -> Person:
    """A patient whom no doctor treats, with a date of birth to be found by."""
    return people[people.newcomer("Ines Strange", date_of_birth="1961-02-03")]


def find(page: Page, name: str) -> None:
    page.goto("/doctor/patients")
    page.get_by_role("link", name="Find a patient in an emergency").click()
    page.get_by_label("Full name").fill(name)
    for part, value in (("Day", "3"), ("Month", "2"), ("Year", "1961")):
        page.get_by_label(part).fill(value)
    page.get_by_role("button", name="Search").click()


def test_d12_a7_a_chart_opened_in_an_emergency_is_seen_by_all(
    stranger: Person, people: People, role_page: RolePage, expected: list[str], tmp_path: Path
) -> None:
    expected.append(NOT_IN_CARE)
    doctor = role_page("doctor")
    find(doctor, "ines  STRANGE")
    doctor.get_by_role("link", name="Ines Strange").last.click()
    expect(doctor.get_by_role("heading", level=1)).to_have_text("You are not treating this patient")
    assert [problem for _ in measures.looks(doctor) for problem in measures.axe(doctor)] == []
    doctor.get_by_role("button", name="Open chart for one hour").click()
    expect(doctor.get_by_role("alert")).to_contain_text("Write why you need this chart")
    doctor.get_by_label("Why do you need it?").fill(REASON)
    doctor.get_by_role("button", name="Open chart for one hour").click()
    banner = doctor.get_by_role("region", name=re.compile(r"^Emergency access until \d\d:\d\d$"))
    expect(banner).to_contain_text(REASON)
    expect(doctor.get_by_role("heading", level=1)).to_have_text("Ines Strange")
    assert [problem for _ in measures.looks(doctor) for problem in measures.axe(doctor)] == []

    administrator = role_page("admin")
    administrator.goto(f"/admin/people/{stranger.id}")
    administrator.get_by_role("link", name="Who looked at their record").click()
    rows = administrator.get_by_role("row").filter(has_text="Opened the chart in an emergency")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Dr Ama Abel")
    expect(rows).to_contain_text(REASON)
    expect(administrator.get_by_role("group", name="Whose record")).to_contain_text("Ines Strange")
    administrator.get_by_label("What", exact=True).select_option("open_chart")
    expect(administrator.get_by_role("row")).to_have_count(2)
    assert f"patient_id={stranger.id}" in administrator.url
    assert "action=open_chart" in administrator.url
    administrator.reload()
    expect(administrator.get_by_role("row")).to_have_count(2)
    with administrator.expect_download() as waited:
        administrator.get_by_role("button", name="Download as CSV").click()
    waited.value.save_as(tmp_path / "audit.csv")
    (line,) = csv.DictReader(io.StringIO((tmp_path / "audit.csv").read_text(encoding="utf-8-sig")))
    assert (line["action"], line["reason"], line["patient_ids"]) == ("open_chart", REASON, str(stranger.id))

    name = next(name for name, person in people.persons.items() if person is stranger)
    patient = role_page(name)
    patient.goto("/home")
    patient.get_by_role("link", name="Who looked at my record").click()
    entry = patient.get_by_role("listitem").filter(has_text="Opened the chart in an emergency")
    expect(entry).to_contain_text("Dr Ama Abel")
    expect(entry).to_contain_text("Emergency access")
    expect(entry).to_contain_text(REASON)


def test_the_audit_is_filtered_by_whom_one_chooses(stranger: Person, role_page: RolePage) -> None:
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


def test_nobody_has_looked_at_a_new_record(patient: str, role_page: RolePage) -> None:
    page = role_page(patient)
    page.goto("/access-log")
    expect(page.get_by_text("Nobody has looked at your record yet.")).to_be_visible()
    page.get_by_role("link", name="With my own").click()
    expect(settled(page).get_by_role("listitem").filter(has_text="You")).not_to_have_count(0)


def test_a_search_for_part_of_a_name_finds_nobody(stranger: Person, role_page: RolePage) -> None:
    page = role_page("doctor")
    find(page, "Strange")
    expect(page.get_by_text("No patient has exactly this name and date of birth.")).to_be_visible()
