"""Passkeys in the portals, with a virtual authenticator of Chromium: added, used at sign-in and again, and removed."""

import re
import secrets
from collections.abc import Iterator

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.stack import portals
from tests.browser.test_account_security import sign_in
from tests.browser.test_cross_session import end_session
from tests.hospital import PASSWORD, Hospital

NOT_YET = "401 .*/auth/login$"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    """Run a hospital with the origins of a new installation: localhost, the domain of its passkeys, and 127.0.0.1."""
    folder = tmp_path_factory.mktemp("home")
    with Hospital(folder, extra={"CAREPLUS_WEB": str(portals(folder))}).running_with_admin() as running:
        yield running


@pytest.fixture
def email(home: Hospital) -> str:
    """Return the address of a new patient."""
    address = f"{secrets.token_hex(4)}@example.org"
    home.register(address, "Nia Novak").http.close()
    return address


@pytest.fixture
def local(open_page: OpenPage, home: Hospital) -> Page:
    return open_page(f"http://localhost:{home.port}")


def authenticator(page: Page) -> tuple[CDPSession, str]:
    """Give the page an authenticator; return the session of the protocol and its id."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    return session, session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})["authenticatorId"]


def add_passkey(page: Page, name: str) -> None:
    page.goto("/security")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_label("Name")).to_be_focused()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Your password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", name=re.compile("Save these recovery codes"))).to_be_focused()
    page.get_by_role("button", name="I have saved them").click()
    expect(page.get_by_role("listitem").filter(has_text=name)).to_contain_text("Not used yet")


def test_passkey_is_added_used_and_removed(local: Page, email: str, expected: list[str]) -> None:
    expected += ["401 "]
    page = local
    session, key = authenticator(page)
    sign_in(page, email, PASSWORD)
    expect(page).to_have_url(re.compile("/home$"))
    add_passkey(page, "My laptop")
    [made] = session.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"]
    assert (made["rpId"], made["isResidentCredential"]) == ("localhost", True)
    # a session that ended is opened again by the passkey
    page.goto("/prescriptions")
    page.wait_for_load_state("networkidle")  # a request of the page would open the dialog before the click
    end_session(page)
    page.get_by_role("link", name="Referrals").first.click()
    dialog = page.get_by_role("dialog", name="Your session has ended")
    dialog.get_by_label("Password", exact=True).fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in and go on").click()
    expect(dialog.get_by_role("button", name="Use a passkey")).to_be_focused()
    expect(dialog.get_by_label("Recovery code")).to_be_visible()
    dialog.get_by_role("button", name="Use a passkey").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_have_text("Referrals")
    # the passkey proves the person that removes it
    page.goto("/security")
    expect(page.get_by_role("listitem").filter(has_text="My laptop")).to_contain_text("Last used")
    page.get_by_role("button", name="Remove My laptop").click()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Remove", exact=True).click()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("status").filter(has_text="The second factor is off.")).to_be_visible()
    expect(page.get_by_text("My laptop")).to_have_count(0)
    expect(page.locator(".devices > li")).to_have_count(1)


@pytest.mark.parametrize(
    ("locale", "use", "wrong", "enter"),
    [
        ("en-GB", "Use a passkey", "The passkey was not used.", "Sign in"),
        ("de-DE", "Passkey verwenden", "Der Passkey wurde nicht verwendet.", "Anmelden"),
    ],
)
def test_sign_in_offers_passkey_or_code(
    home: Hospital,
    email: str,
    open_page: OpenPage,
    local: Page,
    expected: list[str],
    locale: str,
    use: str,
    wrong: str,
    enter: str,
) -> None:
    expected.append(NOT_YET)
    session, key = authenticator(local)
    sign_in(local, email, PASSWORD)
    expect(local).to_have_url(re.compile("/home$"))
    add_passkey(local, "Phone")
    credentials = session.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"]
    page = open_page(f"http://localhost:{home.port}", locale=locale)
    other, empty = authenticator(page)
    page.goto("/sign-in")
    page.locator("#email").fill(email)
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name=enter, exact=True).click()
    expect(page.get_by_role("button", name=use)).to_be_focused()
    # this device has no passkey of the account
    page.get_by_role("button", name=use).click()
    expect(page.get_by_role("alert").filter(has_text=wrong)).to_be_visible()
    other.send("WebAuthn.addCredential", {"authenticatorId": empty, "credential": credentials[0]})
    page.get_by_role("button", name=use).click()
    expect(page).to_have_url(re.compile("/home$"))


def test_passkey_at_another_address_is_explained(open_page: OpenPage, home: Hospital, email: str) -> None:
    page = open_page(home.url)
    authenticator(page)
    sign_in(page, email, PASSWORD)
    expect(page).to_have_url(re.compile("/home$"))
    page.goto("/security")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_label("Name").fill("Nowhere")
    page.get_by_label("Your password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("Passkeys do not work at this address of the page.")
