"""The page that books a visit: its address, controls and result."""

import re
from datetime import datetime

from playwright.sync_api import Locator, Page

from tests.hospital import Person, later_time

BOOKED = re.compile(r"/appointments/\d+\?new$")
"""The address after a booking."""


def book_page(doctor: Person, start: datetime | None = None) -> str:
    """Return the address that books a time of the doctor; without `start` a free time at least ten minutes ahead."""
    chosen = start or later_time(doctor.http, doctor.id)
    return f"/doctors/{doctor.id}/book?start={chosen:%Y-%m-%dT%H:%M:%SZ}"


def times(page: Page) -> Locator:
    """Return the links of a week's free times."""
    return page.get_by_role("region", name="Free times").get_by_role("listitem").get_by_role("link")


def reason(page: Page) -> Locator:
    return page.get_by_label("Reason for the appointment")


def submit(page: Page) -> Locator:
    return page.get_by_role("button", name="Book this appointment")
