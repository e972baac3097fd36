"""The portals show the server's day on a computer with a wrong clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import RolePage
from tests.browser.people import People

CLINIC = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize("off", [timedelta(days=1), timedelta(days=-1)], ids=["ahead", "behind"])
def test_wrong_computer_clock_shows_server_day(people: People, role_page: RolePage, off: timedelta) -> None:
    page = role_page(people.new_doctor())
    page.clock.set_fixed_time(datetime.now(UTC) + off)
    before = datetime.now(CLINIC)
    page.goto("/doctor?day=2030-01-07")
    page.get_by_role("link", name="Today", exact=True).first.click()
    expect(page.get_by_role("link", name="Day before")).to_be_visible()
    days = {f"/doctor?day={day.date() - timedelta(days=1)}" for day in (before, datetime.now(CLINIC))}
    assert page.get_by_role("link", name="Day before").get_attribute("href") in days
