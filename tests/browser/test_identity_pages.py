"""Pages of identity: consent at registration, a confirmed e-mail address, and details that the desk corrects."""

import re
import secrets

from playwright.sync_api import Page, expect

from tests.browser.conftest import RolePage
from tests.browser.people import People
from tests.hospital import PASSWORD
from tests.mailbox import confirmation_code


def test_registration_needs_the_consent(page: Page) -> None:
    page.goto("/register")
    email = f"consent-{secrets.token_hex(4)}@example.org"
    for label, text in {"Full name": "Cara Consent", "E-mail address": email, "Password": PASSWORD}.items():
        page.get_by_label(label, exact=True).fill(text)
    for label, text in {"Day": "17", "Month": "5", "Year": "1984"}.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_label("Not stated").check()
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("alert")).to_contain_text("tick the box")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="opens in a new tab").click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("Privacy notice")
    opened.value.close()
    page.get_by_label("I have read the privacy notice").check()
    page.get_by_role("button", name="Create account").click()
    expect(page).to_have_url(re.compile("/home$"))
    for address in ("/profile", "/record"):
        page.goto(address)
        consents = page.get_by_role("region", name="What you have agreed to")
        expect(consents.get_by_role("listitem")).to_contain_text("read in English")


def test_link_of_the_mail_confirms_the_address(page: Page, people: People, patient: str, role_page: RolePage) -> None:
    profile = role_page(patient)
    profile.goto("/profile")
    expect(profile.get_by_text(f"{people.email(patient)} (not confirmed)")).to_be_visible()
    code = confirmation_code(people.hospital, people.email(patient))
    page.goto(f"/confirm-email#code={code}")
    page.get_by_role("button", name="Confirm this address").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your e-mail address is confirmed")
    profile.reload()
    expect(profile.get_by_role("region", name="Contact").get_by_text(people.email(patient), exact=True)).to_be_visible()


def test_desk_corrects_a_name_and_the_patient_sees_it(people: People, patient: str, role_page: RolePage) -> None:
    desk = role_page("admin")
    desk.goto(f"/admin/people/{people[patient].id}")
    desk.get_by_role("button", name="Correct them").click()
    desk.get_by_label("Full name").fill("Nia Neumann")
    desk.get_by_role("button", name="Save the correction").click()
    expect(desk.get_by_role("alert")).to_contain_text("Write the reason")
    desk.get_by_label("Reason").fill("Married; identity card shown")
    desk.get_by_role("button", name="Save the correction").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Nia Neumann")
    page = role_page(patient)
    page.goto("/profile")
    about = page.get_by_role("region", name="About you", exact=True)
    expect(about).to_contain_text("Nia Novak → Nia Neumann")
    expect(about).to_contain_text("Married; identity card shown")
    expect(about.get_by_role("textbox")).to_have_count(0)
