"""Administrators see the devices of an account, sign them out, and type their password before they lock an account."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from tests import databases
from tests.browser.conftest import OpenPage, RolePage
from tests.browser.people import People, signed_in
from tests.hospital import PASSWORD, Hospital


def test_admin_ends_all_sessions_of_an_account(people: People, role_page: RolePage, patient: str) -> None:
    page = role_page("admin")
    page.goto(f"/admin/people/{people[patient].id}")
    page.get_by_role("link", name="Where they are signed in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Devices of")
    page.get_by_role("button", name="End all sessions").click()
    page.get_by_role("dialog").get_by_role("button", name="End", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="The session is ended.")).to_be_focused()
    expect(page.get_by_text("This account is signed in nowhere.")).to_be_visible()


def test_locking_asks_password_after_old_sign_in(
    people: People, open_page: OpenPage, hospital: Hospital, patient: str, expected: list[str]
) -> None:
    expected.append("403 ")
    # other tests need the recent sign-in of the shared administrator
    locker = hospital.invite(people.admin, "locker@example.org", "Ada Locker", "admin")
    page = open_page(hospital.url, signed_in(hospital, "locker@example.org"))
    page.goto(f"/admin/people/{people[patient].id}")
    page.get_by_role("button", name="Lock account").click()
    old = f"{datetime.now(UTC) - timedelta(minutes=11):%Y-%m-%dT%H:%M:%SZ}"
    databases.execute(hospital.database, "UPDATE sessions SET created_at = ? WHERE account_id = ?", old, locker.id)
    locker.http.close()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Lock account").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Type your own password")
    dialog.get_by_label("Your own password").fill("not-it")
    dialog.get_by_role("button", name="Lock account").click()
    expect(dialog.get_by_role("alert")).to_contain_text("not your current password")
    dialog.get_by_label("Your own password").fill(PASSWORD)
    dialog.get_by_role("button", name="Lock account").click()
    expect(page.get_by_text("This account is locked")).to_be_visible()
