"""Roles that need a second factor are led to its set-up before any other page, in both languages."""

import re
from collections.abc import Iterator

import pyotp
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.people import signed_in
from tests.browser.stack import portals
from tests.hospital import ADMIN, PASSWORD, Hospital

WORDS = {
    "en": (
        "Set up an authenticator app",
        "Your password",
        "Continue",
        "The code that the app shows now",
        "Switch on",
        "The hospital asks your role",
    ),
    "de": (
        "Authenticator-App einrichten",
        "Ihr Passwort",
        "Weiter",
        "Der Code, den die App jetzt zeigt",
        "Einschalten",
        "Das Krankenhaus verlangt",
    ),
}


@pytest.fixture
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    """Run a hospital that demands a second factor of administrators."""
    folder = tmp_path_factory.mktemp("strict")
    demands = {"CAREPLUS_SECOND_FACTOR_ROLES": "admin", "CAREPLUS_WEB": str(portals(folder))}
    with Hospital(folder, extra=demands).running_with_admin() as running:
        yield running


@pytest.mark.parametrize(("locale", "kept"), [("en-GB", "I have saved them"), ("de-DE", "Ich habe sie aufbewahrt")])
def test_admin_is_led_to_enrolment_first(strict: Hospital, open_page: OpenPage, locale: str, kept: str) -> None:
    page = open_page(strict.url, signed_in(strict, ADMIN), locale=locale)
    set_up, password, onwards, first_code, switch_on, demanded = WORDS[locale[:2]]
    page.goto("/admin/people")
    expect(page).to_have_url(re.compile("/security$"))
    expect(page.get_by_text(demanded)).to_be_visible()
    page.get_by_role("button", name=set_up).click()
    page.get_by_label(password, exact=True).fill(PASSWORD)
    page.get_by_role("button", name=onwards, exact=True).click()
    secret = page.locator("code.secret").inner_text().replace(" ", "")
    page.get_by_label(first_code).fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name=switch_on, exact=True).click()
    page.get_by_role("button", name=kept).click()
    expect(page.get_by_text(demanded)).to_be_hidden()
    page.goto("/admin/people")
    expect(page).to_have_url(re.compile("/admin/people$"))
    expect(page.get_by_role("search").first).to_be_visible()
