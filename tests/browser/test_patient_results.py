"""A patient's results: summary, values on their range, trend, and no unreleased result."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import care
from tests.browser.conftest import RolePage
from tests.browser.measures import settled
from tests.browser.people import People
from tests.hospital import Person

pytestmark = pytest.mark.clock

CALM = "Please eat more iron; we measure again in spring."


def test_result_page_shows_summary_values_and_trend(people: People, patient: str, doctor: Person, role_page: RolePage) -> None:
    person, lab = people[patient], people["lab"]
    # reference ranges depend on the sex
    details = {"full_name": "Nia Novak", "sex": "female", "reason": "As in the identity card"}
    assert people["admin"].http.put(f"/api/admin/accounts/{person.id}/legal-details", json=details).is_success
    care.visit(person, doctor)
    for value in (12.8, 9.4):
        shown = care.result(person, doctor, lab, {"hemoglobin": value, "leukocytes": 6.1, "platelets": 600}, comment=CALM)
    unreleased = care.result(person, doctor, lab, {"hemoglobin": 8.8})
    page = role_page(patient)
    page.goto("/results")
    expect(page.get_by_role("main").get_by_role("listitem")).to_have_count(2)
    page.get_by_role("main").get_by_role("listitem").get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(rf"/results/{shown['id']}$"))
    expect(page.get_by_text("2 of 3 values are outside the usual range.")).to_be_visible()
    expect(page.get_by_text(CALM).first).to_be_visible()
    values = page.get_by_role("main").locator("ul.values > li")
    expect(values.first).to_contain_text("9.4 g/dL")
    expect(values.first).to_contain_text("Usual range:")
    expect(values.first.locator("svg")).to_be_visible()
    values.first.get_by_role("link", name="See it over time").click()
    expect(settled(page).get_by_text("Measured 2 times.")).to_be_visible()
    # both values have the same minute, so the trend line is vertical
    expect(page.locator("polyline")).to_have_attribute("points", re.compile(r"^\S+ \S+$"))
    rows = page.get_by_role("table").get_by_role("row")
    expect(rows).to_have_count(1 + 2)
    expect(rows.nth(1)).to_contain_text("9.4 g/dL")
    expect(page.get_by_text("8.8")).to_have_count(0)
    assert person.http.get(f"/api/labs/results/{unreleased['id']}").status_code == 404


def test_unreleased_result_is_not_found(
    people: People, patient: str, doctor: Person, role_page: RolePage, expected: list[str]
) -> None:
    expected.append("404 .*/api/labs/results/")
    care.visit(people[patient], doctor)
    unreleased = care.result(people[patient], doctor, people["lab"], {"hemoglobin": 8.8})
    page = role_page(patient)
    page.goto(f"/results/{unreleased['id']}")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no page at this address")
