"""A doctor presses the button, signs in at the provider, and arrives at the day; without the provider the password works."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests.auth.real_provider import RealProvider, needs_provider, running
from tests.browser.conftest import OpenPage
from tests.browser.stack import portals
from tests.hospital import ADMIN, PASSWORD, Hospital

pytestmark = needs_provider
OSEI = "osei@example.org"
ACCOUNTS = {"osei": {"email": OSEI, "email_verified": True, "groups": ["doctors"]}}
BUTTON = "Continue with Klinik-Konto"


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Hospital, RealProvider]]:
    """Run a hospital with a sign-on and one doctor."""
    folder = tmp_path_factory.mktemp("clinic")
    hospital = Hospital(folder)
    with running(hospital, ACCOUNTS) as provider:
        hospital.extra = {
            **provider.settings,
            "CAREPLUS_OIDC_LABEL": "Klinik-Konto",
            "CAREPLUS_ORIGINS": hospital.url,
            "CAREPLUS_WEB": str(portals(folder)),
        }
        with hospital.running_with_admin():
            admin = hospital.sign_in(ADMIN)
            hospital.add_doctor(admin, OSEI, "Dr Ama Osei", "Cardiology").http.close()
            admin.http.close()
            yield hospital, provider


def leave_for_provider(page: Page, provider: RealProvider, expected: list[str]) -> None:
    expected += [f"requested another host: {re.escape(provider.issuer)}/", "requested another host: https://fonts"]
    # the provider's page asks for a font, which no test fetches
    page.route(re.compile("//fonts"), lambda route: route.fulfill(body="", content_type="text/css"))
    page.goto("/doctor")
    expect(page).to_have_url(re.compile("/sign-in"))
    page.get_by_role("button", name=BUTTON).click()


def test_doctor_signs_on_and_arrives_at_the_day(
    clinic: tuple[Hospital, RealProvider], open_page: OpenPage, expected: list[str]
) -> None:
    hospital, provider = clinic
    page = open_page(hospital.url)
    leave_for_provider(page, provider, expected)
    expect(page).to_have_url(re.compile(re.escape(provider.issuer)))
    page.get_by_placeholder("Enter any login").fill("osei")
    page.get_by_placeholder("and password").fill("any")
    page.get_by_role("button", name="Sign-in").click()
    expect(page).to_have_url(f"{hospital.url}/doctor")
    expect(page.get_by_role("banner")).to_contain_text("Dr Ama Osei")
    # the session is the ordinary one: it survives a reload, and signing out ends it
    page.reload()
    expect(page.get_by_role("banner")).to_contain_text("Dr Ama Osei")


def test_lost_provider_leaves_the_password(
    clinic: tuple[Hospital, RealProvider], open_page: OpenPage, expected: list[str]
) -> None:
    hospital, provider = clinic
    expected.append("503 .*/auth/oidc/callback$")

    def end_provider(route: Route) -> None:
        provider.process.kill()
        route.continue_()

    page = open_page(hospital.url)
    leave_for_provider(page, provider, expected)
    page.get_by_placeholder("Enter any login").fill("osei")
    page.get_by_placeholder("and password").fill("any")
    # the code is exchanged by the hospital: a provider that ends before that does not answer
    page.route("**/auth/oidc/callback", end_provider)
    page.get_by_role("button", name="Sign-in").click()
    expect(page.get_by_role("alert")).to_contain_text("does not answer")
    page.get_by_label("E-mail address").fill(OSEI)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("banner")).to_contain_text("Dr Ama Osei")
