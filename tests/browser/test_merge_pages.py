"""An administrator compares two records of one patient, merges them and undoes it; reception sees the duplicates."""

from playwright.sync_api import expect

from tests.browser.conftest import RolePage
from tests.hospital import Person
from tests.world import made


def two_records(admin: Person, name: str) -> tuple[int, int]:
    """Return a record with a phone number and a newer one of the same patient."""
    body = {"full_name": name, "date_of_birth": "1962-02-03", "sex": "female", "another_person": True}
    kept = made(admin.http.post("/api/reception/patients", json={**body, "phone": "+49 30 5550 9988"}))["id"]
    return kept, made(admin.http.post("/api/reception/patients", json=body))["id"]


def test_records_are_compared_merged_and_separated(admin: Person, role_page: RolePage) -> None:
    kept, merged = two_records(admin, "Merle Merge")
    page = role_page("admin")
    page.goto("/desk/patients/duplicates")
    page.get_by_role("link", name="Compare Merle Merge with Merle Merge").first.click()
    expect(page.get_by_role("heading", name="Merge two records")).to_be_visible()
    page.get_by_role("button", name="Merge the records").click()
    expect(page.get_by_role("alert").first).to_contain_text("Say how you know")
    page.get_by_label("How do you know that both are one person?").fill("Identity card shown")
    page.get_by_role("button", name="Merge the records").click()
    expect(page.get_by_text("The second record of Merle Merge is merged and closed.")).to_be_visible()
    page.goto(f"/desk/patients/{merged}")
    expect(page.get_by_role("link", name="Open the record that goes on")).to_have_attribute("href", f"/desk/patients/{kept}")
    page.get_by_role("link", name="Show the merge").click()
    page.get_by_role("button", name="Undo the merge").click()
    page.get_by_role("dialog").get_by_role("button", name="Undo the merge").click()
    expect(page.get_by_text("The merge of Merle Merge was undone.")).to_be_visible()


def test_reception_sees_duplicates_and_merges_none(admin: Person, role_page: RolePage) -> None:
    two_records(admin, "Rike Reception")
    page = role_page("reception")
    page.goto("/desk/patients/duplicates")
    expect(page.get_by_role("link", name="Rike Reception").first).to_be_visible()
    expect(page.get_by_role("link", name="Compare")).to_have_count(0)
