"""Sign-in by keyboard, and during an outage of the gateway."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.measures import settled, tab_to, unfocused
from tests.browser.people import People
from tests.browser.stack import Stack
from tests.hospital import PASSWORD


def test_sign_in_works_by_keyboard(page: Page, people: People) -> None:
    page.goto("/sign-in")
    settled(page)
    tab_to(page, page.get_by_label("E-mail address"))
    page.keyboard.type(people.email("pat"))
    tab_to(page, page.get_by_label("Password", exact=True))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("banner")).to_contain_text("Pat Morgan")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    tab_to(page, page.get_by_role("link").last)
    assert unfocused(page) is None


def test_wrong_password_keeps_the_address_and_is_refused(
    page: Page, people: People, expected: list[str], clicks: Callable[[Page], int]
) -> None:
    expected.append("401 .*/auth/login$")
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(people.email("pat"))
    page.get_by_label("Password", exact=True).fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("E-mail address")).to_have_value(people.email("pat"))
    assert clicks(page) == 1


def test_sign_in_during_gateway_outage_is_retried(open_page: OpenPage, stack: Stack, people: People, expected: list[str]) -> None:
    expected.append("502 .*/auth/login$")
    page = open_page(stack.proxy_url)
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(people.email("pat"))
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    with stack.down("gateway"):
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_be_visible()
        expect(page.get_by_label("Password", exact=True)).to_have_value(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).not_to_have_url(re.compile("/sign-in"))
    expect(page.get_by_role("banner")).to_contain_text("Pat Morgan")
