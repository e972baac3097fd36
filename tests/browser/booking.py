"""The page on which a visit is booked, for tests that go through it."""

import re
from datetime import datetime

from playwright.sync_api import Locator, Page

from tests.hospital import Person, free_times

BOOKED = re.compile(r"/appointments/\d+\?new$")
"""Where a booking ends."""


def book_page(doctor: Person, start: datetime | None = None) -> str:
    """The address at which a time of the doctor is checked and booked; the first free one if none is given."""
    chosen = start or free_times(doctor.http, doctor.id)[0]
    return f"/doctors/{doctor.id}/book?start={chosen:%Y-%m-%dT%H:%M:%SZ}"


def times(page: Page) -> Locator:
    """The free times of a week."""
    return page.get_by_role("region", name="Free times").get_by_role("listitem").get_by_role("link")


def reason(page: Page) -> Locator:
    return page.get_by_label("Reason for the appointment")


def submit(page: Page) -> Locator:
    return page.get_by_role("button", name="Book this appointment")
