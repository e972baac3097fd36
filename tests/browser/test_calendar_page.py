"""The page of calendar feeds: an address is made, read, and stopped."""

from icalendar import Calendar
from playwright.sync_api import Page, expect

from tests.browser.conftest import RolePage
from tests.browser.people import People


def test_patient_adds_and_stops_a_calendar(people: People, role_page: RolePage) -> None:
    page: Page = role_page(people.new_patient())
    page.goto("/profile")
    page.get_by_role("link", name="Calendar of your phone").click()
    page.get_by_role("button", name="Make an address").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter a name")
    page.get_by_label("Name").fill("Phone")
    page.get_by_role("button", name="Make an address").click()
    address = page.locator(".feed-address").inner_text()
    expect(page.get_by_role("link", name="Open in the calendar of this device")).to_have_attribute(
        "href", address.replace("http:", "webcal:")
    )
    read = page.request.get(address)
    assert (read.status, read.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert Calendar.from_ical(read.text()).walk("VEVENT") == []
    page.reload()
    expect(page.get_by_role("button", name="Stop Phone")).to_be_visible()
    expect(page.locator(".feed-address")).to_have_count(0)
    page.get_by_role("button", name="Stop Phone").click()
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("No calendar reads your visits.")).to_be_visible()
    assert page.request.get(address).status == 410
