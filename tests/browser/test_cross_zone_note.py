"""The note of a device in another time zone, that times are the clinic's: its layout, print, zones and language.

test_german_pages.py looks for it on every page.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import measures
from tests.browser.conftest import OpenPage
from tests.browser.demo_pages import DemoPages
from tests.browser.measures import settled
from tests.browser.pages import VIEWS
from tests.hospital import Hospital

NOTE = re.compile(r"clinic time \(Berlin, now GMT\+[12]\); your device is set to another time zone")


@pytest.fixture(scope="module")
def abroad(browser: Browser, demo: Hospital) -> Iterator[DemoPages]:
    """Return pages of devices in another zone than the clinic's."""
    with ExitStack() as closing:
        yield DemoPages(browser, demo, closing, {"timezone_id": "America/New_York"})


def test_zone_note_fits_narrow_screens_and_is_accessible(abroad: DemoPages) -> None:
    page = abroad.show(VIEWS[0])
    for look in measures.in_looks(page, measures.OPPOSITE):
        expect(page.get_by_text(NOTE)).to_be_visible()
        assert measures.sideways(page) + measures.axe(page) == [], look


def test_zone_note_is_not_printed(abroad: DemoPages) -> None:
    view = next(view for view in VIEWS if view.path == "/appointments")
    assert "your device" not in measures.printed(abroad.show(view)).text


@pytest.mark.clock
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
