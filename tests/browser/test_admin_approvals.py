"""One administrator invites, the page says for whom it waits, and the other one approves or declines."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.people import signed_in
from tests.browser.stack import portals
from tests.hospital import ADMIN, Hospital

BEA = "bea@example.org"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    """Run a hospital with two administrators that demands a second one."""
    folder = tmp_path_factory.mktemp("office")
    extra = {"CAREPLUS_WEB": str(portals(folder)), "CAREPLUS_SECOND_ADMINISTRATOR": "true"}
    with Hospital(folder, extra=extra).running_with_admin() as running:
        ada = running.sign_in(ADMIN)
        running.invite(ada, BEA, "Bea Admin", "admin").http.close()
        ada.http.close()
        yield running


def test_second_administrator_approves_an_invitation(office: Hospital, open_page: OpenPage) -> None:
    ada = open_page(office.url, signed_in(office, ADMIN))
    ada.goto("/admin/people?show=invitations")
    invite = ada.get_by_role("region", name="Invite a person")
    invite.get_by_label("Full name").fill("Lara Lab")
    invite.get_by_label("E-mail address").fill("lara@example.org")
    invite.get_by_label("Laboratory").check()
    invite.get_by_role("button", name=re.compile("link")).click()
    expect(ada.get_by_role("heading", name="The invitation of Lara Lab waits")).to_be_focused()
    expect(ada.get_by_text("Waits for the approval of Bea Admin.").first).to_be_visible()
    expect(ada.get_by_label("Invitation link")).to_have_count(0)
    ada.goto("/admin")
    expect(ada.get_by_role("heading", name="Today")).to_be_visible()
    expect(ada.get_by_text("waits for your approval")).to_have_count(0)
    ada.goto("/admin/people/approvals")
    expect(ada.get_by_text("Waits for the approval of Bea Admin.")).to_be_visible()
    expect(ada.get_by_role("button", name="Approve Lara Lab")).to_have_count(0)
    bea = open_page(office.url, signed_in(office, BEA))
    bea.goto("/admin")
    bea.get_by_text("1 staff account or role waits for your approval").get_by_role("link", name="Decide").click()
    bea.get_by_role("button", name="Approve Lara Lab").click()
    expect(bea.get_by_label("Invitation link")).to_have_value(re.compile("#invitation="))
    expect(bea.get_by_text("Approved by Bea Admin.")).to_be_visible()


def test_second_administrator_declines_a_role(office: Hospital, open_page: OpenPage) -> None:
    person = office.register("rosa@example.org", "Rosa Role")
    person.http.close()
    ada = open_page(office.url, signed_in(office, ADMIN))
    ada.goto(f"/admin/people/{person.id}")
    ada.get_by_label("Administrator").check()
    ada.get_by_role("button", name="Change role").click()
    ada.get_by_role("dialog").get_by_role("button", name="Change role").click()
    expect(ada.get_by_role("status").filter(has_text="is not approved yet.")).to_contain_text("Bea Admin")
    bea = open_page(office.url, signed_in(office, BEA))
    bea.goto("/admin/people/approvals")
    bea.get_by_role("button", name="Decline Rosa Role").click()
    dialog = bea.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("Nobody knows this person")
    dialog.get_by_role("button", name="Decline", exact=True).click()
    expect(bea.get_by_text("Declined by Bea Admin. Nobody knows this person")).to_be_visible()
