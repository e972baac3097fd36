"""Account security: forgotten and changed passwords, the second factor, and signed-in devices."""

import re

import pyotp
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, RolePage
from tests.browser.measures import settled, unfocused
from tests.browser.people import People, signed_in
from tests.browser.test_cross_session import end_session
from tests.hospital import PASSWORD, Hospital
from tests.mailbox import reset_code

NEW = "nine-loud-kestrels-at-dawn"
WRONG_CODE = "401 .*/auth/login$"


def sign_in(page: Page, email: str, password: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def set_up(page: Page) -> tuple[pyotp.TOTP, list[str]]:
    """Enable the second factor by typing the secret; return the TOTP and the recovery codes."""
    page.goto("/security")
    page.get_by_role("button", name="Set up an authenticator app").click()
    page.get_by_label("Your password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("img", name=re.compile("^QR code"))).to_be_visible()
    totp = pyotp.TOTP(page.locator("code.secret").inner_text().replace(" ", ""))
    page.get_by_label("The code that the app shows now").fill(totp.now())
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_role("heading", name=re.compile("Save these recovery codes"))).to_be_focused()
    return totp, page.locator(".recovery-codes code").all_inner_texts()


def test_changed_password_ends_other_sessions(people: People, patient: str, role_page: RolePage, page: Page) -> None:
    here, elsewhere = role_page(patient), role_page(patient)
    elsewhere.goto("/home")
    here.goto("/security")
    expect(here.get_by_text("This device")).to_have_count(1)
    here.get_by_label("Current password").fill(PASSWORD)
    here.get_by_label("New password", exact=True).fill(NEW)
    here.get_by_role("button", name="Change password").click()
    expect(here.get_by_role("status").filter(has_text="Your password is changed.")).to_be_visible()
    expect(here.locator(".devices > li")).to_have_count(1)
    # the other session's refresh cookie is revoked
    origin = elsewhere.evaluate("() => location.origin")
    answer = elsewhere.context.request.post("/auth/refresh", headers={"X-CarePlus": "1", "Origin": origin})
    assert answer.status == 401
    here.goto("/home")
    expect(here.get_by_role("heading", level=1)).to_contain_text("Hello")
    sign_in(page, people.email(patient), NEW)
    expect(page).to_have_url(re.compile("/home$"))


def test_password_error_is_shown_at_its_field(patient: str, role_page: RolePage, expected: list[str]) -> None:
    expected += ["403 .*/auth/password$", "422 .*/auth/password$"]
    page = role_page(patient)
    page.goto("/security")
    for current, chosen, problem in (
        ("not the password", NEW, "That is not your current password."),
        (PASSWORD, "password1", "This is one of the passwords that are tried first."),
    ):
        page.get_by_label("Current password").fill(current)
        page.get_by_label("New password", exact=True).fill(chosen)
        page.get_by_role("button", name="Change password").click()
        expect(page.get_by_role("alert")).to_be_focused()
        expect(page.get_by_role("alert")).to_contain_text(problem)
        expect(page.locator(".field.wrong")).to_contain_text(problem)


def test_forgotten_password_is_reset_by_mail(
    page: Page, hospital: Hospital, people: People, patient: str, expected: list[str]
) -> None:
    expected.append("403 .*/auth/password/reset$")
    page.goto("/sign-in")
    page.get_by_role("link", name="Forgotten your password?").click()
    page.get_by_label("E-mail address").fill(people.email(patient))
    page.get_by_role("button", name="Send me the link").click()
    expect(page.get_by_text("an e-mail is on its way")).to_be_visible()
    code = reset_code(hospital, people.email(patient))
    for attempt in ("used once", "used twice"):
        page.goto("/help")
        page.goto(f"/password#code={code}")
        page.get_by_label("New password", exact=True).fill(f"{NEW} {attempt}")
        page.get_by_role("button", name="Set new password").click()
        if attempt == "used once":
            expect(page).to_have_url(re.compile("/sign-in$"))
            expect(page.get_by_role("status").filter(has_text="Your new password is set.")).to_be_visible()
    expect(page.get_by_role("heading", name="This link does not work any more")).to_be_focused()
    page.get_by_role("button", name="Ask for another link").click()
    expect(page.get_by_role("heading", name="Forgotten your password?")).to_be_focused()
    assert "#" not in page.url
    sign_in(page, people.email(patient), f"{NEW} used once")
    expect(page).to_have_url(re.compile("/home$"))


def test_reset_for_unknown_address_looks_the_same(page: Page) -> None:
    page.goto("/password")
    page.get_by_label("E-mail address").fill("nobody-at-all@example.org")
    page.get_by_role("button", name="Send me the link").click()
    expect(page.get_by_text("If there is an account for nobody-at-all@example.org, an e-mail is on its way.")).to_be_visible()


def test_sign_in_asks_for_second_factor(
    hospital: Hospital, people: People, patient: str, role_page: RolePage, page: Page, expected: list[str]
) -> None:
    expected.append(WRONG_CODE)
    _, codes = set_up(role_page(patient))
    assert len(set(codes)) == 10
    sign_in(page, people.email(patient), PASSWORD)
    code = page.get_by_label("Code of your authenticator app")
    expect(code).to_be_focused()
    expect(code).to_have_attribute("autocomplete", "one-time-code")
    expect(page.get_by_label("Password", exact=True)).to_have_value(PASSWORD)
    code.fill("000000")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("This code is wrong, too old or was used already.")
    page.get_by_role("button", name="Use a recovery code instead").click()
    expect(page.get_by_label("Recovery code")).to_be_focused()
    page.get_by_label("Recovery code").fill(codes[0])
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(re.compile("/home$"))


def test_expired_session_dialog_asks_for_second_factor(patient: str, role_page: RolePage, expected: list[str]) -> None:
    expected.append("401 ")
    page = role_page(patient)
    _, codes = set_up(page)
    page.goto("/prescriptions")
    settled(page)
    page.wait_for_load_state("networkidle")  # a request of the page would open the dialog before the click
    end_session(page)
    page.get_by_role("link", name="Referrals").first.click()
    dialog = page.get_by_role("dialog", name="Your session has ended")
    dialog.get_by_label("Password", exact=True).fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in and go on").click()
    expect(dialog.get_by_label("Code of your authenticator app")).to_be_focused()
    expect(dialog.get_by_label("Password", exact=True)).to_have_value(PASSWORD)
    dialog.get_by_role("button", name="Use a recovery code instead").click()
    dialog.get_by_label("Recovery code").fill(codes[1])
    dialog.get_by_role("button", name="Sign in and go on").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_have_text("Referrals")


def test_disabling_second_factor_opens_no_session(patient: str, role_page: RolePage) -> None:
    page = role_page(patient)
    _, codes = set_up(page)
    devices = page.locator(".devices > li")
    # switching the factor on ended the session that made the account
    expect(devices).to_have_count(1)
    page.get_by_role("button", name="I have saved them").click()
    expect(page.get_by_text(codes[0])).to_have_count(0)
    page.get_by_role("button", name="Switch off").click()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Use a recovery code instead").click()
    page.get_by_label("Recovery code").fill(codes[2])
    page.get_by_role("button", name="Switch off").click()
    expect(page.get_by_role("status").filter(has_text="The second factor is off.")).to_be_visible()
    expect(page.get_by_role("button", name="Set up an authenticator app")).to_be_visible()
    expect(devices).to_have_count(1)
    expect(devices.filter(has_text="This device")).to_have_count(1)


def test_admin_disables_lost_second_factor(people: People, patient: str, role_page: RolePage, page: Page) -> None:
    theirs, admin = role_page(patient), role_page("admin")
    set_up(theirs)
    admin.goto(f"/admin/people/{people[patient].id}")
    admin.get_by_role("button", name="Switch second factor off").click()
    expect(admin.get_by_role("button", name="Keep it on")).to_be_focused()
    admin.get_by_role("dialog").get_by_role("button", name="Switch second factor off").click()
    expect(admin.get_by_role("heading", name="Sign-in")).to_be_focused()
    expect(admin.get_by_role("button", name="Switch second factor off")).to_have_count(0)
    # the account is as open as before
    expect(admin.get_by_text("This person can sign in.")).to_be_visible()
    sign_in(page, people.email(patient), PASSWORD)
    expect(page).to_have_url(re.compile("/home$"))


def test_signing_a_device_out_ends_its_session(
    hospital: Hospital, people: People, patient: str, role_page: RolePage, open_page: OpenPage
) -> None:
    page = role_page(patient)
    other = open_page(hospital.url, signed_in(hospital, people.email(patient)))
    page.goto("/security")
    expect(page.locator(".devices > li").first).to_contain_text("This device")
    page.get_by_role("button", name=re.compile("^End ")).first.click()
    expect(page.get_by_role("button", name="Keep signed in")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert unfocused(page) is None
    page.get_by_role("button", name="End all others").click()
    page.get_by_role("dialog").get_by_role("button", name="End", exact=True).click()
    expect(page.locator(".devices > li")).to_have_count(1)
    expect(page.get_by_role("heading", name="Where you are signed in")).to_be_focused()
    origin = page.evaluate("() => location.origin")
    answer = other.context.request.post("/auth/refresh", headers={"X-CarePlus": "1", "Origin": origin})
    assert answer.status == 401
