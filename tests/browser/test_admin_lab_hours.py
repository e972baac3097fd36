"""The administrator sets the laboratory's hours; bookings outside them are named before anything is saved."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from tests.browser.conftest import RolePage
from tests.browser.people import People
from tests.world import made

PATH = "/api/admin/lab-hours"


def test_hours_name_bookings_outside_before_saving(people: People, role_page: RolePage, expected: list[str]) -> None:
    expected.append("409 .*/api/admin/lab-hours")
    patient = people.new_patient("Hanno Hours")
    day = datetime.now(UTC).date() + timedelta(days=30)
    http = people["admin"].http
    before = made(http.get(PATH), 200)
    slots = made(people[patient].http.get("/api/labs/slots", params={"day": f"{day}"}), 200)["items"]
    made(people[patient].http.post("/api/labs/bookings", json={"test_codes": ["CRP"], "starts_at": slots[-1]["starts_at"]}))
    page = role_page("admin")
    page.goto("/admin/tests")
    page.get_by_role("link", name="Laboratory hours").click()
    try:
        page.get_by_label(f"{day:%A}").fill("7:05-8:00")
        page.get_by_role("button", name="Save hours").click()
        expect(page.get_by_role("alert")).to_contain_text("on quarters of an hour")
        page.get_by_label(f"{day:%A}").fill("07:00-07:15")
        page.get_by_role("button", name="Save hours").click()
        expect(page.get_by_text("Hanno Hours")).to_be_visible()
        assert made(http.get(PATH), 200)["version"] == before["version"]
        page.get_by_role("button", name="Save hours, keep these bookings").click()
        expect(page.get_by_text("The hours are saved.")).to_be_visible()
        slots = made(people[patient].http.get("/api/labs/slots", params={"day": f"{day}"}), 200)["items"]
        assert len(slots) == 1
        page.get_by_role("button", name="Add a closed day").click()
        page.get_by_label("Day", exact=True).fill(f"{day}")
        page.get_by_label("Reason, such as a holiday").fill("Stocktaking")
        page.get_by_role("button", name="Save hours").click()
        page.get_by_role("button", name="Save hours, keep these bookings").click()
        expect(page.get_by_text("The hours are saved.")).to_be_visible()
        assert made(people[patient].http.get("/api/labs/slots", params={"day": f"{day}"}), 200)["items"] == []
    finally:
        made(http.put(PATH, json={"rules": before["rules"], "accept_outside": True}), 200)
