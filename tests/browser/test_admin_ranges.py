"""The administrator changes a value's ranges as a new version; the preview follows the fields."""

from playwright.sync_api import expect

from tests.browser.conftest import RolePage
from tests.browser.people import People
from tests.world import made

ZINC = {"code": "zinc-page", "name": "Zinc on a page", "loinc": "5763-8", "kind": "quantity", "unit": "ug/dL", "source": "Ours"}


def test_new_version_of_ranges_is_saved_and_listed(people: People, role_page: RolePage) -> None:
    http = people["admin"].http
    made(http.post("/api/labs/analytes", json={**ZINC, "ranges": [{"age_from_days": 6574, "low": 70, "high": 120}]}))
    page = role_page("admin")
    page.goto("/admin/tests")
    page.get_by_role("link", name="Values and ranges").click()
    page.get_by_label("Search values").fill("zinc-page")
    page.locator("#main").get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Zinc on a page").click()
    expect(page.get_by_text("No range, so no flag, for: Female 0d")).to_be_visible()
    page.get_by_label("Usual to").fill("60")
    page.get_by_label("Source").fill("New analyser")
    page.get_by_role("button", name="Save new version").click()
    expect(page.get_by_role("alert")).to_contain_text("bounds that rise")
    page.get_by_label("Usual to").fill("130")
    expect(page.get_by_role("figure")).to_contain_text("Usual range: 70 to 130 µg/dL")
    page.get_by_label("Critical at or above").fill("300")
    page.get_by_role("button", name="Save new version").click()
    expect(page.get_by_role("heading", name="For samples from")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="critical ≥ 300").first).to_be_visible()
    history = made(http.get("/api/labs/analytes/zinc-page/history"), 200)["items"]
    assert [(one["version"], one["source"], one["ranges"][0]["critical_high"]) for one in history] == [
        (2, "New analyser", 300),
        (1, "Ours", None),
    ]
