"""The server's clock as a page reads it."""

from datetime import datetime
from email.utils import format_datetime

from playwright.sync_api import Page

DATE_HEADER = """const get = Headers.prototype.get;
Headers.prototype.get = function (name) {{ return name === "Date" ? "{}" : get.call(this, name); }};"""


def set_server_clock(page: Page, now: datetime) -> None:
    """Make every response carry this `Date` in the pages opened from now on."""
    page.add_init_script(DATE_HEADER.format(format_datetime(now, usegmt=True)))
