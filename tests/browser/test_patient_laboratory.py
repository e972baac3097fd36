"""Laboratory times: a full day links to the next free day, and preparation is shown before booking."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import RolePage
from tests.browser.people import People
from tests.hospital import Person

pytestmark = pytest.mark.clock

FASTING = "LIPID"


def fill(person: Person, day: date) -> None:
    """Book every place of a day."""
    slots = person.http.get("/api/labs/slots", params={"day": f"{day}"}).json()["items"]
    assert slots, f"nothing was free on {day}"
    for slot in slots:
        body = {"test_codes": ["CBC"], "starts_at": slot["starts_at"]}
        answer = person.http.post("/api/labs/bookings", json=body)
        assert answer.status_code == 201, answer.text


def test_full_lab_day_links_to_next_free_day(people: People, patient: str, role_page: RolePage) -> None:
    full = datetime.now(UTC).date() + timedelta(days=9)
    fill(people["newpat"], full)
    page = role_page(patient)
    page.goto(f"/labs/{FASTING}/book?day={full}")
    expect(page.get_by_role("status").filter(has_text="There is no free time on")).to_be_visible()
    expect(page.get_by_role("heading", name="How to prepare")).to_be_visible()
    page.get_by_role("link", name=re.compile("^Next free day:")).click()
    expect(page).to_have_url(re.compile(f"day={full + timedelta(days=1)}"))
    expect(page.get_by_role("heading", name="Day and time")).to_be_focused()
    page.get_by_role("main").get_by_role("link", name=re.compile("1 place$")).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check and book")
    expect(page.get_by_role("heading", name="How to prepare")).to_be_visible()
