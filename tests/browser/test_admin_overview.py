"""The administrator's overview: charts, tables and files equal the API's statistics."""

import csv
import io
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import care
from tests.browser.conftest import RolePage
from tests.browser.people import People

pytestmark = pytest.mark.clock

FAR_DAYS = 200
"""Days ahead of the visits; no other test books on this day."""


@dataclass
class Counted:
    """Return a day with three visits: one completed, one missed, one cancelled."""

    day: str
    doctor: str

    @property
    def page(self) -> str:
        return f"/admin?from={self.day}&to={self.day}"


@pytest.fixture(scope="module")
def counted(people: People) -> Counted:
    doctor, patient = people.new_doctor(), people.new_patient("Cora Counted")
    day, times = care.day_ahead(people[doctor], FAR_DAYS)
    done, missed, cancelled = (care.visit(people[patient], people[doctor], start)["id"] for start in times[10:13])
    # a day so long ago that no other visits are on it
    day, noon = (at := times[10] - 2 * timedelta(days=FAR_DAYS)).date().isoformat(), at.replace(hour=12)
    for visit in (done, missed, cancelled):
        people.hospital.let_begin(visit, noon)
    for visit, status in ((done, "in_progress"), (done, "completed"), (missed, "no_show"), (cancelled, "cancelled")):
        answer = people[doctor].http.put(f"/api/doctor/appointments/{visit}", json={"status": status})
        assert answer.status_code == 200, answer.text
    return Counted(day, f"Dr {doctor}")


def figure_of(page: Page, region: str | re.Pattern[str], label: str) -> Locator:
    figures = page.get_by_role("region", name=region).locator(".figure")
    return figures.filter(has=page.get_by_role("term").get_by_text(label, exact=True)).locator(".figure-value")


def clinic_today(people: People) -> str:
    """Return the date in the clinic's zone."""
    zone = ZoneInfo(people["admin"].http.get("/api/config").json()["zone"])
    return datetime.now(zone).date().isoformat()


def test_overview_today_equals_api_statistics(people: People, role_page: RolePage) -> None:
    page, day = role_page("admin"), clinic_today(people)
    page.goto("/admin")
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    if clinic_today(people) != day:
        # midnight passed while the page loaded
        day = clinic_today(people)
        page.reload()
    counts = people["admin"].http.get("/api/admin/stats", params={"from": day, "to": day}).json()
    expect(figure_of(page, "Today", "Visits")).to_have_text(str(counts["appointments"]))
    expect(figure_of(page, "Today", "Waiting results")).to_have_text(str(counts["waiting_results"]))
    expect(page.get_by_text(f"{counts['doctors']} doctors can be booked.")).to_be_visible()
    expect(page.get_by_text(f"{counts['patients']} patients have an account.")).to_be_visible()
    expect(page.get_by_text("Every part works.")).to_be_visible()


def test_overview_period_has_chart_and_table(counted: Counted, role_page: RolePage) -> None:
    page = role_page("admin")
    page.goto(counted.page)
    for label, value in {"Visits": "3", "No-show rate": "50%", "New patients": "0"}.items():
        expect(figure_of(page, re.compile(" to "), label)).to_have_text(value)
    page.get_by_text("Show as table").click()
    table = page.get_by_role("table", name="Visits by day and status")
    expect(table.get_by_role("columnheader")).to_have_text(["Day", "Completed", "Missed", "Cancelled", "All"])
    expect(table.get_by_role("row").nth(1).get_by_role("cell")).to_contain_text(["", "1", "1", "1", "3"])
    expect(page.locator("svg.chart rect[class*=chart-bar-]")).to_have_count(3 + 3)
    doctors = page.get_by_role("table", name="Visits by doctor").get_by_role("row").filter(has_text=counted.doctor)
    expect(doctors.get_by_role("cell")).to_have_text([counted.doctor, "3", "1", "1"])
    page.get_by_role("link", name="Last 30 days").click()
    expect(doctors).to_have_count(0)
    page.go_back()
    expect(doctors).to_have_count(1)


def test_overview_tables_export_csv(counted: Counted, role_page: RolePage, tmp_path: Path) -> None:
    page = role_page("admin")
    page.goto(counted.page)
    wanted = {
        "day": ["Day,Completed,Missed,Cancelled,All", f"{counted.day},1,1,1,3"],
        "doctor": ["Doctor,Visits,Completed,Missed", f"{counted.doctor},3,1,1"],
    }
    for what, lines in wanted.items():
        with page.expect_download() as saving:
            page.get_by_role("button", name=f"Download visits by {what} (CSV)").click()
        assert saving.value.suggested_filename == f"visits-by-{what}-{counted.day}-{counted.day}.csv"
        saving.value.save_as(tmp_path / what)
        # spreadsheets need the byte order mark for UTF-8; RFC 4180 ends lines with CRLF
        assert (tmp_path / what).read_bytes().decode() == "\ufeff" + "".join(f"{line}\r\n" for line in lines)


def test_german_overview_exports_semicolons(counted: Counted, role_page: RolePage, tmp_path: Path) -> None:
    page = role_page("admin", locale="de-DE")
    page.goto(counted.page)
    with page.expect_download() as saving:
        page.get_by_role("button", name="Nach Person laden (CSV)").click()
    saving.value.save_as(tmp_path / "file")
    lines = csv.reader(io.StringIO((tmp_path / "file").read_text(encoding="utf-8-sig"), newline=""), delimiter=";")
    assert [counted.doctor, "3", "1", "1"] in list(lines)
