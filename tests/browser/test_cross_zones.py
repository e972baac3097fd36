"""Pages show clinic times in every browser time zone, also on days of a clock change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.browser.booking import times
from tests.browser.conftest import OpenPage
from tests.hospital import Hospital, Person, free_times

pytestmark = pytest.mark.clock

CLINIC = ZoneInfo("Europe/Berlin")


def next_change() -> date:
    """Return the next day, from tomorrow on, on which the clinic's clocks change."""
    today = datetime.now(CLINIC).date()
    days = [today + timedelta(days=n) for n in range(1, 300)]
    return next(day for day in days if _noon(day).utcoffset() != _noon(day - timedelta(days=1)).utcoffset())


def spoken(instant: datetime) -> str:
    """Return a link's name: 'Sunday 28 March 2027, 03:00', with the UTC offset in the repeated hour."""
    here = instant.astimezone(CLINIC)
    is_repeated = here.replace(fold=0).utcoffset() != here.replace(fold=1).utcoffset()
    hours = (here.utcoffset() or timedelta()) // timedelta(hours=1)
    return f"{here:%A} {here.day} {here:%B %Y, %H:%M}" + (f" GMT+{hours}" if is_repeated else "")


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Honolulu", "Australia/Lord_Howe", "Europe/Berlin"])
def test_week_of_clock_change_shows_clinic_times(open_page: OpenPage, hospital: Hospital, doctor: Person, zone: str) -> None:
    change = next_change()
    week = change - timedelta(days=3)
    free = free_times(doctor.http, doctor.id, start=week.isoformat())
    page = open_page(hospital.url, timezone_id=zone)
    page.goto(f"/doctors/{doctor.id}?week={week}")
    links = times(page)
    expect(links).to_have_count(len(free))
    assert links.evaluate_all("(links) => links.map((link) => link.getAttribute('aria-label'))") == list(map(spoken, free))
    expect(page.get_by_role("main")).to_contain_text("All times are Berlin time, GMT+")
    expect(page.get_by_text("your device is set to another time zone")).to_have_count(int(zone != CLINIC.key))
    first = next(time for time in free if time.astimezone(CLINIC).date() == change)
    page.get_by_role("link", name=spoken(first), exact=True).click()
    expect(page.get_by_role("main")).to_contain_text(spoken(first).partition(",")[0])
    assert f"start={first.astimezone(UTC):%Y-%m-%dT%H}" in page.url


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=CLINIC)
