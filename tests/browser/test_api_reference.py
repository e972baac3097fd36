"""The API reference: "Try it out" works again and again, and leads to the list of refusals."""

import json
import re
import secrets
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from careplus_contracts.registry import ENDPOINTS
from tests.browser.conftest import RolePage
from tests.browser.people import People
from tests.hospital import DETAILS

NAMES = {endpoint.name: endpoint for endpoint in ENDPOINTS}


@pytest.fixture(autouse=True)
def expected_of_library(expected: list[str]) -> None:
    # Swagger UI says this of every operation id with an underscore
    expected.append("escaping deep link whitespace")


def opened(page: Page, name: str) -> Locator:
    """Open an operation in the reference, ready to be tried out."""
    page.goto(f"/docs#{name}")
    tag = NAMES[name].tag.replace(" ", "_")
    operation = page.locator(f"[id='operations-{tag}-{name}']")
    expect(operation.get_by_role("button", name="Execute", exact=True)).to_be_visible()
    return operation


def executed(page: Page, operation: Locator, path: str) -> tuple[Request, Any]:
    """Press Execute, and return the request and the JSON of its answer."""
    address = re.compile(rf"{re.escape(path)}(\?.*)?$")
    with page.expect_response(lambda answer: bool(address.search(answer.url)) and answer.request.method != "OPTIONS") as waited:
        operation.get_by_role("button", name="Execute", exact=True).click()
    return waited.value.request, waited.value.json()


def test_try_it_out_of_a_post_works_twice(page: Page) -> None:
    operation = opened(page, "register")
    for number in range(2):
        body = {
            "email": f"try-{secrets.token_hex(4)}@example.org",
            "password": "seven-quiet-herons",
            "full_name": f"Tia Try {number}",
            **DETAILS,
        }
        operation.locator("textarea.body-param__text").fill(json.dumps(body))
        request, answer = executed(page, operation, "/auth/register")
        assert answer.get("email") == body["email"], answer
        assert "idempotency-key" not in request.headers
        assert "if-match" not in request.headers


def test_try_it_out_changes_a_record_twice(role_page: RolePage, people: People, patient: str) -> None:
    page = role_page(patient)
    operation = opened(page, "update_me")
    expect(page.get_by_role("status")).to_contain_text("Signed in as")
    for phone in ("+49 30 5550 1234", "+49 30 5550 5678"):
        operation.locator("textarea.body-param__text").fill(json.dumps({"phone": phone}))
        _, answer = executed(page, operation, "/auth/me")
        assert answer.get("phone") == phone, answer


def test_try_it_out_sends_only_defaults(role_page: RolePage) -> None:
    page = role_page("doctor")
    operation = opened(page, "list_visits")
    expect(page.get_by_role("status")).to_contain_text("Signed in as")
    request, answer = executed(page, operation, "/api/doctor/appointments")
    assert dict(parse_qsl(urlsplit(request.url).query)) == {"limit": "20", "unsigned": "false"}
    assert "items" in answer
    assert "if-none-match" not in request.headers


def test_reference_links_the_list_of_refusals(page: Page) -> None:
    page.goto("/docs")
    page.get_by_role("banner").get_by_role("link", name="All refusals").click()
    expect(page).to_have_url("/docs/problems")
    slot_taken = page.locator("section", has=page.locator("#slot_taken"))
    expect(slot_taken).to_contain_text("alternatives")
    slot_taken.get_by_role("link", name="book", exact=True).click()
    expect(page.locator("[id='operations-appointments-book']")).to_contain_text("Execute")
