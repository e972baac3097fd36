"""Pages show clinic times in every browser time zone, also on days of a clock change."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import measures
from tests.browser.booking import times
from tests.browser.conftest import OpenPage
from tests.browser.demo_pages import DemoPages
from tests.browser.measures import settled
from tests.browser.pages import VIEWS, View
from tests.hospital import Hospital, Person, free_times

pytestmark = pytest.mark.clock

CLINIC = ZoneInfo("Europe/Berlin")
NOTE = re.compile(r"clinic time \(Berlin, now GMT\+[12]\); your device is set to another time zone")


@pytest.fixture(scope="module")
def abroad(browser: Browser, demo: Hospital) -> Iterator[DemoPages]:
    """Return pages of devices whose zone is not the clinic's."""
    with ExitStack() as closing:
        yield DemoPages(browser, demo, closing, {"timezone_id": "America/New_York"})


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_page_abroad_has_one_zone_note(abroad: DemoPages, view: View) -> None:
    # the note is drawn with the frame, before the page has settled
    page = abroad.show(view)
    assert page.get_by_text(NOTE).count() == 1
    assert page.get_by_text(re.compile("your device", re.IGNORECASE)).count() == 1


def test_zone_note_fits_narrow_screens_and_is_accessible(abroad: DemoPages) -> None:
    page = abroad.show(VIEWS[0])
    for look in measures.in_looks(page, measures.OPPOSITE):
        expect(page.get_by_text(NOTE)).to_be_visible()
        assert measures.sideways(page) + measures.axe(page) == [], look


def test_zone_note_is_not_printed(abroad: DemoPages) -> None:
    view = next(view for view in VIEWS if view.path == "/appointments")
    assert "your device" not in measures.printed(abroad.show(view)).text


@pytest.mark.parametrize(
    ("zone", "notes"),
    [("Europe/Berlin", 0), ("Europe/Paris", 0), ("Africa/Lagos", 1), ("Africa/Johannesburg", 1)],
)
def test_zone_note_is_for_other_times_only(open_page: OpenPage, hospital: Hospital, zone: str, notes: int) -> None:
    # Lagos has the clinic's time in winter only, Johannesburg in summer only
    page = open_page(hospital.url, timezone_id=zone)
    page.goto("/")
    assert settled(page).get_by_text(NOTE).count() == notes


def test_zone_note_is_german_on_german_devices(open_page: OpenPage, hospital: Hospital) -> None:
    page = open_page(hospital.url, timezone_id="America/New_York", locale="de-DE")
    page.goto("/")
    expect(page.get_by_text("Ihr Gerät ist auf eine andere Zeitzone eingestellt.")).to_be_visible()


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
    expect(page.get_by_text(NOTE)).to_have_count(int(zone != CLINIC.key))
    first = next(time for time in free if time.astimezone(CLINIC).date() == change)
    page.get_by_role("link", name=spoken(first), exact=True).click()
    expect(page.get_by_role("main")).to_contain_text(spoken(first).partition(",")[0])
    assert f"start={first.astimezone(UTC):%Y-%m-%dT%H}" in page.url


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=CLINIC)
