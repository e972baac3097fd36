"""A receptionist who is a patient too: the link on Security, the choice after sign-in, and the switch in the menu."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, RolePage
from tests.browser.people import People
from tests.hospital import PASSWORD, Hospital


def sign_in(page: Page, email: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_receptionist_links_and_opens_own_record(
    people: People, hospital: Hospital, role_page: RolePage, open_page: OpenPage
) -> None:
    work, record = people.new_receptionist(), people.new_patient("Rolf Rezeption")
    page = role_page(work)
    page.goto("/security")
    own = page.get_by_role("region", name="Your own record")
    own.get_by_label("E-mail").fill(people.email(record))
    own.get_by_label("Password of your record").fill(PASSWORD)
    own.get_by_role("button", name="Link my record").click()
    expect(own.get_by_text("Your record is linked.")).to_be_visible()
    # another device asks once
    page = open_page(hospital.url)
    sign_in(page, people.email(work))
    expect(page.get_by_role("heading", name="Work or my own record?")).to_be_visible()
    page.get_by_role("button", name="My own record").click()
    expect(page).to_have_url(re.compile("/home$"))
    account_menu = page.get_by_role("button", name=re.compile("Signed in as"))
    account_menu.click()
    page.get_by_role("button", name="Back to work").click()
    expect(page).to_have_url(re.compile("/desk$"))
    account_menu.click()
    page.get_by_role("button", name="Open my own record").click()
    expect(page).to_have_url(re.compile("/home$"))
    # a reload stays in the record, and a sign-out ends both
    page.reload()
    expect(page).to_have_url(re.compile("/home$"))
    account_menu.click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out")).to_be_visible()
    sign_in(page, people.email(work))
    # this device remembers the record
    expect(page).to_have_url(re.compile("/home$"))
    page.goto("/security")
    at_work = page.get_by_role("region", name="Your work account")
    expect(at_work.get_by_text("To remove the link, go back to work")).to_be_visible()
